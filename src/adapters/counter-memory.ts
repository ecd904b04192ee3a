import type { Counter, Place, Quota, Standing } from '../core/ports.ts'
import { standing, type Window, windowAt } from './counter.ts'

/** Enough for every caller of a large gate; a count takes some 200 bytes. */
const MAX_KEYS = 100_000
/** Where what has no count of its own is counted: those that come when all are taken share one, and so are still limited. */
const OTHERS = ''

interface Count {
  start: number
  current: number
  previous: number
  /** Nothing of it counts from then on. */
  over: number
}

/** Answers at once. */
interface MemoryCounter extends Counter {
  take(key: string, points: number, quota: Quota): Standing
  hold(key: string, limit: number): Place
  /** How many counts there are. */
  readonly size: number
}

/**
 * Counts in this process, at once and without timers. What is asked for and refused is not counted.
 * @param now milliseconds since 1970
 */
export function memoryCounter(options: { now?: () => number; maxKeys?: number } = {}): MemoryCounter {
  const { now = Date.now, maxKeys = MAX_KEYS } = options
  const counts = new Map<string, Count>()
  const places = new Map<string, number>()

  /** Forgets what is over, two at a time as one comes: whoever invents keys never makes this look through all. */
  function makeRoom(at: number): void {
    let looked = 0
    for (const [key, count] of counts) {
      if (looked++ === 2) return
      counts.delete(key)
      if (count.over > at) counts.set(key, count)
    }
  }

  /** The count of a key, moved on to the window of this moment. */
  function find(key: string, quota: Quota): { count: Count; window: Window; at: number } {
    let at = now()
    let window = windowAt(quota, at)
    const own = nameOf(key, quota)
    let count = counts.get(own)
    if (count === undefined) {
      makeRoom(at)
      const name = counts.size < maxKeys ? own : nameOf(OTHERS, quota)
      count = counts.get(name)
      if (count === undefined) {
        count = { start: window.start, current: 0, previous: 0, over: 0 }
        counts.set(name, count)
      }
    }
    if (count.start > window.start) {
      // The clock was set back: time stands still until it has caught up.
      at = count.start
      window = windowAt(quota, at)
    } else if (count.start < window.start) {
      count.previous = count.start === window.before ? count.current : 0
      count.current = 0
      count.start = window.start
    }
    count.over = window.end + (quota.kind === 'sliding' ? window.end - window.start : 0)
    return { count, window, at }
  }

  return {
    get size() {
      return counts.size
    },
    take(key, points, quota): Standing {
      const { count, window, at } = find(key, quota)
      const stands = standing(quota, points, count, window, at)
      if (stands.taken) count.current += points
      return stands
    },
    correct(key, points, quota, window) {
      const count = counts.get(nameOf(key, quota)) ?? counts.get(nameOf(OTHERS, quota))
      if (count === undefined) return
      const { start, before } = windowAt(quota, now())
      const moved = count.start < start
      // Counted in a window that is now the one before, whether or not anybody has asked since.
      if (window === count.start) count.current = Math.max(0, count.current + points)
      else if (!moved && window === before) count.previous = Math.max(0, count.previous + points)
    },
    hold(key, limit): Place {
      const held = places.get(key) ?? 0
      if (held >= limit) return { taken: false, release() {} }
      places.set(key, held + 1)
      let given = false
      return {
        taken: true,
        release() {
          if (given) return
          given = true
          const rest = places.get(key)! - 1
          if (rest === 0) places.delete(key)
          else places.set(key, rest)
        },
      }
    },
  }
}

/** One key may be counted by several quotas. */
function nameOf(key: string, { window, kind }: Quota): string {
  return `${kind === 'sliding' ? 's' : 'f'}${window} ${key}`
}
