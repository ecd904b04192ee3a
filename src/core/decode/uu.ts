import { isPrintable } from './score.ts'
import type { Decoder } from './types.ts'
import { utf8 } from './utf8.ts'

const BEGIN = 'begin '
const HEAD = /begin [0-7]{3,4} [^\r\n]{1,255}\r?\n/y
const LONGEST_HEAD = 300
/** A length, then so many bytes in sixes; lines end where they like, as trailing spaces get lost. */
const LINE = /([!-`])([ -`]{1,88})(?:\r?\n|$)/y
const LONGEST_LINE = 92

/** What `uuencode` writes, from its `begin` on. */
export const uu: Decoder = {
  find(text, _units, from, final, limit, found) {
    let at = from
    for (;;) {
      const start = text.indexOf(BEGIN, at)
      if (start < 0) return final ? text.length : begun(text, from)
      HEAD.lastIndex = start
      if (!HEAD.test(text)) {
        if (!final && text.length - start < LONGEST_HEAD && text.indexOf('\n', start) < 0) return start
        at = start + 1
        continue
      }
      const bytes: number[] = []
      let end = HEAD.lastIndex
      for (;;) {
        if (!final && end + LONGEST_LINE > text.length && end - start < limit) return start
        LINE.lastIndex = end
        const match = end - start < limit ? LINE.exec(text) : null
        if (match === null || !line(match[1]!, match[2]!, bytes)) break
        end = LINE.lastIndex
      }
      const said = utf8(bytes)
      if (bytes.length > 0 && isPrintable(said)) {
        found.push({ span: [start, end], encoding: 'uu', text: said })
        if (end - start >= limit) found.push({ span: [start, end], encoding: 'uu', text: undefined })
      }
      at = end
    }
  },
}

/** Where the word that opens it may have begun. */
function begun(text: string, from: number): number {
  for (let length = Math.min(BEGIN.length - 1, text.length - from); length > 0; length--)
    if (text.endsWith(BEGIN.slice(0, length))) return text.length - length
  return text.length
}

function line(length: string, groups: string, bytes: number[]): boolean {
  const count = (length.charCodeAt(0) - 32) & 63
  const full = Math.ceil(count / 3) * 4
  if (count === 0 || groups.length > full + 2 || groups.length < full - 4) return false
  const values = Array.from({ length: full }, (_, i) => ((groups.charCodeAt(i) || 32) - 32) & 63)
  for (let i = 0, left = count; left > 0; i += 4, left -= 3) {
    const value = (values[i]! << 18) | (values[i + 1]! << 12) | (values[i + 2]! << 6) | values[i + 3]!
    bytes.push(...[value >> 16, (value >> 8) & 255, value & 255].slice(0, left))
  }
  return true
}
