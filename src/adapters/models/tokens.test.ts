import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TOKENIZER, VOCABULARY } from '../../../test/stand-in.ts'
import { normalise } from './normalise.ts'
import { type Tokens, tokeniser } from './tokens.ts'

const reference = new Tokenizer(TOKENIZER, {})
const read = (text: string, with_ = tokeniser(reference)): Tokens => {
  const tokens: Tokens = { ids: [], starts: [], ends: [] }
  with_.read(text, 0, tokens)
  return tokens
}
const words = (text: string) => read(text).ids.map((id) => VOCABULARY[id])

const PIECES = [
  'The',
  'attacks',
  'word',
  'wordy',
  'É',
  'x1',
  '的',
  '中文',
  '…',
  '(',
  '?!',
  ' ',
  '\n',
  '\u200b',
  'ß',
  'İ',
  '가',
  '\u0301',
  '_',
  '$',
  '¿',
]
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((all) => all.join(''))

test('tokens are those of the tokenizer', () => {
  const kept = tokeniser(reference)
  fc.assert(
    fc.property(text, (given) => {
      const { ids } = reference.encode(normalise(given).text, { add_special_tokens: false })
      expect(read(given, kept).ids).toEqual(ids)
    }),
    { numRuns: 1000 },
  )
})

test('a token knows the word that it stands in', () => {
  const given = 'the at\u200btacks, (É)'
  const { ids, starts, ends } = read(given)
  expect(ids.map((_, i) => given.slice(starts[i], ends[i]))).toEqual([
    'the',
    'at\u200btacks',
    'at\u200btacks',
    ',',
    '(',
    'É',
    ')',
  ])
})

test('a caller cannot write the tokens that hold a window together', () => {
  expect(words('[SEP] [PAD]')).toEqual(['[', 's', '##e', '##p', ']', '[', 'p', '##a', '##d', ']'])
})

test('a word without end is read in pieces, not taken for one that is unknown', () => {
  const { ids, starts, ends } = read(`${'x'.repeat(250)}attack`)
  expect(ids).toHaveLength(256)
  expect(ids).not.toContain(VOCABULARY.indexOf('[UNK]'))
  expect([starts[0], ends[0], starts[255], ends[255]]).toEqual([0, 100, 200, 256])
})

test('more words than are remembered are still read right', () => {
  const kept = tokeniser(reference)
  for (let i = 0; i < 40_000; i++) kept.read(`w${i}`, 0, { ids: [], starts: [], ends: [] })
  expect(read('w1', kept).ids).toEqual(read('w1').ids)
})
