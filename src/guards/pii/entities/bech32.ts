const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const BECH32 = 1
const BECH32M = 0x2bc830a3

/** The remainder of a Bech32 text (BIP 173), by which its kind is told: 1, or Bech32m's (BIP 350). */
function remainder(prefix: string, data: string): number {
  let sum = 1
  const feed = (value: number): void => {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (let i = 0; i < 5; i++) if ((top >>> i) & 1) sum ^= GENERATOR[i]!
  }
  for (const letter of prefix) feed(letter.charCodeAt(0) >> 5)
  feed(0)
  for (const letter of prefix) feed(letter.charCodeAt(0) & 31)
  for (const letter of data) feed(LETTERS.indexOf(letter))
  return sum
}

/** Whether a small-letter text is `prefix`, a 1 and data with a right checksum; of Bitcoin's kind when `segwit`. */
export function bech32(text: string, prefix: string, segwit: boolean): boolean {
  const data = text.slice(prefix.length + 1)
  if (!/^[02-9ac-hj-np-z]{6,100}$/.test(data)) return false
  const kind = remainder(prefix, data)
  if (!segwit) return kind === BECH32
  const version = LETTERS.indexOf(data[0]!)
  if (version > 16 || kind !== (version === 0 ? BECH32 : BECH32M)) return false
  const bytes = Math.floor(((data.length - 7) * 5) / 8)
  return version === 0 ? bytes === 20 || bytes === 32 : bytes >= 2 && bytes <= 40
}

/** The generator of cash addresses has 40 bits: in halves of 20, the upper ones first. */
const CASH = [
  [0x98f2b, 0xc8e61],
  [0x79b76, 0xd99e2],
  [0xf33e5, 0xfb3c4],
  [0xae2ea, 0xbe2a8],
  [0x1e4f4, 0x3e470],
] as const
const CASH_PREFIXES = ['bitcoincash', 'bchtest', 'bchreg']

/**
 * Whether a small-letter text is the data of a cash address with a right checksum, whatever net it is of: of a key or a script,
 * with tokens or without, of 20 bytes, or a script's of 32.
 */
export function cashaddr(data: string): boolean {
  if (!/^[02-9ac-hj-np-z]+$/.test(data)) return false
  return CASH_PREFIXES.some((prefix) => {
    let high = 0
    let low = 1
    const feed = (value: number): void => {
      const top = high >> 15
      high = ((high & 0x7fff) << 5) | (low >> 15)
      low = ((low << 5) & 0xfffff) ^ value
      for (let i = 0; i < CASH.length; i++)
        if ((top >> i) & 1) {
          high ^= CASH[i]![0]
          low ^= CASH[i]![1]
        }
    }
    for (let i = 0; i < prefix.length; i++) feed(prefix.charCodeAt(i) & 31)
    feed(0)
    for (let i = 0; i < data.length; i++) feed(LETTERS.indexOf(data[i]!))
    return high === 0 && low === 1
  })
}
