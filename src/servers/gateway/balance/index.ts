import type { Signal } from '../../../core/cancellation.ts'
import { GateError } from '../../../core/errors.ts'
import type { Clock } from '../../../core/ports.ts'
import { traceparent } from '../../../core/trace.ts'
import type { Trying } from '../../../upstreams/health/breaker.ts'
import type { UpstreamAnswer, UpstreamCall } from '../../../upstreams/types.ts'
import { reaching } from '../admission.ts'
import type { Call } from '../call.ts'
import { retryAfter } from '../headers.ts'
import type { Route, Target } from '../types.ts'
import { type Outcome, ofError, ofStatus } from './outcome.ts'
import { pick, pickFirst } from './pick.ts'

/** The longest that a call waits for an upstream that says when to come back; a later one is the caller's to wait for. */
const LONGEST_WAIT = 10_000
/** A timer may fire early, and a wall clock and a steady one drift: who was told to wait waits a little longer. */
const SLACK = 25
/** What is read of an answer that nobody wants, so that its connection can serve another call. */
const UNWANTED_BYTES = 64 * 1024

/** What is asked, apart from whom. */
export interface Question extends Pick<UpstreamCall, 'path' | 'headers' | 'stream'> {
  /** The body, for whom it goes to. */
  body(target: Target): UpstreamCall['body']
}

/** An answer, whatever its status, and where to say how it ended. */
export interface Reached {
  answer: UpstreamAnswer
  trying: Trying
}

/** One try: an answer or the reason for there being none. */
interface Tried {
  outcome: Outcome
  reached?: Reached
  error?: unknown
}

/**
 * Brings a call to an upstream and back to its answer's headers, trying again where that can help. `first` is tried first, if it is still fit. From there on the
 * answer is that upstream's: nothing is asked twice once some of an answer was read.
 * Throws `GateError` as `Upstream.send` does, or the signal's reason.
 */
export async function reach(
  call: Call,
  { targets, retries, budget }: Route,
  first: Target,
  question: Question,
): Promise<Reached> {
  const { clock } = call.deps
  const { signal } = call.cancel
  const began = clock.now()
  budget.earn()
  // Inspection takes its time: another call may be the trial by now.
  let target = first.upstream.health.wait(first.model) === 0 ? first : pickFirst(targets)
  let deadline = began + target.upstream.total
  let last = await attempt(call, target, question)
  if (last.outcome.again === 'no' && last.error === undefined) return last.reached!

  const tried = new Set([target])
  const rekeyed = new Set<Target>()
  let further = 0
  for (;;) {
    if (isRefusedKey(last) && target.upstream.spareKey === true && !rekeyed.has(target)) rekeyed.add(target)
    else {
      const wait = further < retries.attempts ? pause(last, tried) : undefined
      if (wait === undefined) return settle(last)
      if (wait > 0) await sleep(wait, clock, signal)
      const next = pick(targets, tried)
      // An upstream may have become unfit while others waited for it too.
      if (next === undefined) return settle(last)
      further++
      target = next.target
      tried.add(target)
    }
    deadline = Math.min(deadline, began + target.upstream.total)
    const left = deadline - clock.now()
    if (left <= 0) return settle(last)
    discard(last)
    last = await attempt(call, target, question, left)
    if (last.outcome.again === 'no' && last.error === undefined) return last.reached!
  }

  /** Milliseconds until the next try; none when there is to be none. */
  function pause({ outcome, reached }: Tried, tried: ReadonlySet<Target>): number | undefined {
    if (outcome.again === 'no' || clock.now() >= deadline) return undefined
    if (pick(targets, tried)?.again === false) return 0
    if (outcome.again !== 'anywhere') return undefined
    const told = reached === undefined ? 0 : (retryAfter(reached.answer.headers) ?? 0) * 1000
    if (told > LONGEST_WAIT) return undefined
    const jitter = Math.random() * Math.min(retries.backoff * 2 ** further, LONGEST_WAIT)
    const wait = told === 0 ? jitter : told + SLACK + jitter
    if (clock.now() + wait >= deadline) return undefined
    // Nowhere else to go, and this one is not to be asked: unless it said for how long.
    if (told === 0 && pick(targets, tried) === undefined) return undefined
    return budget.spend() ? wait : undefined
  }
}

async function attempt(call: Call, target: Target, question: Question, left?: number): Promise<Tried> {
  const { upstream, model } = target
  const { clock } = call.deps
  const { signal } = call.cancel
  const trying = upstream.health.begin()
  call.upstream = upstream.name
  const sent = clock.now()
  const entry = { upstream: upstream.name, began: sent - call.started, took: 0 } as Entry
  call.attempts ??= []
  const index = call.attempts.push(entry) - 1
  try {
    const body = question.body(target)
    call.bytes.requestOut = Buffer.byteLength(body)
    // A copy: each upstream adds a key of its own, which no other may see.
    const headers = { ...question.headers }
    if (call.trace !== undefined) headers.traceparent = traceparent(call.trace, index)
    const sending = upstream.send({
      path: question.path,
      model,
      headers,
      body,
      signal,
      stream: question.stream,
      ...(left === undefined ? undefined : { left }),
    })
    const answer = await reaching(call, sending)
    entry.took = clock.now() - sent
    entry.status = answer.status
    const outcome = ofStatus(answer.status)
    if (answer.status !== 200) entry.code = codeOf(answer.status)
    if (outcome.failed) trying.failed()
    else trying.answered()
    // It is there, whatever it thinks of the request; an answer that serves has yet to be whole.
    if (!outcome.failed && answer.status !== 200) trying.served()
    if (answer.status === 429) {
      const wait = retryAfter(answer.headers)
      if (wait !== undefined) upstream.health.cool(model, wait * 1000)
    }
    return { outcome, reached: { answer, trying } }
  } catch (error) {
    entry.took = clock.now() - sent
    if (signal.aborted) {
      trying.abandoned()
      throw signal.reason
    }
    if (error instanceof GateError) entry.code = error.code
    const outcome = ofError(error)
    if (outcome.failed) trying.failed()
    else if (isRefusedKey({ outcome, error })) trying.answered()
    else trying.abandoned()
    return { outcome, error }
  }
}

type Entry = NonNullable<Call['attempts']>[number]

function codeOf(status: number): string {
  if (status === 429) return 'upstream.rate_limited'
  if (status >= 500) return 'upstream.unavailable'
  return status < 400 ? 'upstream.invalid' : 'upstream.rejected'
}

function settle({ reached, error }: Tried): Reached {
  if (reached === undefined) throw error
  return reached
}

const isRefusedKey = ({ error }: Tried): boolean =>
  error instanceof GateError && error.code === 'upstream.auth'

function discard({ reached }: Tried): void {
  reached?.answer.body.whole(UNWANTED_BYTES).catch(() => {})
}

/** Rejects with the signal's reason as soon as it is aborted. */
function sleep(ms: number, clock: Clock, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const leave = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    signal.addEventListener('abort', leave)
  })
}
