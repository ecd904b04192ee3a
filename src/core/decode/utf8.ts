import type { Mark } from './types.ts'

/** Bytes as UTF-8; what is none becomes U+FFFD. */
export function utf8(bytes: ArrayLike<number>): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++]!
    if (first < 0x80) {
      text += String.fromCharCode(first)
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
    text +=
      point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)
        ? '\ufffd'
        : String.fromCodePoint(point)
  }
  return text
}

/**
 * As UTF-16, which some systems write before they encode; undefined when no such text is likely: one of each two bytes hardly
 * varies in it.
 */
export function utf16(bytes: ArrayLike<number>): string | undefined {
  if (bytes.length < 16 || bytes.length % 2 !== 0) return undefined
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

/** The bytes of one character, each in two hexadecimal digits after a sign. */
export const bytesBy = (sign: string): RegExp => new RegExp(`(?:${sign}[0-9a-fA-F]{2}){1,4}`, 'y')

/** The character at `at`, by the bytes that stand there. */
export function escapedBytes(text: string, at: number, pattern: RegExp): Mark | undefined {
  pattern.lastIndex = at
  const all = pattern.exec(text)?.[0]
  if (all === undefined) return undefined
  const pairs = all.match(/[0-9a-fA-F]{2}(?![0-9a-fA-F])/g) ?? []
  return oneOf(
    pairs.map((byte) => Number.parseInt(byte, 16)),
    at,
    all.length / pairs.length,
  )
}

/** One character of bytes, as many as UTF-8 takes, `width` units each; none for a control but white space. */
export function oneOf(bytes: readonly number[], at: number, width: number): Mark | undefined {
  const first = bytes[0]!
  if (first < 9 || (first > 13 && first < 32) || first === 127) return undefined
  const count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  const text = utf8(bytes.slice(0, count))
  // Else Latin-1, as older systems write it.
  return text.includes('\ufffd')
    ? { end: at + width, text: String.fromCharCode(first) }
    : { end: at + width * count, text }
}
