import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import { traceparent } from '../../core/trace.ts'
import type { Unit } from '../../core/types.ts'
import type { Protocol } from '../../protocols/types.ts'
import { passAnswer } from './answer.ts'
import { readBody } from './body.ts'
import { beginExchange, type Call, stage } from './call.ts'
import { upstreamHeaders } from './headers.ts'
import { judged } from './judged.ts'
import { askedModel, withModel } from './model.ts'
import { providerError } from './provider-error.ts'

/** One call to a model: read, inspect, forward, inspect, answer. Throws `GateError` for what the caller is told. */
export async function serveProtocol(call: Call, protocol: Protocol): Promise<void> {
  const { request, serving, deps } = call
  call.protocol = protocol
  const caller = serving.identify(request.headers)
  call.caller = caller
  const headers = upstreamHeaders(request.headers, protocol.headers)
  const { text, decoded, bytes } = await readBody(request, serving.limits.requestBytes)
  call.bytes.requestIn = bytes
  const read = protocol.request(text)
  call.stream = read.stream
  const asked = askedModel(call, caller, protocol, read)
  call.model = asked
  const boundary = serving.boundary({ path: protocol.path, model: asked, caller })
  call.boundary = boundary
  const { upstream, model } = serving.route(boundary, protocol.path, asked)
  call.upstream = upstream.name
  limitParts(read.unit, serving.limits.partCharacters)

  const exchange = beginExchange(call, caller, boundary)
  const edited = await inspectRequest(call, exchange, withModel(call, read, model))
  const taken = protocol.toUpstream?.(edited, model) ?? edited
  // Bytes that nobody edited need not be made again.
  const body = taken === text ? decoded : taken
  call.bytes.requestOut = Buffer.byteLength(body)

  if (call.trace !== undefined) {
    headers.traceparent = traceparent(call.trace, 0)
    // It belongs to a trace that this call is no part of.
    if (call.trace.parent === undefined) delete headers.tracestate
  }
  const answered = stage(call, 'upstream')
  const answer = await upstream.send({
    path: protocol.upstreamPath,
    model,
    headers,
    body,
    signal: call.cancel.signal,
    stream: read.stream,
  })
  call.upstreamHeaders = deps.clock.now() - call.started
  answered()
  if (answer.status !== 200) throw await providerError(exchange, answer)
  const passed = stage(call, 'answer')
  try {
    await passAnswer(call, exchange, protocol, answer)
  } finally {
    passed()
  }
}

async function inspectRequest(call: Call, exchange: Exchange, unit: Unit): Promise<string> {
  const inspected = stage(call, 'request')
  try {
    return await judged(exchange, 'request', unit)
  } finally {
    inspected()
  }
}

function limitParts(unit: Unit, limit: number): void {
  if (unit.text.length <= limit) return
  const sizes = new Map<number, number>()
  for (const { part, value, path } of unit.writes) {
    const size = (sizes.get(part) ?? 0) + value.length
    if (size > limit) throw new GateError('body.too_large', { param: path })
    sizes.set(part, size)
  }
}
