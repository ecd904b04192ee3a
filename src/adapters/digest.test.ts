import { expect, test } from 'vitest'
import { sha256 } from './digest.ts'

// FIPS 180-4 examples: the empty message and "abc".
test.each([
  ['', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
  ['abc', 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='],
  ['é', 'SplVfkAzw1Od4utlRyAXytX5VX96BiWgnxw/biumnEw='],
])('the SHA-256 of %j', (text, digest) => {
  expect(sha256(text)).toBe(digest)
})
