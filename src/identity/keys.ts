import { hash, randomBytes } from 'node:crypto'
import { GateError } from '../core/errors.ts'
import type { Caller, Credential } from '../core/types.ts'

const BY_KEY: readonly Credential[] = ['key']

/** What a `Consumer` document says of who holds its keys. */
export interface KeyHolder {
  name: string
  tenant: string
  roles: readonly string[]
  boundaries?: readonly string[]
  /** SHA-256 in hexadecimal; `expires` is ISO 8601 with a zone. */
  keys: readonly { sha256: string; expires?: string }[]
}

/** A caller, and which of its keys it showed. */
export interface KeyCaller extends Caller {
  /** The first 12 digits of the key's SHA-256: tells keys apart in a record, and is no key. */
  keyId: string
}

export interface Keyring {
  /**
   * Who holds the key of this hash, as `hashKey` makes it; undefined when nobody does.
   * @throws GateError `auth.expired`
   */
  find(hash: string): KeyCaller | undefined
}

/** `sp_` and 256 random bits in base64url. */
export function createKey(): string {
  return `sp_${randomBytes(32).toString('base64url')}`
}

/**
 * SHA-256 in hexadecimal. A key has 256 random bits, so that no slow hash is needed to keep it from being guessed.
 *
 * Keys are compared by looking this hash up, which takes the same time for every key as far as a caller can choose: the
 * time of a look-up tells something of the hash at most, and whoever learnt all of a hash would still have to find what
 * it is the hash of. Never compare keys themselves.
 */
export function hashKey(key: string): string {
  return hash('sha256', key)
}

/**
 * Finds out who holds a key: one look-up, however many consumers there are.
 * @param now milliseconds since 1970
 */
export function createKeyring(holders: readonly KeyHolder[], now: () => number = Date.now): Keyring {
  const known = new Map<string, { caller: KeyCaller; expires: number }>()
  for (const { name, tenant, roles, boundaries, keys } of holders) {
    for (const { sha256, expires } of keys) {
      const caller: KeyCaller = Object.freeze({
        subject: name,
        tenant,
        roles,
        ...(boundaries !== undefined && { boundaries }),
        credentials: BY_KEY,
        keyId: sha256.slice(0, 12),
      })
      known.set(sha256, {
        caller,
        expires: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
      })
    }
  }
  return {
    find(hash) {
      const entry = known.get(hash)
      if (entry === undefined) return undefined
      // Also when the date could not be read: NaN is before nothing.
      if (!(now() < entry.expires)) throw new GateError('auth.expired')
      return entry.caller
    },
  }
}
