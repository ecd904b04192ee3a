import type { PassedHeader, Protocol } from '../types.ts'
import { answerReader, readRequest } from '../wire/codec.ts'
import { offeredTools } from '../wire/offered.ts'
import { any } from '../wire/shape.ts'
import { body, count, event } from './answer.ts'
import { anthropicError } from './errors.ts'
import { anthropicMeters } from './meters.ts'
import { request } from './request.ts'

// Source: Anthropic API reference, "Versions" and "Beta headers".
const headers: readonly PassedHeader[] = [
  { name: 'anthropic-version', like: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, otherwise: '2023-06-01' },
  {
    name: 'anthropic-beta',
    like: /^[a-z0-9][a-z0-9._-]{0,63}(?: {0,2}, {0,2}[a-z0-9][a-z0-9._-]{0,63}){0,31}$/i,
  },
]

const common = {
  headers,
  upstreams: ['anthropic', 'loopback'],
  request: (text) => readRequest(text, request),
  offers: offeredTools,
  meters: anthropicMeters,
  error: anthropicError,
} satisfies Partial<Protocol>

/** `POST /v1/messages`. */
export const anthropicMessages: Protocol = {
  ...common,
  name: 'anthropic-messages',
  path: '/v1/messages',
  upstreamPath: '/messages',
  answer: (options) => answerReader({ body, event, ordered: true }, options),
}

/** `POST /v1/messages/count_tokens`: never streamed. */
export const anthropicCountTokens: Protocol = {
  ...common,
  name: 'anthropic-count-tokens',
  path: '/v1/messages/count_tokens',
  upstreamPath: '/messages/count_tokens',
  uses: 'nothing',
  answer: (options) => answerReader({ body: count, event: any }, options),
}
