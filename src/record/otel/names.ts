/**
 * The names under which spans say things. Those of `gen_ai` have moved before and are still in development: they stand
 * here and nowhere else.
 * Source: OpenTelemetry semantic conventions, generative AI (model spans, 2026), HTTP spans, recording errors.
 */
export const NAMES = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  model: 'gen_ai.request.model',
  stream: 'gen_ai.request.stream',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',

  method: 'http.request.method',
  route: 'http.route',
  path: 'url.path',
  scheme: 'url.scheme',
  status: 'http.response.status_code',
  requestBytes: 'http.request.body.size',
  answerBytes: 'http.response.body.size',
  client: 'client.address',
  resend: 'http.request.resend_count',
  error: 'error.type',

  exchange: 'sallyport.exchange',
  boundary: 'sallyport.boundary',
  version: 'sallyport.boundary.version',
  shadow: 'sallyport.shadow',
  tenant: 'sallyport.tenant',
  verdict: 'sallyport.verdict',
  ended: 'sallyport.ended',
  code: 'sallyport.code',
  upstream: 'sallyport.upstream',
  findings: 'sallyport.findings',
  findingCode: 'sallyport.finding.code',
  findingGuard: 'sallyport.finding.guard',
  findingStage: 'sallyport.finding.stage',
  findingAction: 'sallyport.finding.action',
  /** Followed by stage and guard, in seconds. */
  guard: 'sallyport.guard',
} as const

/** What an attribute was called up to version 1.36 of the conventions, where that differs. */
export const OLD_NAMES: Readonly<Record<string, string>> = { [NAMES.provider]: 'gen_ai.system' }

/** What a call on a path does, and whose API it speaks. */
export const OPERATIONS: Readonly<Record<string, { operation: string; provider: string }>> = {
  '/v1/chat/completions': { operation: 'chat', provider: 'openai' },
  '/v1/completions': { operation: 'text_completion', provider: 'openai' },
  '/v1/responses': { operation: 'chat', provider: 'openai' },
  '/v1/embeddings': { operation: 'embeddings', provider: 'openai' },
  '/v1/messages': { operation: 'chat', provider: 'anthropic' },
  '/v1/messages/count_tokens': { operation: 'count_tokens', provider: 'anthropic' },
  '/v1/generate': { operation: 'chat', provider: 'openai' },
}
