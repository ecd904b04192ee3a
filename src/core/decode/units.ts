/** UTF-16 unit → 1 when it is of the set; none beyond its end. */
export type Units = Uint8Array

/** @param more inclusive ranges of units beyond ASCII, up to U+FFFF */
export function unitSet(
  characters: string,
  more: readonly (readonly [from: number, to: number])[] = [],
): Units {
  const set = new Uint8Array(Math.max(128, ...more.map(([, to]) => to + 1)))
  for (let i = 0; i < characters.length; i++) set[characters.charCodeAt(i)] = 1
  for (const [from, to] of more) set.fill(1, from, to + 1)
  return set
}

const DIGITS = '0123456789'
const SMALL = 'abcdefghijklmnopqrstuvwxyz'
export const ALPHANUMERIC = DIGITS + SMALL + SMALL.toUpperCase()
export const HEX = `${DIGITS}abcdefABCDEF`

/** The index of the first unit from `at` on that is not of the set; the text's length when all are. */
export function skip(text: string, at: number, units: Units): number {
  let end = at
  while (end < text.length && units[text.charCodeAt(end)] === 1) end++
  return end
}

/**
 * Where the first run of at least `fewest` units of the set begins, from `at` on; else where the run begins that the text
 * ends with, or its length. Looks only at every so many units where there is none.
 */
export function nextRun(text: string, at: number, units: Units, fewest: number): number {
  let start = at
  for (;;) {
    const end = Math.min(start + fewest, text.length)
    let first = end
    while (first > start && units[text.charCodeAt(first - 1)] === 1) first--
    if (first === start || end === text.length) return first
    start = first
  }
}

/** The place of each character in an alphabet; 0 for others, which nobody asks for. */
export function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128)
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  return values
}
