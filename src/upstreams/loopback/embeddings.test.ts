import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { loopbackFetch } from '../../../test/loopback.ts'
import type { embedded } from './embeddings.ts'

/** The official client, of which only the transport is ours. */
const client = new OpenAI({
  apiKey: 'none',
  baseURL: 'http://loopback',
  maxRetries: 0,
  fetch: loopbackFetch,
})

type Input = OpenAI.EmbeddingCreateParams['input']
const create = (input: Input, more: Partial<OpenAI.EmbeddingCreateParams> = {}) =>
  client.embeddings.create({ model: 'loopback', input, ...more })
const vectors = async (input: Input, more: Partial<OpenAI.EmbeddingCreateParams> = {}) =>
  (await create(input, more)).data.map(({ embedding }) => embedding)

test('its answers are what the SDK says they are', () => {
  type Whole = ReturnType<typeof embedded>
  // The SDK's type is that of what it makes of base64.
  type Known = Omit<Whole, 'data'> & { data: (Whole['data'][number] & { embedding: number[] })[] }
  const check = (whole: Known) => whole satisfies OpenAI.CreateEmbeddingResponse
  expect(check).toBeTypeOf('function')
})

test('a text gets one direction of length 1, always the same', async () => {
  const answer = await create('Hello there.')
  expect(answer).toMatchObject({
    object: 'list',
    model: 'loopback',
    data: [{ object: 'embedding', index: 0 }],
    usage: { prompt_tokens: 2, total_tokens: 2 },
  })
  const [vector = []] = await vectors('Hello there.')
  expect(vector).toHaveLength(1536)
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
  expect(vector).toEqual(answer.data[0]?.embedding)
})

test('other texts get others, in the order in which they were sent', async () => {
  const both = await vectors(['a', 'b'])
  expect(both[0]).not.toEqual(both[1])
  expect(both).toEqual([...(await vectors('a')), ...(await vectors('b'))])
})

test('token numbers are inputs like texts', async () => {
  const answer = await create([[1, 2, 3], [4]])
  expect(answer.data).toHaveLength(2)
  expect(answer.usage.prompt_tokens).toBe(4)
  expect(await vectors([1, 2, 3])).toEqual([answer.data[0]?.embedding])
})

test('both encodings say the same, in as many dimensions as were asked for', async () => {
  const floats = await vectors('Hello.', { encoding_format: 'float', dimensions: 8 })
  expect(floats[0]).toHaveLength(8)
  expect(floats).toEqual(await vectors('Hello.', { dimensions: 8 }))
  const encoded = await vectors('Hello.', { encoding_format: 'base64', dimensions: 8 })
  const bytes = Buffer.from(String(encoded[0]), 'base64')
  expect(Array.from({ length: 8 }, (_, at) => bytes.readFloatLE(at * 4))).toEqual(floats[0])
})
