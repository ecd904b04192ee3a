import type { GateError } from '../../core/errors.ts'
import type { Protocol } from '../types.ts'
import { answerReader, readRequest } from '../wire/codec.ts'
import { openaiError } from '../wire/errors.ts'
import { openaiMeters } from '../wire/meters.ts'
import { offeredTools } from '../wire/offered.ts'
import { body } from './answer.ts'
import { event } from './events.ts'
import { request } from './request.ts'

/** `POST /v1/responses`. */
export const openaiResponses: Protocol = {
  name: 'openai-responses',
  path: '/v1/responses',
  aliases: ['/openai/responses', '/openai/v1/responses'],
  upstreamPath: '/responses',
  upstreams: ['openai', 'loopback'],
  request: (text) => readRequest(text, request),
  // OpenAI ends a stream with an event; some servers add the mark that they end others with.
  answer: (options) => answerReader({ body, event, done: '[DONE]', ordered: true }, options),
  offers: offeredTools,
  meters: openaiMeters,
  error: (error, where) => (where === 'body' ? openaiError(error, where) : errorEvent(error)),
}

/**
 * As OpenAI sends it: what is documented, a flat one, the SDKs take for any other event. The number is no event's
 * place, which is not known here, but Vercel's AI SDK shows no error without one.
 */
function errorEvent(error: GateError): string {
  const { error: nested } = JSON.parse(openaiError(error, 'body')) as { error: object }
  return `event: error\ndata: ${JSON.stringify({ type: 'error', sequence_number: 0, error: nested })}\n\n`
}
