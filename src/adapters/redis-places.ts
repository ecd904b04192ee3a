import type { Place } from '../core/ports.ts'
import type { Batch } from './redis-batch.ts'

export interface Places {
  hold(key: string, limit: number): Promise<Place>
  /** Lengthens the leases of all that are held; also those that Redis has lost. */
  renew(): Promise<boolean>
}

export interface PlacesOptions {
  /** In Redis. */
  keyOf(key: string): string
  gate: string
  replicas: number
  ask: Batch['ask']
  /** Whether Redis is worth asking. */
  closed(): boolean
}

/**
 * Places as leases in Redis, which end by themselves when they are no longer renewed. One that could not be given back
 * ends so too.
 */
export function places({ keyOf, gate, replicas, ask, closed }: PlacesOptions): Places {
  const held = new Map<string, Set<string>>()
  let made = 0

  function keep(key: string, id: string, degraded: boolean): Place {
    const ids = held.get(key) ?? new Set()
    held.set(key, ids.add(id))
    return {
      taken: true,
      ...(degraded ? { degraded } : {}),
      release() {
        if (!ids.delete(id)) return
        if (ids.size === 0 && held.get(key) === ids) held.delete(key)
        giveBack(key, id)
      },
    }
  }

  function giveBack(key: string, id: string): void {
    if (closed()) void ask(keyOf(key), ['release', id])
  }

  return {
    async hold(key, limit) {
      const id = `${gate}:${made++}`
      if (closed()) {
        // It may still be taken there when nobody waits any more.
        const late = (taken: number) => {
          if (taken === 1 && held.get(key)?.has(id) !== true) giveBack(key, id)
        }
        const answer = await ask(keyOf(key), ['hold', limit, id], late)
        if ('value' in answer)
          return answer.value === 1 ? keep(key, id, false) : { taken: false, release() {} }
      }
      const share = Math.min(limit, Math.max(1, Math.floor(limit / replicas)))
      if ((held.get(key)?.size ?? 0) < share) return keep(key, id, true)
      return { taken: false, degraded: true, release() {} }
    },
    async renew() {
      const all = [...held].map(([key, ids]) => ask(keyOf(key), ['renew', ...ids]))
      return (await Promise.all(all)).every((answer) => 'value' in answer)
    },
  }
}
