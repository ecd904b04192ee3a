import { canonicalise } from '../../core/canonical/index.ts'
import type { Asked } from '../../core/types.ts'
import { gram, wordsOf } from './words.ts'

/** Of a system prompt so many words are kept, as hashes. */
const MOST_WORDS = 32_768
/** Neighbours by which it is known early that a run is none. */
const NEAR = 3

/** What must not be said, as hashes of words in a row. */
export interface Secret {
  /** Whether so many words, and all that are near each other, stand so in the system prompt. */
  has(hashes: readonly number[], first: number): boolean
  /** Whether the words from `first` up to `end` may begin what `has` says of more. */
  mayBegin(hashes: readonly number[], first: number, end: number): boolean
}

/** The first sentence says who the assistant is, and that it may say. */
const WHO = /^[^.!?\n]{0,400}(?:[.!?]+|\n|$)/
const IS_WHO = /^\s*(?:you are|you're|you act|act as|your name is|your role is|this is|i am)\b/i

/** Undefined where there is nothing that could be given away. */
export function secretOf(asked: Asked, count: number): Secret | undefined {
  const runs = new Set<number>()
  const read: number[][] = []
  let room = MOST_WORDS
  for (const text of asked.texts(['system'])) {
    const { hashes } = wordsOf(
      canonicalise(IS_WHO.test(text) ? text.replace(WHO, '') : text, 0).text,
      0,
      room,
    )
    room -= hashes.length
    for (let i = 0; i + count <= hashes.length; i++) runs.add(gram(hashes, i, count))
    if (hashes.length >= count) read.push(hashes)
  }
  if (runs.size === 0) return undefined
  // By the low bits of their hashes: what is taken for a neighbour and is none is only held a little longer.
  const mask = 2 ** Math.ceil(Math.log2(16 * runs.size)) - 1
  const near = new Uint8Array(mask + 1)
  for (const hashes of read)
    for (let size = 1; size <= NEAR; size++)
      for (let i = 0; i + size <= hashes.length; i++) near[gram(hashes, i, size) & mask] = 1

  /** What others than the system prompt say as well; looked for once something is found. */
  let quoted: Set<number> | undefined
  const mayQuote = (run: number): boolean => {
    if (quoted === undefined) {
      quoted = new Set()
      for (const text of asked.texts(['user', 'tool', 'retrieved'])) {
        const { hashes } = wordsOf(canonicalise(text, 0).text, 0)
        for (let i = 0; i + count <= hashes.length; i++) {
          const one = gram(hashes, i, count)
          if (runs.has(one)) quoted.add(one)
        }
      }
    }
    return quoted.has(run)
  }
  return {
    has(hashes, first) {
      const run = gram(hashes, first, count)
      return runs.has(run) && this.mayBegin(hashes, first, first + count) && !mayQuote(run)
    },
    mayBegin(hashes, first, end) {
      if (end - first < NEAR) return near[gram(hashes, first, end - first) & mask] === 1
      for (let i = first; i + NEAR <= end; i++) if (near[gram(hashes, i, NEAR) & mask] === 0) return false
      return true
    },
  }
}
