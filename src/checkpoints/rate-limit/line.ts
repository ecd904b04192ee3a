import { after, type MaybePromise } from '../../core/after.ts'
import type { Signal } from '../../core/cancellation.ts'
import type { Clock } from '../../core/ports.ts'

const MAX_IN_LINE = 100
/** Each holds its body in memory. */
const MAX_IN_ALL = 1000

/** One try to pass. */
export interface Try<T> {
  value: T
  /** Milliseconds after which another may do better; none: that was the last, and what it took is kept. */
  again?: number
}

export interface Caller<T> {
  signal: Signal
  /** @param left milliseconds that may still be waited; the last try has none */
  attempt(left: number): MaybePromise<Try<T>>
  /** Gives back what the last try took, when whoever waited for it has left. */
  drop(value: T): void
}

interface Waiter<T> extends Caller<T> {
  until: number
  gone: boolean
  /** Leaves the line with what its last try gave, or with nothing. */
  end(value: T | undefined): void
}

interface Line<T> {
  waiting: Waiter<T>[]
  trying: boolean
  /** Something was given back while the first was trying. */
  woken: boolean
  cancel?: (() => void) | undefined
}

export interface Lines<T> {
  /**
   * Tries at once where nobody waits, else after all who came before.
   * @returns undefined when its turn did not come in time, or too many wait
   * @throws the signal's reason
   */
  stand(key: string, caller: Caller<T>): MaybePromise<T | undefined>
  /** Something was given back: the first tries again. */
  wake(key: string): void
}

/** Those who wait for their turn, first come, first served for each key. @param waits the most milliseconds that one waits */
export function lines<T>(clock: Clock, waits: number): Lines<T> {
  const open = new Map<string, Line<T>>()
  let all = 0

  /** @param rest milliseconds until the first of a new line tries again */
  function join(key: string, caller: Caller<T>, rest: number): MaybePromise<T | undefined> {
    const line: Line<T> = open.get(key) ?? { waiting: [], trying: false, woken: false }
    if (all >= MAX_IN_ALL || line.waiting.length >= MAX_IN_LINE) return undefined
    open.set(key, line)
    const { signal } = caller
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiter.gone = true
        cancel()
        signal.removeEventListener('abort', abandon)
        line.waiting.splice(line.waiting.indexOf(waiter), 1)
        all--
      }
      const abandon = () => {
        leave()
        reject(signal.reason)
        if (!line.trying) step(key, line)
      }
      const cancel = clock.after(waits, () => {
        if (line.waiting[0] !== waiter) waiter.end(undefined)
        else if (!line.trying) step(key, line)
      })
      const waiter: Waiter<T> = {
        ...caller,
        until: clock.now() + waits,
        gone: false,
        end(value) {
          leave()
          resolve(value)
        },
      }
      line.waiting.push(waiter)
      all++
      signal.addEventListener('abort', abandon)
      if (signal.aborted) abandon()
      else if (line.waiting.length === 1 && !line.trying) sleep(key, line, rest)
    })
  }

  /** Has the first try, and then the one after it if that was its last. */
  function step(key: string, line: Line<T>): void {
    line.cancel?.()
    line.cancel = undefined
    const first = line.waiting[0]
    if (first === undefined) {
      open.delete(key)
      return
    }
    line.trying = true
    line.woken = false
    void after(first.attempt(Math.max(0, first.until - clock.now())), ({ value, again }) => {
      line.trying = false
      if (again === undefined) {
        if (first.gone) first.drop(value)
        else first.end(value)
      }
      if (again === undefined || first.gone || line.woken) step(key, line)
      else sleep(key, line, Math.max(0, Math.min(again, first.until - clock.now())))
    })
  }

  function sleep(key: string, line: Line<T>, ms: number): void {
    line.cancel?.()
    line.cancel = clock.after(ms, () => step(key, line))
  }

  return {
    stand: (key, caller) =>
      open.has(key)
        ? join(key, caller, 0)
        : after(caller.attempt(waits), ({ value, again }) =>
            again === undefined ? value : join(key, caller, again),
          ),
    wake(key) {
      const line = open.get(key)
      if (line?.trying) line.woken = true
      else if (line !== undefined) step(key, line)
    },
  }
}
