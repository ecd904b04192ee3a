import { BITS, LETTERS } from './score.ts'
import { CONTEXT, type Decoder } from './types.ts'

/** What a sign may stand for, the likeliest first. */
const SIGNS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'il',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'gb',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** Unit → 1 for a letter, 2 and 3 for signs. */
const CLASS = new Uint8Array(128)
for (let i = 0; i < 26; i++) CLASS[65 + i] = CLASS[97 + i] = 1
for (const sign of Object.keys(SIGNS)) CLASS[sign.charCodeAt(0)] = /[0-9@$]/.test(sign) ? 3 : 2

const LONGEST_WORD = 32
/** Unit → what it may stand for, as units: itself, if it is a letter. */
const MEANINGS = Array.from({ length: 128 }, (_, unit) => {
  const letters = SIGNS[String.fromCharCode(unit)] ?? String.fromCharCode(unit)
  return Array.from(letters, (letter) => letter.charCodeAt(0))
})
/** So much may stand between two such words, and is read with them. */
const GAP = 28

const classOf = (unit: number): number => (unit < 128 ? CLASS[unit]! : 0)

/** Words with digits and signs for letters (`1gn0r3 4ll`), with the words around them. */
export const leet: Decoder = {
  find(text, units, from, final, limit, found) {
    const { length } = text
    const most = Math.max(1, limit >> 2)
    let row: { start: number; end: number; said: string } | undefined
    const close = (): void => {
      if (row === undefined) return
      const before = otherWords(text.slice(Math.max(0, row.start - CONTEXT), row.start))
      const after = otherWords(text.slice(row.end, row.end + GAP))
      found.push({
        span: [row.start, row.end],
        encoding: 'leet',
        text: before + row.said + after,
        own: [before.length, before.length + row.said.length],
        turned: true,
        legible: true,
      })
      row = undefined
    }
    let at = from
    // What stands before was judged with it.
    if (from > 0 && classOf(units[from - 1]!) > 0) while (classOf(units[at]!) > 0) at++
    for (;;) {
      if (row === undefined) at = wordWithSign(units, at, length)
      else while (at < length && classOf(units[at]!) === 0) at++
      const start = at
      let mixed = false
      for (let kind = 0; at < length; at++) {
        const here = classOf(units[at]!)
        if (here === 0) break
        // After a word, `!` is what it mostly is.
        if (kind !== 0 && here !== kind && here + kind !== 3) mixed = true
        else if (kind === 2 && here === 1) mixed = true
        kind = here
      }
      if (at === length && !final && at - start < LONGEST_WORD) return row?.start ?? start
      if (row !== undefined && (start - row.end > GAP || row.end - row.start > most)) {
        if (row.end + GAP > length && !final) return row.start
        close()
      }
      if (start === length) break
      const wanted = at - start < LONGEST_WORD && (mixed || row !== undefined)
      const word = wanted ? read(text.slice(start, at), row !== undefined) : undefined
      if (word === undefined) continue
      if (row === undefined) row = { start, end: at, said: word }
      else row = { start: row.start, end: at, said: row.said + text.slice(row.end, start) + word }
    }
    if (row !== undefined && !final && length - row.end <= GAP) return row.start
    close()
    return length
  },
}

/** `mp3`, `utf8`, `2nd`, `x86`, `k8s`: digits that are numbers. */
const NUMBERS = /^(?:[a-z]+\d+|\d+[a-z]{1,2}|\d+(?:x\d+)?|[a-z]\d+[a-z]|\d{2,}[a-z]+)$/i
/** `X509Certificate`, `sha256Sum`: names of a program. */
const CAMEL = /[a-z]?\d+[A-Z][a-z]/

/** `14T22` of a time: one letter among digits. */
const FEW_LETTERS = /^[^a-z]*[a-z]?[^a-z]*$/i

/** Beside words that were written so. */
const otherWords = (text: string): string =>
  text.replace(/[A-Za-z0-9@$!]+/g, (word) => read(word, true) ?? word)

/** Of a longer word beside them, only an end stands in the context. */
const MOST_READ = Math.max(LONGEST_WORD, CONTEXT)
const SPACE = 32
const BANG = 33
const MOST_DIGITS = 4
const DIGITS = /^\d+$/
/** By twice the place, and one more for the second meaning: with which meaning before it, it is likeliest. */
const earlier = new Uint8Array(2 * MOST_READ)
const chosen = new Uint8Array(MOST_READ)

/** Where the next word begins in which a sign stands; without one, the word that the text ends with. */
function wordWithSign(units: Uint16Array, from: number, length: number): number {
  let at = from
  while (at < length && classOf(units[at]!) < 2) at++
  while (at > from && classOf(units[at - 1]!) > 0) at--
  return at
}

/** @param more after another: shorter words too, and those that are more often numbers */
function read(written: string, more: boolean): string | undefined {
  let first = 0
  let end = written.length
  while (first < end && written.charCodeAt(first) === BANG) first++
  while (end > first && written.charCodeAt(end - 1) === BANG) end--
  let letters = 0
  for (let at = first; at < end; at++) if (classOf(written.charCodeAt(at)) === 1) letters++
  if (letters === end - first) return undefined
  if (letters === 0 && !(more && end === written.length && end <= MOST_DIGITS && DIGITS.test(written)))
    return undefined
  if (!more) {
    const inner = written.slice(first, end)
    if (inner.length < 3 || FEW_LETTERS.test(inner) || NUMBERS.test(inner) || CAMEL.test(inner))
      return undefined
  }
  return written.slice(0, first) + likeliest(written, first, end) + written.slice(end)
}

/** The likeliest word, of all that the signs between two places may stand for. */
function likeliest(written: string, start: number, end: number): string {
  let before: readonly number[] = [SPACE]
  let first = 0
  let second = Number.NEGATIVE_INFINITY
  for (let at = start; at < end; at++) {
    const here = MEANINGS[written.charCodeAt(at)]!
    const one = first
    const other = second
    first = second = Number.NEGATIVE_INFINITY
    for (let i = 0; i < here.length; i++) {
      const letter = LETTERS[here[i]!]!
      let best = Number.NEGATIVE_INFINITY
      for (let j = 0; j < before.length; j++) {
        const sum = (j === 0 ? one : other) + BITS[LETTERS[before[j]!]! * 27 + letter]!
        if (sum <= best) continue
        best = sum
        earlier[2 * (at - start) + i] = j
      }
      if (i === 0) first = best
      else second = best
    }
    before = here
  }
  const ends = (meaning: number): number => BITS[LETTERS[before[meaning] ?? SPACE]! * 27]!
  let meaning = before.length > 1 && second + ends(1) > first + ends(0) ? 1 : 0
  for (let at = end - 1; at >= start; at--) {
    chosen[at - start] = MEANINGS[written.charCodeAt(at)]![meaning]!
    meaning = earlier[2 * (at - start) + meaning]!
  }
  return String.fromCharCode.apply(undefined, chosen.subarray(0, end - start) as unknown as number[])
}
