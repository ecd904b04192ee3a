import { setTimeout as sleep } from 'node:timers/promises'
import { redisCounter } from '../../src/adapters/counter-redis.ts'
import type { RedisPlace } from '../../src/adapters/redis-client.ts'
import type { Counter, Quota } from '../../src/core/ports.ts'

export interface TestGate {
  counter: Counter & { close(): void }
  degraded: number
  lines: string[]
}

/** What a gate has of Redis: its counter, and what it tells of it. */
export async function gateOn(
  place: RedisPlace | string,
  { replicas = 3, timeout = 50, lease = 3000 } = {},
): Promise<TestGate> {
  const lines: string[] = []
  const made: TestGate = { counter: undefined as never, degraded: 0, lines }
  made.counter = await redisCounter({
    ...(typeof place === 'string' ? { url: { env: 'URL' } } : place),
    timeout,
    replicas,
    lease,
    prefix: 'test:',
    secret: (ref) => (typeof place === 'string' ? place : 'env' in ref ? ref.env : ref.file),
    degraded: () => {
      made.degraded++
    },
    told: (message) => lines.push(message),
  })
  return made
}

export interface Load {
  taken: number
  refused: number
  degraded: number
  /** The longest that one waited, in milliseconds. */
  longest: number
}

/** Every gate takes a point every `every` ms, several at the same time, until `end`. */
export async function load(
  gates: readonly TestGate[],
  { key, quota, end, every = 10 }: { key: string; quota: Quota; end: number; every?: number },
): Promise<Load> {
  const done: Load = { taken: 0, refused: 0, degraded: 0, longest: 0 }
  const asked: Promise<void>[] = []
  const one = async ({ counter }: TestGate) => {
    const began = performance.now()
    const { taken, degraded } = await counter.take(key, 1, quota)
    done.longest = Math.max(done.longest, performance.now() - began)
    if (taken) done.taken++
    else done.refused++
    if (degraded) done.degraded++
  }
  while (Date.now() < end) {
    for (const gate of gates) asked.push(one(gate))
    await sleep(every)
  }
  await Promise.all(asked)
  return done
}

/** Waits for a window to begin, so that a test lies in one. */
export async function windowOf(ms: number, room = ms * 0.8): Promise<number> {
  const rest = ms - (Date.now() % ms)
  if (rest < room) await sleep(rest + 20)
  return Math.floor(Date.now() / ms) * ms
}
