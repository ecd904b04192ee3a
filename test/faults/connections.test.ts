import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Answer, call, document, onStop, startGate, stopAll, type TestGate, until } from '../gate.ts'
import { TIMEOUTS } from './faults.ts'
import { type Asked, type FaultyServer, head, type Peer, startFaulty, TEXT } from './server.ts'

/** More than the kernel takes at once. */
const LONG = 'x'.repeat(18_000_000)

let upstream: FaultyServer
let gate: TestGate
beforeAll(async () => {
  upstream = await startFaulty()
  onStop(() => upstream.close())
  const one = (name: string, baseUrl: string) =>
    document('Upstream', name, {
      protocol: 'openai',
      baseUrl,
      key: { env: 'UPSTREAM_KEY' },
      models: [{ name }],
      timeouts: { ...TIMEOUTS, firstByte: '2s' },
    })
  gate = await startGate({
    documents:
      one('gpt', `http://127.0.0.1:${upstream.port}/v1`) +
      one('refused', 'http://127.0.0.1:1/v1') +
      one('unknown', 'http://models.invalid/v1') +
      document('Boundary', 'all', {
        upstreams: ['gpt', 'refused', 'unknown'].map((name) => ({ name })),
        retries: { attempts: 0 },
      }),
    env: { UPSTREAM_KEY: 'sk-upstream-key-0123456789' },
    gate: { limits: { partCharacters: 20_000_000 } },
  })
})
afterEach(() => upstream.drop())
afterAll(stopAll)

const ask = (content = 'Hi', model = 'gpt', stream = false): Promise<Answer> =>
  call(`${gate.url}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${gate.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content }], ...(stream ? { stream } : {}) }),
  })
const code = ({ text }: Answer): string => JSON.parse(text).error?.code ?? 'answer'

const good = ({ type, body }: Asked) =>
  head('200 OK', `content-type: ${type}`, `content-length: ${body.length}`) + body
const serving = async (peer: Peer): Promise<void> => {
  for (let asked = await peer.request(); asked !== undefined; asked = await peer.request())
    await peer.say(good(asked))
}

test.each([false, true])(
  'a connection that is refused, a name that nobody has (streamed: %s)',
  async (stream) => {
    for (const model of ['refused', 'unknown']) {
      const answer = await ask('Hi', model, stream)
      expect([answer.status, code(answer)]).toEqual([502, 'upstream.unavailable'])
      expect(answer.text).not.toMatch(/127\.0|models\.invalid|ECONN|ENOTFOUND/)
    }
  },
)

const REPLIES = { whole: '{"choices":[]}', refusal: '{"error":{"message":"too long"}}' }
const EARLY: readonly [string, string][] = [
  [
    '200',
    head('200 OK', 'content-type: application/json', `content-length: ${REPLIES.whole.length}`) +
      REPLIES.whole,
  ],
  [
    '413',
    head('413 Too Large', 'content-type: application/json', `content-length: ${REPLIES.refusal.length}`) +
      REPLIES.refusal,
  ],
]

test.each(EARLY)(
  'an answer (%s) before the request was read, and then no reading: the caller gets it, the next call another connection',
  async (status, text) => {
    const before = upstream.accepted
    upstream.serve = (peer) => {
      if (upstream.accepted > before + 1) return serving(peer)
      peer.socket.once('data', () => {
        peer.socket.pause()
        void peer.say(text)
      })
    }
    const first = await ask(LONG)
    expect([first.status, code(first)]).toEqual(
      status === '200' ? [200, 'answer'] : [400, 'upstream.rejected'],
    )
    const second = await ask()
    expect([second.status, second.text.includes(TEXT)]).toEqual([200, true])
    expect(upstream.accepted).toBe(before + 2)
    upstream.notice()
    await until(() => upstream.open === 1)
  },
)

test('an answer before the request was read, and then a reset: nothing is held', async () => {
  const before = upstream.accepted
  upstream.serve = (peer) => {
    if (upstream.accepted > before + 1) return serving(peer)
    peer.socket.once('data', () => void peer.say(EARLY[1]![1]).then(() => peer.socket.resetAndDestroy()))
  }
  // Whether the answer outruns the reset is up to the kernel.
  expect(['upstream.rejected', 'upstream.unavailable']).toContain(code(await ask(LONG)))
  expect(code(await ask())).toBe('answer')
})

test('a long request that nobody reads', async () => {
  upstream.serve = ({ socket }) => socket.pause()
  expect(code(await ask(LONG))).toBe('upstream.timeout')
  upstream.notice()
  await until(() => upstream.open === 0)
})

test('a long request that is read', async () => {
  upstream.serve = serving
  for (let calls = 0; calls < 2; calls++) expect(code(await ask(LONG))).toBe('answer')
  expect(upstream.open).toBe(1)
})

test('a connection that is closed after an answer is not used again', async () => {
  upstream.serve = async (peer) => {
    const asked = await peer.request()
    await peer.say(good(asked!))
    peer.end()
  }
  for (let calls = 0; calls < 5; calls++) {
    expect(code(await ask())).toBe('answer')
    await until(() => upstream.open === 0)
  }
})

test('a connection that is closed just as the next call is sent: that call is told, the one after it is served', async () => {
  upstream.serve = async (peer) => {
    await peer.say(good((await peer.request())!))
    peer.socket.once('data', () => peer.socket.destroy())
  }
  expect([code(await ask()), code(await ask()), code(await ask())]).toEqual([
    'answer',
    'upstream.unavailable',
    'answer',
  ])
})

test('what comes on a connection that has answered is never the answer to the next call', async () => {
  const smuggled = { type: 'application/json', body: '{"smuggled":true}', path: '', stream: false, bytes: 0 }
  const before = upstream.accepted
  upstream.serve = async (peer) => {
    const asked = await peer.request()
    await peer.say(good(asked!) + good(smuggled))
    if (upstream.accepted > before + 1) return
    // Later than the answer, before the next call.
    setTimeout(() => void peer.say(good(smuggled)), 50)
  }
  for (let calls = 0; calls < 4; calls++) {
    const { text } = await ask()
    expect([text.includes(TEXT), text.includes('smuggled')]).toEqual([true, false])
    if (calls % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 100))
  }
})

test('a refusal that names key, host and account says what is about the request', async () => {
  const { port } = upstream
  const said = `Bad value for "n". Key sk-upstream-key-0123456789 of org-acme12345 at 127.0.0.1:${port} (http://models.internal:${port}/v1)`
  const body = JSON.stringify({ error: { message: said } })
  for (const status of [
    '400 Bad Request',
    '404 Not Found',
    '422 Unprocessable',
    '401 Unauthorized',
    '403 Forbidden',
    '500 Error',
    '429 Slow',
  ]) {
    upstream.serve = async (peer) => {
      await peer.request()
      await peer.say(
        head(
          status,
          'content-type: application/json',
          `content-length: ${body.length}`,
          `x-served-by: 10.0.0.1:${port}`,
        ) + body,
      )
    }
    const { text, headers } = await ask()
    upstream.drop()
    const all = text + JSON.stringify(headers)
    expect(all).not.toMatch(
      new RegExp(`sk-upstream|org-acme|127\\.0\\.0\\.1|models\\.internal|${port}|10\\.0\\.0\\.1`),
    )
    if (/^4(00|04|22)/.test(status)) expect(text).toContain('Bad value for')
  }
})
