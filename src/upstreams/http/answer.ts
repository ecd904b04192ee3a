import type { Dispatcher } from 'undici'
import type { Signal } from '../../core/cancellation.ts'
import { GateError } from '../../core/errors.ts'
import type { UpstreamAnswer, UpstreamBody } from '../types.ts'
import { joined } from '../whole.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { refusal } from './refusal.ts'

type Controller = Dispatcher.DispatchController
type Headers = Readonly<Record<string, string | string[] | undefined>>

/** More than this many bytes unread, and the socket is no longer read from. */
const HIGH_WATER = 65_536
const DONE = { done: true, value: undefined } as const

interface Waiting<T> {
  resolve(result: T): void
  reject(error: unknown): void
}

/**
 * Receives one answer from undici: settles `resolve` or `reject` once with the headers, then queues the body.
 *
 * Written against `dispatch` because a `Readable` between socket and reader costs more than all of this does, and a
 * class because functions of its own for every call do so too.
 */
export class Receiver implements Dispatcher.DispatchHandler, UpstreamBody {
  private readonly signal: Signal
  private readonly resolve: (answer: UpstreamAnswer) => void
  private readonly reject: (error: unknown) => void
  private readonly abandon = () => this.leave()
  private firstByte: Deadline
  private total: Deadline
  private queue: Uint8Array[] = []
  private head = 0
  private waiting = 0
  private reader: Waiting<IteratorResult<Uint8Array, undefined>> | undefined
  /** Who wants all of it, and the most that this may be. */
  private all: (Waiting<Uint8Array> & { limit: number }) | undefined
  private controller: Controller | undefined
  private answered = false
  private over = false
  private failure: unknown

  constructor(
    limits: { firstByte: Deadlines; total: Deadlines },
    signal: Signal,
    resolve: (answer: UpstreamAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.signal = signal
    this.resolve = resolve
    this.reject = reject
    const late = () => this.fail(new GateError('upstream.timeout'))
    this.firstByte = limits.firstByte(late)
    this.total = limits.total(late)
    signal.addEventListener('abort', this.abandon)
  }

  // What undici calls.

  onRequestStart(controller: Controller): void {
    this.controller = controller
    if (this.over) controller.abort(new Error('given up'))
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    if (status < 200 || this.over) return
    const refused = refusal(status, headers)
    if (refused !== undefined) return this.fail(refused)
    this.answered = true
    this.firstByte.cancel()
    this.resolve({ status, headers: headers as UpstreamAnswer['headers'], body: this })
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    if (this.over) return
    const { reader } = this
    if (reader !== undefined) {
      this.reader = undefined
      reader.resolve({ done: false, value: chunk })
      return
    }
    this.queue.push(chunk)
    this.waiting += chunk.length
    if (this.all === undefined) {
      if (this.waiting > HIGH_WATER) controller.pause()
    } else if (this.waiting > this.all.limit) this.tooLarge()
  }

  onResponseEnd(): void {
    if (!this.over) this.finish()
  }

  onResponseError(_: Controller, error: Error): void {
    if (!this.over) this.finish(mapped(error, this.answered))
  }

  // What the body's reader calls.

  whole(limit: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.all = { resolve, reject, limit }
      if (this.waiting > limit) this.tooLarge()
      else if (this.over) this.settleWhole()
      else if (this.controller?.paused) this.controller.resume()
    })
  }

  destroy(): void {
    this.drop()
    if (!this.over) {
      this.finish()
      this.controller?.abort(new Error('given up'))
    }
    this.failure = undefined
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const chunk = this.queue[this.head]
    if (chunk !== undefined) {
      this.head++
      this.waiting -= chunk.length
      if (this.head === this.queue.length) {
        this.drop()
        if (this.controller?.paused) this.controller.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.over)
      return this.failure === undefined ? Promise.resolve(DONE) : Promise.reject(this.failure as Error)
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.destroy()
    return Promise.resolve(DONE)
  }

  private leave(): void {
    this.drop()
    // Never undefined: that would end the body as if it were whole.
    this.fail(this.signal.reason ?? new GateError('upstream.unavailable'))
  }

  private drop(): void {
    if (this.queue.length > 0) this.queue = []
    this.head = 0
    this.waiting = 0
  }

  private tooLarge(): void {
    this.drop()
    const error = new GateError('upstream.invalid')
    if (this.over) this.all!.reject(error)
    else this.fail(error)
  }

  private fail(error: unknown): void {
    if (this.over) return
    this.finish(error)
    // Before the call has a connection there is nothing to destroy: `onRequestStart` does it then.
    this.controller?.abort(error instanceof Error ? error : new Error('aborted'))
  }

  /** No more will come. What is queued may still be read, then `error` is thrown. */
  private finish(error?: unknown): void {
    this.over = true
    this.failure = error
    this.firstByte.cancel()
    this.total.cancel()
    this.signal.removeEventListener('abort', this.abandon)
    if (!this.answered) {
      this.answered = true
      this.reject(error)
    } else if (this.all !== undefined) this.settleWhole()
    else if (this.reader !== undefined) {
      const { resolve, reject } = this.reader
      this.reader = undefined
      if (error === undefined) resolve(DONE)
      else reject(error)
    }
  }

  private settleWhole(): void {
    const { resolve, reject } = this.all!
    if (this.failure === undefined) resolve(joined(this.queue))
    else reject(this.failure)
    this.drop()
  }
}

/**
 * undici's errors name hosts and addresses: they stay in `cause`, for the operator. Once an answer has begun, the
 * connection ending before all of it has come is the same however its length was to be known.
 */
function mapped(error: Error & { code?: string }, begun: boolean): GateError {
  switch (error.code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new GateError('upstream.timeout', { cause: error })
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new GateError('upstream.invalid', { cause: error })
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return new GateError(begun ? 'upstream.unavailable' : 'upstream.invalid', { cause: error })
    case 'UND_ERR_SOCKET':
      // What undici says of 100 and 101, and of an answer that nobody has asked for.
      if (/^bad /.test(error.message)) return new GateError('upstream.invalid', { cause: error })
  }
  if (error.name === 'HTTPParserError') {
    // Of these, undici 7 leaves `code` undefined.
    const ended = begun && error.message.includes('(Invalid EOF state)')
    // They carry what was received, which nobody may log.
    const cause = new Error(error.message)
    return new GateError(ended ? 'upstream.unavailable' : 'upstream.invalid', { cause })
  }
  return new GateError('upstream.unavailable', { cause: error })
}
