import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MANIFEST, TOKENIZER, VOCABULARY } from '../../../test/stand-in.ts'
import { readManifest } from './manifest.ts'
import { tokeniser } from './tokens.ts'
import { type Window, windowsOf } from './windows.ts'

const manifest = readManifest(JSON.stringify(MANIFEST))
const tokens = tokeniser(new Tokenizer(TOKENIZER, {}))
const ROOM = MANIFEST.maxTokens - 4

const windows = (text: string, channel?: 'user' | 'data'): Window[] =>
  [...windowsOf(text, channel, manifest, tokens)].flat()
const inner = ({ ids }: Window) => [...ids].slice(3, -1)

test('a window is framed and says its channel', () => {
  const [only] = windows('attack', 'data')
  expect([...only!.ids].map((id) => VOCABULARY[id])).toEqual(['[CLS]', 'document', ':', 'attack', '[SEP]'])
  expect([...windows('attack')[0]!.ids]).toHaveLength(3)
})

test('windows of any text hold all its tokens in order, each sharing so many with the next', () => {
  const word = fc.constantFrom('the', 'attack', 'wordy', '…', '\u200b', '   ', 'x'.repeat(130), '\n')
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), fc.constantFrom('', ' '), (all, between) => {
      const text = all.join(between)
      const found = windows(text, 'user')
      const whole = { ids: [], starts: [], ends: [] }
      tokens.read(text, 0, whole)
      const seen = found.flatMap((window, i) => inner(window).slice(i === 0 ? 0 : MANIFEST.stride))
      expect(seen).toEqual(whole.ids)
      for (const [i, window] of found.entries()) {
        expect(inner(window).length).toBeLessThanOrEqual(ROOM)
        if (i < found.length - 1) expect(inner(window)).toHaveLength(ROOM)
        expect(window.span[0]).toBeLessThan(window.span[1])
        expect(window.span[1]).toBeLessThanOrEqual(text.length)
        if (i > 0) expect(window.span[0]).toBeGreaterThanOrEqual(found[i - 1]!.span[0])
      }
    }),
    { numRuns: 300 },
  )
})

test('a text that just fits is one window, and one more token makes two', () => {
  expect(windows('the '.repeat(ROOM), 'user')).toHaveLength(1)
  expect(windows('the '.repeat(ROOM + 1), 'user')).toHaveLength(2)
  expect(windows('the '.repeat(2 * ROOM - MANIFEST.stride), 'user')).toHaveLength(2)
})

test('a long text comes a stretch at a time, and one that says nothing comes as nothing', () => {
  const long = [...windowsOf('the attack word '.repeat(20_000), 'user', manifest, tokens)]
  expect(long.length).toBeGreaterThan(50)
  expect(Math.max(...long.map(({ length }) => length))).toBeLessThanOrEqual(64)
  const last = long.flat().at(-1)!
  expect(last.span[1]).toBe(20_000 * 16 - 1)
  const nothing = [...windowsOf('\u200b'.repeat(100_000), 'user', manifest, tokens)]
  expect(nothing.length).toBeGreaterThan(10)
  expect(nothing.flat()).toEqual([])
})

test('one character that is many tokens makes no more windows at a time', () => {
  const most = [...windowsOf('\ufdfa'.repeat(8000), 'user', manifest, tokens)].map(({ length }) => length)
  expect(Math.max(...most)).toBe(64)
})
