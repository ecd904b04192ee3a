/**
 * What a limit costs a call: `npx tsx bench/limits.ts`. Counters in memory and in a Redis on this machine, which it starts
 * (`redis-server` must be installed), one call at a time and 32 at a time; and while Redis is lost. About 15 seconds.
 */
import { memoryCounter } from '../src/adapters/counter-memory.ts'
import { redisCounter } from '../src/adapters/counter-redis.ts'
import type { Counter, Quota } from '../src/core/ports.ts'
import { redisServer } from '../test/services/redis-server.ts'

const SECONDS = 2
const KEYS = 1000

async function measure(name: string, counter: Counter, kind: Quota['kind'], together: number): Promise<void> {
  const quota: Quota = { points: 1e9, window: 60_000, kind }
  const times: number[] = []
  let made = 0
  const worker = async (end: number) => {
    while (performance.now() < end) {
      const began = performance.now()
      await counter.take(`tenant:${made++ % KEYS}`, 1, quota)
      times.push((performance.now() - began) * 1000)
      // A counter that never waits would not let the clock, or anything else, have its turn.
      if (made % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const run = (ms: number) =>
    Promise.all(Array.from({ length: together }, () => worker(performance.now() + ms)))
  await run(500)
  times.length = 0
  const began = performance.now()
  await run(SECONDS * 1000)
  const perSecond = times.length / ((performance.now() - began) / 1000)
  times.sort((a, b) => a - b)
  const at = (part: number) => `${times[Math.floor(times.length * part)]!.toFixed(1)} µs`
  console.log(
    `${name.padEnd(14)} ${kind.padEnd(8)} ${String(together).padStart(2)} at a time  ` +
      `p50 ${at(0.5).padStart(10)}  p99 ${at(0.99).padStart(10)}  ${Math.round(perSecond)}/s`,
  )
}

const server = await redisServer()
const shared = await redisCounter({
  url: { env: 'URL' },
  timeout: 1000,
  replicas: 3,
  prefix: 'bench:',
  secret: () => server.url,
  degraded() {},
  told: (message) => console.log(message),
})
try {
  for (const kind of ['fixed', 'sliding'] as const) {
    await measure('memory', memoryCounter(), kind, 1)
    await measure('redis', shared, kind, 1)
    await measure('redis', shared, kind, 32)
  }
  await server.kill()
  await measure('redis, lost', shared, 'sliding', 1)
} finally {
  shared.close()
  await server.close()
}
