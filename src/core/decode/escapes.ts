import { islands } from './islands.ts'
import { escapedBytes, oneOf } from './utf8.ts'

const OCTAL = /(?:\\[0-3][0-7]{2}){1,4}/y
const POINT = /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|u\+?([0-9a-fA-F]{4}))/y
const SINGLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '/': '/' }

/** Escapes of programming languages: `\u0069`, `\u{69}`, `\U00000069`, `\x69`, `\151`, `\n`. */
export const escapes = islands({
  encoding: 'escapes',
  begins: '\\',
  longest: 16,
  mark(text, at) {
    POINT.lastIndex = at
    const point = POINT.exec(text)
    if (point !== null) {
      const value = Number.parseInt(point[1] ?? point[2] ?? point[3] ?? point[4]!, 16)
      // Halves of a surrogate pair join by standing side by side.
      return value <= 0x10ffff ? { end: POINT.lastIndex, text: String.fromCodePoint(value) } : undefined
    }
    OCTAL.lastIndex = at
    const octal = OCTAL.exec(text)?.[0]
    if (octal !== undefined)
      return oneOf(
        Array.from({ length: octal.length / 4 }, (_, i) =>
          Number.parseInt(octal.slice(4 * i + 1, 4 * i + 4), 8),
        ),
        at,
        4,
      )
    const single = SINGLE[text.charAt(at + 1)]
    return single === undefined ? escapedBytes(text, at, '\\x') : { end: at + 2, text: single }
  },
})
