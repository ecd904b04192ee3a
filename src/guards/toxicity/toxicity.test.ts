import { expect, it } from 'vitest'
import { lookOf, partOf, ports, viewOf } from '../../../test/guard-law.ts'
import { wordModels } from '../../../test/models/words.ts'
import type { Question } from '../../core/ports.ts'
import type { View } from '../../core/types.ts'
import { toxicity } from './index.ts'

async function opened() {
  const asked: string[] = []
  let open = 0
  let most = 0
  const classifier = {
    async classify(text: string, question: Question) {
      asked.push(text)
      most = Math.max(most, ++open)
      const judged = await wordModels.classifier.classify(text, question)
      open--
      return judged
    },
  }
  const models = async () => ({ ...wordModels, classifier })
  const guard = await toxicity.open(toxicity.config.parse({}), { ...ports, models })
  const look = (view: Partial<View> & { text: string }) =>
    lookOf(guard)(viewOf(guard, { part: partOf({ part: { origin: 'model' } }), ...view }))
  return { guard, asked, look, most: () => most }
}

it('answers at once, without a question, where no piece is complete', async () => {
  const { look, asked } = await opened()
  expect(look({ text: 'You are a worthless idiot and', final: false })).toEqual({ hits: [], settled: 0 })
  expect(look({ text: '--- 1 ', offset: 60, from: 60, final: false })).toEqual({ hits: [], settled: 60 })
  expect(asked).toEqual([])
})

it('a stream is judged sentence by sentence, and settled up to the last whole one', async () => {
  const { look, asked } = await opened()
  const text = 'The water runs down the hill and into the valley. And then'
  expect(await look({ text, final: false })).toEqual({ hits: [], settled: 50 })
  expect(asked).toEqual(['the water runs down the hill and into the valley.'])
})

it('what has no end leaves after 200 characters', async () => {
  const { look } = await opened()
  expect(await look({ text: 'x'.repeat(250), final: false })).toMatchObject({ settled: 200 })
})

it('what is no answer is judged in longer pieces', async () => {
  const { look, asked } = await opened()
  const text = 'The water runs down the hill and into the valley. '.repeat(10)
  await look({ part: partOf({}), text })
  expect(asked.map(({ length }) => length)).toEqual([449, 50])
})

it('a long text does not ask about all of its pieces at the same time', async () => {
  const { look, asked, most } = await opened()
  await look({ text: 'The water runs down the hill and into the valley. '.repeat(200) })
  expect(asked.length).toBe(200)
  expect(most()).toBe(32)
})

it('says what to do where there is no model', async () => {
  await expect(async () => toxicity.open(toxicity.config.parse({}), { secret: () => '' })).rejects.toThrow(
    'leave it out',
  )
})
