import { hash, randomBytes } from 'node:crypto'
import { GateError } from '../core/errors.ts'
import type { Caller } from '../core/types.ts'

/** Longer ones are no keys, and are not worth hashing. */
const MAX_HEADER = 4096
const MAX_KEYS_SENT = 8

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

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>
export interface Keyring {
  /** @throws GateError `auth.missing`, `auth.invalid`, `auth.expired` */
  identify(headers: Headers): KeyCaller
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
 * Finds out who calls by the key in `authorization: Bearer`, `x-api-key` or `api-key`; several must be the same key.
 * One hash and one look-up, however many consumers there are.
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
        keyId: sha256.slice(0, 12),
      })
      known.set(sha256, {
        caller,
        expires: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
      })
    }
  }
  return {
    identify(headers) {
      const entry = known.get(hashKey(sentKey(headers)))
      if (entry === undefined) throw new GateError('auth.invalid')
      // Also when the date could not be read: NaN is before nothing.
      if (!(now() < entry.expires)) throw new GateError('auth.expired')
      return entry.caller
    },
  }
}

function sentKey(headers: Headers): string {
  const sent = [
    ...valuesOf(headers.authorization).map(bearer),
    ...valuesOf(headers['x-api-key']),
    ...valuesOf(headers['api-key']),
  ]
  const [key] = sent
  if (key === undefined) throw new GateError('auth.missing')
  if (sent.length > MAX_KEYS_SENT || sent.some((other) => other !== key)) throw new GateError('auth.invalid')
  return key
}

function valuesOf(header: string | readonly string[] | undefined): string[] {
  const values = typeof header === 'string' ? [header] : (header ?? [])
  if (values.some((value) => value.length > MAX_HEADER)) throw new GateError('auth.invalid')
  return values.map((value) => value.trim()).filter((value) => value !== '')
}

function bearer(value: string): string {
  if (!/^bearer /i.test(value)) throw new GateError('auth.invalid')
  return value.slice('bearer '.length).trim()
}
