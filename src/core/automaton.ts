import { sieve, WIDTH } from './sieve.ts'
import { unitsOf } from './units.ts'

/** More than this is not a word list: it would not fit the memory that a boundary may take. */
const MAX_STATES = 1_000_000
const MAX_CELLS = 32_000_000
/** A space in a word stands for at most so many white-space characters. */
export const MAX_SPACES = 16

const SPACE = 32
const isSpace = (unit: number): boolean => unit === SPACE || (unit >= 9 && unit <= 13)

function hasSpace(units: Uint16Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isSpace(units[at]!)) return true
  return false
}

export interface Automaton {
  /**
   * Runs over `text` from `start` and reports every occurrence as (index of the word, end in the text), by rising end.
   * @param found must not ask for the units of another text
   * @returns the state at the end of the text
   */
  scan(text: string, start: number, found: (word: number, end: number) => void): number
  /** How many characters of a word have been read in a state; 0 is the start. */
  depth(state: number): number
  /** The state of the next shorter beginning of a word. */
  shorter(state: number): number
  /** Where the last `length` characters of a word that end at `end` begin, its spaces being runs of white space. */
  startOf(text: string, word: number, end: number): number
  /** The same for the characters read in a state. */
  startOfState(text: string, state: number, end: number): number
}

/**
 * Aho–Corasick over UTF-16 units. A space in a word matches 1 to 16 white-space characters; words must not begin or end
 * with one. Time is linear in the text (and the occurrences).
 * @throws Error when the words together are too long
 */
export function automaton(words: readonly string[]): Automaton {
  // ASCII units that occur share a dense table; all others have edges in a map.
  const classes = new Uint8Array(128)
  let width = 1
  let total = 1
  for (const word of words) {
    total += word.length
    for (let i = 0; i < word.length; i++) {
      const unit = word.charCodeAt(i)
      if (unit < 128 && classes[unit] === 0) classes[unit] = width++
    }
  }
  const shift = 32 - Math.clz32(width - 1)
  if (total > MAX_STATES || total << shift > MAX_CELLS) {
    throw new Error('the words are too many: write fewer than a million characters of them')
  }
  const space = classes[SPACE]!
  if (space !== 0) for (let unit = 9; unit <= 13; unit++) classes[unit] = space

  const next = new Int32Array(total << shift)
  const edges = new Map<number, number>()
  const parent = new Int32Array(total)
  const unitOf = new Uint16Array(total)
  const depths = new Int32Array(total)
  const fail = new Int32Array(total)
  /** The first word that ends in a state, and the next word that is the same. */
  const ends = new Int32Array(total).fill(-1)
  const same = new Int32Array(words.length).fill(-1)
  /** The nearest shorter state in which a word ends, and the nearest that is not longer. */
  const outputs = new Int32Array(total)
  const nearest = new Int32Array(total)

  // Shallow states first, so that those which are nearly always in use stand together.
  let states = 1
  /** The states below are of depths below `WIDTH`. */
  let shallow = 0
  const reached = new Int32Array(words.length)
  let going = words.map((_, w) => w)
  for (let i = 0; going.length > 0; i++) {
    if (i === WIDTH - 1) shallow = states
    const on: number[] = []
    for (const w of going) {
      const word = words[w]!
      const state = reached[w]!
      if (i === word.length) {
        same[w] = ends[state]!
        ends[state] = w
        continue
      }
      const unit = word.charCodeAt(i)
      let to = unit < 128 ? next[(state << shift) | classes[unit]!]! : (edges.get(state * 65536 + unit) ?? 0)
      if (to === 0) {
        to = states++
        if (unit < 128) next[(state << shift) | classes[unit]!] = to
        else edges.set(state * 65536 + unit, to)
        parent[to] = state
        unitOf[to] = unit
        depths[to] = i + 1
      }
      reached[w] = to
      on.push(w)
    }
    going = on
  }
  if (shallow === 0) shallow = states

  const far = (state: number, unit: number): number => {
    for (let at = state; ; at = fail[at]!) {
      const to = edges.get(at * 65536 + unit)
      if (to !== undefined) return to
      if (at === 0) return 0
    }
  }
  for (let state = 1; state < states; state++) {
    const up = parent[state]!
    const unit = unitOf[state]!
    if (up !== 0)
      fail[state] = unit < 128 ? next[(fail[up]! << shift) | classes[unit]!]! : far(fail[up]!, unit)
    const back = fail[state]!
    outputs[state] = nearest[back]!
    nearest[state] = ends[state]! >= 0 ? state : outputs[state]!
    for (let c = 1; c < width; c++) {
      const cell = (state << shift) | c
      if (next[cell] === 0) next[cell] = next[(back << shift) | c]!
    }
  }

  const back = (text: string, end: number, state: number): number => {
    let at = end
    for (let s = state; s !== 0; s = parent[s]!) {
      at--
      if (unitOf[s] === SPACE) while (at > 0 && isSpace(text.charCodeAt(at - 1))) at--
    }
    return at
  }
  const sieved = sieve(words)
  const spaced = words.map((word) => word.includes(' '))

  return {
    scan(text, start, found) {
      const { length } = text
      const units = unitsOf(text)
      let state = 0
      /** Up to here all was found. */
      let told = start
      for (let at = start; at < length; ) {
        const begin = sieved === undefined ? at : sieved.next(units, at, length)
        let spaces = 0
        state = 0
        for (at = begin; at < length; at++) {
          const unit = units[at]!
          if (unit < 128) {
            const kind = classes[unit]!
            if (kind !== 0 && kind === space) {
              if (spaces++ > 0) {
                if (spaces > MAX_SPACES) state = 0
                continue
              }
            } else spaces = 0
            state = next[(state << shift) | kind]!
          } else {
            spaces = 0
            state = edges.size === 0 ? 0 : far(state, unit)
          }
          if (nearest[state] !== 0 && at >= told) {
            for (let s = nearest[state]!; s !== 0; s = outputs[s]!) {
              for (let w = ends[s]!; w >= 0; w = same[w]!) found(w, at + 1)
            }
          }
          // Nothing but a few last characters can still be the beginning of a word.
          if (state < shallow && at >= begin + WIDTH - 1 && sieved !== undefined) {
            const rest = at + 1 - depths[state]!
            if (!hasSpace(units, rest, at + 1)) {
              told = Math.max(told, at + 1)
              at = rest
              break
            }
          }
        }
      }
      return state
    },
    depth: (state) => depths[state]!,
    shorter: (state) => fail[state]!,
    startOf: (text, word, end) =>
      spaced[word] ? back(text, end, reached[word]!) : end - words[word]!.length,
    startOfState: (text, state, end) => back(text, end, state),
  }
}
