import { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call, consumer, document, startGate, startModel, stopAll, type TestGate } from '../gate.ts'
import { says } from './chat.ts'

const KEY = 'azure-key-0123456789'
const CHAT = '/openai/deployments/m/chat/completions'
const ASK = { messages: [{ role: 'user', content: 'Hello' }] }

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate
let azure: AzureOpenAI
const narrow = consumer('narrow', { boundaries: ['other'] })

beforeAll(async () => {
  model = await startModel()
  const { origin } = new URL(model.url)
  const upstream = (name: string, path: string, models: object[], more = {}) =>
    document('Upstream', name, {
      protocol: 'openai',
      baseUrl: origin + path,
      key: { env: 'AZURE_KEY' },
      auth: { header: 'api-key' },
      models,
      ...more,
    })
  const query = { 'api-version': '2030-01-01' }
  gate = await startGate({
    documents: [
      upstream('deployments', '/openai/deployments/{model}', [{ name: 'm' }, { name: 'n', as: 'n-2' }], {
        query,
      }),
      upstream('any', '/openai/deployments/{model}', [{ name: '*' }], { query }),
      upstream('v1', '/openai/v1', [{ name: 'v1' }]),
      document('Boundary', 'chat', {
        match: { paths: ['/v1/chat/completions'] },
        upstreams: [{ name: 'deployments' }, { name: 'v1' }, { name: 'any' }],
        input: [{ use: 'keywords', with: { words: ['open sesame'] } }],
        output: [{ use: 'pii' }],
      }),
      document('Boundary', 'other', {
        match: { paths: ['/v1/completions', '/v1/embeddings'] },
        upstreams: [{ name: 'deployments' }],
        input: [{ use: 'pii' }],
      }),
      narrow.document,
    ].join(''),
    env: { AZURE_KEY: KEY },
  })
  azure = new AzureOpenAI({ endpoint: gate.url, apiKey: gate.key, apiVersion: '2024-10-21', maxRetries: 0 })
})
afterAll(stopAll)
beforeEach(() => {
  model.reply = says(false, { text: ['Mail ada@example.com'] })
})

const post = (path: string, body: unknown, key = gate.key) =>
  call(gate.url, {
    path,
    method: 'POST',
    headers: { 'api-key': key, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const sent = () => model.requests.map(({ url, body }) => [url, JSON.parse(body.toString())])
const code = (text: string) => JSON.parse(text).error?.code

describe('Azure’s client, pointed at the gate', () => {
  test('a chat: path, query and key of the upstream’s own', async () => {
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    const answer = await azure.chat.completions.create({ model: 'm', messages })
    expect(answer.choices[0]?.message.content).toBe('Mail [EMAIL]')
    expect(sent()).toEqual([
      ['/openai/deployments/m/chat/completions?api-version=2030-01-01', { model: 'm', messages }],
    ])
    const { headers } = model.requests[0]!
    expect(headers['api-key']).toBe(KEY)
    expect(headers.authorization).toBeUndefined()
    expect(JSON.stringify(headers)).not.toContain(gate.key)
    expect((await gate.records()).at(-1)).toMatchObject({
      path: '/v1/chat/completions',
      boundary: 'chat',
      model: 'm',
      ended: 'complete',
    })
  })

  test('a chat, streamed', async () => {
    model.reply = says(true, { text: ['Mail ada@exam', 'ple.com'] })
    let text = ''
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    for await (const { choices } of await azure.chat.completions.create({
      model: 'm',
      messages,
      stream: true,
    }))
      text += choices[0]?.delta.content ?? ''
    expect(text).toBe('Mail [EMAIL]')
  })

  test('a prompt that may not pass', async () => {
    const messages = [{ role: 'user' as const, content: 'Open Sesame' }]
    await expect(azure.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
      status: 403,
      code: 'keywords.words',
    })
    expect(model.requests).toHaveLength(0)
  })

  test('the models that it may use', async () => {
    const listed: string[] = []
    for await (const { id } of await azure.models.list()) listed.push(id)
    expect(listed).toEqual(expect.arrayContaining(['m', 'n', 'v1']))
    const one = await call(gate.url, {
      path: '/openai/v1/models/m',
      method: 'GET',
      headers: { 'api-key': gate.key },
    })
    expect(JSON.parse(one.text).id).toBe('m')
    expect((await gate.records()).at(-1)).toMatchObject({ path: '/v1/models/m', status: 200 })
  })

  test('completions and embeddings', async () => {
    model.reply = { json: { choices: [{ index: 0, text: 'yes', finish_reason: 'stop' }] } }
    const { choices } = await azure.completions.create({ model: 'n', prompt: 'I am ada@example.com' })
    expect(choices[0]?.text).toBe('yes')
    expect(sent()).toEqual([
      [
        '/openai/deployments/n-2/completions?api-version=2030-01-01',
        { model: 'n-2', prompt: 'I am [EMAIL]' },
      ],
    ])
    model.reply = { json: { object: 'list', data: [{ index: 0, embedding: [0.5] }], model: 'n' } }
    await azure.embeddings.create({ model: 'n', input: 'Hello', encoding_format: 'float' })
    expect(sent()[0]?.[0]).toBe('/openai/deployments/n-2/embeddings?api-version=2030-01-01')
    expect((await gate.records()).slice(-2).map(({ path }) => path)).toEqual([
      '/v1/completions',
      '/v1/embeddings',
    ])
  })
})

describe('the model of a deployment’s path', () => {
  test.each([
    ['{"messages":[]}', '{"model":"m","messages":[]}'],
    [' \n{ "x" : 1.50 }', ' \n{"model":"m", "x" : 1.50 }'],
    ['{ }', '{"model":"m" }'],
    ['{"model":"m","x":1}', '{"model":"m","x":1}'],
  ])('%s is sent as %s', async (body, expected) => {
    expect((await post(CHAT, body)).status).toBe(200)
    expect(model.requests[0]?.body.toString()).toBe(expected)
  })

  test('is renamed as any other', async () => {
    expect((await post('/openai/deployments/n/chat/completions', ASK)).status).toBe(200)
    expect(sent()).toEqual([
      ['/openai/deployments/n-2/chat/completions?api-version=2030-01-01', { model: 'n-2', ...ASK }],
    ])
  })

  test.each([['n'], ['M'], ['a/b'], [''], [null], [['m']], [{ m: 1 }]])(
    'a body that names %j is refused',
    async (named) => {
      const { status, text } = await post(CHAT, { model: named, ...ASK })
      expect([status, code(text), JSON.parse(text).error.param]).toEqual([400, 'request.invalid', 'model'])
      expect(model.requests).toHaveLength(0)
    },
  )

  test('nor does one that is written with escapes pass for none', async () => {
    expect((await post(CHAT, `{"\\u006dodel":"n","messages":[]}`)).status).toBe(400)
    expect((await post(CHAT, `{"\\u006dodel":"m","messages":[]}`)).status).toBe(200)
  })

  test('goes to an upstream of another kind with its name in the body', async () => {
    expect((await post('/openai/deployments/v1/chat/completions?api-version=1', ASK)).status).toBe(200)
    expect(sent()).toEqual([['/openai/v1/chat/completions', { model: 'v1', ...ASK }]])
  })
})

test('the path without a deployment', async () => {
  expect(
    (await post('/openai/v1/chat/completions?api-version=preview&x=1', { model: 'm', ...ASK })).status,
  ).toBe(200)
  expect(sent()[0]?.[0]).toBe('/openai/deployments/m/chat/completions?api-version=2030-01-01')
  expect((await gate.records()).at(-1)).toMatchObject({ path: '/v1/chat/completions', model: 'm' })
  expect(code((await post('/openai/v1/chat/completions', ASK)).text)).toBe('request.invalid')
})

test('boundaries are those of the path that it stands for', async () => {
  expect(code((await post(CHAT, ASK, narrow.key)).text)).toBe('auth.no_boundary')
  expect(code((await post('/openai/v1/chat/completions', { model: 'm', ...ASK }, narrow.key)).text)).toBe(
    'auth.no_boundary',
  )
  expect(model.requests).toHaveLength(0)
})

test.each([
  '/openai/deployments/a%2fb/chat/completions',
  '/openai/deployments/%6d/chat/completions',
  '/openai/deployments/a/b/chat/completions',
  '/openai/deployments/../chat/completions',
  '/openai/deployments/./chat/completions',
  '/openai/deployments//chat/completions',
  `/openai/deployments/${'m'.repeat(129)}/chat/completions`,
  '/openai/deployments/m/chat/completions/',
  '/openai/deployments/m/generate',
  '/openai/deployments/m/inspect',
  '/OpenAI/deployments/m/chat/completions',
  '/openai/chat/completions',
  '/openai/v1/generate',
])('%s is not there', async (path) => {
  const { status, text } = await post(path, ASK)
  expect([status, code(text)]).toEqual([404, 'request.not_found'])
  expect(model.requests).toHaveLength(0)
})

test('a name that leads elsewhere does not reach the upstream’s address', async () => {
  for (const named of ['..', '.']) {
    const { status, text } = await post('/v1/chat/completions', { model: named, ...ASK })
    expect([named, status, code(text)]).toEqual([named, 404, 'request.model'])
  }
  expect(model.requests).toHaveLength(0)
})

test('GET is not how it is called', async () => {
  const { status, text } = await call(`${gate.url}${CHAT}`, { headers: { 'api-key': gate.key } })
  expect([status, code(text)]).toEqual([405, 'request.method'])
})
