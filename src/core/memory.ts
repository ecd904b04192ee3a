import type { Digest } from './ports.ts'
import type { Hit, Part } from './types.ts'

/**
 * What `part`-scoped guards found in a text, so that a conversation that repeats its history costs little more than
 * its new turn. Keyed by SHA-256 of the text and by all that a guard may see of the part; holds spans, never texts.
 */
export interface Memory {
  /** The entry of a text: what each guard build found in it. Made when absent. */
  recall(tenant: string, part: Readonly<Part>, text: string): Remembered
}

export interface Remembered {
  get(build: string): readonly Hit[] | undefined
  set(build: string, hits: readonly Hit[]): void
}

const ENTRY_BYTES = 200
const HIT_BYTES = 120

/** A least-recently-used cache bounded in (estimated) bytes. */
export function memory(digest: Digest, maxBytes: number): Memory {
  const entries = new Map<string, { hits: Map<string, readonly Hit[]>; bytes: number }>()
  let bytes = 0
  return {
    recall(tenant, part, text) {
      const key = `${tenant}\0${part.origin}\0${part.kind}\0${part.medium ?? ''}\0${digest(text)}`
      let entry = entries.get(key)
      if (entry === undefined) {
        entry = { hits: new Map(), bytes: ENTRY_BYTES + key.length }
        bytes += entry.bytes
      } else entries.delete(key)
      entries.set(key, entry)
      const known = entry
      return {
        get: (build) => known.hits.get(build),
        set(build, hits) {
          const size = build.length + hits.length * HIT_BYTES + 60
          known.hits.set(build, hits)
          if (entries.get(key) !== known) return
          known.bytes += size
          bytes += size
          for (const [oldest, old] of entries) {
            if (bytes <= maxBytes) break
            entries.delete(oldest)
            bytes -= old.bytes
          }
        },
      }
    },
  }
}
