import type { Digest } from './ports.ts'
import type { Hit, Part } from './types.ts'

/**
 * What `part`-scoped guards found in a text, so that a conversation that repeats its history costs little more than
 * its new turn. Keyed by SHA-256 of the text and by all that a guard may see of the part; holds spans, never texts.
 */
export interface Memory {
  /** The entry of a text: what each guard build found in it. */
  recall(tenant: string, part: Readonly<Part>, text: string): Remembered
}

export interface Remembered {
  get(build: string): readonly Hit[] | undefined
  set(build: string, hits: readonly Hit[]): void
}

/** A text's entry: guard build → what it found. Few builds look at one text. */
type Entry = Map<string, readonly Hit[]>

const ENTRY_BYTES = 400
const HIT_BYTES = 120

/**
 * A cache bounded in (estimated) bytes. Of two generations: what was not asked for while the younger one filled up is
 * forgotten with the older one, all at once.
 */
export function memory(digest: Digest, maxBytes: number): Memory {
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()
  let bytes = 0

  function keep(key: string, entry: Entry, size: number): void {
    if (size > maxBytes / 2) return
    if (bytes + size > maxBytes / 2) {
      old = young
      young = new Map()
      bytes = 0
    }
    bytes += size
    young.set(key, entry)
  }

  function sizeOf(entry: Entry): number {
    let size = ENTRY_BYTES
    for (const [build, hits] of entry) size += build.length + hits.length * HIT_BYTES
    return size
  }

  return {
    recall(tenant, part, text) {
      const key = `${tenant}\0${part.origin}\0${part.kind}\0${part.medium ?? ''}\0${digest(text)}`
      let entry = young.get(key)
      if (entry === undefined) {
        entry = old.get(key)
        if (entry !== undefined) keep(key, entry, sizeOf(entry))
      }
      return {
        get: (build) => entry?.get(build),
        set(build, hits) {
          const size = build.length + hits.length * HIT_BYTES
          if (entry === undefined) {
            entry = new Map([[build, hits]])
            keep(key, entry, ENTRY_BYTES + size)
          } else if (!entry.has(build)) {
            entry.set(build, hits)
            keep(key, entry, size)
          }
        },
      }
    },
  }
}
