import { GateError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'

/** How many exchanges are served at the same time, how many wait, and how long (milliseconds). */
export interface PlaceLimits {
  exchanges: number
  queue: number
  queueWait: number
}

export interface Places {
  /**
   * Takes a place, at once where one is free, else in turn. Throws `GateError` `gate.overloaded`: at once when the queue
   * is full, and when none came free within `queueWait`.
   * @param leaves told to forget about it when whoever waits has left
   * @returns gives the place back; again does nothing
   */
  take(limits: PlaceLimits, leaves: (forget: () => void) => void): Promise<() => void> | (() => void)
}

interface Waiting {
  go(): void
}

/** Past the limits callers are told at once: an answer that comes late keeps them from asking another gate. */
export function places(clock: Clock): Places {
  let taken = 0
  /** In order of arrival. */
  const waiting = new Set<Waiting>()

  const place = (): (() => void) => {
    let held = true
    return () => {
      if (!held) return
      held = false
      const [next] = waiting
      // Handed on and not set free: whoever comes at this moment would pass those who wait.
      if (next === undefined) taken--
      else next.go()
    }
  }

  return {
    take({ exchanges, queue, queueWait }, leaves) {
      if (taken < exchanges) {
        taken++
        return place()
      }
      if (waiting.size >= queue) throw overloaded()
      return new Promise((resolve, reject) => {
        const late = clock.after(queueWait, () => {
          waiting.delete(self)
          reject(overloaded())
        })
        const self: Waiting = {
          go() {
            waiting.delete(self)
            late()
            resolve(place())
          },
        }
        waiting.add(self)
        leaves(() => {
          if (!waiting.delete(self)) return
          late()
          reject(overloaded())
        })
      })
    },
  }
}

function overloaded(): GateError {
  return new GateError('gate.overloaded', { retryAfter: 1 })
}
