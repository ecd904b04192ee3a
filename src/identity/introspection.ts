import { GateError } from '../core/errors.ts'
import type { SecretRef } from '../core/ports.ts'
import type { Claims } from './claimed.ts'
import { type Fetcher, reason } from './fetch.ts'

const MAX_ANSWER = 64 * 1024
/** Questions at one time: a flood of made-up tokens ends here and not at the issuer. */
const MAX_ASKED = 64
/** Milliseconds between two complaints. */
const QUIET = 10_000

export interface IntrospectionSpec {
  url: string
  client: { id: string; secret: SecretRef }
}

export interface IntrospectionPorts {
  fetcher: Fetcher
  secret(ref: SecretRef): string
  now(): number
  warn(message: string): void
}

/**
 * Asks an issuer what a token is (RFC 7662).
 * @returns what it says of one that is active; undefined of any other
 * @throws GateError `auth.unavailable`
 */
export function introspection(spec: IntrospectionSpec, ports: IntrospectionPorts) {
  let asked = 0
  let complained = Number.NEGATIVE_INFINITY

  return async (token: string): Promise<Claims | undefined> => {
    if (asked >= MAX_ASKED) throw new GateError('auth.unavailable', { retryAfter: 1 })
    asked++
    try {
      const authorization = basic(spec.client.id, ports.secret(spec.client.secret))
      const found = await ports.fetcher.json({
        url: spec.url,
        headers: { authorization },
        form: { token, token_type_hint: 'access_token' },
        limit: MAX_ANSWER,
      })
      if (typeof found !== 'object' || found === null || Array.isArray(found))
        throw new Error('answered something that is no object')
      const claims = found as Claims
      return claims.active === true ? claims : undefined
    } catch (error) {
      const at = ports.now()
      if (at - complained >= QUIET) ports.warn(`the introspection at ${spec.url} failed: ${reason(error)}`)
      if (at - complained >= QUIET) complained = at
      throw new GateError('auth.unavailable', { retryAfter: 1 })
    } finally {
      asked--
    }
  }
}

/** RFC 6749 section 2.3.1: both are form-encoded first. */
function basic(id: string, secret: string): string {
  const encoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`
}
