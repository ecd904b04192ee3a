import { Tokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MANIFEST, TOKENIZER, VOCABULARY } from '../../../test/stand-in.ts'
import type { Question } from '../../core/ports.ts'
import { systemClock } from '../clock.ts'
import { type CascadeOptions, cascade, embedder, MOST_FULL, type Runner } from './cascade.ts'
import { type Model, readManifest } from './manifest.ts'
import { tokeniser } from './tokens.ts'

const manifest = readManifest(JSON.stringify(MANIFEST))
const tokens = tokeniser(new Tokenizer(TOKENIZER, {}))
const ASKED: Question = { head: 'injection', channel: 'user', tier: 'cascade' }
/** A word that each text of these tests says once, and how sure each model is of it. */
const WORDS = ['attack', 'trick', 'doubt', 'hint', 'word'] as const
const logit = (score: number) => Math.log(score / (1 - score))

/** Says of a window what `scores` says of the surest word in it. */
function fake(scores: Record<Model, readonly number[]>) {
  const asked: { model: Model; windows: number }[] = []
  const runner: Runner = {
    async run(model, windows) {
      asked.push({ model, windows: windows.length })
      return windows.map((ids) => {
        const said = [...ids].map((id) => WORDS.indexOf(VOCABULARY[id] as never)).filter((at) => at >= 0)
        const score = Math.max(0.001, ...said.map((at) => scores[model][at]!))
        return Float32Array.of(logit(score), -9)
      })
    },
    embed: async (windows) => windows.map((ids) => Float32Array.of(ids.length, 0)),
  }
  return { asked, runner }
}

const options = (runner: Runner, more: Partial<CascadeOptions> = {}): CascadeOptions => ({
  manifest,
  tokeniser: tokens,
  runner,
  clock: systemClock,
  deadline: 10_000,
  ...more,
})

const score = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const given = fc.record({
  text: fc
    .array(fc.constantFrom(...WORDS, 'x', 'the', '.'), { minLength: 1, maxLength: 150 })
    .map((words) => words.join(' ')),
  fast: fc.array(score, { minLength: 5, maxLength: 5 }),
  encoder: fc.array(score, { minLength: 5, maxLength: 5 }),
  channel: fc.constantFrom('user', 'data'),
})

test('every window is judged: by the fast model what is clear to it, by the large one the rest', async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ text, fast, encoder, channel }) => {
      const { runner } = fake({ fast, encoder })
      const { classify } = cascade(options(runner))
      const by = (tier: Question['tier']) => classify(text, { ...ASKED, channel, tier, every: true })
      const [small, large, both] = [await by('fast'), await by('full'), await by('cascade')]
      const { low, high } = MANIFEST.cascade.injection[channel]
      expect(large).toHaveLength(small.length)
      expect(both).toEqual(
        small.map((judged, i) => (judged.score <= low || judged.score >= high ? judged : large[i])),
      )
      for (const [i, { span }] of both.entries())
        if (i > 0) expect(span[0]).toBeGreaterThanOrEqual(both[i - 1]!.span[0])
      for (const { score, reaches } of both)
        expect(reaches.includes(channel === 'user' ? 'injection.direct' : 'injection.indirect')).toBe(
          score >= 0.9,
        )
    }),
    { numRuns: 200 },
  )
})

test('without `every`, what a verdict needs is the same', async () => {
  const worst = (judged: readonly { reaches: readonly string[] }[]) =>
    Math.max(0, ...judged.map(({ reaches }) => reaches.length))
  await fc.assert(
    fc.asyncProperty(
      given,
      fc.constantFrom('fast', 'full', 'cascade'),
      async ({ text, fast, encoder, channel }, tier) => {
        const { runner } = fake({ fast, encoder })
        const { classify } = cascade(options(runner))
        const all = await classify(text, { ...ASKED, channel, tier, every: true })
        const some = await classify(text, { ...ASKED, channel, tier })
        expect(worst(some)).toBe(worst(all))
        if (worst(all) < 2) expect(some).toEqual(all)
      },
    ),
    { numRuns: 200 },
  )
})

const UNSURE = { fast: [0.99, 0.9, 0.3, 0.5, 0.001], encoder: [0.99, 0.99, 0.01, 0.01, 0.001] }
const page = (word: string) => `${word} ${'the '.repeat(27)}`

test('the large model reads what the fast one suspects most first, and stops at what is certain', async () => {
  const { asked, runner } = fake(UNSURE)
  const { classify } = cascade(options(runner))
  const text = `${page('doubt').repeat(20)}${page('trick')}${page('doubt').repeat(20)}`
  const judged = await classify(text, ASKED)
  expect(judged.filter(({ by }) => by === 'full')).toHaveLength(8)
  expect(judged.some(({ reaches }) => reaches.includes('injection.direct'))).toBe(true)
  expect(asked.filter(({ model }) => model === 'encoder')).toEqual([{ model: 'encoder', windows: 8 }])
  const every = await classify(text, { ...ASKED, every: true })
  expect(every.filter(({ by }) => by === 'full').length).toBeGreaterThan(40)
})

test('what is certain to the fast model ends it before the rest of the text is read', async () => {
  const { asked, runner } = fake(UNSURE)
  await cascade(options(runner)).classify(`attack ${page('doubt').repeat(5000)}`, ASKED)
  expect(asked).toHaveLength(1)
})

test('a text with more unclear windows than the large model reads is not passed', async () => {
  const { runner } = fake(UNSURE)
  const { classify } = cascade(options(runner))
  const text = page('doubt').repeat(MOST_FULL + 50)
  await expect(classify(text, ASKED)).rejects.toThrow(`more than ${MOST_FULL} windows`)
  await expect(classify(text, { ...ASKED, tier: 'full' })).rejects.toThrow(`more than ${MOST_FULL} windows`)
  expect((await classify(text, { ...ASKED, tier: 'fast' })).length).toBeGreaterThan(MOST_FULL)
})

test('others have their turn while a long text is read', async () => {
  const { asked, runner } = fake(UNSURE)
  await cascade(options(runner)).classify('the word '.repeat(100_000), ASKED)
  expect(asked.length).toBeGreaterThan(100)
  expect(Math.max(...asked.map(({ windows }) => windows))).toBeLessThanOrEqual(64)
})

test('past its deadline a call is over, and what it asked is withdrawn', async () => {
  let withdrawn: unknown
  const never: Runner['run'] = (_, __, signal) =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        withdrawn = signal.reason
        reject(signal.reason)
      }),
    )
  const { classify } = cascade(options({ run: never, embed: async () => [] }, { deadline: 20 }))
  const hold = setTimeout(() => {}, 10_000)
  await expect(classify('the word', ASKED)).rejects.toThrow('the models did not answer within 20 ms')
  expect(withdrawn).toBeInstanceOf(Error)
  clearTimeout(hold)
})

test('what is no number is not below every threshold', async () => {
  for (const row of [[Number.NaN, 0], []]) {
    const runner: Runner = { run: async () => [Float32Array.from(row)], embed: async () => [] }
    await expect(cascade(options(runner)).classify('a', ASKED)).rejects.toThrow('did not say a number')
  }
})

test('toxicity is asked as of a user, whoever sent it', async () => {
  const seen: number[][] = []
  const runner: Runner = {
    run: async (_, windows) => {
      seen.push(...windows.map((ids) => [...ids.slice(1, 3)]))
      return windows.map(() => Float32Array.of(-9, -9))
    },
    embed: async () => [],
  }
  const { classify } = cascade(options(runner))
  await classify('a', { head: 'toxicity', channel: 'data', tier: 'cascade' })
  await classify('a', { head: 'injection', channel: 'data', tier: 'cascade' })
  expect(seen).toEqual([MANIFEST.prefixIds.user, MANIFEST.prefixIds.data])
})

test('a long text is embedded as the mean of its windows; one without a word has no meaning', async () => {
  const { runner } = fake(UNSURE)
  const { embed } = embedder(options(runner), 2)
  const [long, none] = await embed(['the word '.repeat(100), ' '])
  expect([...long!]).toEqual([1, 0])
  expect([...none!]).toEqual([0, 0])
  await expect(embed(['the word '.repeat(20_000)])).rejects.toThrow(`more than ${MOST_FULL} windows`)
})
