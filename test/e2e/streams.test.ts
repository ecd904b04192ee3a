import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  call,
  document,
  onStop,
  policyFolder,
  startGate,
  startModel,
  stopAll,
  type TestGate,
  until,
} from '../gate.ts'
import { sse } from '../mock-upstream.ts'
import { delta } from './chat.ts'

const CHAT = '/v1/chat/completions'
const ASK = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Go on' }], stream: true })

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate

const documents = () =>
  document('Upstream', 'model', {
    protocol: 'openai',
    baseUrl: model.url,
    models: [{ name: 'm' }],
    timeouts: { idle: '60s' },
  }) +
  document('Boundary', 'chat', {
    upstreams: [{ name: 'model' }],
    output: [{ use: 'keywords', with: { words: ['open sesame'] } }, { use: 'pii' }],
  })

beforeAll(async () => {
  model = await startModel()
  gate = await startGate({ documents: documents() })
})
afterAll(stopAll)

/** What a call says at the level of its socket. */
function request(key: string, connection: string): string {
  const head = [
    `POST ${CHAT} HTTP/1.1`,
    'host: gate',
    `connection: ${connection}`,
    `authorization: Bearer ${key}`,
    `content-length: ${ASK.length}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${ASK}`
}

interface Dialled {
  socket: Socket
  /** What has come so far. */
  readonly text: string
  ended: Promise<unknown>
}

/** Calls from a socket of its own. */
function dial({ url, key }: { url: string; key: string }, connection = 'close'): Dialled {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('utf8').on('data', (piece) => {
    text += piece
  })
  socket.write(request(key, connection))
  onStop(async () => socket.destroy())
  return {
    socket,
    get text() {
      return text
    },
    ended: once(socket, 'close'),
  }
}

/** A chunked body's content (RFC 9112, 7.1). */
function unchunked(response: string): string {
  let rest = Buffer.from(response.slice(response.indexOf('\r\n\r\n') + 4))
  let body = ''
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, end).toString(), 16)
    if (!(size > 0)) return body
    body += rest.subarray(end + 2, end + 2 + size).toString()
    rest = rest.subarray(end + 4 + size)
  }
}

/** Pieces that are sent when the test lets them go. */
function gated() {
  const waiting: ((piece: string | undefined) => void)[] = []
  const queued: (string | undefined)[] = []
  return {
    send(piece: string | undefined) {
      const next = waiting.shift()
      if (next === undefined) queued.push(piece)
      else next(piece)
    },
    async *chunks() {
      for (;;) {
        const piece =
          queued.length > 0
            ? queued.shift()
            : await new Promise<string | undefined>((resolve) => waiting.push(resolve))
        if (piece === undefined) return
        yield piece
      }
    },
  }
}

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('line endings: %s', (_, line) => {
  const events = (...texts: string[]) => [
    `: hello${line}${line}`,
    `id: 7${line}event: message${line}data: ${JSON.stringify(delta(0, { content: 'Hello, ' }))}${line}retry: 10${line}${line}`,
    ...texts.map((content) => `data:${JSON.stringify(delta(0, { content }))}${line}${line}`),
    `data: ${JSON.stringify(delta(0, {}, 'stop'))}${line}${line}`,
    `data: [DONE]${line}${line}`,
  ]

  test('events that no verdict edits leave with their own bytes, however they came', async () => {
    const whole = Buffer.from(events('w\u00f6rld, ', '\u{1F600} ', 'good bye.').join(''))
    for (const size of [1, 2, 7, 64, whole.length]) {
      const pieces: Buffer[] = []
      for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size))
      model.reply = { chunks: pieces }
      const caller = dial(gate)
      await caller.ended
      expect(caller.text).toMatch(/^HTTP\/1\.1 200 /)
      expect(unchunked(caller.text)).toBe(whole.toString())
    }
  })

  test('an edit changes its literals and nothing else', async () => {
    const edited = events('mail [EMAIL]', '', ' now.').join('')
    model.reply = { chunks: events('mail ada@exam', 'ple.com', ' now.') }
    const caller = dial(gate)
    await caller.ended
    expect(unchunked(caller.text)).toBe(edited)
  })

  test('a block ends it with an event of its own', async () => {
    model.reply = { chunks: events('say open ', 'sesame ', 'now.') }
    const caller = dial(gate)
    await caller.ended
    const body = unchunked(caller.text)
    const error = body.indexOf('data: {"error"')
    const passed = body.slice(0, error)
    expect(events('say ').join('').startsWith(passed)).toBe(true)
    expect(passed).toContain('Hello, ')
    expect(JSON.parse(body.slice(error + 'data: '.length)).error.code).toBe('keywords.words')
    // Readers end an event at an empty line: the error must not run into what stands before it.
    expect(passed.endsWith(line + line)).toBe(true)
  })
})

describe('what has come leaves', () => {
  test('headers with the first content that is settled, and not before', async () => {
    const upstream = gated()
    model.reply = { chunks: upstream.chunks() }
    const caller = dial(gate)
    upstream.send(sse(delta(0, { role: 'assistant', content: '' }))[0]!)
    upstream.send(sse(delta(0, { content: 'open' }))[0]!)
    await until(() => model.requests.length === 1)
    // A call that goes the same way round shows that those events had their turn.
    expect((await call(`${gate.url}/v1/models`, { headers: { 'x-api-key': gate.key } })).status).toBe(200)
    expect(caller.text).toBe('')
    upstream.send(sse(delta(0, { content: ' the window, please. ' }))[0]!)
    await until(() => unchunked(caller.text).includes(' the window, '))
    expect(caller.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(unchunked(caller.text)).toContain('"content":"open"')
    upstream.send(sse().join(''))
    upstream.send(undefined)
    await caller.ended
    expect(unchunked(caller.text)).toMatch(/data: \[DONE\]\n\n$/)
  })

  test('an ordinary sentence at once, without waiting for what follows it', async () => {
    const upstream = gated()
    model.reply = { chunks: upstream.chunks() }
    const caller = dial(gate)
    const first = sse(delta(0, { content: 'A plain sentence, and no more. ' }))[0]!
    upstream.send(first)
    await until(() => caller.text.includes('\r\n\r\n') && unchunked(caller.text) === first)
    upstream.send(sse().join(''))
    upstream.send(undefined)
    await caller.ended
  })

  test('a comment keeps a connection alive whose answer is held', { timeout: 40_000 }, async () => {
    const upstream = gated()
    model.reply = { chunks: upstream.chunks() }
    const caller = dial(gate)
    const held = sse(delta(0, { content: 'open' }))[0]!
    upstream.send(held)
    await until(() => caller.text !== '', 20_000)
    expect(caller.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(unchunked(caller.text)).toMatch(/^:[^\n]*\n\n$/)
    upstream.send(sse(delta(0, { content: ' sesame' }, 'stop')).join(''))
    upstream.send(undefined)
    await caller.ended
    const events = unchunked(caller.text).trim().split('\n\n')
    expect(events).toHaveLength(2)
    // The status has left with the comment, so that the block is an event.
    expect(JSON.parse(events[1]!.slice('data: '.length)).error.code).toBe('keywords.words')
  })
})

describe('a reader that is slower than the model', () => {
  const MiB = 1024 * 1024
  const EVENT = sse(delta(0, { content: 'lorem ipsum dolor sit amet '.repeat(300) }))[0]!
  const COUNT = Math.ceil((100 * MiB) / EVENT.length)
  let child: ChildProcess
  let url: string
  let admin: string
  let key: string

  beforeAll(async () => {
    const policy = await policyFolder({ documents: documents() })
    key = policy.key
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
    const collect = 'data:text/javascript,process.on("SIGUSR2",()=>gc())'
    const flags = [
      '--expose-gc',
      '--import',
      'tsx',
      '--import',
      collect,
      main,
      'serve',
      '--config',
      policy.dir,
    ]
    const args = [
      ...flags,
      '--listen',
      '127.0.0.1:0',
      '--admin',
      '127.0.0.1:0',
      '--record',
      `${policy.dir}/records`,
    ]
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    onStop(async () => {
      child.kill('SIGKILL')
    })
    let said = ''
    child.stdout!.setEncoding('utf8').on('data', (piece) => {
      said += piece
    })
    await until(() => said.includes('admin http://'), 30_000)
    const found = /gate (http:\S+)\s+admin (http:\S+)/.exec(said)!
    url = found[1]!
    admin = found[2]!
  }, 40_000)

  /** Bytes that are in use after a collection: the heap, and buffers outside of it. */
  async function used(): Promise<number> {
    child.kill('SIGUSR2')
    const { text } = await call(`${admin}/metrics`)
    const gauge = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
    const bytes = gauge('nodejs_heap_size_used_bytes') + gauge('nodejs_external_memory_bytes')
    expect(bytes).toBeGreaterThan(MiB)
    return bytes
  }

  function* lorem() {
    for (let i = 0; i < COUNT; i++) yield EVENT
    yield* sse(delta(0, {}, 'stop'))
  }

  test('slows the model, and the gate keeps little of a 100 MB answer', { timeout: 120_000 }, async () => {
    // What a first answer makes the process keep for good is not what is measured.
    model.reply = { chunks: [EVENT, ...sse(delta(0, {}, 'stop'))] }
    await dial({ url, key }).ended
    const before = await used()

    model.reply = { chunks: lorem() }
    const sentBefore = model.sent
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    onStop(async () => socket.destroy())
    socket.pause()
    socket.write(request(key, 'close'))
    let last = -1
    let still = 0
    await until(() => {
      still = model.sent === last && model.sent > sentBefore ? still + 1 : 0
      last = model.sent
      return still > 100
    }, 30_000)
    expect(model.sent - sentBefore).toBeLessThan(50 * MiB)
    const stalled = await used()
    expect((stalled - before) / MiB).toBeLessThan(40)

    let most = stalled
    let received = 0
    let tail = ''
    let next = 20 * MiB
    for await (const piece of socket as AsyncIterable<Buffer>) {
      received += piece.length
      tail = (tail + piece.toString('latin1')).slice(-64)
      if (received < next) continue
      next += 20 * MiB
      most = Math.max(most, await used())
    }
    expect(received).toBeGreaterThan(100 * MiB)
    expect(tail).toContain('data: [DONE]')
    expect((most - before) / MiB).toBeLessThan(40)
  })
})

test('a caller that sends nonsense after its call gets no answer inside of its answer', async () => {
  const upstream = gated()
  model.reply = { chunks: upstream.chunks() }
  const caller = dial(gate, 'keep-alive')
  upstream.send(sse(delta(0, { content: 'A plain sentence. ' }))[0]!)
  await until(() => caller.text.includes('A plain sentence. '))
  caller.socket.write('\0 nonsense\r\n\r\n')
  await caller.ended
  expect(caller.text.match(/HTTP\/1\.1/g)).toHaveLength(1)
})
