import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../core/ports.ts'

/** Longer than this and `setTimeout` would fire at once. */
const LONGEST = 2 ** 31 - 1

/** This process's time. A timer alone does not keep the process alive: the socket it watches over does. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST))
    timer.unref()
    return () => clearTimeout(timer)
  },
  turn: () => setImmediate(),
}
