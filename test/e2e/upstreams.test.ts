import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  call,
  consumer,
  document,
  onStop,
  post,
  startGate,
  startModel,
  stopAll,
  type TestGate,
  until,
} from '../gate.ts'
import { type Mock, type MockRequest, type Reply, startMock } from '../mock-upstream.ts'
import { says } from './chat.ts'

const CHAT = '/v1/chat/completions'
const env = { KEY_ONE: 'sk-canary-one-0123', KEY_TWO: 'sk-canary-two-0123' }
const MODES = [
  ['buffered', false],
  ['streamed', true],
] as const

let one: Awaited<ReturnType<typeof startModel>>
let two: Awaited<ReturnType<typeof startModel>>
let gate: TestGate

beforeAll(async () => {
  one = await startModel()
  two = await startModel()
})
afterEach(async () => {
  await gate.stop()
})
afterAll(stopAll)

const down = (status = 503, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  json: { error: { message: 'no' } },
})
const chat = (content = 'Hello', more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...more,
})
const upstream = (name: string, { url }: Mock, spec: object = {}) =>
  document('Upstream', name, {
    protocol: 'openai',
    baseUrl: url,
    key: { env: `KEY_${name.toUpperCase()}` },
    ...spec,
  })
const RETRIES = { attempts: 2, backoff: '1ms' }
/** A gate before `one`, or before both. */
async function start(upstreams: object[], spec: object = {}, specs: Record<string, object> = {}) {
  gate = await startGate({
    documents:
      upstream('one', one, specs.one) +
      upstream('two', two, specs.two) +
      document('Boundary', 'b', { upstreams, retries: RETRIES, ...spec }),
    env,
  })
}
const ONE = [{ name: 'one' }]
const FALLBACK = [{ name: 'one' }, { name: 'two', order: 2 }]
const said = (text: string) =>
  text.startsWith('{')
    ? JSON.parse(text).choices[0].message.content
    : [...text.matchAll(/^data: (\{.*)$/gm)]
        .map(([, json]) => JSON.parse(json!).choices?.[0]?.delta?.content ?? '')
        .join('')
/** Answers in turn; the last for ever. */
const inTurn =
  (...replies: Reply[]) =>
  (_: MockRequest, index: number) =>
    replies[Math.min(index, replies.length - 1)]!
const standing = async () =>
  JSON.parse(await (await fetch(`${gate.admin}/readyz`)).text()).upstreams as {
    name: string
    state: string
    cooling: number
  }[]

describe.each(MODES)('%s', (_, stream) => {
  const ask = (content?: string, more: object = {}) => post(gate, CHAT, chat(content, { stream, ...more }))

  test('what fails in passing is tried again, and the record tells every try', async () => {
    await start(ONE)
    one.reply = inTurn(down(503), down(500), says(stream, { text: ['Good ', 'day'] }))
    const { status, text } = await ask()
    expect([status, said(text)]).toEqual([200, 'Good day'])
    expect(one.requests.map(({ body }) => body.toString())).toEqual(
      Array(3).fill(JSON.stringify(chat('Hello', { stream }))),
    )
    const records = await gate.records(1)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      upstream: 'one',
      status: 200,
      usage: { inputTokens: 7, outputTokens: 5 },
    })
    expect(records[0]!.attempts).toEqual([
      expect.objectContaining({ upstream: 'one', status: 503, code: 'upstream.unavailable' }),
      expect.objectContaining({ upstream: 'one', status: 500, code: 'upstream.unavailable' }),
      { upstream: 'one', status: 200, began: expect.any(Number), took: expect.any(Number) },
    ])
    const metrics = await (await fetch(`${gate.admin}/metrics`)).text()
    expect(metrics).toContain(
      'sallyport_upstream_attempts_total{upstream="one",outcome="upstream.unavailable"} 2',
    )
    expect(metrics).toContain('sallyport_upstream_attempts_total{upstream="one",outcome="ok"} 1')
    expect(metrics).toContain('sallyport_upstream_retries_total{upstream="one"} 2')
  })

  test('the fallback is asked at once, by its own name for the model, with its own key only', async () => {
    const input = [{ use: 'pii', with: { mask: 'token' } }]
    await start(
      FALLBACK,
      { input, retries: { backoff: '10s' } },
      {
        one: { models: [{ name: 'm' }] },
        two: { models: [{ name: 'm', as: 'deployed-m' }], auth: { header: 'api-key' } },
      },
    )
    one.reply = down(502)
    two.reply = says(stream, { text: ['To [EMAIL_1]'] })
    // The mail before the model moves the model's place.
    const body = `{"messages":[{"role":"user","content":"Mail ada@example.com"}], "big":1.10,"stream":${stream},"model":"m"}`
    const { status, text } = await post(gate, CHAT, body)
    expect([status, said(text)]).toEqual([200, 'To ada@example.com'])
    const edited = body.replace('ada@example.com', '[EMAIL_1]')
    expect(one.requests.map((request) => request.body.toString())).toEqual([edited])
    expect(two.requests.map((request) => request.body.toString())).toEqual([
      edited.replace('"m"}', '"deployed-m"}'),
    ])
    expect(one.requests[0]!.headers).toMatchObject({ authorization: `Bearer ${env.KEY_ONE}` })
    expect(two.requests[0]!.headers).toMatchObject({ 'api-key': env.KEY_TWO })
    expect(JSON.stringify(two.requests[0]!.headers)).not.toContain(env.KEY_ONE)
  })

  test('after the first byte nothing is tried again', async () => {
    await start(FALLBACK)
    const events = says(true, { text: ['Good ', 'day'] }).chunks as string[]
    one.reply = stream
      ? { chunks: events.slice(0, 2), ending: 'destroy' }
      : {
          chunks: ['{"choices":'],
          headers: { 'content-type': 'application/json', 'content-length': '500' },
          ending: 'destroy',
        }
    two.reply = says(stream, { text: ['never'] })
    const { text } = await ask()
    expect(text).toContain('upstream.unavailable')
    expect([one.requests.length, two.requests.length]).toEqual([1, 0])
    expect((await gate.records(1))[0]).toMatchObject({
      ended: 'upstream_gone',
      attempts: [{ upstream: 'one', status: 200 }],
    })
  })
})

describe('what is tried again', () => {
  test.each([400, 401, 403, 404, 408, 409, 422, 501])('not %i', async (status) => {
    await start(FALLBACK)
    one.reply = down(status)
    two.reply = says(false, { text: ['never'] })
    expect((await post(gate, CHAT, chat())).status).toBeGreaterThanOrEqual(400)
    expect([one.requests.length, two.requests.length]).toEqual([1, 0])
  })

  test.each([429, 500, 502, 503, 504, 529])('%i', async (status) => {
    await start(FALLBACK)
    one.reply = down(status)
    two.reply = says(false, { text: ['yes'] })
    expect((await post(gate, CHAT, chat())).status).toBe(200)
  })

  test('a connection that is refused, and one that is cut before the headers', async () => {
    const closed = await startMock({})
    await closed.close()
    let cuts = 0
    const cutting = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        cuts++
        socket.destroy()
      })
    })
    cutting.listen(0, '127.0.0.1')
    await once(cutting, 'listening')
    onStop(async () => cutting.close())
    const at = (port: number) => ({ baseUrl: `http://127.0.0.1:${port}/v1`, key: { env: 'KEY_ONE' } })
    gate = await startGate({
      documents:
        upstream('closed', closed, { key: { env: 'KEY_ONE' } }) +
        upstream('cutting', closed, at((cutting.address() as AddressInfo).port)) +
        upstream('two', two) +
        document('Boundary', 'b', {
          upstreams: [{ name: 'closed' }, { name: 'cutting', order: 2 }, { name: 'two', order: 3 }],
          retries: RETRIES,
        }),
      env,
    })
    two.reply = says(false, { text: ['yes'] })
    expect((await post(gate, CHAT, chat())).status).toBe(200)
    expect(cuts).toBe(1)
    expect((await gate.records(1))[0]!.attempts!.map(({ upstream, code }) => [upstream, code])).toEqual([
      ['closed', 'upstream.unavailable'],
      ['cutting', 'upstream.unavailable'],
      ['two', undefined],
    ])
  })

  test('a slow first byte elsewhere only, and within the time that the first had', async () => {
    const timeouts = { firstByte: '300ms', total: '450ms' }
    await start(FALLBACK, {}, { one: { timeouts }, two: { timeouts: { firstByte: '20s' } } })
    one.reply = { before: 'never' }
    two.reply = says(false, { text: ['yes'] })
    expect((await post(gate, CHAT, chat())).status).toBe(200)
    expect([one.requests.length, two.requests.length]).toEqual([1, 1])
    two.reply = { before: 'never' }
    expect((await post(gate, CHAT, chat())).status).toBe(504)
    const { attempts } = (await gate.records(2))[1]!
    expect(attempts!.map(({ upstream, code }) => [upstream, code])).toEqual([
      ['one', 'upstream.timeout'],
      ['two', 'upstream.timeout'],
    ])
    // What was left of 450 ms, and not the 20 s of its own.
    expect(attempts![1]!.took).toBeLessThan(10_000)
  })

  test('nothing once the total time is over', async () => {
    await start(FALLBACK, {}, { one: { timeouts: { total: '100ms' } } })
    one.reply = { before: 'never' }
    two.reply = says(false, { text: ['never'] })
    expect((await post(gate, CHAT, chat())).status).toBe(504)
    expect([one.requests.length, two.requests.length]).toEqual([1, 0])
  })

  test('nothing at an upstream whose own total time is over', async () => {
    const timeouts = { firstByte: '200ms' }
    await start(FALLBACK, {}, { one: { timeouts }, two: { timeouts: { total: '100ms' } } })
    one.reply = { before: 'never' }
    two.reply = says(false, { text: ['never'] })
    expect((await post(gate, CHAT, chat())).status).toBe(504)
    expect((await gate.records(1))[0]!.attempts!.map(({ upstream }) => upstream)).toEqual(['one'])
  })

  test('nothing where the boundary says so', async () => {
    await start(FALLBACK, { retries: { attempts: 0 } })
    one.reply = down()
    two.reply = says(false, { text: ['never'] })
    expect((await post(gate, CHAT, chat())).status).toBe(502)
    expect([one.requests.length, two.requests.length]).toEqual([1, 0])
  })

  test('as often as the budget lets', async () => {
    await start(ONE, { retries: { ...RETRIES, budget: 0.1 } })
    // Successes in between keep the breaker closed, so that nothing but the budget holds the tries back.
    one.reply = ({ body }) => (body.includes('fail') ? down() : says(false, { text: ['yes'] }))
    const began = Date.now()
    for (let i = 0; i < 40; i++) {
      expect((await post(gate, CHAT, chat('fail'))).status).toBe(502)
      expect((await post(gate, CHAT, chat())).status).toBe(200)
    }
    const failing = one.requests.filter(({ body }) => body.includes('fail')).length
    // 10 at hand, a tenth of 80 calls, and one a second.
    expect(failing).toBeGreaterThanOrEqual(40 + 10)
    expect(failing).toBeLessThanOrEqual(40 + 10 + 8 + Math.ceil((Date.now() - began) / 1000))
  })

  test('a storm of calls at an upstream that fails them all is hardly more than the calls', async () => {
    await start(ONE, { retries: { attempts: 5, backoff: '1ms' } })
    one.reply = down()
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 10 }, () => post(gate, CHAT, chat())))
    expect(one.requests.length).toBeGreaterThanOrEqual(100)
    expect(one.requests.length).toBeLessThanOrEqual(100 + 10 + 20 + 5)
  })

  test('a caller that leaves while the gate waits ends the call at once', async () => {
    await start(ONE)
    one.reply = down(503, { 'retry-after': '9' })
    const leaving = new AbortController()
    const answer = fetch(gate.url + CHAT, {
      method: 'POST',
      headers: { authorization: `Bearer ${gate.key}` },
      body: JSON.stringify(chat()),
      signal: leaving.signal,
    }).catch(() => {})
    await until(() => one.requests.length === 1)
    leaving.abort()
    await answer
    // Of the nine seconds that it would have waited.
    const [record] = await gate.records(1)
    expect(record!.ended).toBe('client_gone')
    expect(record!.duration).toBeLessThan(8_000)
    expect(one.requests).toHaveLength(1)
  })
})

describe('retry-after', () => {
  test('of an upstream that has no alternative is waited for', async () => {
    await start(ONE)
    one.reply = inTurn(down(429, { 'retry-after': '1' }), says(false, { text: ['yes'] }))
    expect((await post(gate, CHAT, chat())).status).toBe(200)
    const [record] = await gate.records(1)
    expect(record!.attempts!.map(({ status }) => status)).toEqual([429, 200])
    expect(record!.attempts![1]!.began - record!.attempts![0]!.began).toBeGreaterThan(950)
  })

  test('that is too long is the caller’s to wait for', async () => {
    await start(ONE)
    one.reply = down(429, { 'retry-after': '30' })
    const { status, headers } = await post(gate, CHAT, chat())
    expect([status, headers['retry-after']]).toEqual([429, '30'])
    expect(one.requests).toHaveLength(1)
    // Nowhere else to go: the next is asked all the same.
    expect((await post(gate, CHAT, chat())).status).toBe(429)
    expect(one.requests).toHaveLength(2)
  })

  test('keeps calls for that model away, and no others', async () => {
    await start(FALLBACK)
    one.reply = ({ body }) =>
      body.includes('"big"') ? down(429, { 'retry-after': '30' }) : says(false, { text: ['yes'] })
    two.reply = says(false, { text: ['yes'] })
    for (let i = 0; i < 3; i++)
      expect((await post(gate, CHAT, chat('Hello', { model: 'big' }))).status).toBe(200)
    expect([one.requests.length, two.requests.length]).toEqual([1, 3])
    expect((await standing())[0]).toEqual({ name: 'one', state: 'closed', cooling: 1 })
    expect((await post(gate, CHAT, chat())).status).toBe(200)
    expect([one.requests.length, two.requests.length]).toEqual([2, 3])
  })
})

describe('the breaker', () => {
  test('opens, tries one call at a time, and closes', async () => {
    await start(FALLBACK)
    one.reply = down()
    two.reply = says(false, { text: ['yes'] })
    for (let i = 0; i < 8; i++) expect((await post(gate, CHAT, chat())).status).toBe(200)
    expect([one.requests.length, two.requests.length]).toEqual([5, 8])
    expect((await standing())[0]!.state).toBe('open')

    let answer: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    one.reply = { ...says(false, { text: ['back'] }), before: held }
    await sleep(1_100)
    // While one of them is out, the others go elsewhere.
    const asked = Array.from({ length: 20 }, () => post(gate, CHAT, chat()).then(({ text }) => said(text)))
    await until(() => one.requests.length > 0)
    expect((await standing())[0]!.state).toBe('half-open')
    await until(() => two.requests.length === 8 + 19)
    expect(one.requests).toHaveLength(1)
    answer()
    expect((await Promise.all(asked)).sort()).toEqual(['back', ...Array(19).fill('yes')])
    expect((await standing())[0]!.state).toBe('closed')
    one.reply = says(false, { text: ['back'] })
    expect(said((await post(gate, CHAT, chat())).text)).toBe('back')
  })

  test('refuses nobody: who has no alternative is tried, once', async () => {
    await start(ONE)
    one.reply = down()
    for (let i = 0; i < 6; i++) expect((await post(gate, CHAT, chat())).status).toBe(502)
    expect((await standing())[0]!.state).toBe('open')
    one.reply = says(false, { text: ['yes'] })
    expect((await post(gate, CHAT, chat())).status).toBe(200)
  })

  test('counts answers that break off, and neither what the caller did wrong nor callers that leave', async () => {
    await start(ONE)
    one.reply = down(400)
    for (let i = 0; i < 6; i++) expect((await post(gate, CHAT, chat())).status).toBe(400)
    one.reply = { before: 'never' }
    for (let i = 0; i < 6; i++) {
      const leaving = new AbortController()
      const asked = fetch(gate.url + CHAT, {
        method: 'POST',
        headers: { authorization: `Bearer ${gate.key}` },
        body: JSON.stringify(chat()),
        signal: leaving.signal,
      }).catch(() => {})
      await until(() => one.requests.length === i + 1)
      leaving.abort()
      await asked
    }
    await gate.records(12)
    expect((await standing())[0]!.state).toBe('closed')
    one.reply = { chunks: ['{"choices":'], headers: { 'content-type': 'application/json' } }
    for (let i = 0; i < 5; i++) expect((await post(gate, CHAT, chat())).status).toBe(502)
    await until(async () => (await standing())[0]!.state === 'open')
  })
})

test('calls are spread by weight', async () => {
  await start([
    { name: 'one', weight: 3 },
    { name: 'two', weight: 1 },
  ])
  one.reply = two.reply = says(false, { text: ['yes'] })
  for (let i = 0; i < 200; i++) await post(gate, CHAT, chat())
  // Three quarters of 200, give or take seven standard deviations.
  expect(one.requests.length).toBeGreaterThan(107)
  expect(one.requests.length).toBeLessThan(193)
  expect(one.requests.length + two.requests.length).toBe(200)
})

describe('keys', () => {
  /** An upstream that takes one key. */
  const takes = (key: string) => (request: MockRequest) =>
    request.headers.authorization === `Bearer ${key}` ? says(false, { text: ['yes'] }) : down(401)

  test('in several files: one that is refused is followed by the next, which stays', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sallyport-keys-'))
    onStop(() => rm(dir, { recursive: true, force: true }))
    const files = ['a', 'b', 'missing'].map((name) => join(dir, name))
    await writeFile(files[0]!, 'key-old')
    await writeFile(files[1]!, 'key-new')
    await start(ONE, {}, { one: { key: { files } } })
    one.reply = takes('key-new')
    const shown = () => one.requests.map(({ headers }) => headers.authorization)
    for (let i = 0; i < 2; i++) expect((await post(gate, CHAT, chat())).status).toBe(200)
    expect(shown()).toEqual(['Bearer key-old', 'Bearer key-new', 'Bearer key-new'])
    expect((await gate.records(1))[0]!.attempts).toMatchObject([{ code: 'upstream.auth' }, { status: 200 }])

    // Both refused: each is shown once, and one that is good again is found.
    one.reply = takes('none')
    expect((await post(gate, CHAT, chat())).status).toBe(502)
    expect(shown()).toHaveLength(2)
    one.reply = takes('key-old')
    expect((await post(gate, CHAT, chat())).status).toBe(200)

    // A file that changes holds a key that nobody refused yet.
    one.reply = takes('key-newest')
    await writeFile(files[0]!, 'key-newest')
    await until(async () => (await post(gate, CHAT, chat())).status === 200)
    expect(await gate.recordText()).not.toContain('key-')
  })

  test('idempotency keys of two tenants never meet, and one call keeps its own', async () => {
    const other = consumer('other', { tenant: 'other' })
    gate = await startGate({
      documents:
        upstream('one', one) +
        document('Boundary', 'b', { upstreams: ONE, retries: RETRIES }) +
        other.document,
      env,
    })
    one.reply = inTurn(down(), says(false, { text: ['yes'] }))
    for (const key of [gate.key, gate.key, other.key])
      await call(gate.url + CHAT, {
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': 'order-1' },
        body: JSON.stringify(chat()),
      })
    const sent = one.requests.map(({ headers }) => headers['idempotency-key'])
    expect(sent).toHaveLength(4)
    expect(new Set(sent.slice(0, 3)).size).toBe(1)
    expect(sent[3]).not.toBe(sent[0])
    expect(sent.join()).not.toContain('order-1')
  })
})
