import type { Mark } from './types.ts'

const PIECE = 1024
const units = new Uint16Array(PIECE + 2)

/** Bytes as UTF-8; what is none becomes U+FFFD. */
export function utf8(bytes: ArrayLike<number>): string {
  let text = ''
  let count = 0
  for (let at = 0; at < bytes.length; ) {
    if (count >= PIECE) {
      text += String.fromCharCode.apply(undefined, units.subarray(0, count) as unknown as number[])
      count = 0
    }
    const first = bytes[at++]!
    if (first < 0x80) {
      units[count++] = first
      continue
    }
    const more = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0
    let point = more === 0 || first >= 0xf5 ? -1 : first & (0x3f >> more)
    for (let i = 0; i < more && point >= 0; i++) {
      const next = bytes[at]
      if (next === undefined || (next & 0xc0) !== 0x80) point = -1
      else {
        point = (point << 6) | (next & 0x3f)
        at++
      }
    }
    const least = more === 3 ? 0x10000 : more === 2 ? 0x800 : 0x80
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) units[count++] = 0xfffd
    else if (point < 0x10000) units[count++] = point
    else {
      units[count++] = 0xd7c0 + (point >> 10)
      units[count++] = 0xdc00 | (point & 0x3ff)
    }
  }
  return text + String.fromCharCode.apply(undefined, units.subarray(0, count) as unknown as number[])
}

/** Fewer bytes are hardly ever UTF-16. */
export const FEWEST_WIDE = 16

/**
 * As UTF-16, which some systems write before they encode; undefined when no such text is likely: one of each two bytes hardly
 * varies in it.
 */
export function utf16(bytes: ArrayLike<number>): string | undefined {
  if (bytes.length < FEWEST_WIDE || bytes.length % 2 !== 0) return undefined
  for (const high of [1, 0]) {
    const seen = new Set<number>()
    for (let i = high; i < bytes.length; i += 2) seen.add(bytes[i]!)
    if (seen.size > 4) continue
    let text = ''
    for (let i = 0; i < bytes.length; i += 2)
      text += String.fromCharCode((bytes[i + high]! << 8) | bytes[i + 1 - high]!)
    return text
  }
  return undefined
}

/** Unit → its value as a hexadecimal digit; 16 for others. */
const HEX = new Uint8Array(128).fill(16)
for (let value = 0; value < 16; value++)
  for (const digit of [value.toString(16), value.toString(16).toUpperCase()]) HEX[digit.charCodeAt(0)] = value
const hexAt = (text: string, at: number): number => HEX[text.charCodeAt(at)] ?? 16

/** The character at `at`, by the bytes that stand there: each in two hexadecimal digits after a sign. */
export function escapedBytes(text: string, at: number, sign: string): Mark | undefined {
  const width = sign.length + 2
  const bytes: number[] = []
  for (let next = at; bytes.length < 4 && text.startsWith(sign, next); next += width) {
    const high = hexAt(text, next + width - 2)
    const low = hexAt(text, next + width - 1)
    if (high > 15 || low > 15) break
    bytes.push(high * 16 + low)
    // More of them are of one character only beyond ASCII.
    if (bytes[0]! < 0x80) break
  }
  return bytes.length === 0 ? undefined : oneOf(bytes, at, width)
}

/** One character of bytes, as many as UTF-8 takes, `width` units each; none for a control but white space. */
export function oneOf(bytes: readonly number[], at: number, width: number): Mark | undefined {
  const first = bytes[0]!
  if (first < 9 || (first > 13 && first < 32) || first === 127) return undefined
  if (first < 0x80) return { end: at + width, text: String.fromCharCode(first) }
  const count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  const text = utf8(bytes.slice(0, count))
  // Else Latin-1, as older systems write it.
  return text.includes('\ufffd')
    ? { end: at + width, text: String.fromCharCode(first) }
    : { end: at + width * count, text }
}
