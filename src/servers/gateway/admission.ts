import { after, type MaybePromise } from '../../core/after.ts'
import { openPassage, REFUSED } from '../../core/checkpoint.ts'
import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import { tokensIn } from '../../core/tokens.ts'
import type { Content, Outcome, Price, Unit } from '../../core/types.ts'
import type { Protocol, ReadRequest } from '../../protocols/types.ts'
import { blocked, type Call } from './call.ts'
import type { Counted, Target } from './types.ts'

// What of a call checkpoints are told: who calls and what for, and at its end what it used.

const NO_PRICES: ReadonlyMap<string, Price> = new Map()
const NO_TOKENS = { inputTokens: 0, outputTokens: 0 }

/** What a call asks of a model, and who may serve it. */
export interface Asking {
  read: ReadRequest
  targets: readonly Target[]
}

/**
 * Has the checkpoints of `admit` let the call in; does nothing where the boundary has none at all.
 * @param asking undefined when it asks nothing of any model
 * @param request what checkpoints see of it
 * @throws GateError of what blocks it; the signal's reason when the caller left while it waited
 */
export function admit(
  call: Call,
  exchange: Exchange,
  asking: Asking | undefined,
  request: () => Content,
): MaybePromise<void> {
  if (exchange.checks.checkpoints !== undefined) return enter(call, exchange, asking, request())
}

function enter(
  call: Call,
  exchange: Exchange,
  asking: Asking | undefined,
  request: Content,
): MaybePromise<void> {
  const { read, targets = [] } = asking ?? {}
  const { boundary, caller, protocol, serving, deps, model } = call
  let estimated: ReturnType<Counted['estimate']> | undefined
  const estimate = () => {
    estimated ??= read === undefined ? NO_TOKENS : tokensOf(read, protocol?.uses)
    return estimated
  }
  const passage = openPassage(
    exchange,
    {
      id: call.id,
      boundary: boundary!.name,
      caller: caller!,
      model,
      signal: call.cancel.signal,
      estimate,
      prices: () =>
        protocol === undefined || model === undefined
          ? NO_PRICES
          : serving.prices(boundary!, protocol.path, model),
      path: call.path,
      contextTokens: leastContext(targets),
      upstreams: targets.map(({ upstream: { name, protocol } }) => ({ name, protocol })),
      stream: read?.stream === true,
      request,
    },
    (error) => deps.warn(`exchange ${call.id} could not be settled`, error),
  )
  const counted: Counted = {
    passage,
    admitted: false,
    reached: false,
    whole: false,
    said: 0,
    uses: protocol?.uses,
    estimate,
  }
  call.counted = counted
  const began = deps.clock.now()
  // Counts in memory answer at once.
  return after(passage.enter('admit'), (block) => {
    call.timings.admit = deps.clock.now() - began
    if (protocol !== undefined) call.meters = protocol.meters(passage.meters, Date.now())
    if (block !== undefined) throw blocked(block)
    counted.admitted = true
  })
}

/** What every one of those that may serve it takes. */
function leastContext(targets: readonly Target[]): number | undefined {
  let least: number | undefined
  for (const { contextTokens } of targets)
    if (contextTokens !== undefined) least = Math.min(least ?? contextTokens, contextTokens)
  return least
}

/** Notes whether a model was reached by what is sent; by any of several tries. */
export async function reaching<T extends { status: number }>(call: Call, sending: Promise<T>): Promise<T> {
  const { counted } = call
  if (counted === undefined) return sending
  try {
    const answer = await sending
    // A model that says no has done nothing.
    counted.reached ||= answer.status === 200
    return answer
  } catch (error) {
    counted.reached ||= mayHaveWorked(error)
    throw error
  }
}

/** Notes what an answer says. */
export function hear({ counted }: Call, { writes }: Unit): void {
  if (counted === undefined) return
  for (const { value, copy } of writes) if (copy !== true) counted.said += Buffer.byteLength(value)
}

/** The answer has come to its end. */
export function heardAll({ counted }: Call): void {
  if (counted !== undefined) counted.whole = true
}

/** Tells every checkpoint that let the call in what became of it. The gateway does so once, when all work has ended. */
export function settle(call: Call): void {
  const { counted } = call
  if (counted !== undefined) counted.passage.settle(counted.admitted ? outcome(call, counted) : REFUSED)
}

function outcome({ usage = {}, upstream, stream }: Call, counted: Counted): Outcome {
  const { whole, said } = counted
  const reached = counted.reached && counted.uses !== 'nothing'
  // What a stream counts before its end is too little; of a body that did not arrive nobody knows.
  const counts = whole && usage.outputTokens !== undefined
  const seen = whole || stream === true
  const heard = Math.max(usage.outputTokens ?? 0, tokensIn(said))
  const output = counts ? usage.outputTokens : seen ? heard : undefined
  return {
    admitted: true,
    reached,
    upstream,
    inputTokens: usage.inputTokens ?? counted.estimate().inputTokens,
    cachedTokens: usage.cachedTokens ?? 0,
    outputTokens: counted.uses === undefined ? output : 0,
  }
}

function tokensOf({ unit, maxOutput }: ReadRequest, uses: Protocol['uses']) {
  if (uses === 'nothing') return NO_TOKENS
  let bytes = 0
  for (const { value } of unit.writes) bytes += Buffer.byteLength(value)
  return { inputTokens: tokensIn(bytes), outputTokens: uses === 'input' ? 0 : maxOutput }
}

/** Errors of a connection that never stood. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether a model may have worked for a call that got no answer. In doubt it has. */
function mayHaveWorked(error: unknown): boolean {
  if (!(error instanceof GateError)) return true
  if (error.code !== 'upstream.unavailable' && error.code !== 'upstream.timeout') return false
  if (error.cause === undefined) return true
  const { code } = error.cause as { code?: unknown }
  return typeof code === 'string' && !NOT_CONNECTED.has(code) && !code.startsWith('ERR_TLS')
}
