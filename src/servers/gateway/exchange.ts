import { contentOf } from '../../core/content.ts'
import { GateError } from '../../core/errors.ts'
import type { Exchange } from '../../core/exchange.ts'
import type { Unit } from '../../core/types.ts'
import type { Protocol } from '../../protocols/types.ts'
import { admit } from './admission.ts'
import { passAnswer } from './answer.ts'
import { reach } from './balance/index.ts'
import { brokeOff } from './balance/outcome.ts'
import { pickFirst } from './balance/pick.ts'
import { breath, readBody } from './body.ts'
import { beginExchange, type Call, enter, identified, stage } from './call.ts'
import { checkedEarly, checkedRequest } from './checked.ts'
import { upstreamHeaders } from './headers.ts'
import { judged } from './judged.ts'
import { marked } from './mark.ts'
import { askedModel, renamed, withModel } from './model.ts'
import { providerError } from './provider-error.ts'
import { endOfTurn } from './turn.ts'

/** One call to a model: read, inspect, forward, inspect, answer. Throws `GateError` for what the caller is told. */
export async function serveProtocol(call: Call, protocol: Protocol): Promise<void> {
  const { request, serving, deps } = call
  call.protocol = protocol
  const caller = await identified(call)
  await enter(call)
  const headers = upstreamHeaders(request.headers, caller.tenant, protocol.headers)
  // Of a trace that this call is no part of.
  if (call.trace !== undefined && call.trace.parent === undefined) delete headers.tracestate
  const { text, decoded, bytes } = await readBody(request, serving.limits)
  call.bytes.requestIn = bytes
  const read = protocol.request(text)
  call.stream = read.stream
  const asked = askedModel(call, caller, protocol, read)
  call.model = asked
  const boundary = serving.boundary({ path: protocol.path, model: asked, caller })
  call.boundary = boundary
  const route = serving.route(boundary, protocol.path, asked)
  const first = pickFirst(route.targets)
  limitParts(read.unit, serving.limits.partCharacters)

  await breath(text)
  const exchange = beginExchange(call, caller, boundary)
  const admitted = admit(call, exchange, { read, targets: route.targets }, () =>
    contentOf([read.unit], true, protocol.offers),
  )
  if (admitted !== undefined) await admitted
  const checks = exchange.checks.checkpoints !== undefined
  const taken = checks ? await checkedEarly(call, exchange, protocol, read) : read
  const unit = marked(exchange, boundary, withModel(call, taken, first.model))
  const passed = await inspectRequest(call, exchange, unit)
  const edited = checks ? await checkedRequest(call, exchange, protocol, unit, passed) : passed

  await endOfTurn()
  const answered = stage(call, 'upstream')
  const { answer, trying } = await reach(call, route, first, {
    path: protocol.upstreamPath,
    headers,
    stream: read.stream,
    body(target) {
      const named = renamed(protocol, edited, first.model, target.model)
      const taken = protocol.toUpstream?.(named, target.model) ?? named
      // Bytes that nobody edited need not be made again.
      return taken === text ? decoded : taken
    },
  })
  call.upstreamHeaders = deps.clock.now() - call.started
  answered()
  if (answer.status !== 200) throw await providerError(exchange, answer)
  const answering = stage(call, 'answer')
  try {
    await passAnswer(call, exchange, protocol, answer)
    trying.served()
  } catch (error) {
    if (brokeOff(error)) trying.failed()
    throw error
  } finally {
    answering()
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
