import type { Protocol } from '../types.ts'
import { answerReader, readRequest } from '../wire/codec.ts'
import { openaiError } from '../wire/errors.ts'
import { openaiMeters } from '../wire/meters.ts'
import { offeredTools } from '../wire/offered.ts'
import { body, event, request } from './shapes.ts'

/** `POST /v1/chat/completions`. */
export const openaiChat: Protocol = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  aliases: ['/openai/deployments/{model}/chat/completions', '/openai/v1/chat/completions'],
  upstreamPath: '/chat/completions',
  upstreams: ['openai', 'loopback'],
  request: (text) => readRequest(text, request),
  answer: (options) => answerReader({ body, event, done: '[DONE]' }, options),
  offers: offeredTools,
  meters: openaiMeters,
  error: openaiError,
}
