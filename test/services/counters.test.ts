import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryCounter } from '../../src/adapters/counter-memory.ts'
import { redisClient } from '../../src/adapters/redis-client.ts'
import type { Counter, Quota } from '../../src/core/ports.ts'
import { gateOn, windowOf } from './redis-gates.ts'
import { type RedisServer, redisCluster, redisServer } from './redis-server.ts'

// What counts in memory, in Redis and in a cluster of it must count alike.

const LONG = 3_600_000
const SHORT = 2000
let server: RedisServer
let cluster: RedisServer[]

beforeAll(async () => {
  ;[server, cluster] = await Promise.all([redisServer(), redisCluster()])
})
afterAll(() => Promise.all([server, ...cluster].map((one) => one.close())))

const COUNTERS: Record<string, () => Promise<Counter & { close?(): void }>> = {
  memory: async () => memoryCounter(),
  redis: async () => (await gateOn(server.url, { timeout: 1000 })).counter,
  cluster: async () => {
    const nodes = cluster.map(({ port }) => ({ host: '127.0.0.1', port }))
    return (await gateOn({ cluster: nodes }, { timeout: 1000 })).counter
  },
}

describe.each(Object.keys(COUNTERS))('a counter: %s', (name) => {
  let counter: Counter & { close?(): void }
  let made = 0
  const key = () => `${name} {${made++}} ünï \n`
  beforeAll(async () => {
    counter = await COUNTERS[name]!()
    await windowOf(LONG, 60_000)
  })
  afterAll(() => counter.close?.())

  test.each(['fixed', 'sliding'] as const)('takes all points or none: %s', async (kind) => {
    const quota: Quota = { points: 10, window: LONG, kind }
    const k = key()
    const first = await counter.take(k, 7, quota)
    expect(first).toMatchObject({
      taken: true,
      remaining: 3,
      retryAfter: 0,
      window: Math.floor(Date.now() / LONG) * LONG,
    })
    expect(first.degraded).toBeUndefined()
    const refused = await counter.take(k, 4, quota)
    expect(refused).toMatchObject({ taken: false, remaining: 3 })
    expect(refused.retryAfter).toBeGreaterThan(0)
    expect(await counter.take(k, 3, quota)).toMatchObject({ taken: true, remaining: 0 })
    expect(await counter.take(k, 1, quota)).toMatchObject({ taken: false, remaining: 0 })
    expect(await counter.take(k, 0, quota)).toMatchObject({ taken: true })
    expect(await counter.take(k, 11, quota)).toMatchObject({
      taken: false,
      retryAfter: Number.POSITIVE_INFINITY,
    })
    expect(await counter.take(key(), 10, quota)).toMatchObject({ taken: true })
  })

  test('lets exactly the limit pass of many at once', async () => {
    const quota: Quota = { points: 40, window: LONG, kind: 'sliding' }
    const k = key()
    const all = await Promise.all(Array.from({ length: 200 }, () => counter.take(k, 1, quota)))
    expect(all.filter(({ taken }) => taken)).toHaveLength(40)
  })

  test('counts each quota of a key by itself', async () => {
    const k = key()
    expect((await counter.take(k, 1, { points: 1, window: LONG, kind: 'fixed' })).taken).toBe(true)
    expect((await counter.take(k, 1, { points: 1, window: LONG, kind: 'sliding' })).taken).toBe(true)
    expect((await counter.take(k, 1, { points: 1, window: 2 * LONG, kind: 'fixed' })).taken).toBe(true)
    expect((await counter.take(k, 1, { points: 1, window: 'month', kind: 'fixed' })).taken).toBe(true)
    expect((await counter.take(k, 1, { points: 1, window: 'month', kind: 'fixed' })).taken).toBe(false)
  })

  test('counts parts of a point', async () => {
    const quota: Quota = { points: 1, window: LONG, kind: 'fixed' }
    const k = key()
    expect((await counter.take(k, 0.75, quota)).taken).toBe(true)
    expect((await counter.take(k, 0.5, quota)).taken).toBe(false)
    expect((await counter.take(k, 0.25, quota)).taken).toBe(true)
  })

  test.each(['fixed', 'sliding'] as const)('corrects what was taken: %s', async (kind) => {
    const quota: Quota = { points: 10, window: LONG, kind }
    const k = key()
    const { window } = await counter.take(k, 8, quota)
    await counter.correct(k, -6, quota, window)
    expect(await counter.take(k, 8, quota)).toMatchObject({ taken: true, remaining: 0 })
    await counter.correct(k, 50, quota, window)
    await counter.correct(k, -10, quota, window)
    expect((await counter.take(k, 1, quota)).taken).toBe(false)
    await counter.correct(k, -1000, quota, window)
    expect((await counter.take(k, 11, quota)).taken).toBe(false)
    expect((await counter.take(k, 10, quota)).taken).toBe(true)
    await counter.correct('nobody', 100, quota, window)
    expect((await counter.take('nobody', 10, quota)).taken).toBe(true)
    await counter.correct('nobody', -10, quota, window)
  })

  test('a fixed window is counted anew, and a correction of the old one does not reach it', async () => {
    const quota: Quota = { points: 10, window: SHORT, kind: 'fixed' }
    const k = key()
    await windowOf(SHORT)
    const { window, reset } = await counter.take(k, 10, quota)
    expect(reset).toBeLessThanOrEqual(SHORT)
    expect((await counter.take(k, 1, quota)).taken).toBe(false)
    await windowOf(SHORT, SHORT)
    expect((await counter.take(k, 10, quota)).taken).toBe(true)
    await counter.correct(k, -10, quota, window)
    expect((await counter.take(k, 1, quota)).taken).toBe(false)
  })

  test('a sliding window gives back as what was taken ages', async () => {
    const quota: Quota = { points: 10, window: SHORT, kind: 'sliding' }
    const k = key()
    await windowOf(SHORT)
    const { window } = await counter.take(k, 8, quota)
    await windowOf(SHORT, SHORT)
    await counter.correct(k, 2, quota, window)
    expect((await counter.take(k, 3, quota)).taken).toBe(false)
    await sleep(SHORT / 2)
    const later = await counter.take(k, 3, quota)
    expect(later.taken).toBe(true)
    expect((await counter.take(k, 7, quota)).taken).toBe(false)
  })

  test('holds as many places as there are, and each comes back once', async () => {
    const k = key()
    const [first, second] = await Promise.all([counter.hold(k, 2), counter.hold(k, 2)])
    expect([first!.taken, second!.taken]).toEqual([true, true])
    expect((await counter.hold(k, 2)).taken).toBe(false)
    first!.release()
    first!.release()
    expect((await counter.hold(k, 2)).taken).toBe(true)
    expect((await counter.hold(k, 2)).taken).toBe(false)
    second!.release()
    expect((await counter.hold(k, 2)).taken).toBe(true)
    expect((await counter.hold(key(), 0)).taken).toBe(false)
  })
})

test('a window that begins between two questions of one script has what was taken just before', async () => {
  const client = redisClient({ url: { env: 'URL' } }, () => server.url)
  await once(client, 'ready')
  const take = (start: number, points: number) => ['count', start, start - 60, 60_000, 1, 'take', points, 10]
  const ask = async (...questions: unknown[]) =>
    JSON.parse(
      await client.ask(
        questions.length,
        ...questions.map(() => 'k'),
        'gate',
        1000,
        JSON.stringify(questions),
      ),
    ) as number[][]
  const sums = (answers: number[][]) => answers.map((answer) => answer.slice(0, 6))
  expect(sums(await ask(take(60, 3), take(120, 5)))).toEqual([
    [1, 60, 3, 0, 3, 0],
    [1, 120, 5, 3, 5, 3],
  ])
  expect(sums(await ask(take(120, 3), take(120, 2), take(180, 1)))).toEqual([
    [0, 120, 5, 3, 5, 3],
    [1, 120, 7, 3, 7, 3],
    [1, 180, 1, 7, 1, 7],
  ])
  expect(sums(await ask(take(180, 0)))).toEqual([[1, 180, 1, 7, 1, 7]])
  client.disconnect()
})
