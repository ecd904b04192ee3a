import OpenAI, { APIError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { document, post, startGate, startModel, stopAll, type TestGate } from '../gate.ts'

const PATH = '/v1/embeddings'

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate
let client: OpenAI

beforeAll(async () => {
  model = await startModel()
  gate = await startGate({
    documents: [
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }),
      document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url, models: [{ name: 'm' }] }),
      document('Boundary', 'all', {
        upstreams: [{ name: 'loopback' }, { name: 'model' }],
        input: [{ use: 'keywords', with: { words: ['open sesame'] } }, { use: 'pii' }],
        output: [{ use: 'keywords', with: { words: ['the vault is'] } }, { use: 'pii' }],
      }),
    ].join(''),
  })
  client = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key, maxRetries: 0 })
})
afterAll(stopAll)

type Params = OpenAI.EmbeddingCreateParams
const create = (input: Params['input'], more: Partial<Params> = {}) =>
  client.embeddings.create({ model: 'loopback', input, ...more })

async function caught(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

describe('embeddings through the official SDK', () => {
  test('as base64, which the SDK asks for, and as numbers', async () => {
    const packed = await create('Hello there.')
    const plain = await create('Hello there.', { encoding_format: 'float' })
    const [vector = []] = packed.data.map(({ embedding }) => embedding)
    expect(vector).toHaveLength(1536)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
    expect(plain.data[0]?.embedding.map(Math.fround)).toEqual(vector)
    expect(plain.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 })
    expect((await gate.records()).at(-1)).toMatchObject({
      path: PATH,
      model: 'loopback',
      stream: false,
      usage: { inputTokens: 2 },
      ended: 'complete',
      verdict: 'allow',
    })
  })

  test('a full batch', async () => {
    const input = Array.from({ length: 2048 }, (_, i) => `text number ${i}`)
    const { data } = await create(input, { dimensions: 8 })
    expect(data).toHaveLength(2048)
    const error = await caught(create(input.with(2047, 'Open Sesame')))
    expect(error).toMatchObject({ status: 403, code: 'keywords.words', param: 'input[2047]' })
  })

  test('an input that may not pass: 403, and one that is masked', async () => {
    expect(await caught(create('Open Sesame'))).toMatchObject({
      status: 403,
      code: 'keywords.words',
      type: 'policy_violation',
      param: 'input',
    })
    const vector = async (input: string) => (await create(input)).data[0]?.embedding
    expect(await vector('I am ada@example.com')).toEqual(await vector('I am [EMAIL]'))
  })

  test('token numbers cannot be inspected', async () => {
    for (const input of [
      [1, 2],
      [[1], [2]],
    ] as Params['input'][])
      expect(await caught(create(input))).toMatchObject({ status: 403, code: 'content.uninspected' })
  })
})

/** Ten megabytes of an answer, spaced as no writer of ours would. */
function large(embedding: string): string {
  const each = ` { "object":"embedding", "index":0, "embedding": ${embedding} }`
  const data = Array.from({ length: Math.ceil(10e6 / each.length) }, () => each).join(',\n')
  return `{ "object":"list", "data":[${data}], "model":"m",\n "usage":{"prompt_tokens":3,"total_tokens":3} }`
}
const FLOATS = Array.from({ length: 1536 }, (_, i) => Math.sin(i) / 40)

test.each([
  ['numbers', JSON.stringify(FLOATS)],
  ['base64', JSON.stringify(Buffer.from(new Float32Array(FLOATS).buffer).toString('base64'))],
])('a large answer of %s passes as it came', async (_, embedding) => {
  const said = large(embedding)
  model.reply = { chunks: [said], headers: { 'content-type': 'application/json' } }
  const { status, text } = await post(gate, PATH, { model: 'm', input: 'Hello' })
  expect([status, text.length, text === said]).toEqual([200, said.length, true])
})

test('an answer that is a stream cannot be read', async () => {
  model.reply = { chunks: ['data: {"object":"list","data":[]}\n\n'] }
  const { status, text } = await post(gate, PATH, { model: 'm', input: 'Hello', stream: true })
  expect([status, JSON.parse(text).error.code]).toEqual([502, 'upstream.invalid'])
})

test('text where a vector should be is read', async () => {
  const said = (embedding: unknown) => ({ object: 'list', data: [{ index: 0, embedding }], model: 'm' })
  model.reply = { json: said('Mail ada@example.com') }
  const masked = await post(gate, PATH, { model: 'm', input: 'Hello' })
  expect(JSON.parse(masked.text)).toEqual(said('Mail [EMAIL]'))
  model.reply = { json: said([0.5, 'the vault is open']) }
  expect((await post(gate, PATH, { model: 'm', input: 'Hello' })).status).toBe(403)
})
