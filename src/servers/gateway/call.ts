import { randomFillSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Cancellation, cancellation } from '../../core/cancellation.ts'
import { GateError } from '../../core/errors.ts'
import { type Exchange, openExchange } from '../../core/exchange.ts'
import type { Attempt, ExchangeRecord } from '../../core/record.ts'
import { worse } from '../../core/settle.ts'
import type { Trace } from '../../core/trace.ts'
import type { Caller, Finding, Usage } from '../../core/types.ts'
import type { Attempts } from '../../identity/attempts.ts'
import { familyOf } from '../../protocols/families.ts'
import type { Protocol } from '../../protocols/types.ts'
import type { Slotted } from './open-calls.ts'
import type { Places } from './places.ts'
import type { Counted, GatewayDeps, Serving, ServingBoundary } from './types.ts'
import { type Progress, writeWhole } from './whole.ts'

/** One call, from its first byte to its last, and what is known of it so far. */
export interface Call extends Slotted {
  id: string
  request: IncomingMessage
  response: ServerResponse
  path: string
  /** The model that the path names. */
  pathModel?: string
  /** What follows the path, from its question mark on. */
  search: string
  serving: Serving
  deps: GatewayDeps
  trace?: Trace
  places: Places
  /** Failed attempts of the addresses that call. */
  failures: Attempts
  /** Gives back its place among the exchanges that are served. */
  leave?: () => void
  /** Ends what waits for an upstream; its reason says who left. */
  cancel: Cancellation
  protocol?: Protocol
  /** How it words errors, where no protocol says it. */
  words?: Protocol['error']
  caller?: Caller
  boundary?: ServingBoundary
  exchange?: Exchange
  /** The last that was tried. */
  upstream?: string
  attempts?: Writable<Attempt>[]
  model?: string
  stream?: boolean
  usage?: Usage
  /** For the checkpoints that it came through, where there are any. */
  counted?: Counted
  /** Headers that say how full its counts are. */
  meters?: Readonly<Record<string, string>>
  /** Its answer, or its connection, has ended. */
  closed: boolean
  progress: Progress
  ended: ExchangeRecord['ended']
  code?: string
  bytes: ExchangeRecord['bytes']
  /** Milliseconds since the call began. */
  upstreamHeaders?: number
  firstByte?: number
  timings: Record<string, number>
  /** When the stages of `timings` began, as far as a trace asks for it. */
  began?: Record<string, number>
  started: number
}

/** Why an exchange was cut short. */
export type Gone = { gone: 'client' } | { gone: 'drained' } | { gone: 'stalled' }

export function openCall(
  request: IncomingMessage,
  response: ServerResponse,
  deps: GatewayDeps,
  { places, failures }: Pick<Call, 'places' | 'failures'>,
): Call {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const call: Call = {
    id: newId(),
    slot: 0,
    request,
    response,
    path: mark < 0 ? url : url.slice(0, mark),
    search: mark < 0 ? '' : url.slice(mark),
    serving: deps.serving(),
    deps,
    places,
    failures,
    cancel: cancellation(),
    closed: false,
    progress: { waiting: 0, written: 0, since: 0 },
    ended: 'complete',
    bytes: { requestIn: 0, requestOut: 0, answerIn: 0, answerOut: 0 },
    timings: {},
    started: deps.clock.now(),
  }
  if (deps.trace !== undefined) {
    call.trace = deps.trace(call.id, request.headers)
    if (call.trace.sampled) call.began = {}
  }
  return call
}

/** Notes that a stage begins, and when it ends how long it took. */
export function stage(call: Call, name: string): () => void {
  const began = call.deps.clock.now()
  if (call.began !== undefined) call.began[name] = began - call.started
  return () => {
    call.timings[name] = call.deps.clock.now() - began
  }
}

const ID_BYTES = 16
const random = Buffer.alloc(ID_BYTES * 256)
let used = random.length

/** `ex_` and 128 random bits, of which many are drawn at once. */
export function newId(): string {
  if (used === random.length) {
    randomFillSync(random)
    used = 0
  }
  used += ID_BYTES
  return `ex_${random.toString('hex', used - ID_BYTES, used)}`
}

/** Who calls. Waits only where somebody else must be asked. Throws `GateError` `auth.*`. */
export async function identified(call: Call): Promise<Caller> {
  const { request, serving, failures } = call
  const caller = failures.watch(
    request.socket.remoteAddress ?? '',
    serving.attempts.failures,
    (unlessThrottled) => serving.identify(request, unlessThrottled),
  )
  call.caller = caller instanceof Promise ? await caller : caller
  return call.caller
}

/**
 * Takes the call's place among those that are served. After it is known who calls: a stranger holds none, and none waits.
 * Throws `GateError` `gate.overloaded`.
 */
export async function enter(call: Call): Promise<void> {
  const { cancel, places, serving } = call
  const taken = places.take(serving.limits, (forget) => cancel.signal.addEventListener('abort', forget))
  const leave = taken instanceof Promise ? await taken : taken
  // Whoever left while it waited has no use for it any more.
  if (call.closed) leave()
  else call.leave = leave
}

/** What the engine finds in this call, by the rules of its boundary. */
export function beginExchange(call: Call, caller: Caller, boundary: ServingBoundary): Exchange {
  const { deps, serving } = call
  const exchange = openExchange({
    checks: boundary.checksAt?.get(call.path) ?? boundary.checks,
    tenant: caller.tenant,
    clock: deps.clock,
    memory: deps.memory,
    holdCharacters: serving.limits.holdCharacters,
  })
  call.exchange = exchange
  return exchange
}

/** Writes a chunk; resolves when there is room for more, or the caller has left. */
export function write(call: Call, chunk: string): Promise<void> | undefined {
  const { response } = call
  call.firstByte ??= call.deps.clock.now() - call.started
  call.bytes.answerOut += Buffer.byteLength(chunk)
  if (response.write(chunk)) return undefined
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go)
      call.cancel.signal.removeEventListener('abort', go)
      resolve()
    }
    response.once('drain', go)
    // Not `close`, of which an answer whose turn on its connection has not come never hears.
    call.cancel.signal.addEventListener('abort', go)
    if (call.cancel.signal.aborted) go()
  })
}

export function sendJson(
  call: Call,
  status: number,
  json: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  call.firstByte ??= call.deps.clock.now() - call.started
  const length = Buffer.byteLength(json)
  call.bytes.answerOut += length
  headers['content-type'] = 'application/json'
  headers['content-length'] = String(length)
  writeHead(call, status, headers)
  writeWhole(call.response, json)
}

/** The one place that begins an answer. Headers set before would be merged one by one, at a multiple of the cost. */
export function writeHead(call: Call, status: number, headers: Record<string, string>): void {
  headers['x-sallyport-exchange'] = call.id
  if (call.meters !== undefined) Object.assign(headers, call.meters)
  call.response.writeHead(status, headers)
}

/** Tells the caller of an error: as a body, or as the event that ends a stream that has begun. */
export function refuse(call: Call, error: GateError): void {
  call.code = error.code
  const words = call.protocol?.error ?? call.words ?? familyOf(call.request.headers).error
  const { response } = call
  if (response.headersSent) {
    const event = words(error, 'stream')
    call.bytes.answerOut += Buffer.byteLength(event)
    response.end(event)
    return
  }
  const headers: Record<string, string> = {}
  // The SDKs of OpenAI and Anthropic would otherwise try again what was decided.
  if (!error.retryable || !/^(?:limit|upstream|gate)\./.test(error.code) || hopeless(error))
    headers['x-should-retry'] = 'false'
  if (error.retryAfter !== undefined) {
    headers['retry-after'] = String(Math.ceil(error.retryAfter))
    if (LIMITED.test(error.code)) headers['retry-after-ms'] = String(Math.ceil(error.retryAfter * 1000))
  }
  // What is left of the body is not read, or no further call is taken: the connection cannot serve another.
  if (!call.request.complete || error.code === 'gate.draining') headers.connection = 'close'
  sendJson(call, error.status, words(error, 'body'), headers)
}

const LIMITED = /^(?:limit|budget)\./
/** Seconds. An SDK that tries again by itself keeps its caller waiting as long as it is told. */
const LONG = 60

/** Whether trying again by itself would only hold up a caller: there is long to wait, or waiting is no use. */
function hopeless({ code, retryAfter = Number.POSITIVE_INFINITY }: GateError): boolean {
  return code.startsWith('limit.') && code !== 'limit.degraded' && retryAfter > LONG
}

/** The error that a blocking finding is to its caller. */
export function blocked({ code, places, status, said, retryAfter }: Finding): GateError {
  const param = places[0]?.path
  return new GateError(code, {
    ...(said !== undefined && { detail: said }),
    ...(param !== undefined && { param }),
    ...(status !== undefined && { status }),
    ...(retryAfter !== undefined && { retryAfter: retryAfter / 1000 }),
  })
}

export function recordOf(call: Call): ExchangeRecord {
  const { exchange, request, deps, boundary, caller, response } = call
  const duration = deps.clock.now() - call.started
  const record: Writable<ExchangeRecord> = {
    exchange: call.id,
    time: isoTime(Date.now() - duration),
    duration: short(duration),
    method: request.method ?? '',
    path: call.path.slice(0, 256),
    verdict: exchange?.verdict ?? 'allow',
    findings: exchange?.findings ?? [],
    status: response.headersSent ? response.statusCode : 0,
    ended: call.ended,
    timings: call.timings,
    bytes: call.bytes,
  }
  if (request.socket.remoteAddress !== undefined) record.remote = request.socket.remoteAddress
  if (call.trace !== undefined) record.trace = call.trace
  if (call.began !== undefined) record.began = call.began
  if (caller !== undefined) {
    record.subject = caller.subject
    record.tenant = caller.tenant
    if (caller.credentials !== undefined) record.credentials = caller.credentials
    if (caller.keyId !== undefined) record.keyId = caller.keyId
    if (typeof caller.claims?.iss === 'string') record.issuer = caller.claims.iss
  }
  if (boundary !== undefined) {
    record.boundary = boundary.name
    record.boundaryVersion = boundary.version
    if (boundary.checks.shadow) record.shadow = true
  }
  if (call.upstream !== undefined) record.upstream = call.upstream
  if (call.attempts !== undefined) {
    for (const attempt of call.attempts) {
      attempt.began = short(attempt.began)
      attempt.took = short(attempt.took)
    }
    record.attempts = call.attempts
  }
  if (call.model !== undefined) record.model = call.model
  if (call.stream !== undefined) record.stream = call.stream
  if (call.code !== undefined) record.code = call.code
  if (call.upstreamHeaders !== undefined) record.upstreamHeaders = short(call.upstreamHeaders)
  if (call.firstByte !== undefined) record.firstByte = short(call.firstByte)
  if (call.usage !== undefined) record.usage = call.usage
  for (const name in call.timings) call.timings[name] = short(call.timings[name]!)
  if (exchange === undefined) return record
  for (const [{ stage, name, silent }, ms] of exchange.timings) {
    if (silent === true) continue
    const place = `${stage}/${name}`
    call.timings[place] = short(ms + (call.timings[place] ?? 0))
  }
  const { verdict, shadowed } = exchange
  if (worse(verdict, shadowed) !== verdict) record.shadowVerdict = shadowed
  if (exchange.omitted > 0) record.findingsOmitted = exchange.omitted
  record.looks = exchange.looks
  return record
}

/** To a tenth of a microsecond: what more there is of a number costs a third of writing a record. */
function short(ms: number): number {
  return Math.round(ms * 10_000) / 10_000
}

let second = 0
let upToSecond = ''

/** ISO 8601 of milliseconds since 1970. Most calls begin in the same second as the one before. */
function isoTime(at: number): string {
  const whole = Math.floor(at / 1000)
  if (whole !== second) {
    second = whole
    upToSecond = new Date(whole * 1000).toISOString().slice(0, -4)
  }
  return `${upToSecond}${String(Math.floor(at - whole * 1000)).padStart(3, '0')}Z`
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
