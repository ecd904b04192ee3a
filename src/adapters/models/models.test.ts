import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DIMENSIONS, MANIFEST, standIn, VOCABULARY } from '../../../test/stand-in.ts'
import type { Models, Question } from '../../core/ports.ts'
import { systemClock } from '../clock.ts'
import { type LocalModels, localModels } from './index.ts'
import { openPool, ROWS, type Thread } from './pool.ts'
import { thread } from './threads.ts'

const SETTINGS = { workers: 2, queue: 1024, deadline: 20_000 }
const ASKED: Question = { head: 'injection', channel: 'user', tier: 'cascade' }

const folder = standIn()
let local: LocalModels
let models: Models
beforeAll(async () => {
  local = localModels({ folder, clock: systemClock, warn: () => {} })
  models = await local.open(SETTINGS)
})
afterAll(async () => {
  await local.close()
  rmSync(folder, { recursive: true })
})

const judge = (text: string, question: Partial<Question> = {}) =>
  models.classifier.classify(text, { ...ASKED, ...question })

test('the fast model decides what is clear, the large one the rest', async () => {
  const score = expect.closeTo(0.9997, 4)
  expect(await judge('so said the attack.')).toEqual([
    { span: [0, 19], score, reaches: ['injection.suspected', 'injection.direct'], by: 'fast' },
  ])
  expect(await judge('a trick')).toMatchObject([
    { reaches: ['injection.suspected', 'injection.direct'], by: 'full' },
  ])
  expect(await judge('in doubt')).toMatchObject([{ reaches: [], by: 'full' }])
  expect(await judge('the word')).toMatchObject([{ reaches: [], by: 'fast' }])
  expect(await judge(' \n')).toEqual([])
})

test('a boundary may want one model alone', async () => {
  expect(await judge('a trick', { tier: 'fast' })).toMatchObject([
    { score: expect.closeTo(0.62, 2), reaches: ['injection.suspected'], by: 'fast' },
  ])
  expect(await judge('the attack', { tier: 'full' })).toMatchObject([{ by: 'full' }])
})

test('the channel says which codes there are, the head which question is asked', async () => {
  expect(await judge('a hint', { channel: 'data' })).toMatchObject([{ reaches: ['injection.suspected'] }])
  expect(await judge('the attack', { channel: 'data' })).toMatchObject([
    { reaches: ['injection.suspected', 'injection.indirect'] },
  ])
  expect(await judge('hate', { channel: 'data' })).toMatchObject([{ reaches: [] }])
  expect(await judge('hate', { head: 'toxicity', channel: 'data' })).toMatchObject([
    { reaches: ['toxicity.toxic'] },
  ])
})

test('what has the same meaning has the same vector, of length 1', async () => {
  const [one, same, other] = await models.embedder.embed(['the word', 'word the', 'an attack'])
  expect(models.embedder.dimensions).toBe(DIMENSIONS)
  expect(Math.hypot(...one!)).toBeCloseTo(1, 5)
  const near = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  expect(near(one!, same!)).toBeCloseTo(1, 5)
  expect(near(one!, other!)).toBeLessThan(0.9)
})

test('of a long text each window stands where it was written', async () => {
  const text = `${'the word, '.repeat(40)}a\u200btt\u200back${' and the word'.repeat(40)}`
  const judged = await judge(text, { every: true })
  expect(judged.length).toBeGreaterThan(5)
  const [start, end] = [text.indexOf('a\u200b'), text.indexOf('ck ') + 2]
  for (const { span, reaches } of judged) expect(reaches.length > 0).toBe(span[0] <= start && span[1] >= end)
  expect(judged.filter(({ reaches }) => reaches.length > 0).length).toBeGreaterThan(0)
})

test('texts of many lengths at the same time get the answers that they get alone', async () => {
  const texts = Array.from(
    { length: 60 },
    (_, i) => `${'word '.repeat(i)}${['attack', 'trick', 'doubt', 'hint', ''][i % 5]}`,
  )
  const alone = []
  for (const text of texts) alone.push(await judge(text, { every: true }))
  expect(await Promise.all(texts.map((text) => judge(text, { every: true })))).toEqual(alone)
})

test('the models are loaded once, and what cannot be loaded is tried anew', async () => {
  expect(await local.open({ ...SETTINGS, workers: 9 })).toBe(models)
  expect(local.ready()).toBe(true)
  const broken = standIn({ 'fast.onnx': 'no model' })
  const other = localModels({ folder: broken, clock: systemClock, warn: () => {} })
  expect(other.ready()).toBe(true)
  await expect(other.open(SETTINGS)).rejects.toThrow(/protobuf/i)
  rmSync(join(broken, 'guard.json'))
  await expect(other.open(SETTINGS)).rejects.toThrow('cannot read models/guard/guard.json')
  await other.close()
  rmSync(broken, { recursive: true })
})

test('a tokenizer that is not the models’ is refused', async () => {
  const prefixIds = { ...MANIFEST.prefixIds, data: [1, 1] }
  const wrong = standIn({ 'guard.json': JSON.stringify({ ...MANIFEST, prefixIds }) })
  const other = localModels({ folder: wrong, clock: systemClock, warn: () => {} })
  await expect(other.open(SETTINGS)).rejects.toThrow('"prefixIds.data" are not the tokens')
  rmSync(wrong, { recursive: true })
})

test('other files are another version', async () => {
  const changed = standIn({ 'guard.json': JSON.stringify({ ...MANIFEST, stride: 9 }) })
  const other = localModels({ folder: changed, clock: systemClock, warn: () => {} })
  const { version } = await other.open({ ...SETTINGS, workers: 1 })
  expect(version).not.toBe(models.version)
  expect(version).toMatch(/^stand-in [0-9a-f]{16}$/)
  await other.close()
  rmSync(changed, { recursive: true })
})

test('a thread that ends while it has work is replaced, and its work is done', async () => {
  const died: string[] = []
  let kills = 1
  const pool = await openPool({
    threads: 1,
    queue: 1024,
    patience: 30_000,
    clock: systemClock,
    died: ({ message }) => died.push(message),
    start(events): Thread {
      const real = thread(
        {
          files: { fast: join(folder, 'fast.onnx'), encoder: join(folder, 'encoder.onnx') },
          warmUp: { length: MANIFEST.maxTokens, rows: ROWS },
        },
        events,
      )
      return {
        stop: real.stop,
        send(batch) {
          if (kills-- > 0) void real.stop()
          else real.send(batch)
        },
      }
    },
  })
  const hold = setTimeout(() => {}, 60_000)
  const attack = Int32Array.of(2, 4, 3)
  expect(VOCABULARY[attack[1]!]).toBe('attack')
  const [row] = await pool.run('fast', [attack], new AbortController().signal)
  clearTimeout(hold)
  expect([...row!]).toEqual([8, -8])
  expect(died).toHaveLength(1)
  await pool.close()
})

test('past the deadline and past the queue a text is not passed', async () => {
  const tight = localModels({ folder, clock: systemClock, warn: () => {} })
  const { classifier } = await tight.open({ workers: 1, queue: 128, deadline: 30_000 })
  const all = await Promise.allSettled(
    Array.from({ length: 40 }, () => classifier.classify('the word '.repeat(400), ASKED)),
  )
  const refused = all.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(40)
  for (const { reason } of refused) expect(String(reason)).toContain('the queue of the models is full')
  for (const each of all) if (each.status === 'fulfilled') expect(each.value.length).toBeGreaterThan(30)
  await tight.close()

  const late = localModels({ folder, clock: systemClock, warn: () => {} })
  const hurried = await late.open({ workers: 1, queue: 128, deadline: 1 })
  await expect(hurried.classifier.classify('the word '.repeat(100_000), ASKED)).rejects.toThrow('within 1 ms')
  await late.close()
  await expect(hurried.classifier.classify('the word', ASKED)).rejects.toThrow('closed')
})
