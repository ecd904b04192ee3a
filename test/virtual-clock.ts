import type { Clock } from '../src/core/ports.ts'

export interface VirtualClock extends Clock {
  /** Lets time go by: timers run in their order, and what waits for promises runs between them. */
  pass(ms: number): Promise<void>
}

/** Time that goes by only when a test lets it. */
export function virtualClock(): VirtualClock {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
    async pass(ms) {
      const end = now + ms
      await settled()
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((each) => each !== next)
        now = next.at
        next.run()
        await settled()
      }
      now = end
    },
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
