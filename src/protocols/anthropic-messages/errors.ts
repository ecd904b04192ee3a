import type { GateError } from '../../core/errors.ts'

/**
 * An error as Anthropic's API words it (API reference, "Errors"). In a stream it is the last event, and its error is
 * nested: SDKs do not throw a flat one.
 */
export function anthropicError(error: GateError, where: 'body' | 'stream'): string {
  const { message, code, param } = error
  const json = JSON.stringify({
    type: 'error',
    error: {
      type: anthropicType(error),
      message,
      code,
      ...(param !== undefined && { param }),
      // Where the SDKs look for it: `error.errorCode`.
      details: { error_code: code },
    },
  })
  return where === 'body' ? json : `event: error\ndata: ${json}\n\n`
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
}

function anthropicType({ code, status }: GateError): string {
  if (code === 'guard.failed' || code === 'gate.overloaded') return 'guard_unavailable'
  const family = code.slice(0, code.indexOf('.'))
  if (!SERVING.has(family)) return 'policy_violation'
  return BY_STATUS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}

/** Families of codes that say why a call cannot be served; all others are a policy's. */
const SERVING = new Set(['auth', 'body', 'request', 'limit', 'budget', 'upstream', 'gate'])
