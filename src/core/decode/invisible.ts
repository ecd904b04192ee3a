import { isPrintable } from './score.ts'
import type { Decoded, Decoder } from './types.ts'
import { utf8 } from './utf8.ts'

interface HiddenForm {
  /** One or more of the characters, which a reader does not see. */
  some: RegExp
  /** Fewer units say nothing. */
  fewest: number
  read(characters: string): { encoding: string; text: string } | undefined
}

/** So many seen characters may stand between two unseen ones. */
const GAP = 2

function hidden({ some, fewest, read }: HiddenForm): Decoder {
  return {
    find(text, _units, from, final, limit, found) {
      some.lastIndex = from
      let start = -1
      let end = -1
      let gathered = ''
      const close = (): void => {
        const said = gathered.length < fewest ? undefined : read(gathered)
        if (said === undefined) return
        const one: Decoded = { span: [start, end], ...said }
        found.push(one)
        if (end - start >= limit) found.push({ ...one, text: undefined })
      }
      for (let match = some.exec(text); match !== null; match = some.exec(text)) {
        if (start >= 0 && (match.index - end > GAP || end - start >= limit)) {
          close()
          start = -1
        }
        if (start < 0) {
          start = match.index
          gathered = ''
        }
        end = match.index + match[0].length
        gathered += match[0]
      }
      if (start >= 0 && !final && text.length - end <= GAP) return start
      if (start >= 0) close()
      return text.length
    },
  }
}

/** Tag characters, which stand for ASCII. */
export const tags = hidden({
  some: /[\u{e0020}-\u{e007e}]/gu,
  fewest: 4,
  read: (characters) => ({
    encoding: 'tags',
    text: Array.from(characters, (one) => String.fromCharCode(one.codePointAt(0)! - 0xe0000)).join(''),
  }),
})

/** Variation selectors, of which there are as many as bytes. */
export const variationSelectors = hidden({
  some: /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu,
  fewest: 6,
  read(characters) {
    const bytes = Array.from(characters, (one) => {
      const point = one.codePointAt(0)!
      return point < 0x10000 ? point - 0xfe00 : point - 0xe0100 + 16
    })
    const text = utf8(bytes)
    return isPrintable(text) ? { encoding: 'variation-selectors', text } : undefined
  },
})

/** Bits, written as two characters without width; a third may stand between bytes. */
export const zeroWidth = hidden({
  some: /[\u200b-\u200f\u2060-\u2064\ufeff]/g,
  fewest: 24,
  read(characters) {
    const signs = [...new Set(characters)].sort()
    if (signs.length > 3) return undefined
    const encoding = /^[\u2062\u2064]+$/.test(characters) ? 'sneaky-bits' : 'zero-width'
    for (const apart of signs.length === 3 ? signs : ['']) {
      const two = signs.filter((sign) => sign !== apart)
      for (const one of two.toReversed()) {
        const text = bits(characters, one, apart)
        if (text !== undefined) return { encoding, text }
      }
    }
    return undefined
  },
})

const isControl = (unit: number): boolean => unit < 9 || (unit > 13 && unit < 32) || unit === 127

/** @param one the sign of a 1 */
function bits(characters: string, one: string, apart: string): string | undefined {
  const digits = Array.from(characters, (sign) => (sign === apart ? ' ' : sign === one ? '1' : '0')).join('')
  for (const width of [8, 7, 16]) {
    const groups =
      apart === '' ? (digits.match(new RegExp(`.{${width}}`, 'g')) ?? []) : digits.trim().split(/ +/)
    const values = groups.map((group) => Number.parseInt(group, 2))
    if (values.some(isControl)) continue
    const text = values.every((value) => value < 256)
      ? utf8(values)
      : String.fromCharCode(...values.slice(0, 4096))
    if (text.length >= 3 && !text.includes('\ufffd')) return text
  }
  return undefined
}
