import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, document, post, startGate, stopAll, type TestGate, until } from '../gate.ts'
import { type RedisServer, redisServer } from './redis-server.ts'

// Two whole gates share limits through one Redis, which is paused and killed while they are called.

const CHAT = '/v1/chat/completions'
const LIMIT = 300
const PASSWORD = 'in-no-line-and-no-answer'
let redis: RedisServer
let gates: TestGate[]

beforeAll(async () => {
  redis = await redisServer(['--requirepass', PASSWORD])
  const limited = (name: string, limit: object) =>
    document('Boundary', name, {
      match: { models: [name] },
      upstreams: [{ name: 'loopback' }],
      admit: [{ use: 'rate-limit', with: { by: 'boundary', ...limit } }],
    })
  const documents = [
    document('Upstream', 'loopback', { protocol: 'loopback' }),
    limited('requests', { requests: `${LIMIT}/day`, tokens: '1M/day', concurrent: 1000 }),
    limited('few', { requests: '4/day' }),
    limited('tokens', { tokens: '2k/day', window: 'fixed' }),
  ].join('')
  const gate = { redis: { url: { env: 'REDIS_URL' }, replicas: 2 } }
  const env = { REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${redis.port}/1` }
  gates = await Promise.all([0, 1].map(() => startGate({ documents, gate, env })))
})
afterAll(async () => {
  await stopAll()
  await redis.close()
})

const ask = (gate: TestGate, model: string) =>
  post(gate, CHAT, { model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 500 })
const degraded = async ({ admin }: TestGate) => {
  const { text } = await call(`${admin}/metrics`)
  return Number(/^sallyport_limits_degraded_total (\d+)$/m.exec(text)?.[1])
}

test('a limit is one limit', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 6; i++) statuses.push((await ask(gates[i % 2]!, 'few')).status)
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
  expect((await ask(gates[1]!, 'few')).headers['retry-after']).toMatch(/^[1-9]\d*$/)
})

test('tokens are settled for all gates', async () => {
  // Each takes more than 500 on the way in, and gives back what it did not use.
  for (let i = 0; i < 12; i++) expect((await ask(gates[i % 2]!, 'tokens')).status).toBe(200)
})

test('a call asks Redis once on its way in and once at its end', async () => {
  await ask(gates[0]!, 'requests')
  const asked = () =>
    Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(redis.cli('-a', PASSWORD, 'info', 'commandstats'))?.[1])
  const before = asked()
  for (let i = 0; i < 10; i++) expect((await ask(gates[0]!, 'requests')).status).toBe(200)
  // The leases of places may be renewed meanwhile.
  expect(asked() - before).toBeGreaterThanOrEqual(10)
  expect(asked() - before).toBeLessThanOrEqual(24)
})

test('paused, killed and started again under load: the limit holds, nobody waits, and it is told', async () => {
  const before = await Promise.all(gates.map(degraded))
  const count = { taken: 0, refused: 0, longest: 0 }
  const asked: Promise<void>[] = []
  const one = async (gate: TestGate) => {
    const began = performance.now()
    const { status, text } = await ask(gate, 'requests')
    count.longest = Math.max(count.longest, performance.now() - began)
    if (status === 200) count.taken++
    else count.refused++
    expect([200, 429]).toContain(status)
    expect(text).not.toContain(PASSWORD)
  }
  let going = true
  const load = async () => {
    while (going) {
      for (const gate of gates) asked.push(one(gate))
      await sleep(50)
    }
    await Promise.all(asked)
  }
  const trouble = async () => {
    await sleep(1000)
    redis.signal('SIGSTOP')
    await sleep(4000)
    for (const { admin } of gates) expect((await call(`${admin}/readyz`)).status).toBe(200)
    redis.signal('SIGCONT')
    await sleep(3000)
    await redis.kill()
    await sleep(1000)
    await redis.start()
    await sleep(3000)
    going = false
  }
  await Promise.all([load(), trouble()])
  expect(count.taken).toBeLessThanOrEqual(LIMIT * 1.2)
  expect(count.taken).toBeGreaterThanOrEqual(LIMIT * 0.8)
  expect(count.refused).toBeGreaterThan(0)
  expect(count.longest).toBeLessThan(2000)
  for (const [index, gate] of gates.entries()) {
    expect(await degraded(gate)).toBeGreaterThan(before[index]!)
    const findings = (await gate.records()).flatMap((record) => record.findings)
    expect(findings).toContainEqual(expect.objectContaining({ code: 'limit.degraded', action: 'flag' }))
    expect(await gate.recordText()).not.toContain(PASSWORD)
  }
  await until(async () => {
    const was = await Promise.all(gates.map(degraded))
    for (const gate of gates) await ask(gate, 'few')
    return (await Promise.all(gates.map(degraded))).every((now, index) => now === was[index])
  })
})

test('a gate whose secret is not there says so, and does not start', async () => {
  const gate = { redis: { url: { env: 'REDIS_URL' } } }
  const started = startGate({ documents: document('Upstream', 'loopback', { protocol: 'loopback' }), gate })
  await expect(started).rejects.toThrow('the environment variable REDIS_URL is not set')
})
