import { BITS, EIGHTHS, LETTERS } from './score.ts'

/** A way to turn words round. */
export interface Turn {
  encoding: string
  /** How many bits likelier than as it stands a stretch has to read when it is turned. */
  enough: number
  /** At 27 times a letter and the one after it: the bits of these two, turned. */
  bits: Float32Array
  /** More bits, for how a word is written. */
  manner?(units: Uint16Array, start: number, end: number): number
  /** What a stretch says, in as many ways as it may have been turned. */
  says(text: string): { encoding: string; text: string }[]
}

/** Letters for letters: `map` takes 0 to 25. */
function substitution(encoding: string, enough: number, map: (index: number) => number): Turn {
  const bits = new Float32Array(27 * 27)
  const other = (letter: number): number => (letter === 0 ? 0 : map(letter - 1) + 1)
  for (let a = 0; a < 27; a++) for (let b = 0; b < 27; b++) bits[a * 27 + b] = BITS[other(a) * 27 + other(b)]!
  const turned = (text: string): string =>
    text.replace(/[a-zA-Z]/g, (letter) => {
      const base = letter >= 'a' ? 97 : 65
      return String.fromCharCode(base + map(letter.charCodeAt(0) - base))
    })
  return { encoding, enough, bits, says: (text) => [{ encoding, text: turned(text) }] }
}

const reverse = (text: string): string => [...text].reverse().join('')

function turnedBackwards(): Turn {
  const bits = new Float32Array(27 * 27)
  for (let a = 0; a < 27; a++) for (let b = 0; b < 27; b++) bits[a * 27 + b] = BITS[b * 27 + a]!
  return {
    encoding: 'reversed',
    enough: 10,
    bits,
    manner: backwardsManner,
    says: (text) => [
      { encoding: 'reversed', text: reverse(text) },
      { encoding: 'reversed-words', text: text.replace(/\S+/g, reverse) },
    ],
  }
}

const isCapital = (unit: number): boolean => unit >= 65 && unit <= 90
const isSmall = (unit: number): boolean => unit >= 97 && unit <= 122
const STOPS = new Uint8Array(128)
for (const stop of '.,;:!?') STOPS[stop.charCodeAt(0)] = 1
const isStop = (unit: number): boolean => unit < 128 && STOPS[unit] === 1

/** A capital at the end of a word, or a stop right before it and none after. */
function backwardsManner(units: Uint16Array, start: number, end: number): number {
  let bits = 0
  if (isCapital(units[end - 1]!) && isSmall(units[start]!)) bits += 4
  if (
    start > 0 &&
    isStop(units[start - 1]!) &&
    (start === 1 || units[start - 2]! <= 32) &&
    !isStop(units[end]!)
  )
    bits += 3
  return bits
}

/** Words read backwards often enough as well as forwards: looked at for itself. */
export const BACKWARDS = turnedBackwards()

/** Where words read like none. */
export const SUBSTITUTIONS: readonly Turn[] = [
  substitution('rot13', 11, (index) => (index + 13) % 26),
  substitution('atbash', 11, (index) => 25 - index),
  ...Array.from({ length: 25 }, (_, i) => i + 1)
    .filter((shift) => shift !== 13)
    .map((shift) => substitution('caesar', 14, (index) => (index + shift) % 26)),
]

/** At 32 times the same, the eighths of bits of each of the substitutions side by side. */
const SIDE = new Int8Array(27 * 27 * 32)
for (const [i, { bits }] of SUBSTITUTIONS.entries())
  for (let two = 0; two < bits.length; two++) SIDE[two * 32 + i] = bits[two]! * EIGHTHS

/**
 * Adds to the sums, one for each of the substitutions, the eighths of bits of the letters from `start` to `end`, which begin
 * and end words.
 */
export function addSubstituted(sums: Int32Array, units: Uint16Array, start: number, end: number): void {
  let before = 0
  for (let at = start; at <= end; at++) {
    const unit = at === end ? 32 : units[at]!
    const letter = unit < 128 ? LETTERS[unit]! : 0
    if (letter === 0 && before === 0) continue
    const from = (before * 27 + letter) * 32
    for (let i = 0; i < SUBSTITUTIONS.length; i++) sums[i]! += SIDE[from + i]!
    before = letter
  }
}

/** The bits of the letters from `start` to `end`, which begin and end words, turned. */
export function bitsOf(units: Uint16Array, start: number, end: number, { bits, manner }: Turn): number {
  let sum = 0
  let before = 0
  let word = start
  for (let at = start; at <= end; at++) {
    const unit = at === end ? 32 : units[at]!
    const letter = unit < 128 ? LETTERS[unit]! : 0
    if (letter === 0 && before === 0) continue
    if (before === 0) word = at
    sum += bits[before * 27 + letter]!
    if (letter === 0 && manner !== undefined) sum += manner(units, word, at)
    before = letter
  }
  return sum
}
