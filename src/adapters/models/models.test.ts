import { afterAll, beforeAll, expect, test } from 'vitest'
import { DIMENSIONS, standIn } from '../../../test/stand-in.ts'
import type { Models, Question } from '../../core/ports.ts'
import { systemClock } from '../clock.ts'
import { type LocalModels, localModels } from './index.ts'

const SETTINGS = { workers: 2, queue: 1024, deadline: 20_000 }
const ASKED: Question = { head: 'injection', channel: 'user', tier: 'cascade' }

let local: LocalModels
let models: Models
beforeAll(async () => {
  local = localModels({ folder: standIn(), clock: systemClock, warn: () => {} })
  models = await local.open(SETTINGS)
})
afterAll(() => local.close())

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
