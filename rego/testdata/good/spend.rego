package sallyport.spend

# prices are per 1000 tokens
default price := 0.01

price := data.prices[input.model.name] if is_number(data.prices[input.model.name])

cost := (input.tokens.total * price) / 1000

default maximum := 0.5

maximum := object.get(data.spend, input.caller.tenant, 0.5) if is_number(object.get(data.spend, input.caller.tenant, 0.5))

deny contains {"code": "policy.spend", "msg": sprintf("this call would cost %v of at most %v", [cost, maximum])} if cost > maximum

deny contains "claims allow less" if {
	quota := input.caller.claims.quota
	is_number(quota)
	input.tokens.total > quota
}

deny contains "quota must be a number" if {
	quota := input.caller.claims.quota
	not is_number(quota)
}
