import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Quota } from '../../src/core/ports.ts'
import { gateOn, load, type TestGate, windowOf } from './redis-gates.ts'
import { door, type RedisServer, redisCluster, redisServer, sentinel, until } from './redis-server.ts'

// Three gates share one limit. Whatever becomes of Redis, they let hardly more than the limit pass, and nobody waits for it.

const WINDOW = 9000
const LIMIT = 360
const MOST = LIMIT * 1.2
/** Redis is away for seconds; who waited for it would wait as long. */
const AT_ONCE = 1000

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})
async function gates(place: Parameters<typeof gateOn>[0], many = 3, timeout = 50): Promise<TestGate[]> {
  const all = await Promise.all(
    Array.from({ length: many }, () => gateOn(place, { replicas: many, timeout })),
  )
  opened.push(...all.map(({ counter }) => counter))
  return all
}
async function server(...args: Parameters<typeof redisServer>): Promise<RedisServer> {
  const one = await redisServer(...args)
  opened.push(one)
  return one
}
const shared = async (all: TestGate[]) => {
  const quota: Quota = { points: 1e9, window: 60_000, kind: 'fixed' }
  await until(async () => {
    const standings = await Promise.all(all.map(({ counter }) => counter.take('shared?', 1, quota)))
    return standings.every(({ degraded }) => degraded === undefined)
  })
}

describe.each(['fixed', 'sliding'] as const)('a %s limit of one Redis', (kind) => {
  let redis: RedisServer
  let three: TestGate[]
  let end: number
  const quota: Quota = { points: LIMIT, window: WINDOW, kind }
  beforeEach(async () => {
    redis = await server()
    three = await gates(redis.url)
    end = (await windowOf(WINDOW)) + WINDOW - 300
  })
  const run = (during: () => Promise<void>) =>
    Promise.all([load(three, { key: 'k', quota, end, every: 25 }), during()]).then(([done]) => done)
  const check = ({ taken, longest }: { taken: number; longest: number }, least = LIMIT * 0.8) => {
    expect(taken).toBeLessThanOrEqual(MOST)
    expect(taken).toBeGreaterThanOrEqual(least)
    expect(longest).toBeLessThan(AT_ONCE)
  }

  // A busy machine may stop Redis for longer than its timeout, which these two are not about.
  const patient = async () => {
    for (const { counter } of three) counter.close()
    three = await gates(redis.url, 3, AT_ONCE)
  }

  test('is exact while Redis is there', async () => {
    await patient()
    const done = await run(async () => {})
    expect(done).toMatchObject({ taken: LIMIT, degraded: 0 })
    expect(done.refused).toBeGreaterThan(0)
    expect(three.flatMap(({ lines }) => lines)).toEqual([])
  })

  test('holds when Redis is killed and stays away', async () => {
    const done = await run(async () => {
      await sleep(1500)
      await redis.kill()
    })
    check(done)
    expect(done.degraded).toBeGreaterThan(0)
    for (const { lines } of three) expect(lines).toEqual([expect.stringMatching(/^Redis is lost/)])
  })

  test('holds when Redis is killed and comes back with nothing', async () => {
    const done = await run(async () => {
      await sleep(1500)
      await redis.kill()
      await sleep(1000)
      await redis.start()
    })
    check(done)
    await shared(three)
    for (const { lines } of three) expect(lines).toHaveLength(2)
    const late = await three[0]!.counter.take('k', 1, { ...quota, window: WINDOW })
    expect(late.degraded).toBeUndefined()
  })

  test('holds when Redis is restarted again and again', async () => {
    const done = await run(async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(1500)
        await redis.kill()
        await redis.start()
      }
    })
    check(done)
  })

  test('holds when Redis is paused, and nobody waits for it', async () => {
    const done = await run(async () => {
      await sleep(1500)
      redis.signal('SIGSTOP')
      await sleep(4000)
      redis.signal('SIGCONT')
    })
    check(done)
    expect(done.degraded).toBeGreaterThan(0)
    await shared(three)
  })

  test('holds when Redis forgets everything and says nothing', async () => {
    await patient()
    const done = await run(async () => {
      for (let i = 0; i < 5; i++) {
        await sleep(1000)
        redis.cli('flushall')
        redis.cli('script', 'flush')
      }
    })
    check(done)
    expect(done.degraded).toBe(0)
  })

  test('holds when Redis refuses to write', async () => {
    const done = await run(async () => {
      await sleep(1500)
      redis.cli('config', 'set', 'maxmemory', '1')
      await sleep(2000)
      redis.cli('config', 'set', 'maxmemory', '0')
    })
    check(done)
    expect(three[0]!.lines[0]).toContain('OOM')
  })
})

test('a gate that finds Redis again before the others do does not take what they took', async () => {
  const redis = await server()
  const proxy = await door(redis.port)
  opened.push(proxy)
  const [one] = await gates(redis.url, 2).then((all) => all.slice(0, 1))
  const [two] = await gates(`redis://127.0.0.1:${proxy.port}`, 2).then((all) => all.slice(0, 1))
  const quota: Quota = { points: 100, window: 3_600_000, kind: 'fixed' }
  expect((await two!.counter.take('k', 60, quota)).taken).toBe(true)
  let taken = 61
  expect((await one!.counter.take('k', 1, quota)).taken).toBe(true)
  proxy.shut()
  await redis.kill()
  await redis.start()
  const opens = sleep(600).then(() => proxy.open())
  for (const end = Date.now() + 3000; Date.now() < end; await sleep(5))
    if ((await one!.counter.take('k', 1, quota)).taken) taken++
  await opens
  await shared([one!, two!])
  expect(taken).toBe(100)
})

test('a correction that was made while Redis was lost is told when it is back', async () => {
  const redis = await server()
  const [one, two] = await gates(redis.url, 2)
  const quota: Quota = { points: 100, window: 3_600_000, kind: 'fixed' }
  const { window } = await one!.counter.take('k', 90, quota)
  await redis.kill()
  await one!.counter.correct('k', -50, quota, window)
  expect(await one!.counter.take('k', 31, quota)).toMatchObject({ taken: false, degraded: true })
  expect(await one!.counter.take('k', 30, quota)).toMatchObject({ taken: true, degraded: true })
  await redis.start()
  await shared([one!, two!])
  expect(await two!.counter.take('k', 31, quota)).toMatchObject({ taken: false, remaining: 30 })
  expect(await two!.counter.take('k', 30, quota)).toMatchObject({ taken: true, remaining: 0 })
})

test('a gate that starts while Redis is away limits by its share, and finds it later', async () => {
  const redis = await server()
  await redis.kill()
  const [one] = await gates(redis.url, 3).then((all) => all.slice(0, 1))
  const quota: Quota = { points: 9, window: 3_600_000, kind: 'sliding' }
  const asked = await Promise.all(Array.from({ length: 9 }, () => one!.counter.take('k', 1, quota)))
  expect(asked.filter(({ taken }) => taken)).toHaveLength(3)
  expect(one!.degraded).toBe(9)
  await redis.start()
  await shared([one!])
  expect(await one!.counter.take('k', 7, quota)).toMatchObject({ taken: false, remaining: 6 })
})

describe('places', () => {
  test('are shared, and come back when a gate dies', async () => {
    const redis = await server()
    const [one, two] = await gates(redis.url, 2)
    const held = await Promise.all([
      one!.counter.hold('k', 4),
      one!.counter.hold('k', 4),
      two!.counter.hold('k', 4),
      two!.counter.hold('k', 4),
    ])
    expect(held.every(({ taken }) => taken)).toBe(true)
    await sleep(4000) // Longer than a lease: who holds one keeps it.
    expect((await two!.counter.hold('k', 4)).taken).toBe(false)
    one!.counter.close()
    await until(async () => (await two!.counter.hold('k', 4)).taken)
    expect((await two!.counter.hold('k', 4)).taken).toBe(true)
    expect((await two!.counter.hold('k', 4)).taken).toBe(false)
  })

  test('are kept when Redis loses them, and each gate has its share meanwhile', async () => {
    const redis = await server()
    const [one, two] = await gates(redis.url, 2)
    const first = await one!.counter.hold('k', 4)
    await two!.counter.hold('k', 4)
    await redis.kill()
    expect(await one!.counter.hold('k', 4)).toMatchObject({ taken: true, degraded: true })
    expect(await one!.counter.hold('k', 4)).toMatchObject({ taken: false, degraded: true })
    await redis.start()
    await shared([one!, two!])
    expect(await two!.counter.hold('k', 4)).toMatchObject({ taken: true })
    expect(await two!.counter.hold('k', 4)).toMatchObject({ taken: false })
    first.release()
    first.release()
    expect((await two!.counter.hold('k', 4)).taken).toBe(true)
    expect((await two!.counter.hold('k', 4)).taken).toBe(false)
  })

  test('that could not be given back come back by themselves', async () => {
    const redis = await server()
    const [one] = await gates(redis.url, 1)
    const place = await one!.counter.hold('k', 1)
    redis.signal('SIGSTOP')
    place.release()
    redis.signal('SIGCONT')
    await until(async () => (await one!.counter.hold('k', 1)).taken)
  })
})

test('a cluster: a node that is lost costs the keys that it has their sharing, and no others', async () => {
  const nodes = await redisCluster()
  opened.push(...nodes)
  const all = await gates({ cluster: nodes.map(({ port }) => ({ host: '127.0.0.1', port })) }, 3, 300)
  const quota: Quota = { points: 90, window: 3_600_000, kind: 'fixed' }
  const keys = Array.from({ length: 30 }, (_, i) => `key ${i}`)
  const round = async () => {
    let longest = 0
    const degraded = new Set<string>()
    const taken = new Map<string, number>()
    for (let i = 0; i < 30; i++)
      await Promise.all(
        keys.flatMap((key) =>
          all.map(async ({ counter }) => {
            const began = performance.now()
            const standing = await counter.take(key, 1, quota)
            longest = Math.max(longest, performance.now() - began)
            if (standing.taken) taken.set(key, (taken.get(key) ?? 0) + 1)
            if (standing.degraded) degraded.add(key)
          }),
        ),
      )
    return { longest, degraded, taken }
  }
  const before = await round()
  expect(before.degraded.size).toBe(0)
  expect([...before.taken.values()]).toEqual(keys.map(() => 90))
  await nodes[0]!.kill()
  await round()
  const during = await round()
  expect(during.degraded.size).toBeGreaterThan(0)
  expect(during.degraded.size).toBeLessThan(keys.length)
  expect(during.taken.size).toBe(0)
  expect(during.longest).toBeLessThan(AT_ONCE)
  await nodes[0]!.start()
  await until(async () => (await round()).degraded.size === 0)
  expect((await round()).taken.size).toBe(0)
})

test('sentinels: a new master is found, and the limit holds', async () => {
  const master = await server()
  const replica = await server(['--replicaof', '127.0.0.1', String(master.port)])
  await until(() => replica.cli('info', 'replication').includes('master_link_status:up'))
  const watch = await sentinel(master)
  opened.push(watch)
  const all = await gates({ sentinel: { master: 'main', nodes: [{ host: '127.0.0.1', port: watch.port }] } })
  await until(() => watch.cli('sentinel', 'replicas', 'main').includes(String(replica.port)))
  await shared(all)
  const quota: Quota = { points: LIMIT, window: 20_000, kind: 'fixed' }
  const end = (await windowOf(20_000)) + 19_000
  const [done] = await Promise.all([
    load(all, { key: 'k', quota, end, every: 25 }),
    sleep(2000).then(() => master.signal('SIGSTOP')),
  ])
  expect(done.taken).toBeLessThanOrEqual(MOST)
  expect(done.taken).toBeGreaterThanOrEqual(LIMIT * 0.8)
  expect(done.longest).toBeLessThan(AT_ONCE)
  await until(() => replica.cli('info', 'replication').includes('role:master'))
  await shared(all)
  master.signal('SIGCONT')
})

describe('a password', () => {
  test('is in no line, and a wrong one is told in a word', async () => {
    const redis = await server(['--requirepass', 'right-secret'])
    const wrong = await gateOn(`redis://:wrong-secret@127.0.0.1:${redis.port}`)
    opened.push(wrong.counter)
    expect(wrong.lines.join()).toMatch(/WRONGPASS/)
    expect(wrong.lines.join()).not.toMatch(/secret/)
    const right = await gateOn(`redis://:right-secret@127.0.0.1:${redis.port}/2`)
    opened.push(right.counter)
    expect(
      (await right.counter.take('k', 1, { points: 1, window: 60_000, kind: 'fixed' })).degraded,
    ).toBeUndefined()
  })

  test.each(['http://:hidden@h', 'redis://:hidden@', 'redis://:%hidden@h', 'hidden', 'redis://:hidden@h/x'])(
    'is not shown by an address that is none: %s',
    async (url) => {
      const failed = await gateOn(url).then(
        () => 'none',
        (error: Error) => error.message,
      )
      expect(failed).toBe(
        'the environment variable URL holds no address of Redis, such as redis://user:password@host:6379/0',
      )
    },
  )
})
