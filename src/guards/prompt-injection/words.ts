import { canonicalise } from '../../core/canonical/index.ts'
import { type Sieve, sieve } from '../../core/sieve.ts'
import { unitsOf } from '../../core/units.ts'

/** The words of a stretch of canonical text, as columns. */
export interface Words<Entry> {
  count: number
  starts: number[]
  ends: number[]
  /** What the vocabulary says of each. */
  entries: (Entry | undefined)[]
  /** What stands before each, as below. */
  before: number[]
}

/** Something other than a space stands before the word, or nothing does. */
export const EDGE = 1
/** A sentence ends before the word. */
export const STOP = 2
/** A quotation mark or a bracket opens before the word. */
export const QUOTE = 4

const SEPARATOR = 1
const SPACED = 2
const UNSPACED = 3
/** UTF-16 unit → one of these; 0 is not known yet. */
const kinds = new Uint8Array(0x10000)
/** Kana's voicing marks and long vowel belong to no script of their own. */
const JOINED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\u3099\u309a\u30fc]/u
const WORDY = /[\p{L}\p{M}\p{N}]/u

function kindOf(unit: number): number {
  const known = kinds[unit]!
  if (known !== 0) return known
  const character = String.fromCharCode(unit)
  const kind = JOINED.test(character) ? UNSPACED : WORDY.test(character) ? SPACED : SEPARATOR
  kinds[unit] = kind
  return kind
}

/** Whether what stands at [start, end) can be a word, or with `whole` false its beginning, and not the middle of another. */
export const isWord = (text: string, start: number, end: number, whole: boolean): boolean =>
  kindOf(text.charCodeAt(start)) !== SPACED ||
  ((start === 0 || kindOf(text.charCodeAt(start - 1)) !== SPACED) &&
    (!whole || end === text.length || kindOf(text.charCodeAt(end)) !== SPACED))

/** A word of a script without spaces has at most about so many units. */
const LONG = 12

/** Where so many words before `at` begin, but not before `limit`. What stands between words does not count. */
export function back(text: string, at: number, words: number, limit: number): number {
  let here = at
  for (let left = words * LONG; here > limit; ) {
    const kind = kindOf(text.charCodeAt(here - 1))
    if (kind === SPACED) {
      if (left <= 0) return here
      while (here > limit && kindOf(text.charCodeAt(here - 1)) === SPACED) here--
      left -= LONG
    } else if (kind === SEPARATOR) here--
    else if (left-- <= 0) return here
    else here--
  }
  return here
}

/** Where so many words after `at` end. */
export function forth(text: string, at: number, words: number): number {
  let here = at
  // The rest of a word of which `at` ends the stem.
  while (here < text.length && kindOf(text.charCodeAt(here)) === SPACED) here++
  for (let left = words * LONG; here < text.length; ) {
    const kind = kindOf(text.charCodeAt(here))
    if (kind === SPACED) {
      if (left <= 0) return here
      while (here < text.length && kindOf(text.charCodeAt(here)) === SPACED) here++
      left -= LONG
    } else if (kind === SEPARATOR) here++
    else if (left-- <= 0) return here
    else here++
  }
  return here
}

/** Units of an unknown run of a script without spaces that count as one word: a syllable of Hangul has up to three. */
const RUN = 4
const RUN_HANGUL = 9
const isJamo = (unit: number): boolean => unit >= 0x1100 && unit <= 0x11ff

const SPACE = 32
const isSpace = (unit: number): boolean => unit === SPACE || (unit >= 9 && unit <= 13)
const STOPS = new Set('.!?;\u0964\u061f\u061b'.split('').map((c) => c.charCodeAt(0)))
const QUOTES = new Set(`"'\`([{<«\u300c\u300e\u201e`.split('').map((c) => c.charCodeAt(0)))
const HEAD = 3
/** So much after a stretch is looked at: of what begins near its end. */
const BESIDE = 4

/** Whole words and beginnings of words, with what is to be known of each. */
export class Vocabulary<Entry> {
  private readonly whole = new Map<string, Entry>()
  private readonly stems = new Map<string, Entry>()
  private readonly stemLengths = new Map<string, number[]>()
  /** By first unit, longest first. */
  private readonly lengths = new Map<number, number[]>()
  /** Of all of them, once they are settled. */
  private sieve: Sieve | undefined

  /** The forms in which a word stands in canonical text; several words when it has a hyphen or an apostrophe. */
  static split(word: string): string[][] {
    const all = [word, word.toUpperCase()].map((form) =>
      (canonicalise(form, 0).text.match(/[\p{L}\p{M}\p{N}\u30fc]+/gu) ?? []).map(String),
    )
    return all[0]!.join(' ') === all[1]!.join(' ') ? [all[0]!] : all
  }

  /** The entry of a word, made when it has none. `stem`: the word may go on. */
  entry(word: string, stem: boolean, make: () => Entry): Entry {
    const all = stem ? this.stems : this.whole
    const known = all.get(word)
    if (known !== undefined) return known
    const entry = make()
    all.set(word, entry)
    const first = word.charCodeAt(0)
    if (kindOf(first) === UNSPACED) add(this.lengths, first, word.length)
    else if (stem) add(this.stemLengths, word.slice(0, HEAD), word.length)
    return entry
  }

  /** Tells each word of the shorter stems that it begins with. */
  settle(merge: (entry: Entry, stem: Entry) => void): void {
    for (const all of [this.stems, this.whole])
      for (const [word, entry] of all)
        for (const length of this.stemLengths.get(word.slice(0, HEAD)) ?? NONE) {
          const stem = length <= word.length ? this.stems.get(word.slice(0, length)) : undefined
          if (stem !== undefined && stem !== entry) merge(entry, stem)
        }
    this.sieve = sieve([...this.whole.keys(), ...this.stems.keys()])
  }

  private spaced(word: string): Entry | undefined {
    const whole = this.whole.get(word)
    if (whole !== undefined) return whole
    for (const length of this.stemLengths.get(word.slice(0, HEAD)) ?? NONE)
      if (length <= word.length) {
        const stem = this.stems.get(word.slice(0, length))
        if (stem !== undefined) return stem
      }
    return undefined
  }

  /** Takes the text from `from` to `to` apart; both are at the edge of a word. */
  read(text: string, from: number, to: number): Words<Entry> {
    const words: Words<Entry> = { count: 0, starts: [], ends: [], entries: [], before: [] }
    // A long text is read in many stretches.
    const stretch = text.slice(from, to + BESIDE)
    const units = unitsOf(stretch)
    let before = EDGE | STOP
    let lines = 0
    const put = (start: number, end: number, entry: Entry | undefined): void => {
      words.starts.push(start)
      words.ends.push(end)
      words.entries.push(entry)
      words.before.push(before)
      words.count++
      before = 0
      lines = 0
    }
    for (let at = from; at < to; ) {
      const unit = units[at - from]!
      const kind = kindOf(unit)
      if (kind === SEPARATOR) {
        if (!isSpace(unit)) before |= EDGE
        if (unit === 10) {
          before |= EDGE
          if (++lines > 1) before |= STOP
        } else if (STOPS.has(unit) && (unit !== 46 || !isSpaced(units[at + 1 - from]!))) before |= STOP
        else if (QUOTES.has(unit)) before |= QUOTE
        at++
      } else if (kind === SPACED) {
        let end = at + 1
        while (end < to && kindOf(units[end - from]!) === SPACED) end++
        put(
          at,
          end,
          this.sieve?.may(units, at - from, stretch.length) === false
            ? undefined
            : this.spaced(text.slice(at, end)),
        )
        at = end
      } else {
        const known = this.unspaced(text, at, to)
        if (known !== undefined) {
          put(at, known[0], known[1])
          at = known[0]
          continue
        }
        const most = at + (isJamo(unit) ? RUN_HANGUL : RUN)
        let end = at + 1
        while (
          end < Math.min(to, most) &&
          kindOf(units[end - from]!) === UNSPACED &&
          this.unspaced(text, end, to) === undefined
        )
          end++
        put(at, end, undefined)
        at = end
      }
    }
    return words
  }

  private unspaced(text: string, at: number, to: number): readonly [end: number, entry: Entry] | undefined {
    for (const length of this.lengths.get(text.charCodeAt(at)) ?? NONE) {
      if (at + length > to) continue
      const entry = this.whole.get(text.slice(at, at + length))
      if (entry !== undefined) return [at + length, entry]
    }
    return undefined
  }
}

const NONE: readonly number[] = []

/** A stop inside of a word (`a.b`) ends no sentence. */
const isSpaced = (unit: number): boolean => kindOf(unit) === SPACED

function add<Key>(map: Map<Key, number[]>, key: Key, length: number): void {
  const known = map.get(key) ?? []
  if (!known.includes(length)) known.push(length)
  known.sort((a, b) => b - a)
  map.set(key, known)
}
