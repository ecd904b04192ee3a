import type { Decoder } from './types.ts'

const WORDS =
  'alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray x-ray yankee zulu'
const TABLE = new Map(WORDS.split(' ').map((word) => [word, word.charAt(0)]))
/** At 32 times the last letter but one and the last of a word, of either case: a bit for each letter that it may begin with. */
const ENDINGS = new Uint32Array(32 * 32)
for (const word of [...TABLE.keys(), 'ray'])
  ENDINGS[(word.charCodeAt(word.length - 2) & 31) * 32 + (word.charCodeAt(word.length - 1) & 31)]! |=
    1 << (word.charCodeAt(0) & 31)
const FEWEST = 6
/** A row of so many words is longer than this: one of its words stands at one of the places that are looked at. */
const STRIDE = 24
/** Fewer words than `FEWEST`, with their gaps, are shorter. */
const TAIL = 120
const WORD = /x-?ray|[a-z]+/gi
/** Stands between two words of what is spelled. */
const WIDE = /[/|\n.;,]|[ ]{2}/
const WIDEST = 8

const isLetter = (unit: number): boolean => (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90)

/** Words of the spelling alphabet (ICAO), six and more of them. */
export const nato: Decoder = {
  find(text, units, from, final, limit, found) {
    let at = from
    if (!probed(text, units, from)) {
      if (final) return text.length
      at = Math.max(from, text.length - TAIL)
    }
    let row: { start: number; end: number; said: string; words: number } | undefined
    const close = (): void => {
      if (row !== undefined && row.words >= FEWEST)
        found.push({ span: [row.start, row.end], encoding: 'nato', text: row.said })
      row = undefined
    }
    WORD.lastIndex = at
    for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
      const start = match.index
      const end = start + match[0].length
      if (end + 4 > text.length && !final) return row?.start ?? start
      const letter = TABLE.get(match[0].toLowerCase())
      if (row !== undefined && (start - row.end > WIDEST || start - row.start > limit)) close()
      if (letter === undefined) close()
      else if (row === undefined) row = { start, end, said: letter, words: 1 }
      else {
        const wide = WIDE.test(text.slice(row.end, start))
        row = { start: row.start, end, said: row.said + (wide ? ' ' : '') + letter, words: row.words + 1 }
      }
    }
    if (!final && row !== undefined && text.length - row.end <= WIDEST) return row.start
    close()
    return text.length
  },
}

/** Whether one of the words stands at one of the places that every row has one of. */
function probed(text: string, units: Uint16Array, from: number): boolean {
  const { length } = text
  for (let at = from; at < length + STRIDE; at += STRIDE) {
    const place = Math.min(at, length)
    let end = place
    while (end < length && end - place <= WIDEST && isLetter(units[end]!)) end++
    const near = Math.max(from, place - WIDEST)
    while (end > near && !isLetter(units[end - 1]!)) end--
    let start = end
    while (start > from && end - start <= WIDEST && isLetter(units[start - 1]!)) start--
    if (end - start < 3 || end - start > WIDEST) continue
    const begins = ENDINGS[(units[end - 2]! & 31) * 32 + (units[end - 1]! & 31)]!
    if (((begins >>> (units[start]! & 31)) & 1) === 1) {
      const word = text.slice(start, end).toLowerCase()
      if (word === 'ray' || TABLE.has(word)) return true
    }
  }
  return false
}
