import { createHash } from 'node:crypto'
import { GateError } from '../../core/errors.ts'
import type { LoopbackSpec, Upstream, UpstreamAnswer, UpstreamCall } from '../types.ts'
import { paced } from './paced.ts'
import { reply } from './reply.ts'
import { parseRequest, type Request } from './request.ts'
import { completion, events } from './wire.ts'

/**
 * The model built in for trying things out: speaks OpenAI chat completions in process, and does what it is told by
 * whoever tells it, so that a boundary's effect can be seen without a provider. The same request gets the same answer.
 */
export function loopbackUpstream(spec: LoopbackSpec): Upstream {
  return {
    name: spec.name,
    protocol: 'loopback',
    models: () => Promise.resolve(['loopback']),
    async send(call) {
      if (call.signal.aborted) throw call.signal.reason ?? new GateError('upstream.unavailable')
      return answer(call, spec.pace ?? 0)
    },
    close: () => Promise.resolve(),
  }
}

function answer(call: UpstreamCall, pace: number): UpstreamAnswer {
  if (call.path !== '/chat/completions') return refused(call, 404, 'There is no such path.')
  let request: Request
  try {
    request = parseRequest(call.body)
  } catch (error) {
    return refused(call, 400, (error as Error).message)
  }
  const id = `chatcmpl-${createHash('sha256').update(call.body).digest('hex').slice(0, 24)}`
  const turns = Array.from({ length: request.n }, (_, choice) => reply(request, choice))
  const frame = { id, request, turns }
  if (request.stream) {
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }
    return { status: 200, headers, body: paced(events(frame), pace, call.signal) }
  }
  return whole(call, 200, completion(frame))
}

function refused(call: UpstreamCall, status: number, message: string): UpstreamAnswer {
  const error = { message, type: 'invalid_request_error', param: null, code: null }
  return whole(call, status, JSON.stringify({ error }))
}

function whole(call: UpstreamCall, status: number, body: string): UpstreamAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: paced([body].values(), 0, call.signal),
  }
}
