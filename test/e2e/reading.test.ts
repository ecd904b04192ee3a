import { createHash } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, document, post, startGate, startModel, stopAll, type TestGate } from '../gate.ts'
import { says } from './chat.ts'

const CHAT = '/v1/chat/completions'
const LIMIT = 64 * 1024

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate

beforeAll(async () => {
  model = await startModel()
  gate = await startGate({
    gate: { limits: { requestBytes: LIMIT, holdCharacters: 40_000, partCharacters: 40_000 } },
    documents: [
      document('Upstream', 'model', {
        protocol: 'openai',
        baseUrl: model.url,
        models: [{ name: 'm' }, { name: 'alias', as: 'real/model-1' }],
      }),
      document('Boundary', 'chat', {
        upstreams: [{ name: 'model' }],
        input: [{ use: 'pii', with: { mask: 'label' } }],
        output: [{ use: 'pii' }],
      }),
    ].join(''),
  })
})
afterAll(stopAll)

/** A body that is read, but for what a test does to it. */
const body = (content = '"Hello"', more = '') =>
  `{"model": "m", "messages": [{"role": "user", "content": ${content}}]${more}}`

async function refusal(sent: string | Uint8Array, headers: Record<string, string> = {}) {
  model.reply = says(false, { text: ['never'] })
  const { status, text } = await call(gate.url + CHAT, {
    headers: { authorization: `Bearer ${gate.key}`, 'content-type': 'application/json', ...headers },
    body: sent,
  })
  expect(model.requests).toHaveLength(0)
  const { code, type, param } = JSON.parse(text).error
  return { status, code, type, ...(param === null ? {} : { param }) }
}

async function forwarded(sent: string | Uint8Array, headers: Record<string, string | string[]> = {}) {
  model.reply = says(false, { text: ['read'] })
  const { status, headers: answered } = await call(gate.url + CHAT, {
    headers: { authorization: `Bearer ${gate.key}`, 'content-type': 'application/json', ...headers },
    body: sent,
  })
  expect(status).toBe(200)
  expect(model.requests).toHaveLength(1)
  const { body: received, headers: arrived } = model.requests[0]!
  return { body: received.toString('utf8'), arrived, answered }
}

describe('bodies that two parsers could read differently', () => {
  const bad = (code: string, status = 400) => ({ status, code, type: 'invalid_request_error' })
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  test.each([
    ['the same key twice', body('"a"', ', "model": "n"')],
    ['the same key twice after unescaping', body('"a"', ', "mod\\u0065l": "n"')],
    ['the same key twice, deep inside of what is unknown', body('"a"', ', "x": [{"y": 1, "\\u0079": 2}]')],
    ['the same escaped key twice', body('"a"', ', "\\u0078": 1, "\\u0078": 2')],
  ])('%s', async (_, sent) => {
    expect(await refusal(sent)).toMatchObject(bad('body.duplicate_key'))
  })

  test.each([
    ['capitals', body('"a"', ', "Messages": []'), 'Messages'],
    ['a long s', body('"a"', ', "me\u017f\u017fages": []'), 'me\u017f\u017fages'],
    ['an escaped long s', body('"a"', ', "me\\u017fsages": []'), 'me\u017fsages'],
    ['the Kelvin sign', body('"a"', ', "max_to\u212aens": 5'), 'max_to\u212aens'],
    [
      'capitals in a message',
      '{"model":"m","messages":[{"role":"user","CONTENT":"a"}]}',
      'messages[0].CONTENT',
    ],
  ])('a key that differs from a known one in case: %s', async (_, sent, param) => {
    expect(await refusal(sent)).toEqual({ ...bad('body.ambiguous_key'), param })
  })

  test.each([
    ['a stray byte', [0xff]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half a pair', [0xed, 0xa0, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
  ])('bytes that are not UTF-8: %s', async (_, bytes) => {
    const [before, after] = body('"a|b"').split('|')
    expect(
      await refusal(Buffer.concat([Buffer.from(before!), Buffer.from(bytes), Buffer.from(after!)])),
    ).toEqual(bad('body.invalid_utf8'))
  })

  test.each<[string, string, string]>([
    ['a byte order mark', 'body.bom', `\ufeff${body()}`],
    ['nested 101 deep', 'body.depth', body('"a"', `, "x": ${nested(100)}`)],
    ['another value after it', 'body.trailing', `${body()} {}`],
    ['an array', 'body.not_object', `[${body()}]`],
    ['a string', 'body.not_object', '"model"'],
    ['half a surrogate pair', 'body.surrogate', body('"a\\ud83d"')],
    ['the halves in the wrong order', 'body.surrogate', body('"\\ude00\\ud83d"')],
    ['half a surrogate pair in a key', 'body.surrogate', body('"a"', ', "\\ud83d": 1')],
    ['nothing', 'body.not_json', ''],
    ['a comma too many', 'body.not_json', body('"a",')],
    ['a comment', 'body.not_json', body('"a" /* b */')],
    ['single quotes', 'body.not_json', body("'a'")],
    ['a control character in a string', 'body.not_json', body('"a\u0001"')],
    ['NaN', 'body.not_json', body('"a"', ', "temperature": NaN')],
    ['a number with a leading zero', 'body.not_json', body('"a"', ', "n": 01')],
    ['a body cut short', 'body.not_json', body().slice(0, -2)],
  ])('%s: %s', async (_, code, sent) => {
    expect(await refusal(sent)).toMatchObject(bad(code))
  })

  test('nested 100 deep is read', async () => {
    const sent = body('"a"', `, "x": ${nested(99)}`)
    expect((await forwarded(sent)).body).toBe(sent)
  })

  test('a body over the limit, announced or not', async () => {
    const sent = body(`"${'long '.repeat(LIMIT / 5)}"`)
    expect(await refusal(sent)).toMatchObject(bad('body.too_large', 413))
    expect(await refusal(sent, { 'transfer-encoding': 'chunked' })).toMatchObject(bad('body.too_large', 413))
  })

  test('a text over the limit', async () => {
    const refused = await refusal(body(`"${'long '.repeat(8001)}"`))
    expect(refused).toEqual({ ...bad('body.too_large', 413), param: 'messages[0].content' })
  })
})

describe('content encodings', () => {
  const sent = body('"Hello, compressed"')
  const codings: [string, (data: string | Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ]

  test.each(codings)('%s is decoded', async (encoding, encode) => {
    const { body: received, arrived } = await forwarded(encode(sent), { 'content-encoding': encoding })
    expect(received).toBe(sent)
    expect(arrived['content-encoding']).toBeUndefined()
    expect(arrived['content-length']).toBe(String(sent.length))
  })

  test.each(codings)('%s that grows past the limit', async (encoding, encode) => {
    const bomb = encode(Buffer.alloc(64 * 1024 * 1024, 0x20))
    expect(bomb.length).toBeLessThan(LIMIT * 2)
    const small = bomb.length < LIMIT ? bomb : encode(Buffer.alloc(LIMIT + 1, 0x20))
    expect(await refusal(small, { 'content-encoding': encoding })).toMatchObject({
      status: 413,
      code: 'body.too_large',
    })
  })

  test.each(['compress', 'gzip, gzip', 'zip', 'aws-chunked', ''])('"%s" is not', async (encoding) => {
    const refused = await refusal(gzipSync(sent), { 'content-encoding': encoding })
    expect(refused).toMatchObject({ status: 415, code: 'body.encoding' })
  })

  test('what is not what it says', async () => {
    const broken = gzipSync(sent)
    broken[broken.length - 12]! ^= 0xff
    const encoding = { 'content-encoding': 'gzip' }
    const code = 'body.encoding'
    expect(await refusal(broken, encoding)).toMatchObject({ code })
    expect(await refusal(sent, encoding)).toMatchObject({ code })
    expect(await refusal(gzipSync(sent).subarray(0, -9), encoding)).toMatchObject({ code })
  })
})

describe('bytes', () => {
  const odd = `\r\n{ "messages" :[ {"content":"\\u0048i \\/ \u{1F600} \\ud83d\\ude00","role":"user", "x":null} ]\t,
  "zeta":{"deep":[1.0e+2,-0, 12345678901234567890123, 0.1000, true]},"model":"m", "user":"u-1" ,"":"" }\n`

  test('pass untouched', async () => {
    expect((await forwarded(odd)).body).toBe(odd)
  })

  test('but for the literals that a verdict edits', async () => {
    const sent = odd.replace('\\u0048i', 'Mail \\u0061da@example.com,\\n')
    const [before, after] = sent.split(/"Mail .*?"/) as [string, string]
    const { body: received } = await forwarded(sent)
    expect(received.startsWith(before)).toBe(true)
    expect(received.endsWith(after)).toBe(true)
    expect(JSON.parse(received).messages[0].content).toBe('Mail [EMAIL],\n / \u{1F600} \u{1F600}')
  })

  test('but for the model’s name where the upstream has another', async () => {
    const sent = odd.replace('"m"', '"alias"')
    expect((await forwarded(sent)).body).toBe(odd.replace('"m"', '"real/model-1"'))
  })

  test('of an answer pass untouched, too', async () => {
    const said = ` {"id":"x" ,"choices":[{"message":{"content":"a\\u0062c \\/"},"index":0}],"big":[0.10],\n"ünknown":null}`
    const reply = (text: string) => ({ chunks: [text], headers: { 'content-type': 'application/json' } })
    model.reply = reply(said)
    expect((await post(gate, CHAT, body())).text).toBe(said)
    const mail = said.replace('a\\u0062c', 'ada@example.com')
    model.reply = reply(mail)
    expect((await post(gate, CHAT, body())).text).toBe(said.replace('a\\u0062c \\/', '[EMAIL] /'))
  })
})

describe('headers', () => {
  test('that the upstream gets, and those that it does not', async () => {
    const { arrived } = await forwarded(body(), {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'idempotency-key': 'once-1',
      accept: 'application/json',
      cookie: 'session=secret',
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'inner.example',
      forwarded: 'for=10.0.0.1',
      'x-real-ip': '10.0.0.1',
      via: '1.1 inner',
      te: 'trailers',
      connection: 'close, x-hop',
      'x-hop': 'hop',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic secret',
      'x-api-key': gate.key,
      'api-key': gate.key,
      'x-custom': 'custom',
      'openai-organization': 'org-caller',
      'user-agent': 'caller/1',
      'accept-encoding': 'gzip',
      host: 'elsewhere.example',
    })
    expect(arrived).toEqual({
      host: new URL(model.url).host,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': String(body().length),
      accept: 'application/json',
      'accept-encoding': 'identity',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      // One provider key serves all tenants: their idempotency keys must not meet.
      'idempotency-key': createHash('sha256').update('["acme","once-1"]').digest('hex'),
    })
  })

  test.each([
    ['buffered', false],
    ['streamed', true],
  ])('that the caller gets, %s', async (_, stream) => {
    model.reply = {
      ...says(stream, { text: ['yes'] }),
      headers: {
        'content-type': stream ? 'text/event-stream' : 'application/json; charset=utf-8',
        'x-request-id': 'req_1',
        'openai-processing-ms': '7',
        'openai-organization': 'org-abc',
        'openai-project': 'proj-abc',
        'x-ratelimit-remaining-requests': '9',
        'set-cookie': ['__cf_bm=secret', 'b=c'],
        server: 'cloudflare',
        'cf-ray': 'x',
        'access-control-allow-origin': '*',
        'alt-svc': 'h3=":443"',
        'x-internal-host': 'gpu-7.internal.example',
      },
    }
    const { headers } = await post(gate, CHAT, body('"a"', `, "stream": ${stream}`))
    const { date, connection, 'x-sallyport-exchange': id, ...rest } = headers
    expect(id).toMatch(/^ex_[0-9a-f]{32}$/)
    const framing = stream
      ? {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-cache',
          'x-accel-buffering': 'no',
          'transfer-encoding': 'chunked',
        }
      : { 'content-type': 'application/json', 'content-length': rest['content-length'] }
    expect(rest).toEqual({ ...framing, 'x-request-id': 'req_1', 'openai-processing-ms': '7' })
  })
})

describe('paths', () => {
  test.each([
    '/',
    '/v1',
    '/v1/chat/completions/',
    '/v1//chat/completions',
    '/V1/chat/completions',
    '/v1/completions/',
    '/v1/embeddings/m',
    '/v1/modelsm',
    '/v1/chat/../chat/completions',
    '/v1/chat%2fcompletions',
    '/healthz',
    '/metrics',
    '/proxy?url=http://127.0.0.1/',
  ])('%s is not there', async (path) => {
    model.reply = says(false, { text: ['never'] })
    // Written by hand: a URL would be put in order first.
    const { hostname, port } = new URL(gate.url)
    const { status, text } = await call(gate.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${gate.key}`, host: `${hostname}:${port}` },
      body: body(),
      path,
    })
    expect(status).toBe(404)
    expect(JSON.parse(text).error.code).toBe('request.not_found')
    expect(model.requests).toHaveLength(0)
  })

  test.each([
    ['GET', CHAT],
    ['PUT', CHAT],
    ['POST', '/v1/models'],
    ['POST', '/v1/models/m'],
    ['GET', '/v1/inspect'],
    ['DELETE', '/v1/generate'],
  ])('%s %s is not how it is called', async (method, path) => {
    const { status, text } = await call(gate.url + path, {
      method,
      headers: { authorization: `Bearer ${gate.key}` },
    })
    expect(status).toBe(405)
    expect(JSON.parse(text).error.code).toBe('request.method')
  })

  test('nothing of a call names the upstream’s address', async () => {
    const elsewhere = 'http://127.0.0.1:9/v1'
    const { arrived } = await forwarded(
      body('"a"', `, "base_url": "${elsewhere}", "api_base": "${elsewhere}"`),
      {
        'x-upstream-url': elsewhere,
        'x-portkey-custom-host': elsewhere,
        'x-target': elsewhere,
      },
    )
    expect(arrived.host).toBe(new URL(model.url).host)
    const path = `${CHAT}?upstream=${elsewhere}&api-version=1`
    model.reply = says(false, { text: ['read'] })
    expect((await post(gate, path, body())).status).toBe(200)
    expect(model.requests[0]?.url).toBe('/v1/chat/completions')
  })
})
