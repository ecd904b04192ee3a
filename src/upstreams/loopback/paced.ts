import type { Signal } from '../../core/cancellation.ts'
import { GateError } from '../../core/errors.ts'
import type { UpstreamBody } from '../types.ts'
import { whole } from '../whole.ts'

/** A body of which one piece comes every `pace` milliseconds, made when it is asked for. */
export function paced(pieces: Iterator<string>, pace: number, signal: Signal): UpstreamBody {
  let stop: (() => void) | undefined
  let over = false
  let failure: unknown

  function end(error?: unknown): void {
    if (over) return
    over = true
    failure = error
    signal.removeEventListener('abort', abandon)
    stop?.()
  }
  function abandon(): void {
    end(signal.reason ?? new GateError('upstream.unavailable'))
  }
  if (signal.aborted) abandon()
  else signal.addEventListener('abort', abandon)

  function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        stop = undefined
        const { value, done } = over ? { value: undefined, done: true } : pieces.next()
        if (done === true) {
          end()
          if (failure === undefined) resolve({ done: true, value: undefined })
          else reject(failure)
        } else {
          resolve({ done: false, value: Buffer.from(value as string) })
        }
      }
      if (over) return settle()
      const cancel = later(settle, pace)
      stop = () => {
        cancel()
        settle()
      }
    })
  }

  const body: Omit<UpstreamBody, 'whole'> = {
    destroy() {
      end()
      failure = undefined
    },
    [Symbol.asyncIterator]: () => ({
      next,
      return() {
        end()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return { ...body, whole: (limit) => whole(body, limit) }
}

/** `setTimeout` never waits less than a millisecond. */
function later(run: () => void, ms: number): () => void {
  if (ms > 0) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }
  const soon = setImmediate(run)
  return () => clearImmediate(soon)
}
