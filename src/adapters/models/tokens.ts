import type { Tokenizer } from '@huggingface/tokenizers'
import { type Normal, normalise } from './normalise.ts'

/** Tokens of a text, and for each the UTF-16 units of the text that its word stands at. */
export interface Tokens {
  ids: number[]
  starts: number[]
  ends: number[]
}

export interface Tokeniser {
  /** Appends the tokens of a piece of text that begins at `offset` of the whole. A caller cannot write `[SEP]`. */
  read(piece: string, offset: number, into: Tokens): void
}

/** Punctuation and Chinese characters are words of their own, as for the model's pre-tokeniser. */
const ALONE =
  '\\p{P}!-/:-@\\[-`{-~\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2ceaf}\\u{2f800}-\\u{2fa1f}'
const WORD = new RegExp(`[${ALONE}]|[^\\s${ALONE}]{1,100}`, 'gu')
const ASCII = /^[\0-\x7f]*$/
/** Longer words are parts of the string that they were cut from, and would keep all of it in memory. */
const MEMORABLE = 12
const MEMO = 16_384
const BEGINNING = 3

/**
 * @param model its normaliser and vocabulary are used. Not its `encode`: that takes time that grows with the cube of a
 * word's length (milliseconds for 100 letters), says nothing of a longer word, and does not tell where tokens stand.
 */
export function tokeniser(model: Tokenizer): Tokeniser {
  const vocabulary = model.get_vocab()
  const unknown = vocabulary.get('[UNK]')
  if (unknown === undefined) throw new Error('the tokenizer has no [UNK]')
  /** The longest token that begins so: most beginnings begin none, and are not looked up further. */
  const longest = new Map<string, number>()
  for (const token of vocabulary.keys()) {
    const start = token.slice(0, (token.startsWith('##') ? 2 : 0) + BEGINNING)
    longest.set(start, Math.max(longest.get(start) ?? 0, token.length))
  }
  // Two generations: what was asked for lately survives when the older one is thrown away.
  let young = new Map<string, readonly number[]>()
  let old = new Map<string, readonly number[]>()

  /** The longest token that the word begins with, then the longest that the rest begins with, and so on. */
  function pieces(word: string): readonly number[] {
    const ids: number[] = []
    for (let start = 0; start < word.length; ) {
      const prefix = start === 0 ? '' : '##'
      const begins = prefix + word.slice(start, start + BEGINNING)
      let end = Math.min(word.length, start + (longest.get(begins) ?? begins.length) - prefix.length)
      let id: number | undefined
      for (; end > start; end--) {
        id = vocabulary.get(prefix + word.slice(start, end))
        if (id !== undefined) break
      }
      if (id === undefined) return [unknown!]
      ids.push(id)
      start = end
    }
    return ids
  }

  function fresh(word: string): readonly number[] {
    if (ASCII.test(word)) return pieces(word.toLowerCase())
    const normal = model.normalizer === null ? word : model.normalizer.normalize(word)
    // It may have come apart: what is no punctuation may hold some.
    return normal.match(WORD)?.flatMap(pieces) ?? []
  }

  function idsOf(word: string): readonly number[] {
    if (word.length > MEMORABLE) return fresh(word)
    let ids = young.get(word)
    if (ids !== undefined) return ids
    ids = old.get(word) ?? fresh(word)
    if (young.size >= MEMO) {
      old = young
      young = new Map()
    }
    young.set(word, ids)
    return ids
  }

  return {
    read(piece, offset, { ids, starts, ends }) {
      const normal: Normal = normalise(piece)
      for (const { 0: word, index } of normal.text.matchAll(WORD)) {
        const found = idsOf(word)
        if (found.length === 0) continue
        const [start, end] = normal.span(index, index + word.length)
        for (const id of found) {
          ids.push(id)
          starts.push(offset + start)
          ends.push(offset + end)
        }
      }
    },
  }
}
