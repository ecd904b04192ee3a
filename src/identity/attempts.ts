import { isIPv6 } from 'node:net'
import type { MaybePromise } from '../core/after.ts'
import { GateError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'

/** Addresses that are remembered; whoever has many would otherwise fill the memory. */
const MAX_ADDRESSES = 50_000
const REFUSED = new Set(['auth.invalid', 'auth.expired'])

/** So many failures in so many milliseconds. */
export interface Failures {
  points: number
  window: number
}

export interface Attempts {
  /**
   * Lets an address show its credentials. Those that are good pass whatever the address did before, so that nobody can lock
   * out others behind one address; each that is not counts, and past the limit is answered `auth.throttled`.
   * @param identify is given a check to make before anything that is dear: it throws `auth.throttled`
   * Throws what `identify` throws, and `GateError` `auth.throttled`.
   */
  watch<T>(
    address: string,
    limit: Failures,
    identify: (unlessThrottled: () => void) => MaybePromise<T>,
  ): MaybePromise<T>
}

interface Bucket {
  /** Failures that it may still have. */
  left: number
  /** Milliseconds, when that was so. */
  at: number
}

/** Failed attempts by address (of IPv6 by /64, as one caller has that many): a bucket each, which fills up again over the window. */
export function attempts(clock: Clock): Attempts {
  /** In the order in which they last failed. */
  const buckets = new Map<string, Bucket>()

  const left = (key: string, { points, window }: Failures): number => {
    const bucket = buckets.get(key)
    if (bucket === undefined) return points
    return Math.min(points, bucket.left + ((clock.now() - bucket.at) / window) * points)
  }
  const throttled = (has: number, { points, window }: Failures): GateError =>
    new GateError('auth.throttled', { retryAfter: Math.ceil(((1 - has) * window) / points / 1000) })

  function failed(key: string, limit: Failures, error: unknown): never {
    if (!(error instanceof GateError) || !REFUSED.has(error.code)) throw error
    const has = left(key, limit)
    if (has < 1) throw throttled(has, limit)
    buckets.delete(key)
    if (buckets.size >= MAX_ADDRESSES) {
      const [oldest] = buckets.keys()
      buckets.delete(oldest!)
    }
    buckets.set(key, { left: has - 1, at: clock.now() })
    throw error
  }

  return {
    watch(address, limit, identify) {
      const unlessThrottled = (): void => {
        const key = network(address)
        const has = left(key, limit)
        if (has < 1) throw throttled(has, limit)
      }
      try {
        const caller = identify(unlessThrottled)
        return caller instanceof Promise
          ? caller.catch((error) => failed(network(address), limit, error))
          : caller
      } catch (error) {
        return failed(network(address), limit, error)
      }
    },
  }
}

/** An IPv4 address, also one written as IPv6 (RFC 4291, 2.5.5.2); of IPv6 the first 64 bits. */
export function network(address: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return address
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    // A dotted quad at the end stands for two groups.
    const length = rest.length + (tail.includes('.') ? 1 : 0)
    while (groups.length + length < 8) groups.push('0')
    groups.push(...rest)
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
