import { BITS, EIGHTHS, LETTERS } from './score.ts'
import { addSubstituted, BACKWARDS, bitsOf, SUBSTITUTIONS, type Turn } from './turns.ts'
import { CONTEXT, type Decoded, type Decoder } from './types.ts'

/** So many bits a letter less than this, and words are taken for turned. */
const PLAIN = 0.6
/** Words are looked at more closely from so many bits on that they read worse than plain ones. */
const SUSPECT = 4
/** In so many letters it shows whether they were turned. */
const UNDECIDED = 36
/** Bits a letter of what was turned, turned back; plain words get no more than that for standing as they do. */
const READS = 0.6
const LEAST = 0.15
/** No words get more. */
const MOST_BITS = 2.6
const LEAST_ENOUGH = Math.min(...SUBSTITUTIONS.map(({ enough }) => enough))
/** A turned stretch ends where it has read better as it stands, by so many bits, than up to there. */
const ENDS = 12
/** Or has gone on for so long without reading better. */
const IDLE = 48
/** What is turned are words, and no names of a program. */
const FEWEST_WORDS = 3
const FEWEST_LETTERS = 14
/** Letters, on average. */
const SHORTEST_WORDS = 3
/** The most of a line that is turned as one. */
const MOST = 512
/** Longer words are none. */
const LONGEST_WORD = 40
/** So much on either side is turned with it: its first and last words may read well as they stand. */
const AROUND = 24

/** The last word that was read. */
const word = {
  start: 0,
  end: 0,
  letters: 0,
  /** As it stands. */
  bits: 0,
  /** Backwards. */
  back: 0,
  /** After a line break. */
  breaks: false,
}

/** At 32 times a letter and the one after it: the eighths of bits of these two as they stand and, 65,536 times, backwards. */
const BOTH = new Int32Array(27 * 32)
for (let a = 0; a < 27; a++)
  for (let b = 0; b < 27; b++) BOTH[a * 32 + b] = (BITS[b * 27 + a]! * 65_536 + BITS[a * 27 + b]!) * EIGHTHS

/** Words that read better when they are turned. */
interface Suspect {
  /** From here on the same is found as from further before. */
  quiet: number
  start: number
  end: number
}

/**
 * Words that were turned round: backwards, ROT13 and other shifts, Atbash. Bits are added up word by word; where words read
 * worse than plain ones for long enough, each way to turn them is tried.
 */
export const transforms: Decoder = {
  find(text, units, from, final, _limit, found) {
    const { length } = text
    let at = from
    for (;;) {
      const suspect = suspected(units, at, length, final)
      if (suspect.turn === undefined) return suspect.quiet
      const stretch = follow(text, units, suspect, suspect.turn, final)
      if (stretch === undefined) return suspect.quiet
      at = stretch.end
      if (
        stretch.words < FEWEST_WORDS ||
        stretch.letters < FEWEST_LETTERS ||
        stretch.letters < stretch.words * SHORTEST_WORDS
      )
        continue
      const { end, after } = stretch
      const before = edge(text, Math.max(0, suspect.start - Math.min(AROUND, CONTEXT)), suspect.start)
      for (const { encoding, text: said } of suspect.turn.says(text.slice(before, after)))
        found.push({ span: [suspect.start, end], encoding, text: said, turned: true } satisfies Decoded)
    }
  },
}

/** Where the first word begins between two places; the second when none does. */
function edge(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s/)
  return from === 0 ? 0 : space < 0 ? to : from + space + 1
}

/** Reads the word at or after `from`, with what stands before it; whether its end is known. */
function wordAt(units: Uint16Array, from: number, length: number, final: boolean): boolean {
  let at = from
  let breaks = false
  for (; at < length; at++) {
    const unit = units[at]!
    if (unit < 128 && LETTERS[unit] !== 0) break
    if (unit === 10) breaks = true
  }
  const start = at
  const most = at + LONGEST_WORD
  const end = most < length ? most : length
  let both = 0
  let before = 0
  for (; at < end; at++) {
    const unit = units[at]!
    const letter = unit < 128 ? LETTERS[unit]! : 0
    if (letter === 0) break
    both += BOTH[before * 32 + letter]!
    before = letter
  }
  if (before !== 0) both += BOTH[before * 32]!
  const bits = (both << 16) >> 16
  word.start = start
  word.end = at
  word.letters = at - start
  word.bits = bits / EIGHTHS
  word.back = (both - bits) / (65_536 * EIGHTHS)
  word.breaks = breaks
  return at < length || final || at === most
}

/** The first stretch that reads better turned; without a turn, what came of the text so far. */
function suspected(
  units: Uint16Array,
  from: number,
  length: number,
  final: boolean,
): Suspect & { turn?: Turn } {
  let at = from
  let quiet = from
  let worse = 0
  let start = from
  let letters = 0
  let bits = 0
  /** Up to here the sums are of the words from `start` on. */
  let added = from
  let back = 0
  let backStart = from
  while (at < length) {
    const whole = wordAt(units, at, length, final)
    if (worse === 0 && back === 0) quiet = word.start
    if (!whole) return { quiet, start: quiet, end: at }
    if (word.letters === 0) break
    at = word.end
    const more = word.back - Math.max(word.bits, word.letters * LEAST)
    if (back > 0 || more > -2) {
      if (back === 0) backStart = word.start
      back = Math.max(0, back + more + BACKWARDS.manner!(units, word.start, at))
      if (back >= BACKWARDS.enough) return { quiet, start: backStart, end: at, turn: BACKWARDS }
    }
    if (worse === 0) {
      start = added = word.start
      letters = 0
      bits = 0
    }
    worse = Math.max(0, worse + word.letters * PLAIN - word.bits)
    letters += word.letters
    bits += word.bits
    if (worse >= SUSPECT) {
      const stands = Math.max(bits, letters * LEAST)
      if (stands + LEAST_ENOUGH <= letters * MOST_BITS) {
        if (added === start) sums.fill(0)
        addSubstituted(sums, units, added, at)
        added = at
        const turn = turned(letters, stands)
        if (turn !== undefined) return { quiet, start, end: at, turn }
      }
      if (letters >= UNDECIDED) worse = 0
    }
    if (at - quiet > 2 * UNDECIDED) worse = back = 0
  }
  if (worse === 0 && back === 0) quiet = length
  return { quiet: final ? length : quiet, start: quiet, end: at }
}

/** By each of the substitutions, the eighths of bits of words that are suspected. */
const sums = new Int32Array(SUBSTITUTIONS.length)

function turned(letters: number, stands: number): Turn | undefined {
  let best: Turn | undefined
  let most = 0
  for (let i = 0; i < sums.length; i++) {
    const turn = SUBSTITUTIONS[i]!
    const reads = sums[i]! / EIGHTHS
    const over = reads - stands - turn.enough
    if (over < most || reads < letters * READS) continue
    best = turn
    most = over
  }
  return best
}

interface Stretch {
  end: number
  words: number
  letters: number
  /** Where ends what is turned with it. */
  after: number
}

/** Where a turned stretch ends; undefined when that is not known yet. */
function follow(
  text: string,
  units: Uint16Array,
  suspect: Suspect,
  turn: Turn,
  final: boolean,
): Stretch | undefined {
  const { length } = text
  const { start } = suspect
  let at = suspect.end
  let over = 0
  let most = 0
  let end = at
  while (at < length && over > most - ENDS && at - end <= IDLE && end - start < MOST) {
    if (!wordAt(units, at, length, final)) return undefined
    if (word.letters === 0 || word.breaks) break
    at = word.end
    over += bitsOf(units, word.start, at, turn) - Math.max(word.bits, word.letters * LEAST)
    if (over < most) continue
    most = over
    end = at
  }
  if (end + AROUND > length && !final) return undefined
  let words = 0
  let letters = 0
  for (let before = 0, i = start; i < end; i++) {
    const letter = LETTERS[units[i]!] ?? 0
    if (letter !== 0) letters++
    if (letter !== 0 && before === 0) words++
    before = letter
  }
  return { end, words, letters, after: lastEdge(text, end) }
}

/** Where the last whole word of the line ends that stands near `from`. */
function lastEdge(text: string, from: number): number {
  const near = text.slice(from, from + AROUND)
  const line = near.indexOf('\n')
  if (line >= 0) return from + line
  const space = near.length < AROUND ? near.length : near.search(/\s\S*$/)
  return space < 0 ? from : from + space
}
