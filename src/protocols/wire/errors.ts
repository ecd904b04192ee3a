import type { GateError } from '../../core/errors.ts'

/**
 * An error as OpenAI's API words it. In a stream it is the last event: no `[DONE]` follows, which readers would take
 * for success.
 */
export function openaiError(error: GateError, where: 'body' | 'stream'): string {
  const json = JSON.stringify({
    error: { message: error.message, type: openaiType(error), code: error.code, param: error.param ?? null },
  })
  return where === 'body' ? json : `data: ${json}\n\n`
}

function openaiType({ code, status }: GateError): string {
  if (code === 'guard.failed' || code === 'gate.overloaded') return 'guard_unavailable'
  if (code === 'limit.tokens') return 'tokens'
  if (code === 'budget.exceeded') return 'insufficient_quota'
  if (code.startsWith('limit.')) return status === 429 ? 'requests' : 'server_error'
  if (code.startsWith('auth.')) return status === 401 ? 'authentication_error' : 'permission_error'
  if (code.startsWith('body.') || code.startsWith('request.')) return 'invalid_request_error'
  if (code.startsWith('upstream.')) return 'upstream_error'
  if (code.startsWith('gate.')) return 'server_error'
  return 'policy_violation'
}
