import type { Dispatcher } from 'undici'
import type { Signal } from '../../core/cancellation.ts'
import { GateError } from '../../core/errors.ts'
import type { UpstreamAnswer, UpstreamBody } from '../types.ts'
import { refusal } from './refusal.ts'

type Controller = Dispatcher.DispatchController

/** More than this many bytes unread, and the socket is no longer read from. */
const HIGH_WATER = 65_536

interface Reader {
  resolve(result: IteratorResult<Uint8Array, undefined>): void
  reject(error: unknown): void
}

/**
 * Receives one answer from undici: settles `resolve` or `reject` once with the headers, then queues the body.
 * Written against `dispatch` because a `Readable` between socket and reader costs more than all of this does.
 */
export function receive(
  timeouts: { firstByte: number; total: number },
  signal: Signal,
  resolve: (answer: UpstreamAnswer) => void,
  reject: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  const began = performance.now()
  const queue: Uint8Array[] = []
  let head = 0
  let waiting = 0
  let reader: Reader | undefined
  let controller: Controller | undefined
  let answered = false
  let over = false
  let failure: unknown

  let timer = setTimeout(late, Math.min(timeouts.firstByte, timeouts.total))
  signal.addEventListener('abort', abandon)

  function late(): void {
    fail(new GateError('upstream.timeout'))
  }

  function abandon(): void {
    drop()
    // Never undefined: that would end the body as if it were whole.
    fail(signal.reason ?? new GateError('upstream.unavailable'))
  }

  function drop(): void {
    queue.length = 0
    head = 0
    waiting = 0
  }

  /** No more will come. What is queued may still be read, then `error` is thrown. */
  function finish(error?: unknown): void {
    over = true
    failure = error
    clearTimeout(timer)
    signal.removeEventListener('abort', abandon)
    if (!answered) {
      answered = true
      reject(error)
    } else if (reader !== undefined) {
      const waitingReader = reader
      reader = undefined
      if (error === undefined) waitingReader.resolve({ done: true, value: undefined })
      else waitingReader.reject(error)
    }
  }

  function fail(error: unknown): void {
    if (over) return
    finish(error)
    // Before the call has a connection there is nothing to destroy: `onRequestStart` does it then.
    controller?.abort(error instanceof Error ? error : new Error('aborted'))
  }

  const body: UpstreamBody = {
    destroy() {
      drop()
      if (!over) {
        finish()
        controller?.abort(new Error('given up'))
      }
      failure = undefined
    },
    [Symbol.asyncIterator]: () => ({
      next() {
        const chunk = queue[head]
        if (chunk !== undefined) {
          head++
          waiting -= chunk.length
          if (head === queue.length) {
            drop()
            if (controller?.paused) controller.resume()
          }
          return Promise.resolve({ done: false, value: chunk })
        }
        if (over) {
          return failure === undefined
            ? Promise.resolve({ done: true, value: undefined })
            : Promise.reject(failure)
        }
        return new Promise((resolve, reject) => {
          reader = { resolve, reject }
        })
      },
      return() {
        body.destroy()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }

  return {
    onRequestStart(started) {
      controller = started
      if (over) started.abort(new Error('given up'))
    },
    onResponseStart(_, status, headers) {
      if (status < 200 || over) return
      const refused = refusal(status, headers)
      if (refused !== undefined) return fail(refused)
      answered = true
      clearTimeout(timer)
      timer = setTimeout(late, Math.max(1, timeouts.total - (performance.now() - began)))
      resolve({ status, headers: headers as Record<string, string | string[]>, body })
    },
    onResponseData(started, chunk) {
      if (over) return
      if (reader !== undefined) {
        const waitingReader = reader
        reader = undefined
        waitingReader.resolve({ done: false, value: chunk })
        return
      }
      queue.push(chunk)
      waiting += chunk.length
      if (waiting > HIGH_WATER) started.pause()
    },
    onResponseEnd() {
      if (!over) finish()
    },
    onResponseError(_, error) {
      if (!over) finish(mapped(error))
    },
  }
}

/** undici's errors name hosts and addresses: they stay in `cause`, for the operator. */
function mapped(error: Error & { code?: string }): GateError {
  switch (error.code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new GateError('upstream.timeout', { cause: error })
    case 'UND_ERR_HEADERS_OVERFLOW':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return new GateError('upstream.invalid', { cause: error })
  }
  // This one carries what was received, which nobody may log.
  if (error.name === 'HTTPParserError') {
    return new GateError('upstream.invalid', { cause: new Error(error.message) })
  }
  return new GateError('upstream.unavailable', { cause: error })
}
