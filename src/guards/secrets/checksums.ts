const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc >>> 0
})

/** CRC-32 (IEEE 802.3) of ASCII. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i++) crc = TABLE[(crc ^ text.charCodeAt(i)) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function base62(value: number, digits: number): string {
  let out = ''
  for (let left = value; out.length < digits; left = Math.floor(left / 62)) out = BASE62[left % 62] + out
  return out
}

/** GitHub and npm: the last six are the CRC-32, in base 62, of what stands between the prefix and them. */
export function endsInBase62(token: string): boolean {
  const body = token.slice(0, -6)
  const sum = token.slice(-6)
  const prefix = token.startsWith('github_pat_') ? 11 : 4
  return base62(crc32(body.slice(prefix)), 6) === sum || base62(crc32(body), 6) === sum
}

/** GitLab's routable tokens: the last seven are the CRC-32, in base 36, of all that stands before them. */
export function endsInBase36(token: string): boolean {
  return crc32(token.slice(0, -7)).toString(36).padStart(7, '0') === token.slice(-7)
}

/** Grafana's service accounts: after the last underscore stands the CRC-32, in hexadecimal, of what is before it. */
export function endsInHex(token: string): boolean {
  const at = token.lastIndexOf('_')
  return crc32(token.slice(0, at)).toString(16).padStart(8, '0') === token.slice(at + 1).toLowerCase()
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** BIP 173. */
export function isBech32(text: string): boolean {
  const lower = text.toLowerCase()
  const at = lower.lastIndexOf('1')
  const head = [...lower.slice(0, at)].map((char) => char.charCodeAt(0))
  const data = [...lower.slice(at + 1)].map((char) => BECH32.indexOf(char))
  if (at < 1 || data.length < 6 || data.includes(-1)) return false
  let sum = 1
  for (const value of [...head.map((unit) => unit >> 5), 0, ...head.map((unit) => unit & 31), ...data]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (let i = 0; i < 5; i++) if ((top >>> i) & 1) sum ^= GENERATOR[i]!
  }
  return sum === 1
}
