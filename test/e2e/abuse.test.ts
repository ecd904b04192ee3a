import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, document, post, startGate, startModel, stopAll, type TestGate, until } from '../gate.ts'
import { says } from './chat.ts'

// Callers that do what no client does. Each test has a gate with limits so small that they show at once.

const CHAT = '/v1/chat/completions'
let model: Awaited<ReturnType<typeof startModel>>
beforeAll(async () => {
  model = await startModel()
})
afterAll(stopAll)

const gateWith = (limits: object, auth = {}): Promise<TestGate> =>
  startGate({
    documents:
      document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url }) +
      document('Boundary', 'plain', { upstreams: [{ name: 'model' }] }),
    gate: { limits, auth },
  })
const BODY = { model: 'm', messages: [{ role: 'user', content: 'hello' }] }
const wire = ({ key }: TestGate, body: string, length = Buffer.byteLength(body), more = '') =>
  `POST ${CHAT} HTTP/1.1\r\nhost: gate\r\nauthorization: Bearer ${key}\r\n${more}content-length: ${length}\r\n\r\n${body}`

/** A connection, and all that has come over it. */
async function open(
  gate: TestGate,
): Promise<{ socket: Socket; said: () => string; closed: Promise<unknown> }> {
  const { hostname, port } = new URL(gate.url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
  })
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  return { socket, said: () => text, closed }
}

/** An answer that the model does not begin until told to. */
function held(): () => void {
  let go = () => {}
  const wait = new Promise<void>((resolve) => {
    go = resolve
  })
  model.reply = () => ({
    headers: { 'content-type': 'application/json' },
    chunks: (async function* () {
      await wait
      yield JSON.stringify(says(false, { text: ['hello'] }).json)
    })(),
  })
  return go
}

test('past its limits the gate says so at once, to callers with a key; health still answers', async () => {
  const gate = await gateWith({ exchanges: 1, queue: 1, queueWait: '10s' })
  const go = held()
  const first = post(gate, CHAT, BODY)
  await until(() => model.requests.length === 1)
  const second = post(gate, CHAT, BODY)
  await until(async () => /exchanges_open 2/.test((await call(`${gate.admin}/metrics`)).text))
  const third = await post(gate, CHAT, BODY)
  expect(third).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  expect(third.headers).not.toHaveProperty('x-should-retry')
  expect(JSON.parse(third.text).error.code).toBe('gate.overloaded')
  expect((await post(gate, '/v1/inspect', {})).status).toBe(503)
  expect((await post(gate, CHAT, BODY, 'sp_wrong')).status).toBe(401)
  for (const path of ['/healthz', '/readyz']) expect((await call(gate.admin + path)).status).toBe(200)
  go()
  expect((await first).status).toBe(200)
  expect((await second).status).toBe(200)
  expect((await post(gate, CHAT, BODY)).status).toBe(200)
  expect(
    (await gate.records(6)).map(({ code }) => code).filter((code) => code === 'gate.overloaded'),
  ).toHaveLength(2)
})

test('who is refused past the limits keeps the connection if all of the call has come', async () => {
  const gate = await gateWith({ exchanges: 1, queue: 0 })
  const go = held()
  const first = post(gate, CHAT, BODY)
  await until(() => model.requests.length === 1)
  const { socket, said, closed } = await open(gate)
  const answers = () => said().match(/HTTP\/1.1 \d+/g) ?? []
  for (const more of [1, 2]) {
    socket.write(wire(gate, JSON.stringify(BODY)))
    await until(() => answers().length === more)
  }
  expect(said()).not.toMatch(/^connection: close/im)
  socket.write(wire(gate, '{"model":', 1000))
  await closed
  expect(answers()).toEqual(['HTTP/1.1 503', 'HTTP/1.1 503', 'HTTP/1.1 503'])
  expect(said()).toMatch(/^connection: close/im)
  go()
  expect((await first).status).toBe(200)
})

test('who waits too long for a place is told so, and who leaves while waiting takes none', async () => {
  const gate = await gateWith({ exchanges: 1, queue: 2, queueWait: '300ms' })
  const go = held()
  const first = post(gate, CHAT, BODY)
  await until(() => model.requests.length === 1)
  const leaver = await open(gate)
  leaver.socket.write(wire(gate, JSON.stringify(BODY)))
  const late = post(gate, CHAT, BODY)
  await until(async () => /exchanges_open 3/.test((await call(`${gate.admin}/metrics`)).text))
  leaver.socket.destroy()
  expect((await late).status).toBe(503)
  go()
  expect((await first).status).toBe(200)
  expect((await post(gate, CHAT, BODY)).status).toBe(200)
  const ends = (await gate.records(4)).map(({ ended, code }) => `${ended} ${code}`).sort()
  expect(ends).toEqual([
    'client_gone undefined',
    'complete undefined',
    'complete undefined',
    'refused gate.overloaded',
  ])
})

test('headers that do not come in time', async () => {
  const gate = await gateWith({ headersWithin: '200ms' })
  const { socket, said, closed } = await open(gate)
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: gate\r\n')
  const drip = setInterval(() => socket.write('x-a: b\r\n'), 50)
  await closed
  clearInterval(drip)
  expect(said()).toMatch(/^HTTP\/1.1 408 /)
  expect((await gate.records(1)).at(-1)).toMatchObject({
    code: 'request.timeout',
    ended: 'refused',
    status: 408,
  })
})

test('a connection on which nothing is ever sent is closed, and leaves no record', async () => {
  const gate = await gateWith({ headersWithin: '200ms' })
  const { said, closed } = await open(gate)
  await closed
  expect(said()).toBe('')
  expect(await gate.records()).toEqual([])
})

test.each([
  ['that drips', { requestWithin: '300ms' }, 50],
  ['that stops', { stalled: '200ms' }, undefined],
])('a body %s', async (_, limits, every) => {
  const gate = await gateWith(limits)
  const { socket, said, closed } = await open(gate)
  socket.write(wire(gate, '{"model":', 1000))
  const drip = every === undefined ? undefined : setInterval(() => socket.write(' '), every)
  await closed
  clearInterval(drip)
  expect(said()).toMatch(/^HTTP\/1.1 408 .*"code":"request.timeout"/s)
  expect((await gate.records(1)).at(-1)).toMatchObject({
    code: 'request.timeout',
    ended: 'refused',
    status: 408,
  })
})

const LONG = 'a long answer, of which nobody reads a word '.repeat(400_000)

test.each([
  ['buffered', false],
  ['streamed', true],
])('a caller that does not read its answer, %s, whatever it sends meanwhile', async (_, stream) => {
  const gate = await gateWith({ stalled: '300ms' })
  model.reply = says(stream, { text: stream ? LONG.match(/.{1,60000}/gs)! : [LONG] })
  const { socket, closed } = await open(gate)
  socket.pause()
  socket.write(wire(gate, JSON.stringify({ ...BODY, stream })))
  const drip = setInterval(() => socket.write('\r\n'), 50)
  const [record] = await gate.records(1)
  clearInterval(drip)
  expect(record).toMatchObject({ ended: 'stalled', status: 200 })
  socket.resume()
  await closed
})

test('a caller that reads slowly, and one whose model takes its time, are not cut off', async () => {
  const gate = await gateWith({ stalled: '300ms' })
  const text = LONG
  model.reply = { ...says(false, { text: [text] }), before: 700 }
  const { socket, said } = await open(gate)
  const slow = setInterval(() => {
    socket.resume()
    setTimeout(() => socket.pause(), 10)
  }, 60)
  socket.write(wire(gate, JSON.stringify(BODY)))
  await until(() => said().includes('"finish_reason":"stop"'), 30_000)
  clearInterval(slow)
  expect(said()).toContain(text)
  socket.destroy()
  expect((await gate.records(1)).at(-1)).toMatchObject({ ended: 'complete', status: 200 })
}, 40_000)

test('more connections than allowed are closed, and there is room again when one has gone', async () => {
  const gate = await gateWith({ connections: 2 })
  const kept = [await open(gate), await open(gate)]
  const third = await open(gate)
  await third.closed
  kept[0]!.socket.destroy()
  await kept[0]!.closed
  model.reply = says(false, { text: ['hello'] })
  await until(async () => (await post(gate, CHAT, BODY).catch(() => undefined))?.status === 200)
  kept[1]!.socket.destroy()
})

test('calls piled up on one connection end it; a few, one behind the other, are answered in order', async () => {
  const gate = await gateWith({})
  model.reply = says(false, { text: ['hello'] })
  const few = await open(gate)
  few.socket.write(wire(gate, JSON.stringify(BODY)).repeat(4))
  await until(() => few.said().match(/HTTP\/1.1 200/g)?.length === 4)
  few.socket.destroy()
  const go = held()
  const many = await open(gate)
  many.socket.write(wire(gate, JSON.stringify(BODY)).repeat(200))
  await many.closed
  go()
  expect(many.said()).toBe('')
  const records = await gate.records(4 + 17)
  expect(records.filter(({ code }) => code === 'request.invalid')).toHaveLength(1)
  expect(records.length).toBeLessThanOrEqual(4 + 17)
})

test('more headers than anybody sends', async () => {
  const gate = await gateWith({})
  const { socket, said, closed } = await open(gate)
  socket.write(wire(gate, '{}', 2, 'x-a: b\r\n'.repeat(120)))
  await closed
  // Newer versions of Node count them themselves, and say so without a body.
  expect(said()).toMatch(/^HTTP\/1.1 431 /)
  expect((await gate.records(1)).at(-1)).toMatchObject({ status: 431, code: 'request.invalid' })
})

test('answers whose turn never came end with their connection', async () => {
  const gate = await gateWith({})
  model.reply = says(true, { text: LONG.slice(0, 4_000_000).match(/.{1,60000}/gs)! })
  const { socket } = await open(gate)
  socket.pause()
  socket.write(wire(gate, JSON.stringify({ ...BODY, stream: true })).repeat(3))
  await until(() => model.requests.length === 3)
  socket.destroy()
  expect((await gate.records(3)).map(({ ended }) => ended)).toEqual(Array(3).fill('client_gone'))
})

test('an address that fails too often is told to wait; its good keys pass all the same', async () => {
  const gate = await gateWith({}, { attempts: { failures: '2/h' } })
  model.reply = says(false, { text: ['hello'] })
  const wrong = () => post(gate, CHAT, BODY, 'sp_wrong')
  expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 401])
  const told = await wrong()
  expect(told).toMatchObject({ status: 429, headers: { 'x-should-retry': 'false' } })
  expect(Number(told.headers['retry-after'])).toBeGreaterThan(1700)
  expect(JSON.parse(told.text).error.code).toBe('auth.throttled')
  expect((await post(gate, CHAT, BODY)).status).toBe(200)
  expect((await call(`${gate.url}/v1/models`, { headers: { 'x-api-key': 'x' } })).status).toBe(429)
  expect((await gate.records(5)).map(({ code }) => code)).toContain('auth.throttled')
})
