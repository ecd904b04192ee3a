import { createHash } from 'node:crypto'
import { GateError } from '../../core/errors.ts'
import type { LoopbackSpec, Said, Upstream, UpstreamAnswer, UpstreamCall } from '../types.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { parseBody } from './fields.ts'
import { messages, tokenCount } from './messages.ts'
import { paced } from './paced.ts'
import { type Frame, openaiRefusal, type Protocol } from './protocol.ts'
import { responses } from './responses.ts'

/** What it speaks. A path that is not here does not exist. */
const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['/chat/completions', chat],
  ['/completions', completions],
  ['/embeddings', embeddings],
  ['/messages', messages],
  ['/messages/count_tokens', tokenCount],
  ['/responses', responses],
])

/**
 * The model built in for trying things out: it runs in process and does what it is told by whoever tells it, so that a
 * boundary's effect can be seen without a provider. The same request gets the same answer.
 */
export function loopbackUpstream(spec: LoopbackSpec): Upstream {
  return {
    name: spec.name,
    protocol: 'loopback',
    total: Number.POSITIVE_INFINITY,
    models: () => Promise.resolve(['loopback']),
    async send(call) {
      if (call.signal.aborted) throw call.signal.reason ?? new GateError('upstream.unavailable')
      return answer(call, spec.pace ?? 0, spec.says?.())
    },
    close: () => Promise.resolve(),
  }
}

function answer(call: UpstreamCall, pace: number, says: Said | undefined): UpstreamAnswer {
  const protocol = PROTOCOLS.get(call.path)
  if (protocol === undefined) return whole(call, 404, openaiRefusal('There is no such path.'))
  let frame: Frame
  try {
    const body = parseBody(call.body)
    const id = createHash('sha256').update(call.body).digest('hex').slice(0, 24)
    frame = { id, body, request: { ...protocol.parse(body), says } }
  } catch (error) {
    return whole(call, 400, protocol.refusal((error as Error).message))
  }
  if (frame.request.stream && protocol.events !== undefined) {
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }
    return { status: 200, headers, body: paced(protocol.events(frame), pace, call.signal) }
  }
  return whole(call, 200, protocol.whole(frame))
}

function whole(call: UpstreamCall, status: number, body: unknown): UpstreamAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: paced([JSON.stringify(body)].values(), 0, call.signal),
  }
}
