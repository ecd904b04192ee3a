import type { Candidate, Shaped } from '../entity.ts'
import { base58, base58check } from './base58.ts'
import { bech32, cashaddr } from './bech32.ts'
import { keccak256 } from './keccak.ts'

/** The first byte of a base58check address of 21 bytes: Bitcoin, Litecoin, Dogecoin, Dash, Tron, Zcash has two. */
const VERSIONS = new Set([0x00, 0x05, 0x30, 0x32, 0x1e, 0x16, 0x4c, 0x10, 0x41])
const isZcash = (body: Uint8Array): boolean =>
  body.length === 22 && body[0] === 0x1c && (body[1] === 0xb8 || body[1] === 0xbd)

function checked(raw: string): boolean {
  const body = base58check(raw)
  return body !== undefined && ((body.length === 21 && VERSIONS.has(body[0]!)) || isZcash(body))
}

function ripple(raw: string): boolean {
  const body = base58check(raw, 'ripple')
  return body !== undefined && body.length === 21 && body[0] === 0
}

/** An Ethereum address: in one case, or in the capitals that EIP-55 makes of its hash. */
function ethereum(raw: string): boolean {
  const digits = raw.slice(2)
  const small = digits.toLowerCase()
  if (/^(.)\1*$/.test(small) || /^0{32}/.test(small)) return false
  if (digits === small || digits === digits.toUpperCase()) return true
  const hash = keccak256(new TextEncoder().encode(small))
  for (let i = 0; i < digits.length; i++) {
    const nibble = (hash[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15
    if (small[i]! > '9' && nibble > 7 !== (digits[i] !== small[i])) return false
  }
  return true
}

/** How many bytes a block of so many base58 letters says, in Monero's form. */
const BLOCKS: Readonly<Record<number, number>> = { 2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8 }

function monero(raw: string): boolean {
  const bytes: number[] = []
  for (let at = 0; at < raw.length; at += 11) {
    const block = raw.slice(at, at + 11)
    const size = BLOCKS[block.length]
    const said = base58(block)
    if (size === undefined || said === undefined) return false
    const own = [...said]
    while (own.length > size && own[0] === 0) own.shift()
    if (own.length > size) return false
    while (own.length < size) own.unshift(0)
    bytes.push(...own)
  }
  if (bytes[0] !== 18 && bytes[0] !== 42 && bytes[0] !== 19) return false
  const sum = keccak256(Uint8Array.from(bytes.slice(0, -4)))
  return bytes.slice(-4).every((byte, i) => byte === sum[i])
}

/** Prefixes of bech32 addresses, with Bitcoin's versions in them or without. */
const SEGWIT = ['bc', 'ltc']
const PLAIN = ['addr', 'cosmos', 'osmo', 'inj', 'bnb', 'terra', 'celo', 'stake']

const isHexadecimal = (value: string): boolean => /^[0-9a-f]+$/.test(value)

function address(value: string, { raw }: Candidate): boolean {
  const written = raw()
  if (value.startsWith('0x')) return value.length === 42 && isHexadecimal(value.slice(2)) && ethereum(written)
  const split = value.lastIndexOf('1')
  const prefix = value.slice(0, split)
  if (SEGWIT.includes(prefix) || PLAIN.includes(prefix))
    return (
      (written === value || written === value.toUpperCase()) && bech32(value, prefix, SEGWIT.includes(prefix))
    )
  if (value.length > 90) return monero(written)
  // A hash is no address, and neither is a number.
  if (isHexadecimal(value)) return false
  if (value.length === 42 || value.length === 61) return cashaddr(value)
  return value.length <= 36 && (checked(written) || (value[0] === 'r' && ripple(written)))
}

/** 32 bytes in base58, with nothing in them that could be checked. */
const solana = (value: string, { raw }: Candidate): boolean =>
  !isHexadecimal(value) && /\d/.test(value) && raw() !== value && base58(raw())?.length === 32

/** Addresses of Bitcoin, Ethereum, Litecoin, Dogecoin, Dash, Bitcoin Cash, Tron, XRP, Zcash, Monero, Cardano, Cosmos, Solana. */
export const crypto: Shaped = {
  name: 'crypto',
  reason: 'a cryptocurrency address',
  groups: ['crypto', 'payment'],
  default: true,
  checksum: true,
  context: ['sol', 'solana', 'wallet', 'phantom', 'crypto', 'address', 'blockchain', 'spl'],
  forms: [
    { shape: '[13a9dlmxtr][a-z0-9]{24,34}', bare: 'always', score: 1, check: address },
    {
      shape: '(bc|ltc)1[a-z0-9]{11,87}|(addr|stake|cosmos|osmo|inj|bnb|terra|celo)1[a-z0-9]{20,98}',
      bare: 'always',
      score: 1,
      check: address,
    },
    { shape: '0x[0-9a-f]{40}', bare: 'always', score: 0.9, check: address },
    { shape: '[qpzr][a-z0-9]{41}|[pr][a-z0-9]{60}', bare: 'always', score: 1, check: address },
    { shape: '[48][a-z0-9]{94}', bare: 'always', score: 1, check: address },
    { shape: '[a-z0-9]{32,44}', bare: 'named', score: 0.4, check: solana },
  ],
}
