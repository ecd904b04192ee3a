import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { MaybePromise } from '../core/after.ts'
import { GateError } from '../core/errors.ts'
import type { SecretRef } from '../core/ports.ts'
import type { Caller } from '../core/types.ts'
import { type Claims, type ClaimsSpec, callerOf } from './claimed.ts'
import { fetcher } from './fetch.ts'
import { type IntrospectionSpec, introspection } from './introspection.ts'
import { type KeySetSpec, keySet } from './keyset.ts'
import { type Remembered, remembered } from './remembered.ts'

/** What `auth.issuers` of the `Gate` document says of one. */
export interface IssuerSpec extends ClaimsSpec, KeySetSpec {
  audience?: readonly string[]
  /** Those of its JWTs; without them, it is asked what each token is. */
  algorithms?: readonly string[]
  /** What it is shown for its keys. */
  token?: SecretRef
  /** A file of certificates in PEM. */
  ca?: string
  /** Milliseconds. */
  clockTolerance: number
  /** `cache`: milliseconds that an answer is believed. */
  introspection?: IntrospectionSpec & { cache: number }
}

export interface IssuerPorts {
  /** Throws an `Error` that says which variable or file is missing. */
  secret(ref: SecretRef): string
  /** For the operator: never called with a secret. */
  warn(message: string): void
  /** Milliseconds since 1970. */
  now(): number
}

export interface Issuer {
  issuer: string
  /** Whether it says what tokens are that say nothing themselves. */
  introspects: boolean
  /** Whose the token of this hash is, as far as it was established before and still holds. */
  known(hash: string): Caller | undefined
  /**
   * Establishes whose a token is that is not known.
   * @param hash what the token is remembered by
   * @param beforeAsking called before it is looked at; may throw
   * @throws GateError `auth.invalid`, `auth.expired`, `auth.unavailable`
   */
  identify(token: string, hash: string, beforeAsking?: () => void): MaybePromise<Caller>
  close(): Promise<void>
}

/** Milliseconds that a verified JWT is not verified again: as long as one passes whose key was withdrawn. */
const VERIFIED_FOR = 60_000
/** Milliseconds that a token is known to be none. */
const REFUSED_FOR = 5_000
const MAX_REMEMBERED = 16 * 1024 * 1024
const MAX_REFUSED = 4096

/** One issuer of tokens. Its keys and what is known of its tokens outlive a change of policy that leaves it as it is. */
export function openIssuer(spec: IssuerSpec, ports: IssuerPorts): Issuer {
  const { now, warn } = ports
  const http = fetcher(spec.ca)
  const toCaller = callerOf(spec)
  const known: Remembered<Caller> = remembered(MAX_REMEMBERED, now)
  const refused: Remembered<'auth.invalid' | 'auth.expired'> = remembered(MAX_REFUSED, now)
  const asking = new Map<string, Promise<Caller>>()
  const headers = (): Record<string, string> =>
    spec.token === undefined ? {} : { authorization: `Bearer ${ports.secret(spec.token)}` }
  const keys = keySet(spec, { fetcher: http, headers, now, warn })
  const ask = spec.introspection && introspection(spec.introspection, { ...ports, fetcher: http })
  const tolerance = spec.clockTolerance / 1000
  if (spec.algorithms !== undefined) keys.warm()

  const expired = (exp: number | undefined) => exp !== undefined && now() / 1000 >= exp + tolerance

  async function verify(token: string): Promise<Claims> {
    try {
      const { payload } = await jwtVerify(token, (header) => keys.key(header), {
        issuer: spec.issuer,
        audience: [...spec.audience!],
        algorithms: [...spec.algorithms!],
        clockTolerance: tolerance,
        currentDate: new Date(now()),
        requiredClaims: ['exp'],
      })
      return payload
    } catch (error) {
      if (error instanceof GateError) throw error
      // Only of a token whose signature was good: nothing is learned from it.
      throw new GateError(error instanceof errors.JWTExpired ? 'auth.expired' : 'auth.invalid', {
        cause: error,
      })
    }
  }

  async function introspect(token: string): Promise<Claims> {
    const claims = (await ask!(token)) as (JWTPayload & { token_type?: unknown }) | undefined
    if (claims === undefined) throw new GateError('auth.invalid')
    const { iss, aud, exp, nbf, token_type: type } = claims
    if (exp !== undefined && typeof exp !== 'number') throw new GateError('auth.invalid')
    if (expired(exp)) throw new GateError('auth.expired')
    const good =
      (iss === undefined || iss === spec.issuer) &&
      (nbf === undefined || (typeof nbf === 'number' && now() / 1000 >= nbf - tolerance)) &&
      // A refresh token is active as well, and opens nothing.
      (type === undefined || (typeof type === 'string' && /^bearer$/i.test(type))) &&
      (spec.audience === undefined || [aud].flat().some((each) => spec.audience!.includes(each as string)))
    if (!good) throw new GateError('auth.invalid')
    return claims
  }

  async function establish(token: string, hash: string): Promise<Caller> {
    const local = spec.algorithms !== undefined && isJwt(token)
    try {
      if (!local && ask === undefined) throw new GateError('auth.invalid')
      const claims = local ? await verify(token) : await introspect(token)
      // It is bound to a key (RFC 7800) of which nothing was shown here: whoever stole it could use it.
      if (claims.cnf !== undefined) throw new GateError('auth.invalid')
      const caller = Object.freeze(toCaller(claims))
      const expires = claims.exp as number | undefined
      const end = expires === undefined ? Number.POSITIVE_INFINITY : (expires + tolerance) * 1000
      const until = Math.min(now() + (local ? VERIFIED_FOR : spec.introspection!.cache), end)
      known.set(hash, caller, until, JSON.stringify(claims).length + 512)
      return caller
    } catch (error) {
      if (error instanceof GateError && (error.code === 'auth.invalid' || error.code === 'auth.expired'))
        if (!local) refused.set(hash, error.code, now() + REFUSED_FOR, 1)
      throw error
    }
  }

  return {
    issuer: spec.issuer,
    introspects: ask !== undefined,
    known: known.get,
    identify(token, hash, beforeAsking) {
      const code = refused.get(hash)
      if (code !== undefined) throw new GateError(code)
      beforeAsking?.()
      const running = asking.get(hash)
      if (running !== undefined) return running
      const answer = establish(token, hash).finally(() => asking.delete(hash))
      asking.set(hash, answer)
      return answer
    },
    close: () => http.close(),
  }
}

/** Whether it has the form of a signed JWT, good or bad (RFC 7515 section 7.1). */
export function isJwt(token: string): boolean {
  if (!token.startsWith('eyJ')) return false
  try {
    return decodeProtectedHeader(token).alg !== undefined && token.split('.').length === 3
  } catch {
    return false
  }
}
