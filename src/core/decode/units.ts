/** UTF-16 unit → the sets that it is of, a bit each. One table for all of them: it stays near the processor. */
const SETS = new Uint8Array(0x10000)
let sets = 0

/** A set of units: its bit. */
export type UnitSet = number

/** @param more inclusive ranges of units beyond ASCII, up to U+FFFF */
export function unitSet(
  characters: string,
  more: readonly (readonly [from: number, to: number])[] = [],
): UnitSet {
  if (sets === 8) throw new Error('no bit is left')
  const set = 1 << sets++
  for (let i = 0; i < characters.length; i++) SETS[characters.charCodeAt(i)]! |= set
  for (const [from, to] of more) for (let unit = from; unit <= to; unit++) SETS[unit]! |= set
  return set
}

export const isOf = (unit: number, set: UnitSet): boolean => (SETS[unit]! & set) !== 0

const DIGITS = '0123456789'
const SMALL = 'abcdefghijklmnopqrstuvwxyz'
export const ALPHANUMERIC = DIGITS + SMALL + SMALL.toUpperCase()
export const HEX = `${DIGITS}abcdefABCDEF`

/** The index of the first unit from `at` on that is not of the set; `end` when all are. */
export function skip(units: Uint16Array, at: number, end: number, set: UnitSet): number {
  let to = at
  while (to < end && (SETS[units[to]!]! & set) !== 0) to++
  return to
}

/**
 * Where the first run of at least `fewest` units of the set begins, from `at` on; else where the run begins that the text
 * ends with, or its length. Looks only at every so many units where there is none.
 */
export function nextRun(
  units: Uint16Array,
  at: number,
  length: number,
  set: UnitSet,
  fewest: number,
): number {
  let start = at
  for (;;) {
    const end = Math.min(start + fewest, length)
    let first = end
    while (first > start && (SETS[units[first - 1]!]! & set) !== 0) first--
    if (first === start || end === length) return first
    start = first
  }
}

/** The place of each character in an alphabet; 0 for others, which nobody asks for. */
export function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128)
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i
  return values
}
