import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { filler, type Mock, type Script, startMock } from '../../../test/mock-upstream.ts'
import { cancellation } from '../../core/cancellation.ts'
import { GateError } from '../../core/errors.ts'
import type { HttpSpec, Upstream, UpstreamAnswer, UpstreamCall } from '../types.ts'
import { httpUpstream } from './index.ts'

const SECRET = 'sk-test-0123456789'
const timeouts = { connect: 2_000, firstByte: 20_000, idle: 20_000, total: 60_000 }
const cleanups: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function mock(script: Script): Promise<Mock> {
  const started = await startMock(script)
  cleanups.push(() => started.close())
  return started
}

function connect(baseUrl: string, spec: Partial<HttpSpec> = {}, secret = () => SECRET): Upstream {
  const warn = (message: string): void => {
    warnings.push(message)
  }
  const auth = { header: 'Authorization', scheme: 'Bearer' }
  const base: HttpSpec = { name: 'one', protocol: 'openai', baseUrl, key: { env: 'KEY' }, auth, timeouts }
  return httpUpstream({ ...base, ...spec }, { secret, warn })
}
let warnings: string[] = []
afterEach(() => {
  warnings = []
})

const call = (more: Partial<UpstreamCall> = {}): UpstreamCall => ({
  path: '/chat/completions',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"m"}',
  signal: cancellation().signal,
  stream: false,
  ...more,
})

async function text(answer: UpstreamAnswer): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of answer.body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

async function failure(promise: Promise<unknown>): Promise<GateError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(GateError)
  return error as GateError
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function tcp(serve: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, port: (server.address() as { port: number }).port }
}

describe('what is sent', () => {
  test('a model in the address, which has to be the name of one', async () => {
    const upstream = await mock({ json: {} })
    const base = upstream.url.replace('/v1', '/openai/deployments/{model}/')
    const auth = { header: 'api-key' }
    const one = connect(base, { auth, query: { 'api-version': '2030-01-01' } })
    await text(await one.send(call({ model: 'gpt-4o_1.2:x' })))
    const [{ url, headers }] = upstream.requests as [(typeof upstream.requests)[number]]
    expect(url).toBe('/openai/deployments/gpt-4o_1.2:x/chat/completions?api-version=2030-01-01')
    expect(headers['api-key']).toBe(SECRET)
    for (const model of ['..', '.', '', 'a/b', 'a%2fb', 'a b', 'a?b', undefined]) {
      const refused = await failure(one.send(call(model === undefined ? {} : { model })))
      expect([model, refused.code]).toEqual([model, 'request.model'])
    }
    expect(await one.models()).toEqual([])
    expect(upstream.requests).toHaveLength(1)
  })

  test('the body as it is, the given headers, the key, and nothing else', async () => {
    const upstream = await mock({ json: {} })
    const body = Buffer.from('{ "model":"m",  "n": 12345678901234567890 }')
    const headers = { 'content-type': 'application/json', traceparent: '00-ab-cd-01' }
    await text(await connect(upstream.url).send(call({ headers, body })))
    const [received] = upstream.requests
    expect(received?.method).toBe('POST')
    expect(received?.url).toBe('/v1/chat/completions')
    expect(received?.body.equals(body)).toBe(true)
    expect(received?.headers).toEqual({
      host: new URL(upstream.url).host,
      connection: 'keep-alive',
      'content-length': String(body.length),
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      traceparent: '00-ab-cd-01',
      authorization: `Bearer ${SECRET}`,
    })
  })

  test('another header without a scheme, and a query', async () => {
    const upstream = await mock({ json: {} })
    const query = { 'api-version': '2024-10-21' }
    const azure = connect(`${upstream.url}/`, { auth: { header: 'Api-Key' }, query })
    await text(await azure.send(call({ headers: { 'api-key': 'of the caller' } })))
    expect(upstream.requests[0]?.url).toBe('/v1/chat/completions?api-version=2024-10-21')
    expect(upstream.requests[0]?.headers['api-key']).toBe(SECRET)
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('no credentials when there is no key', async () => {
    const upstream = await mock({ json: {} })
    const open = httpUpstream(
      {
        name: 'open',
        protocol: 'openai',
        baseUrl: upstream.url,
        auth: { header: 'authorization' },
        timeouts,
      },
      { secret: () => SECRET, warn: () => undefined },
    )
    await text(await open.send(call()))
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('the key as it is at each call', async () => {
    const upstream = await mock({ json: {} })
    const keys = ['first', 'second']
    const rotating = connect(upstream.url, {}, () => keys.shift() ?? '')
    await text(await rotating.send(call()))
    await text(await rotating.send(call()))
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ])
  })

  test('nothing while the key is missing; the operator is told once', async () => {
    const upstream = await mock({ json: {} })
    const keyless = connect(upstream.url, {}, () => {
      throw new Error('the environment variable KEY is not set')
    })
    for (let tries = 0; tries < 3; tries++) {
      expect((await failure(keyless.send(call()))).code).toBe('upstream.unavailable')
    }
    expect(warnings).toEqual(['upstream one: the environment variable KEY is not set'])
    expect(upstream.requests).toEqual([])
  })

  test('over one connection, one call after another', async () => {
    const upstream = await mock({ json: {} })
    const one = connect(upstream.url)
    for (let calls = 0; calls < 5; calls++) {
      await text(await one.send(call()))
      await new Promise(setImmediate)
    }
    expect(upstream.connections).toBe(1)
  })
})

describe('what comes back', () => {
  test('a body byte for byte, with status and headers', async () => {
    const headers = { 'x-request-id': 'abc', 'set-cookie': ['a=1', 'b=2'] }
    const upstream = await mock({ status: 429, headers: { ...headers, 'retry-after': '7' }, json: { é: 1 } })
    const answer = await connect(upstream.url).send(call())
    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({ ...headers, 'retry-after': '7' })
    expect(await text(answer)).toBe('{"é":1}')
  })

  test('a stream, whatever its pieces', async () => {
    const whole = Buffer.from('data: {"text":"über 🌊"}\r\n\r\ndata: [DONE]\n\n')
    const chunks = Array.from(whole, (byte) => Uint8Array.of(byte))
    const upstream = await mock({ chunks })
    expect(await text(await connect(upstream.url).send(call({ stream: true })))).toBe(whole.toString())
  })

  test.each([401, 403])('status %i says only that the credentials were refused', async (status) => {
    const upstream = await mock({ status, json: { error: { message: `bad key ${SECRET}` } } })
    const error = await failure(connect(upstream.url).send(call()))
    expect(error.code).toBe('upstream.auth')
    expect(error.message).not.toContain(SECRET)
  })

  test('a redirect is neither followed nor handed on', async () => {
    const upstream = await mock({ status: 307, headers: { location: '/v1/elsewhere' }, json: {} })
    expect((await failure(connect(upstream.url).send(call()))).code).toBe('upstream.invalid')
    expect(upstream.requests).toHaveLength(1)
  })

  test('an encoded answer, which could not be inspected, is not read', async () => {
    const upstream = await mock({ headers: { 'content-encoding': 'gzip' }, json: {} })
    expect((await failure(connect(upstream.url).send(call()))).code).toBe('upstream.invalid')
  })

  test('headers have a limit', async () => {
    const upstream = await mock({ headers: { 'x-long': 'x'.repeat(40_000) }, json: {} })
    expect((await failure(connect(upstream.url).send(call()))).code).toBe('upstream.invalid')
  })

  test('what is not HTTP is invalid', async () => {
    const { port } = await tcp((socket) => socket.on('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    const error = await failure(connect(`http://127.0.0.1:${port}`).send(call()))
    expect(error.code).toBe('upstream.invalid')
  })
})

describe('what goes wrong', () => {
  test('a refused connection, without saying where', async () => {
    const { port, server } = await tcp(() => undefined)
    server.close()
    await once(server, 'close')
    const error = await failure(connect(`http://127.0.0.1:${port}`).send(call()))
    expect(error.code).toBe('upstream.unavailable')
    expect(error.message).not.toMatch(new RegExp(`127|${port}`))
  })

  test('a name that does not resolve, without saying which', async () => {
    const error = await failure(connect('http://models.invalid').send(call()))
    expect(error.code).toBe('upstream.unavailable')
    expect(error.message).not.toContain('models.invalid')
  })

  test('a connection that is reset before there is an answer', async () => {
    const { port } = await tcp((socket) => socket.on('data', () => socket.resetAndDestroy()))
    const error = await failure(connect(`http://127.0.0.1:${port}`).send(call()))
    expect(error.code).toBe('upstream.unavailable')
  })

  test('an answer that breaks off: what came is delivered, then it throws', async () => {
    const upstream = await mock({ chunks: ['one ', 'two '], delay: 5, ending: 'destroy' })
    const answer = await connect(upstream.url).send(call())
    let read = ''
    const error = await failure(
      (async () => {
        for await (const piece of answer.body) read += Buffer.from(piece).toString()
      })(),
    )
    expect(error.code).toBe('upstream.unavailable')
    expect(read).toBe('one two ')
  })

  test('an answer that breaks off before anybody reads: the same', async () => {
    const upstream = await mock({ chunks: ['one ', 'two '], ending: 'destroy' })
    const answer = await connect(upstream.url).send(call())
    await new Promise((resolve) => setTimeout(resolve, 100))
    const reader = answer.body[Symbol.asyncIterator]()
    let read = ''
    const error = await failure(
      (async () => {
        for (;;) read += Buffer.from((await reader.next()).value).toString()
      })(),
    )
    expect(error.code).toBe('upstream.unavailable')
    expect(read).toBe('one two ')
  })

  test('a handshake that never ends', async () => {
    const { port } = await tcp(() => undefined)
    const slow = connect(`https://127.0.0.1:${port}`, { timeouts: { ...timeouts, connect: 50 } })
    expect((await failure(slow.send(call()))).code).toBe('upstream.timeout')
  })

  test('headers that never come', async () => {
    const upstream = await mock({ before: 'never' })
    const slow = connect(upstream.url, { timeouts: { ...timeouts, firstByte: 50 } })
    expect((await failure(slow.send(call()))).code).toBe('upstream.timeout')
    await until(() => upstream.aborted === 1)
  })

  test('a body that stops coming', async () => {
    const upstream = await mock({ chunks: ['one'], ending: 'stall' })
    const slow = connect(upstream.url, { timeouts: { ...timeouts, idle: 50 } })
    expect((await failure(slow.send(call()).then(text))).code).toBe('upstream.timeout')
    await until(() => upstream.aborted === 1)
  })

  test('a body that never stops coming', async () => {
    const upstream = await mock({ chunks: filler(1_000_000, 10), delay: 5 })
    const slow = connect(upstream.url, { timeouts: { ...timeouts, total: 100 } })
    expect((await failure(slow.send(call()).then(text))).code).toBe('upstream.timeout')
    await until(() => upstream.aborted === 1)
  })

  test('calls after the upstream was closed', async () => {
    const upstream = await mock({ json: {} })
    const closed = connect(upstream.url)
    await closed.close()
    expect((await failure(closed.send(call()))).code).toBe('upstream.unavailable')
  })
})

describe.each([
  ['AbortController', () => new AbortController()],
  ['cancellation()', () => cancellation()],
])('giving up by %s', (_, controller) => {
  const gone = new Error('the client has gone')

  test('before the call', async () => {
    const upstream = await mock({ json: {} })
    const { abort, signal } = bound(controller())
    abort(gone)
    await expect(connect(upstream.url).send(call({ signal }))).rejects.toBe(gone)
    expect(upstream.connections).toBe(0)
  })

  test('before there is a connection', async () => {
    const upstream = await mock({ json: {} })
    const { abort, signal } = bound(controller())
    const answer = connect(upstream.url).send(call({ signal }))
    abort(gone)
    await expect(answer).rejects.toBe(gone)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(upstream.requests).toEqual([])
  })

  test('before the answer', async () => {
    const upstream = await mock({ before: 'never' })
    const { abort, signal } = bound(controller())
    const answer = connect(upstream.url).send(call({ signal }))
    const rejected = expect(answer).rejects.toBe(gone)
    await until(() => upstream.requests.length === 1)
    abort(gone)
    await rejected
    await until(() => upstream.aborted === 1)
  })

  test('in the middle, while somebody waits', async () => {
    const upstream = await mock({ chunks: ['one'], ending: 'stall' })
    const { abort, signal } = bound(controller())
    const answer = await connect(upstream.url).send(call({ signal }))
    const reader = answer.body[Symbol.asyncIterator]()
    expect(Buffer.from((await reader.next()).value).toString()).toBe('one')
    const rejected = expect(reader.next()).rejects.toBe(gone)
    abort(gone)
    await rejected
    await until(() => upstream.aborted === 1)
  })

  test('in the middle, without a reason: the body does not look whole', async () => {
    const upstream = await mock({ chunks: ['one'], ending: 'stall' })
    const { abort, signal } = bound(controller())
    const answer = await connect(upstream.url).send(call({ signal }))
    abort(undefined)
    await expect(text(answer)).rejects.toBeDefined()
  })
})

function bound(controller: Pick<AbortController, 'abort'> | ReturnType<typeof cancellation>) {
  const { signal } = controller as ReturnType<typeof cancellation>
  return { signal, abort: (reason: unknown) => controller.abort(reason) }
}

describe('reading', () => {
  test('leaving the loop closes the connection', async () => {
    const upstream = await mock({ chunks: filler(1_000_000, 1_000), delay: 1 })
    const answer = await connect(upstream.url).send(call())
    for await (const _ of answer.body) break
    await until(() => upstream.aborted === 1)
  })

  test('destroy closes the connection and ends a waiting read; twice does no harm', async () => {
    const upstream = await mock({ chunks: ['one'], ending: 'stall' })
    const answer = await connect(upstream.url).send(call())
    const reader = answer.body[Symbol.asyncIterator]()
    await reader.next()
    const waiting = reader.next()
    answer.body.destroy()
    answer.body.destroy()
    expect((await waiting).done).toBe(true)
    await until(() => upstream.aborted === 1)
  })

  test('a reader that stalls stops a 100 MB answer at the socket, and gets all of it later', async () => {
    const upstream = await mock({ chunks: filler(1_600) })
    const answer = await connect(upstream.url).send(call())
    const reader = answer.body[Symbol.asyncIterator]()
    const before = process.memoryUsage().rss
    let read = (await reader.next()).value?.length ?? 0
    // Both kernels' buffers fill first; then nothing moves any more.
    let sent = -1
    while (sent !== upstream.sent) {
      sent = upstream.sent
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(sent).toBeLessThan(16_000_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(32_000_000)
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      read += next.value.length
    }
    expect(read).toBe(1_600 * 65_536)
  })
})

describe('models', () => {
  test('are asked for with the key', async () => {
    const upstream = await mock({ json: { data: [{ id: 'a' }, { id: 'b' }, { name: 'c' }, null] } })
    expect(await connect(upstream.url).models()).toEqual(['a', 'b'])
    expect(upstream.requests[0]?.method).toBe('GET')
    expect(upstream.requests[0]?.url).toBe('/v1/models')
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${SECRET}`)
  })

  test('of Anthropic’s API, a page as long as there is', async () => {
    const upstream = await mock({ json: { data: [{ type: 'model', id: 'a' }], has_more: false } })
    const spec = { protocol: 'anthropic', auth: { header: 'x-api-key' }, query: { a: 'b' } } as const
    expect(await connect(upstream.url, spec).models()).toEqual(['a'])
    const { url, headers } = upstream.requests[0]!
    expect(url).toBe('/v1/models?limit=1000&a=b')
    expect(headers).toMatchObject({ 'x-api-key': SECRET, 'anthropic-version': '2023-06-01' })
    expect(headers.authorization).toBeUndefined()
  })

  test.each<[string, Script]>([
    ['a failure', { status: 500, json: { data: [{ id: 'a' }] } }],
    ['refused credentials', { status: 401, json: {} }],
    ['another shape', { json: [] }],
    ['no JSON', { chunks: ['<html>'] }],
    ['too long a list', { chunks: ['{"data":[{"id":"a"}],"x":"', ...filler(100), '"}'] }],
    ['an answer that breaks off', { chunks: ['{"data":['], ending: 'destroy' }],
  ])('none after %s', async (_, script) => {
    expect(await connect((await mock(script)).url).models()).toEqual([])
  })
})

test.each([
  ['ftp://models.example/v1', 'http: or https:'],
  ['models.example', 'http: or https:'],
  ['https://user:pass@models.example/v1', 'credentials'],
  ['https://models.example/v1?key=1', 'query'],
])('a base URL that cannot be used is refused when it is read: %s', (baseUrl, complaint) => {
  expect(() => connect(baseUrl)).toThrow(complaint)
})
