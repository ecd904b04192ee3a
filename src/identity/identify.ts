import { after, type MaybePromise } from '../core/after.ts'
import { GateError } from '../core/errors.ts'
import type { Caller } from '../core/types.ts'
import type { Request } from './certificates.ts'
import { type Issuer, isJwt } from './issuer.ts'
import { hashKey, type Keyring } from './keys.ts'
import { shown } from './shown.ts'

/** The ways in which a caller may say who it is. */
export interface Ways {
  /** Absent when keys are not taken. */
  keyring?: Keyring
  issuers: readonly Issuer[]
  certificates?: (request: Request) => Caller | undefined
}

/**
 * Finds out who calls. Where it is told in several ways, they must all say the same.
 * A key costs one hash and one look-up, and no turn of the event loop.
 * `beforeAsking` is called before a token that is not known is verified, and may throw.
 * The function throws, or rejects with, `GateError` `auth.missing`, `auth.invalid`, `auth.expired`, `auth.unavailable`.
 */
export function identifier({
  keyring,
  issuers,
  certificates,
}: Ways): (request: Request, beforeAsking?: () => void) => MaybePromise<Caller> {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  const asked = issuers.find(({ introspects }) => introspects)

  function holderOf(value: string, beforeAsking?: () => void): MaybePromise<Caller> {
    const hash = hashKey(value)
    const holder = keyring?.find(hash)
    if (holder !== undefined) return holder
    // Before it is read who has issued it, which costs more than all the rest.
    for (const issuer of issuers) {
      const known = issuer.known(hash)
      if (known !== undefined) return known
    }
    const issuer = issuers.length === 0 ? undefined : issuerOf(value)
    if (issuer === undefined) throw new GateError('auth.invalid')
    return issuer.identify(value, hash, beforeAsking)
  }

  /** By what a JWT says of itself, unverified; what says nothing is nobody's but the one's who can be asked. */
  function issuerOf(value: string): Issuer | undefined {
    // A key of this gate that nobody holds any more is nothing to tell an issuer of.
    if (value.startsWith('sp_')) return undefined
    const said = isJwt(value) ? payloadOf(value)?.iss : undefined
    return typeof said === 'string' ? byName.get(said) : isJwt(value) ? undefined : asked
  }

  return (request, beforeAsking) => {
    const certified = certificates?.(request)
    const values = shown(request.headers)
    const [first] = values
    if (first === undefined) {
      if (certified === undefined) throw new GateError('auth.missing')
      return certified
    }
    // Two keys, or two tokens, are two callers.
    if (values.length > 2 || (values.length === 2 && issuers.length === 0))
      throw new GateError('auth.invalid')
    if (values.length === 1) {
      const holder = holderOf(first, beforeAsking)
      return certified === undefined ? holder : after(holder, (caller) => united(certified, caller))
    }
    return together(values, certified, beforeAsking)
  }

  /** One after the other: nothing is left to fail where nobody looks. */
  async function together(
    values: readonly string[],
    certified: Caller | undefined,
    beforeAsking?: () => void,
  ): Promise<Caller> {
    let caller = certified
    for (const value of values) {
      const holder = await holderOf(value, beforeAsking)
      caller = caller === undefined ? holder : united(caller, holder)
    }
    return caller!
  }
}

/** One caller of what is said in two ways. @throws GateError `auth.invalid` when they disagree */
function united(one: Caller, other: Caller): Caller {
  const credentials = [...(one.credentials ?? []), ...(other.credentials ?? [])]
  const same =
    one.subject === other.subject &&
    one.tenant === other.tenant &&
    // Two keys or two tokens of one holder: nothing says which of them counts.
    new Set(credentials).size === credentials.length
  if (!same) throw new GateError('auth.invalid')
  const boundaries = narrowed(one.boundaries, other.boundaries)
  return {
    ...one,
    ...other,
    roles: [...new Set([...one.roles, ...other.roles])],
    ...(boundaries === undefined ? {} : { boundaries }),
    credentials,
  }
}

/** What both allow. */
function narrowed(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (one === undefined || one.includes('*')) return other ?? one
  if (other === undefined || other.includes('*')) return one
  return one.filter((name) => other.includes(name))
}

function payloadOf(token: string): { iss?: unknown } | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8'))
    return typeof payload === 'object' && payload !== null ? payload : undefined
  } catch {
    return undefined
  }
}
