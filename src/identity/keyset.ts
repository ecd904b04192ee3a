import { type CryptoKey, createLocalJWKSet, errors, type JWSHeaderParameters, type LocalJWKSet } from 'jose'
import { GateError } from '../core/errors.ts'
import { type Fetcher, MAX_KEY_SET, reason } from './fetch.ts'

const MAX_METADATA = 64 * 1024
/** How long the place of an issuer's keys is believed. */
const DISCOVERED_FOR = 3_600_000

export interface KeySetSpec {
  /** As its tokens say it. */
  issuer: string
  /** Where the keys are; found out from the issuer when absent. */
  jwks?: string
  /** Milliseconds: after `maxAge` the keys are asked for anew, at most once in `coolDown`; they serve for `keep` more. */
  cache: { maxAge: number; coolDown: number; keep: number }
}

export interface KeySetPorts {
  fetcher: Fetcher
  /** What the issuer is shown to give its keys. @throws Error */
  headers(): Record<string, string>
  now(): number
  warn(message: string): void
}

/** The keys of an issuer (RFC 7517). */
export interface KeySet {
  /**
   * The key that a token's header names.
   * @throws GateError `auth.unavailable` when there are no keys, jose's `JWKSNoMatchingKey` when it is none of them
   */
  key(header: JWSHeaderParameters): Promise<CryptoKey>
  /** Asks for the keys before anybody needs them. */
  warm(): void
}

/**
 * However many tokens name keys that nobody knows, and however long the issuer is away, it is asked at most once in
 * `coolDown`; who comes meanwhile is answered by what is known.
 */
export function keySet(spec: KeySetSpec, { fetcher, headers, now, warn }: KeySetPorts): KeySet {
  const { maxAge, coolDown, keep } = spec.cache
  let known: { keys: LocalJWKSet; at: number } | undefined
  let place: { url: string; at: number } | undefined
  let tried = Number.NEGATIVE_INFINITY
  let failed = false
  let asking: Promise<void> | undefined

  const fresh = () => known !== undefined && now() - known.at < maxAge
  const usable = () => (known !== undefined && now() - known.at < maxAge + keep ? known.keys : undefined)

  /** Whoever comes while the issuer is being asked waits for that one answer. */
  function refresh(): Promise<void> | undefined {
    if (asking !== undefined) return asking
    if (now() - tried < coolDown) return undefined
    tried = now()
    asking = ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function ask(): Promise<void> {
    try {
      const url = spec.jwks ?? (await discover())
      const found = await fetcher.json({ url, headers: headers(), limit: MAX_KEY_SET })
      if (found === undefined) throw new Error('answered 404')
      known = { keys: createLocalJWKSet(found as Parameters<typeof createLocalJWKSet>[0]), at: now() }
      failed = false
    } catch (error) {
      failed = true
      place = undefined
      const rest = usable() === undefined ? 'its callers are refused' : 'the keys known so far are used'
      warn(`the keys of issuer ${spec.issuer} cannot be had: ${reason(error)}; ${rest}`)
    }
  }

  /** OpenID Connect Discovery 1.0 section 4, and RFC 8414 section 3 where there is none. */
  async function discover(): Promise<string> {
    if (place !== undefined && now() - place.at < DISCOVERED_FOR) return place.url
    const { origin, pathname } = new URL(spec.issuer)
    const path = pathname.replace(/\/$/, '')
    const ask = (url: string) => fetcher.json({ url, headers: headers(), limit: MAX_METADATA })
    const found =
      (await ask(`${origin}${path}/.well-known/openid-configuration`)) ??
      (await ask(`${origin}/.well-known/oauth-authorization-server${path}`))
    if (found === undefined) throw new Error('has no metadata: write where its keys are as "jwks"')
    const { issuer, jwks_uri: url } = found as { issuer?: unknown; jwks_uri?: unknown }
    // Whoever serves the metadata of another issuer would otherwise speak for this one.
    if (issuer !== spec.issuer) throw new Error('calls itself by another name in its metadata')
    if (typeof url !== 'string' || !URL.canParse(url)) throw new Error('has no "jwks_uri" in its metadata')
    const { protocol } = new URL(url)
    if (protocol !== 'https:' && protocol !== new URL(spec.issuer).protocol)
      throw new Error('names keys that are not at an https address')
    place = { url, at: now() }
    return url
  }

  return {
    async key(header) {
      if (usable() === undefined) await refresh()
      else if (!fresh()) void refresh()
      const keys = usable()
      if (keys === undefined) throw new GateError('auth.unavailable', { retryAfter: retryAfter() })
      try {
        return await keys(header)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        await refresh()
        // A key that nobody knows may be one that is new, while the issuer cannot say so.
        if (failed) throw new GateError('auth.unavailable', { retryAfter: retryAfter() })
        return (usable() ?? keys)(header)
      }
    },
    warm: () => void refresh(),
  }

  function retryAfter(): number {
    return Math.max(1, Math.ceil((tried + coolDown - now()) / 1000))
  }
}
