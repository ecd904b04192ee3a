import type { Protocol } from '../types.ts'
import { answerReader, readRequest } from '../wire/codec.ts'
import { openaiError } from '../wire/errors.ts'
import { openaiMeters } from '../wire/meters.ts'
import { answer, request } from './shapes.ts'

/** `POST /v1/completions`: what there was before there were chats. */
export const openaiCompletions: Protocol = {
  name: 'openai-completions',
  path: '/v1/completions',
  aliases: ['/openai/deployments/{model}/completions', '/openai/v1/completions'],
  upstreamPath: '/completions',
  upstreams: ['openai', 'loopback'],
  request: (text) => readRequest(text, request),
  answer: (options) => answerReader({ body: answer, event: answer, done: '[DONE]' }, options),
  meters: openaiMeters,
  error: openaiError,
}
