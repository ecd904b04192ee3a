"""The guard model of Sallyport: one small encoder and a cheaper tier before it."""
