import { BITS, LETTERS } from './score.ts'
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

interface Word {
  start: number
  end: number
  letters: number
  /** As it stands. */
  bits: number
  /** Backwards. */
  back: number
  breaks: boolean
}

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
  find(text, from, final, _limit, found) {
    let at = from
    for (;;) {
      const suspect = suspected(text, at, final)
      if (suspect.turn === undefined) return suspect.quiet
      const stretch = follow(text, suspect, suspect.turn, final)
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

/** The word at or after `at`, with what stands before it; undefined when its end is not known yet. */
function wordAt(text: string, from: number, final: boolean, word: Word): boolean {
  let at = from
  word.breaks = false
  let unit = 0
  for (; at < text.length; at++) {
    unit = text.charCodeAt(at)
    if (unit < 128 && LETTERS[unit] !== 0) break
    if (unit === 10) word.breaks = true
  }
  word.start = at
  let bits = 0
  let back = 0
  let before = 0
  const most = at + LONGEST_WORD
  for (; at < text.length && at < most; at++) {
    unit = text.charCodeAt(at)
    const letter = unit < 128 ? LETTERS[unit]! : 0
    if (letter === 0) break
    bits += BITS[before * 27 + letter]!
    back += BITS[letter * 27 + before]!
    before = letter
  }
  word.end = at
  word.letters = at - word.start
  word.bits = before === 0 ? 0 : bits + BITS[before * 27]!
  word.back = before === 0 ? 0 : back + BITS[before]!
  return at < text.length || final || at === most
}

/** The first stretch that reads better turned; without a turn, what came of the text so far. */
function suspected(text: string, from: number, final: boolean): Suspect & { turn?: Turn } {
  const word: Word = { start: 0, end: 0, letters: 0, bits: 0, back: 0, breaks: false }
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
  while (at < text.length) {
    const whole = wordAt(text, at, final, word)
    if (worse === 0 && back === 0) quiet = word.start
    if (!whole) return { quiet, start: quiet, end: at }
    if (word.letters === 0) break
    at = word.end
    const more = word.back - Math.max(word.bits, word.letters * LEAST)
    if (back > 0 || more > -2) {
      if (back === 0) backStart = word.start
      back = Math.max(0, back + more + BACKWARDS.manner!(text, word.start, at))
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
        addSubstituted(sums, text, added, at)
        added = at
        const turn = turned(letters, stands)
        if (turn !== undefined) return { quiet, start, end: at, turn }
      }
      if (letters >= UNDECIDED) worse = 0
    }
    if (at - quiet > 2 * UNDECIDED) worse = back = 0
  }
  if (worse === 0 && back === 0) quiet = text.length
  return { quiet: final ? text.length : quiet, start: quiet, end: at }
}

/** By each of the substitutions, the bits of words that are suspected. */
const sums = new Float64Array(SUBSTITUTIONS.length)

function turned(letters: number, stands: number): Turn | undefined {
  let best: Turn | undefined
  let most = 0
  for (let i = 0; i < sums.length; i++) {
    const turn = SUBSTITUTIONS[i]!
    const reads = sums[i]!
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
function follow(text: string, suspect: Suspect, turn: Turn, final: boolean): Stretch | undefined {
  const word: Word = { start: 0, end: 0, letters: 0, bits: 0, back: 0, breaks: false }
  const { start } = suspect
  let at = suspect.end
  let over = 0
  let most = 0
  let end = at
  while (at < text.length && over > most - ENDS && at - end <= IDLE && end - start < MOST) {
    if (!wordAt(text, at, final, word)) return undefined
    if (word.letters === 0 || word.breaks) break
    at = word.end
    over += bitsOf(text, word.start, at, turn) - Math.max(word.bits, word.letters * LEAST)
    if (over < most) continue
    most = over
    end = at
  }
  if (end + AROUND > text.length && !final) return undefined
  let words = 0
  let letters = 0
  for (let before = 0, i = start; i < end; i++) {
    const letter = LETTERS[text.charCodeAt(i)] ?? 0
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
