import type { Fetched, SourceSpec, Sources } from '../../core/ports.ts'
import { http } from '../http.ts'
import type { Secret } from './signature.ts'
import { openSource, type Source, type Standing } from './source.ts'

const PATIENCE = 5_000
const CONNECT = 5_000

export interface SourcesOptions {
  secret: Secret
  /** Why what has arrived cannot be taken. */
  problem(fetched: Fetched): string | undefined
  /** There is something new of what was taken. */
  changed(): void
  warn(message: string): void
  info(message: string): void
  /** Milliseconds for which the first state of a source is waited for. */
  patience?: number
}

export interface PolledSources extends Sources {
  /** What the policy that is served now is made of: what neither it nor the last one that was built names is let go. */
  keep(specs: readonly SourceSpec[]): void
  standing(): Standing[]
  close(): Promise<void>
}

export function polledSources(options: SourcesOptions): PolledSources {
  const { patience = PATIENCE, changed, ...deps } = options
  /** By all that their specs say: one that is described otherwise is another. */
  const held = new Map<string, Source>()
  /** What was given of each, for the last policy that was built. */
  const given = new Map<string, Fetched | undefined>()

  function source(spec: SourceSpec): Source {
    const key = keyOf(spec)
    const known = held.get(key)
    if (known !== undefined) return known
    const { ca } = spec
    const opened = openSource(spec, {
      ...deps,
      http: http({ ...(ca !== undefined && { ca }), connect: CONNECT, connections: 1 }),
      arrived(fetched) {
        if (given.has(key) && given.get(key) !== fetched) changed()
      },
    })
    held.set(key, opened)
    return opened
  }

  return {
    async take(specs) {
      const sources = specs.map(source)
      await Promise.all(sources.map((one) => one.first(patience)))
      given.clear()
      return sources.map((one, index) => {
        const fetched = one.fetched()
        given.set(keyOf(specs[index]!), fetched)
        return fetched
      })
    },
    keep(specs) {
      const served = new Set(specs.map(keyOf))
      for (const [key, one] of held)
        if (!served.has(key) && !given.has(key)) {
          held.delete(key)
          void one.close()
        }
    },
    standing: () => [...held.values()].map((one) => one.standing()),
    async close() {
      await Promise.all([...held.values()].map((one) => one.close()))
    },
  }
}

const keyOf = (spec: SourceSpec): string => JSON.stringify(spec)
