import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import type { Unit } from '../../core/types.ts'
import type { Protocol } from '../../protocols/types.ts'
import { admit, reaching } from './admission.ts'
import { passAnswer } from './answer.ts'
import { readBody } from './body.ts'
import { beginExchange, type Call } from './call.ts'
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
  const admitted = admit(call, exchange, read)
  if (admitted !== undefined) await admitted
  const edited = await inspectRequest(call, exchange, withModel(call, read, model))
  const taken = protocol.toUpstream?.(edited, model) ?? edited
  // Bytes that nobody edited need not be made again.
  const body = taken === text ? decoded : taken
  call.bytes.requestOut = Buffer.byteLength(body)

  const sent = deps.clock.now()
  const sending = upstream.send({
    path: protocol.upstreamPath,
    model,
    headers,
    body,
    signal: call.cancel.signal,
    stream: read.stream,
  })
  const answer = await reaching(call, sending)
  call.upstreamHeaders = deps.clock.now() - call.started
  call.timings.upstream = deps.clock.now() - sent
  if (answer.status !== 200) throw await providerError(exchange, answer)
  const began = deps.clock.now()
  try {
    await passAnswer(call, exchange, protocol, answer)
  } finally {
    call.timings.answer = deps.clock.now() - began
  }
}

async function inspectRequest(call: Call, exchange: Exchange, unit: Unit): Promise<string> {
  const began = call.deps.clock.now()
  try {
    return await judged(exchange, 'request', unit)
  } finally {
    call.timings.request = call.deps.clock.now() - began
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
