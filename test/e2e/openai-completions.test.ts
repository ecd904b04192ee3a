import OpenAI, { APIError, PermissionDeniedError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { document, post, startGate, startModel, stopAll, type TestGate } from '../gate.ts'
import { sse } from '../mock-upstream.ts'

const PATH = '/v1/completions'

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
        input: [
          { use: 'keywords', with: { words: ['open sesame'] } },
          { use: 'pii', with: { mask: 'token' } },
        ],
        output: [{ use: 'keywords', with: { words: ['the vault is'] } }, { use: 'pii' }],
      }),
    ].join(''),
  })
  client = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key, maxRetries: 0 })
})
afterAll(stopAll)

type Body = Omit<OpenAI.CompletionCreateParamsNonStreaming, 'model' | 'stream'>
interface Got {
  text: string[]
  finish: string[]
  logprobs: unknown[]
  usage: unknown
}

/** What the SDK's user makes of an answer. `got` is filled as it comes, so that a test sees what came before an error. */
async function ask(stream: boolean, body: Body, got: Got = nothing()): Promise<Got> {
  const hear = ({ choices, usage }: OpenAI.Completion) => {
    for (const { index, text, finish_reason, logprobs } of choices) {
      got.text[index] = (got.text[index] ?? '') + text
      if (finish_reason !== null) got.finish[index] = finish_reason
      if (logprobs !== null) got.logprobs.push(logprobs)
    }
    if (usage) got.usage = usage
  }
  const request = { model: 'loopback', ...body }
  if (!stream) hear(await client.completions.create(request))
  else {
    const options = { stream: true, stream_options: { include_usage: true } } as const
    for await (const event of await client.completions.create({ ...request, ...options })) hear(event)
  }
  return got
}
const nothing = (): Got => ({ text: [], finish: [], logprobs: [], usage: undefined })

async function caught(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

describe.each([
  ['buffered', false],
  ['streamed', true],
])('completions through the official SDK, %s', (_, stream) => {
  test('a plain answer, and its usage in the record', async () => {
    const got = await ask(stream, { prompt: 'Say one two' })
    expect(got).toEqual({
      text: ['one two'],
      finish: ['stop'],
      logprobs: [],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    })
    expect((await gate.records()).at(-1)).toMatchObject({
      path: PATH,
      model: 'loopback',
      stream,
      usage: { inputTokens: 3, outputTokens: 2 },
      ended: 'complete',
    })
  })

  test('several prompts and choices', async () => {
    const prompt = ['Say one two ends', 'Say three']
    const got = await ask(stream, { prompt, n: 2, best_of: 2, stop: ['ends'] })
    expect(got.text).toEqual(['one two ', 'one two ', 'three', 'three'])
  })

  test('choices whose values may not pass, each edited for itself', async () => {
    const [first, second] = [
      ['card 4111 1111', ' 1111 1111', ' ok'],
      ['mail ada@exam', 'ple.com', ' ok'],
    ]
    const choice = (index: number, text: string, finish_reason: string | null) => ({
      choices: [{ index, text, logprobs: null, finish_reason }],
    })
    model.reply = stream
      ? {
          chunks: sse(
            ...first.flatMap((text, i) => [choice(0, text, null), choice(1, second[i]!, null)]),
            choice(0, '', 'stop'),
            choice(1, '', 'stop'),
          ),
        }
      : {
          json: {
            choices: [first, second].flatMap((text, i) => choice(i, text.join(''), 'stop').choices),
          },
        }
    const got = await ask(stream, { model: 'm', prompt: 'Both' } as Body)
    expect(got.text).toEqual(['card [CREDIT_CARD] ok', 'mail [EMAIL] ok'])
    expect(got.finish).toEqual(['stop', 'stop'])
  })

  test('a masked value comes back to the caller, also where the prompt is echoed', async () => {
    const got = await ask(stream, { prompt: 'Say ada@example.com now', echo: true })
    expect(got.text).toEqual(['Say ada@example.com nowada@example.com now'])
    model.reply = { json: { choices: [{ index: 0, text: 'x', finish_reason: 'stop' }] } }
    if (!stream) await ask(stream, { model: 'm', prompt: 'Say ada@example.com now' } as Body)
    if (!stream) expect(model.requests[0]?.body.toString()).toContain('"Say [EMAIL_1] now"')
  })

  test('what repeats the text is taken out', async () => {
    const got = await ask(stream, { prompt: 'Say one two', logprobs: 2 })
    expect([got.text, got.logprobs]).toEqual([['one two'], []])
  })

  test.each<[string, Body, string]>([
    ['a prompt', { prompt: 'Open Sesame' }, 'prompt'],
    ['one of several', { prompt: ['hello', 'Open Sesame'] }, 'prompt[1]'],
    ['a suffix', { prompt: 'hello', suffix: 'open sesame' }, 'suffix'],
    ['where it is to stop', { prompt: 'hello', stop: ['open sesame'] }, 'stop[0]'],
  ])('%s that may not pass: 403, and the model hears nothing', async (_, body, param) => {
    const error = await caught(ask(stream, body))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'keywords.words', type: 'policy_violation', param })
    expect((await gate.records()).at(-1)?.upstreamHeaders).toBeUndefined()
  })

  test.each<[string, Body['prompt']]>([
    ['token numbers', [1, 2, 3]],
    ['a list of them', [[1], [2]]],
  ])('%s cannot be inspected', async (_, prompt) => {
    expect(await caught(ask(stream, { prompt }))).toMatchObject({ status: 403, code: 'content.uninspected' })
  })

  test('an answer blocked from its first word: 403', async () => {
    const error = await caught(ask(stream, { prompt: 'Say The vault is open.' }))
    expect(error).toMatchObject({ status: 403, code: 'keywords.words' })
  })

  test('an answer blocked on the way: a prefix, then an error that the user cannot miss', async () => {
    const got = nothing()
    const error = await caught(ask(stream, { prompt: 'Say Listen closely: the vault is open.' }, got))
    expect(error).toMatchObject({ code: 'keywords.words', type: 'policy_violation' })
    expect(got.text).toEqual(stream ? ['Listen closely: '] : [])
    expect(got.finish).toEqual([])
  })
})

const event = (text: string) => ({ choices: [{ index: 0, text, logprobs: null, finish_reason: null }] })

test('a provider that fails in the middle: an error, and nothing of what it says', async () => {
  const failed = { error: { message: 'db-7.internal.example crashed', type: 'server_error' } }
  model.reply = { chunks: [sse(event('Half of it. '), failed).join('')] }
  const got = nothing()
  const error = await caught(ask(true, { model: 'm', prompt: 'Hello' } as Body, got))
  expect(error).toMatchObject({ code: 'upstream.unavailable' })
  expect(got.text).toEqual(['Half of it. '])
  expect(JSON.stringify(error.error) + error.message).not.toContain('db-7')
  expect((await gate.records()).at(-1)?.ended).toBe('upstream_gone')
})

test('an answer that only stops is no answer', async () => {
  model.reply = { chunks: sse(event('Half of it. ')).slice(0, 1) }
  const error = await caught(ask(true, { model: 'm', prompt: 'Hello' } as Body))
  expect(error.code).toBe('upstream.unavailable')
})

test('bytes that nobody edits pass untouched', async () => {
  const asked = '{ "model": "m",\n"prompt": "plain\\u0041", "x": 1.50 }'
  const json = '{ "choices": [ {"index":0, "text":"plain\\u0041", "finish_reason":"stop"} ],\n"x": 1.50 }'
  model.reply = { chunks: [json], headers: { 'content-type': 'application/json' } }
  expect((await post(gate, PATH, asked)).text).toBe(json)
  expect(model.requests[0]?.url).toBe(PATH)
  expect(model.requests[0]?.body.toString()).toBe(asked)
})
