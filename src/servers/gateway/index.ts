import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { GateError } from '../../core/errors.ts'
import type { ExchangeRecord } from '../../core/record.ts'
import { attempts } from '../../identity/attempts.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { settle } from './admission.ts'
import { aliases } from './aliases.ts'
import { type Call, type Gone, newId, openCall, recordOf, refuse } from './call.ts'
import { brokenRecord, countHeaders, watchConnections } from './connections.ts'
import { DATA, serveData } from './data.ts'
import { serveProtocol } from './exchange.ts'
import { serveInspect } from './inspect.ts'
import { MODELS, serveModel, serveModels } from './models.ts'
import { openCalls } from './open-calls.ts'
import { places } from './places.ts'
import { tlsServer } from './tls.ts'
import type { GatewayDeps } from './types.ts'
import { unread } from './whole.ts'

const HEADER_BYTES = 32_768
/** How much later than the gate Node itself ends a request: it knows no protocol to say so in. */
const GRACE = 10_000
/** How often, and every how many milliseconds, it is asked at the end whether calls have ended. */
const TRIES = 40
const TRY = 50
const UPSTREAM_GONE = new Set(['upstream.unavailable', 'upstream.timeout', 'upstream.invalid'])

export interface Gateway {
  /** Where it listens: `127.0.0.1:8080`. */
  address: string
  /** Takes no more calls, lets those that run finish for `ms`, then ends them with their protocol's error. */
  drain(ms: number): Promise<void>
  /** Open connections of callers. */
  connections(): Promise<number>
}

interface Endpoint {
  /** It sees to that itself when absent. */
  method?: string
  serve(call: Call): Promise<void>
}

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ...PROTOCOLS.map((protocol): [string, Endpoint] => [
    protocol.path,
    { method: 'POST', serve: (call) => serveProtocol(call, protocol) },
  ]),
  ['/v1/inspect', { method: 'POST', serve: serveInspect }],
  [MODELS, { method: 'GET', serve: serveModels }],
])
const ONE_MODEL: Endpoint = { method: 'GET', serve: serveModel }

const DATA_API: Endpoint = { serve: serveData }

/** Azure’s name for the list of models. */
const AZURE_MODELS = /^\/openai\/(?:v1\/)?models(?=\/|$)/
const aliasOf = aliases(PROTOCOLS)

/** The data plane. Throws `Error` when the address cannot be listened on, or a file of `tls` cannot be used. */
export async function gateway(listen: { host: string; port: number }, deps: GatewayDeps): Promise<Gateway> {
  const open = openCalls<Call>()
  const ended: ExchangeRecord[] = []
  const shared = { places: places(deps.clock), failures: attempts(deps.clock) }
  let draining = false

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!connections.open(request, response, closed)) return
    const call = openCall(request, response, deps, shared)
    open.add(call)
    deps.opened()
    let served = false
    function closed(): void {
      call.closed = true
      if (!response.writableFinished) call.cancel.abort({ gone: 'client' } satisfies Gone)
      if (served) close(call)
    }
    response.on('error', ignore)
    // Nothing moves while a model thinks, which is no reason to cut its caller off.
    response.on('timeout', ignore)
    try {
      if (draining) throw new GateError('gate.draining', { retryAfter: 1 })
      countHeaders(request)
      await endpoint(call).serve(call)
    } catch (error) {
      fail(call, error)
    }
    settle(call)
    served = true
    if (call.closed) close(call)
  }

  /** Both the work and the connection's part in it have ended. */
  function close(call: Call): void {
    if (!call.response.writableFinished && call.ended === 'complete') call.ended = 'client_gone'
    open.delete(call)
    call.leave?.()
    deps.closed()
    keep(recordOf(call))
  }

  function keep(record: ExchangeRecord): void {
    if (ended.push(record) === 1) setImmediate(keepRecords)
  }

  /** Cuts off callers that do not read their answer. */
  function cutStalled(): void {
    const now = deps.clock.now()
    for (const call of open) {
      if (unread(call.response, call.progress, now) < call.serving.limits.stalled) continue
      call.ended = 'stalled'
      call.cancel.abort({ gone: 'stalled' } satisfies Gone)
      call.response.destroy()
    }
  }

  /** Records of all calls that ended in one turn of the event loop: one after the other they cost half as much. */
  function keepRecords(): void {
    for (const record of ended.splice(0)) deps.recorder.record(record)
  }

  function fail(call: Call, error: unknown): void {
    const { signal } = call.cancel
    const gone = signal.aborted ? (signal.reason as Gone).gone : undefined
    if (gone === 'client' || gone === 'stalled' || call.response.destroyed) {
      call.ended = gone === 'stalled' ? 'stalled' : 'client_gone'
      call.response.destroy()
      return
    }
    if (gone === 'drained') {
      call.ended = 'drained'
      return refuse(call, new GateError('gate.draining', { retryAfter: 1 }))
    }
    if (error instanceof GateError) {
      call.ended = ending(call, error)
      return refuse(call, error)
    }
    call.ended = 'failed'
    deps.warn(`exchange ${call.id} failed`, error)
    refuse(call, new GateError('gate.internal'))
  }

  const { headersWithin, requestWithin, stalled } = deps.serving().limits
  const options = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: headersWithin,
    requestTimeout: Math.max(headersWithin, requestWithin) + GRACE,
    connectionsCheckingInterval: Math.min(1000, headersWithin),
    keepAliveTimeout: 65_000,
  }
  const listener = (request: IncomingMessage, response: ServerResponse) => void serve(request, response)
  const secured = deps.tls && tlsServer(deps.tls, options, listener, deps.warn)
  const server = secured?.server ?? createServer(options, listener)
  const connections = watchConnections(
    server,
    () => deps.serving().limits,
    (socket, status, code) => keep(brokenRecord(newId(), socket, status, code)),
  )
  const sweep = setInterval(cutStalled, Math.max(10, Math.min(5000, stalled / 4))).unref()
  server.listen(listen.port, listen.host)
  await once(server, 'listening')
  return {
    address: addressOf(server),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      }),
    async drain(ms) {
      draining = true
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const late = setTimeout(() => {
        for (const call of open) call.cancel.abort({ gone: 'drained' } satisfies Gone)
        // Whoever does not read the error has had the time.
        setTimeout(() => server.closeAllConnections(), 1000).unref()
      }, ms)
      const idle = setInterval(() => server.closeIdleConnections(), 100)
      await closed
      clearTimeout(late)
      clearInterval(idle)
      // Checkpoints that are only tried may still look at an answer that has left.
      for (let i = 0; i < TRIES && [...open].length > 0; i++) await sleep(TRY)
      secured?.stop()
      clearInterval(sweep)
      keepRecords()
    },
  }
}

/** A write to a socket that is gone is no more than the caller leaving, which `close` reports. */
function ignore(): void {}

function endpoint(call: Call): Endpoint {
  if (AZURE_MODELS.test(call.path)) call.path = call.path.replace(AZURE_MODELS, MODELS)
  const found =
    ENDPOINTS.get(call.path) ??
    (call.path.startsWith(`${MODELS}/`) ? ONE_MODEL : undefined) ??
    (call.path.startsWith(DATA) ? DATA_API : undefined) ??
    aliased(call)
  if (found === undefined) throw new GateError('request.not_found')
  if (found.method !== undefined && call.request.method !== found.method)
    throw new GateError('request.method', { detail: `This path takes ${found.method}.` })
  return found
}

/** What is called by another name is the same to boundaries and records. */
function aliased(call: Call): Endpoint | undefined {
  const alias = aliasOf(call.path)
  if (alias === undefined) return undefined
  call.path = alias.path
  if (alias.model !== undefined) call.pathModel = alias.model
  return ENDPOINTS.get(alias.path)
}

function ending(call: Call, { code }: GateError): Call['ended'] {
  if (UPSTREAM_GONE.has(code)) return 'upstream_gone'
  const { exchange } = call
  if (exchange?.verdict !== 'block') return 'refused'
  // In a boundary that is only tried, what would have blocked did not.
  const { checks, findings } = exchange
  return !checks.shadow || findings.some(({ action, shadow }) => action === 'block' && shadow !== true)
    ? 'blocked'
    : 'refused'
}

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
}
