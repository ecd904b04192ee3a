import { type ClaimPath, claimAt, claimPath } from '../core/claims.ts'
import { GateError } from '../core/errors.ts'
import type { Caller } from '../core/types.ts'

type Scalar = string | number | boolean

/** What an issuer's tokens say of a caller. Paths are those of `core/claims.ts`. */
export interface ClaimsSpec {
  preset?: 'kubernetes'
  claims: { subject?: string; tenant?: string; roles?: string }
  /** Of all its callers, when no claim says it. */
  tenant?: string
  /** Of all its callers, besides those that a claim says. */
  roles: readonly string[]
  /** Path → what stands there, or is in the list that stands there, must be one of these. */
  require: Readonly<Record<string, readonly Scalar[]>>
}

export type Claims = Readonly<Record<string, unknown>>

const MAX_SUBJECT = 256
const SERVICE_ACCOUNT = /^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$/

/** The caller of claims that were verified. The function throws `GateError` `auth.invalid` where they do not say who it is. */
export function callerOf(spec: ClaimsSpec): (claims: Claims) => Caller {
  const path = (text: string | undefined): ClaimPath | undefined =>
    text === undefined ? undefined : claimPath(text)
  const { subject, tenant, roles } = spec.claims
  const at = { subject: path(subject), tenant: path(tenant), roles: path(roles) }
  const required = Object.entries(spec.require).map(([text, values]) => ({ at: path(text)!, values }))
  return (claims) => {
    for (const { at: where, values } of required)
      if (!holds(claimAt(claims, where), values)) throw new GateError('auth.invalid')
    const said = at.subject === undefined ? serviceAccount(claims.sub) : claimAt(claims, at.subject)
    const whose = spec.tenant ?? (at.tenant === undefined ? undefined : claimAt(claims, at.tenant))
    if (!isSubject(said) || !isTenant(whose)) throw new GateError('auth.invalid')
    return {
      subject: said,
      tenant: whose,
      roles: [
        ...new Set([...spec.roles, ...(at.roles === undefined ? [] : words(claimAt(claims, at.roles)))]),
      ],
      credentials: ['token'],
      claims,
    }
  }
}

/** A text that may stand in a record and in a key of what is counted. */
export function isSubject(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_SUBJECT && /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(value)
}

/** What a boundary can name. `*`, which stands for all of them, is none. */
export function isTenant(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._:@-]{1,128}$/.test(value)
}

function holds(value: unknown, wanted: readonly Scalar[]): boolean {
  return Array.isArray(value)
    ? value.some((entry) => wanted.includes(entry as Scalar))
    : wanted.includes(value as Scalar)
}

/** A list of texts, or a text of words as in `scope` (RFC 6749 section 3.3). */
function words(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '')
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}

/** `system:serviceaccount:NAMESPACE:NAME` → `NAMESPACE/NAME`; tokens of people have another form, and are none. */
function serviceAccount(sub: unknown): string | undefined {
  const found = typeof sub === 'string' ? SERVICE_ACCOUNT.exec(sub) : null
  return found === null ? undefined : `${found[1]}/${found[2]}`
}
