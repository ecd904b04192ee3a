import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import Anthropic, { RateLimitError as AnthropicRateLimitError } from '@anthropic-ai/sdk'
import OpenAI, { RateLimitError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consumer, document, post, startGate, startModel, stopAll, type TestGate, until } from '../gate.ts'
import { type Reply, sse } from '../mock-upstream.ts'
import { delta } from './chat.ts'
import { attempts, rejection } from './sdk-gate.ts'

const CHAT = '/v1/chat/completions'
const LIMIT = 100_000

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate
const other = consumer('other')

const limits = (name: string, limit: object, more: object = {}) =>
  document('Boundary', name, {
    match: { models: [name] },
    upstreams: [{ name: 'model' }],
    admit: [{ use: 'rate-limit', with: limit }],
    ...more,
  })
const tokens = { tokens: `${LIMIT}/day`, by: 'boundary' }
const VAULT = { output: [{ use: 'keywords', with: { words: ['the vault is'] } }] }
/** Each with a count of its own: the names of the cases below. */
const COUNTED = [
  'body',
  'body-without-usage',
  'stream-without-usage',
  'stream-with-usage',
  'blocked-question',
  'blocked-stream',
  'blocked-body',
  'left-stream',
  'left-body',
  'broken-stream',
  'refused-by-model',
  'probe',
]

beforeAll(async () => {
  model = await startModel()
  gate = await startGate({
    documents: [
      document('Upstream', 'model', {
        protocol: 'openai',
        baseUrl: model.url,
        models: [{ name: '*', price: { input: 2, output: 10, cachedInput: 1 } }],
      }),
      document('Upstream', 'nobody', { protocol: 'openai', baseUrl: 'http://127.0.0.1:1/v1' }),
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'messages' }] }),
      limits('requests', { requests: '2/day' }),
      limits('shadow', { requests: '1/day' }, { enforce: 'shadow' }),
      limits('all', { requests: '3/day', tokens: '50/day' }),
      limits('second', { requests: '1/s', window: 'fixed' }),
      limits('one', { concurrent: 1 }),
      limits('queue', { concurrent: 1, wait: '20s' }),
      limits('soon', { requests: '1/s', window: 'fixed', wait: '5s' }),
      limits('short', { concurrent: 1, wait: '200ms' }),
      document('Boundary', 'flagged', {
        match: { models: ['flagged'] },
        upstreams: [{ name: 'model' }],
        admit: [
          {
            use: 'rate-limit',
            with: { requests: '1/day', tokens: '100/day', by: 'boundary' },
            actions: { 'limit.requests': 'flag' },
          },
        ],
      }),
      limits('messages', { requests: '2/day', tokens: '5000/day' }, { upstreams: [{ name: 'loopback' }] }),
      limits('unreached', tokens, { upstreams: [{ name: 'nobody' }] }),
      ...COUNTED.map((name) =>
        limits(name, tokens, { ...VAULT, input: [{ use: 'keywords', with: { words: ['open sesame'] } }] }),
      ),
      document('Boundary', 'money', {
        match: { models: ['money'] },
        upstreams: [{ name: 'model' }],
        admit: [{ use: 'budget', with: { money: '0.001/day', by: 'tenant' } }],
      }),
      other.document,
    ].join(''),
  })
})
afterAll(stopAll)

const usage = (input: number, output: number, cached = 0) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
})
const body = (text: string, used?: object): Reply => ({
  json: {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    ...(used === undefined ? {} : { usage: used }),
  },
})
const ask = (to: string, more: object = {}, key?: string) =>
  post(gate, CHAT, { model: to, messages: [{ role: 'user', content: 'abcd' }], ...more }, key)
const code = ({ text }: { text: string }) => JSON.parse(text).error.code

/** A call that the test can leave, or whose answer has begun when the promise resolves. */
function begin(to: string, more: object = {}) {
  const sent = request(gate.url + CHAT, {
    method: 'POST',
    headers: { authorization: `Bearer ${gate.key}`, 'content-type': 'application/json' },
    agent: false,
  })
  sent.on('error', () => {})
  let status: number | undefined
  let said = ''
  sent.on('response', (response) => {
    status = response.statusCode
    response.on('data', (bytes) => {
      said += bytes
    })
    response.on('error', () => {})
  })
  sent.end(JSON.stringify({ model: to, messages: [{ role: 'user', content: 'abcd' }], ...more }))
  return {
    leave: () => sent.destroy(),
    get status() {
      return status
    },
    get said() {
      return said
    },
  }
}

describe('requests', () => {
  test('are refused past the limit, in OpenAI’s words, and the model hears nothing', async () => {
    model.reply = body('hello', usage(1, 1))
    const first = await ask('requests')
    expect(first.status).toBe(200)
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
    })
    expect(first.headers['x-ratelimit-reset-requests']).toMatch(/^\d+h\d+m\d+s$/)
    expect(first.headers).not.toHaveProperty('x-ratelimit-limit-tokens')
    await ask('requests')
    const third = await ask('requests')
    expect(third.status).toBe(429)
    expect(JSON.parse(third.text).error).toMatchObject({ type: 'requests', code: 'limit.requests' })
    expect(third.headers['x-ratelimit-remaining-requests']).toBe('0')
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
    expect(model.requests).toHaveLength(2)
    const record = (await gate.records()).find(
      ({ status, model: asked }) => status === 429 && asked === 'requests',
    )!
    expect(record).toMatchObject({
      verdict: 'block',
      ended: 'blocked',
      code: 'limit.requests',
      findings: [
        { guard: 'rate-limit', stage: 'admit', code: 'limit.requests', action: 'block', places: [] },
      ],
    })
    expect(record.timings).toHaveProperty(['admit/rate-limit'])
  })

  test('of another subject are counted by themselves', async () => {
    model.reply = body('hello', usage(1, 1))
    expect((await ask('requests', {}, other.key)).status).toBe(200)
  })

  test('are limited in shadow too', async () => {
    model.reply = body('hello', usage(1, 1))
    await ask('shadow')
    expect((await ask('shadow')).status).toBe(429)
  })

  test('to /v1/inspect count', async () => {
    const inspect = () =>
      post(gate, '/v1/inspect', {
        boundary: 'all',
        stage: 'input',
        parts: [{ path: 'a', origin: 'user', text: 'x' }],
      })
    for (let i = 0; i < 3; i++) expect((await inspect()).status).toBe(200)
    const fourth = await inspect()
    expect([fourth.status, code(fourth)]).toEqual([429, 'limit.requests'])
  })

  test('that tokens refuse do not count', async () => {
    model.reply = body('hello', usage(1, 1))
    for (let i = 0; i < 5; i++) {
      const answer = await ask('all', { max_tokens: 60 }, other.key)
      expect([answer.status, code(answer)]).toEqual([429, 'limit.tokens'])
      expect(JSON.parse(answer.text).error.type).toBe('tokens')
      // Never would it fit.
      expect(answer.headers['x-should-retry']).toBe('false')
      expect(answer.headers).not.toHaveProperty('retry-after')
    }
    expect((await ask('all', { max_tokens: 5 }, other.key)).headers['x-ratelimit-remaining-requests']).toBe(
      '2',
    )
  })

  test('that are only flagged past their limit are still held to the limit of tokens', async () => {
    model.reply = body('hello', usage(30, 30))
    expect((await ask('flagged', { max_tokens: 30 })).status).toBe(200)
    const second = await ask('flagged', { max_tokens: 60 })
    expect([second.status, code(second)]).toEqual([429, 'limit.tokens'])
    expect((await ask('flagged', { max_tokens: 10 })).status).toBe(200)
  })
})

describe('tokens are settled once, whatever happened', () => {
  /** What a call reserves that is like the probe: one token of its text, and one asked for. */
  const probe = async (name: string) => {
    model.reply = body('x', usage(0, 0))
    const { headers } = await ask(name, { max_tokens: 1 })
    return LIMIT - Number(headers['x-ratelimit-remaining-tokens']) - 2
  }
  test('the probe itself', async () => {
    expect(await probe('probe')).toBe(0)
    expect(await probe('probe')).toBe(0)
  })

  test('by the usage of a body', async () => {
    model.reply = body('hello', usage(70, 30))
    await ask('body', { max_tokens: 5000 })
    expect(await probe('body')).toBe(100)
  })

  test('by an estimate where a body has none', async () => {
    model.reply = body('12345678')
    await ask('body-without-usage')
    expect(await probe('body-without-usage')).toBe(1 + 2)
  })

  test('by an estimate of a stream that says none', async () => {
    model.reply = { chunks: sse(delta(0, { content: '1234' }), delta(0, { content: '5678' })) }
    await ask('stream-without-usage', { stream: true })
    expect(await probe('stream-without-usage')).toBe(1 + 2)
  })

  test('by the usage of a stream', async () => {
    model.reply = {
      chunks: sse(delta(0, { content: '1234' }), { ...delta(0, {}), choices: [], usage: usage(5, 6) }),
    }
    await ask('stream-with-usage', { stream: true })
    expect(await probe('stream-with-usage')).toBe(11)
  })

  test('at nothing when the question was blocked', async () => {
    model.reply = body('hello', usage(70, 30))
    await ask('blocked-question', { messages: [{ role: 'user', content: 'open sesame' }] })
    expect(model.requests).toHaveLength(0)
    expect(await probe('blocked-question')).toBe(0)
  })

  test('by the usage when the answer was blocked', async () => {
    model.reply = body('the vault is open', usage(70, 30))
    expect((await ask('blocked-body')).status).toBe(403)
    expect(await probe('blocked-body')).toBe(100)
  })

  test('by what was said when a stream was blocked', async () => {
    model.reply = {
      chunks: sse(delta(0, { content: '12345678' }), delta(0, { content: ' the vault is open ...' })),
      ending: 'stall',
    }
    await ask('blocked-stream', { stream: true })
    expect(await probe('blocked-stream')).toBe(1 + Math.ceil((8 + 22) / 4))
  })

  test('by what was said when the caller left a stream', async () => {
    model.reply = {
      chunks: [`data: ${JSON.stringify(delta(0, { content: '12345678' }))}\n\n`],
      ending: 'stall',
    }
    const left = begin('left-stream', { stream: true, max_tokens: 5000 })
    await until(() => left.said.includes('1234'))
    left.leave()
    await until(() => model.aborted > 0)
    expect(await probe('left-stream')).toBe(1 + 2)
  })

  test('at all that was asked for when the caller left before a body came', async () => {
    model.reply = { before: 'never' }
    const left = begin('left-body', { max_tokens: 5000 })
    await until(() => model.requests.length === 1)
    left.leave()
    await sleep(50)
    expect(await probe('left-body')).toBe(1 + 5000)
  })

  test('by what was said when the model died', async () => {
    model.reply = {
      chunks: [`data: ${JSON.stringify(delta(0, { content: '12345678' }))}\n\n`],
      ending: 'destroy',
    }
    await ask('broken-stream', { stream: true, max_tokens: 5000 })
    expect(await probe('broken-stream')).toBe(1 + 2)
  })

  test('at nothing when the model refused', async () => {
    model.reply = { status: 400, json: { error: { message: 'no' } } }
    await ask('refused-by-model', { max_tokens: 5000 })
    expect(await probe('refused-by-model')).toBe(0)
  })

  test('at nothing when no model was reached', async () => {
    const first = await ask('unreached', { max_tokens: 1 })
    expect(first.status).toBe(502)
    const second = await ask('unreached', { max_tokens: 1 })
    expect(second.headers['x-ratelimit-remaining-tokens']).toBe(String(LIMIT - 2))
  })
})

describe('calls at the same time', () => {
  test('are no more than the limit, and a place comes back however a call ends', async () => {
    const endings: [string, Reply, boolean][] = [
      ['left', { before: 'never' }, true],
      ['left midway', { chunks: sse(delta(0, { content: 'a' })).slice(0, 1), ending: 'stall' }, true],
      [
        'died',
        { before: 300, chunks: sse(delta(0, { content: 'a' })).slice(0, 1), ending: 'destroy' },
        false,
      ],
      ['whole', { before: 300, ...body('hello') }, false],
      ['refused', { before: 300, status: 500, json: {} }, false],
    ]
    for (const [how, reply, leaves] of endings) {
      model.reply = reply
      const first = begin('one', { stream: reply.chunks !== undefined })
      await until(() => model.requests.length === 1)
      const second = await ask('one')
      expect([how, second.status, code(second)]).toEqual([how, 429, 'limit.concurrency'])
      expect(second.headers['retry-after']).toBe('1')
      if (leaves) first.leave()
      else await until(() => first.status !== undefined)
      model.reply = body('hello')
      await until(async () => (await ask('one')).status === 200)
      expect((await ask('one')).status).toBe(200)
    }
  })

  test('wait their turn where the boundary says so, in order; who leaves gives up the place', async () => {
    model.reply = { before: 'never' }
    const first = begin('queue')
    await until(() => model.requests.length === 1)
    model.reply = body('hello')
    const second = begin('queue', { user: 'second' })
    await sleep(30)
    const gone = begin('queue', { user: 'gone' })
    await sleep(30)
    const third = begin('queue', { user: 'third' })
    await sleep(30)
    gone.leave()
    await sleep(30)
    expect(model.requests).toHaveLength(0)
    first.leave()
    await until(() => third.status === 200)
    expect(second.status).toBe(200)
    expect(model.requests.map(({ body }) => JSON.parse(body.toString()).user)).toEqual(['second', 'third'])
  })

  test('are refused when the wait is over', async () => {
    model.reply = { before: 'never' }
    const first = begin('short')
    await until(() => model.requests.length === 1)
    const refused = await Promise.all([ask('short'), ask('short')])
    expect(refused.map(({ status }) => status)).toEqual([429, 429])
    first.leave()
    model.reply = body('hello')
    await until(async () => (await ask('short')).status === 200)
  })

  test('requests of a window that is full wait for the next', async () => {
    model.reply = body('hello')
    const answers = await Promise.all([ask('soon'), ask('soon'), ask('soon')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

test('a drain ends those who wait', async () => {
  const drained = await startGate({
    documents: [
      document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url }),
      document('Boundary', 'queue', {
        upstreams: [{ name: 'model' }],
        admit: [{ use: 'rate-limit', with: { concurrent: 1, wait: '60s' } }],
      }),
    ].join(''),
    gate: { drain: '200ms' },
  })
  model.reply = { before: 'never' }
  const both = [1, 2].map(() => post(drained, CHAT, { model: 'm', messages: [] }))
  await until(() => model.requests.length === 1)
  await drained.stop()
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([503, 503])
})

test('a budget counts money by the price of the model, and input that was read before by its own', async () => {
  // 1000 millionths in all.
  model.reply = body('hello', usage(200, 20, 100))
  expect((await ask('money', { max_tokens: 50 })).status).toBe(200)
  // 100 at 2, 100 at 1, 20 at 10: 500 are left, and this may cost 1 at 2 and 50 at 10.
  const second = await ask('money', { max_tokens: 50 })
  expect([second.status, code(second), JSON.parse(second.text).error.type]).toEqual([
    429,
    'budget.exceeded',
    'insufficient_quota',
  ])
  expect(second.headers['x-should-retry']).toBe('false')
  expect(second.headers).toHaveProperty('retry-after')
  expect((await ask('money', { max_tokens: 49 })).status).toBe(200)
})

describe('SDKs', () => {
  test('of OpenAI throw RateLimitError, and try again when they are told to', async () => {
    model.reply = body('hello', usage(1, 1))
    const client = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key })
    const say = (to: string) =>
      client.chat.completions.create({ model: to, messages: [{ role: 'user', content: 'x' }] })
    const tries = await attempts(gate, async () => {
      const error = await rejection(say('requests'))
      expect(error).toBeInstanceOf(RateLimitError)
      expect(error).toMatchObject({ status: 429, code: 'limit.requests', type: 'requests' })
    })
    // A day is not waited for.
    expect(tries).toBe(1)
    const began = Date.now()
    await Promise.all([say('second'), say('second')])
    expect(Date.now() - began).toBeLessThan(10_000)
  })

  test('of Anthropic throw RateLimitError, and see its headers', async () => {
    const client = new Anthropic({ baseURL: gate.url, apiKey: gate.key })
    const say = () =>
      client.messages.create({
        model: 'messages',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'x' }],
      })
    const { response } = await say().withResponse()
    const headers = Object.fromEntries(response.headers)
    expect(headers).toMatchObject({
      'anthropic-ratelimit-requests-limit': '2',
      'anthropic-ratelimit-requests-remaining': '1',
      'anthropic-ratelimit-tokens-limit': '5000',
    })
    expect(headers['anthropic-ratelimit-tokens-reset']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(headers).not.toHaveProperty('x-ratelimit-limit-requests')
    await say()
    const error = await rejection(say())
    expect(error).toBeInstanceOf(AnthropicRateLimitError)
    expect(error).toMatchObject({
      status: 429,
      error: { error: { type: 'rate_limit_error', code: 'limit.requests' } },
    })
  })
})
