import { createHash } from 'node:crypto'

const BITCOIN = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const RIPPLE = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz'
const LONGEST = 64

const values = (alphabet: string): Int8Array => {
  const all = new Int8Array(128).fill(-1)
  for (const [i, letter] of [...alphabet].entries()) all[letter.charCodeAt(0)] = i
  return all
}
const VALUES = { bitcoin: values(BITCOIN), ripple: values(RIPPLE) }

/** The bytes that a text says, its leading zeros included; undefined when it has another letter, or says more than 64 bytes. */
export function base58(text: string, alphabet: 'bitcoin' | 'ripple' = 'bitcoin'): Uint8Array | undefined {
  const known = VALUES[alphabet]
  const out = new Uint8Array(LONGEST)
  let length = 0
  let zeros = 0
  for (let i = 0; i < text.length; i++) {
    let carry = known[text.charCodeAt(i)] ?? -1
    if (carry < 0) return undefined
    if (carry === 0 && zeros === i) zeros++
    let at = 0
    for (; at < length || carry > 0; at++) {
      if (at === LONGEST) return undefined
      carry += out[at]! * 58
      out[at] = carry & 255
      carry >>= 8
    }
    length = at
  }
  return new Uint8Array([...new Uint8Array(zeros), ...out.subarray(0, length).toReversed()])
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** What stands before a right checksum of four bytes (SHA-256 twice); undefined when it is not right. */
export function base58check(text: string, alphabet?: 'ripple'): Uint8Array | undefined {
  const bytes = base58(text, alphabet)
  if (bytes === undefined || bytes.length < 5) return undefined
  const body = bytes.subarray(0, -4)
  const sum = sha256(sha256(body))
  return bytes.subarray(-4).every((byte, i) => byte === sum[i]) ? body : undefined
}
