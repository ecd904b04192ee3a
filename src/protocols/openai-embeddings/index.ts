import { GateError } from '../../core/errors.ts'
import type { Protocol } from '../types.ts'
import { answerReader, readRequest } from '../wire/codec.ts'
import { openaiError } from '../wire/errors.ts'
import { openaiMeters } from '../wire/meters.ts'
import { answer, request } from './shapes.ts'

/** `POST /v1/embeddings`. It has no streams. */
export const openaiEmbeddings: Protocol = {
  name: 'openai-embeddings',
  path: '/v1/embeddings',
  aliases: ['/openai/deployments/{model}/embeddings', '/openai/v1/embeddings'],
  upstreamPath: '/embeddings',
  upstreams: ['openai', 'loopback'],
  uses: 'input',
  request: (text) => readRequest(text, request),
  answer: (options) => ({
    ...answerReader({ body: answer, event: answer }, options),
    push() {
      throw new GateError('upstream.invalid')
    },
  }),
  meters: openaiMeters,
  error: openaiError,
}
