import type { Digest, RunningDigest } from './ports.ts'
import type { Hit, Part } from './types.ts'

/**
 * What `part`-scoped guards found in a text, so that a conversation that repeats its history costs little more than
 * its new turn. Keyed by SHA-256 of the text and by all that a guard may see of the part; holds spans, never texts.
 */
export interface Memory {
  /** The entry of a text: what each guard build found in it. */
  recall(tenant: string, part: Readonly<Part>, text: string): Remembered
  /**
   * Of ever longer beginnings of a request: what is known of the longest.
   * @param about whose they are and under which rules
   * @param texts what each adds to the one before, and `structures` what its text does not say of it
   */
  beginnings(about: string, texts: readonly string[], structures: readonly Uint8Array[]): Beginnings
}

/** A beginning in which nothing was found. */
export interface Beginning {
  /** Of guards that count, in the boundary's order. */
  states: readonly unknown[]
  /** How many looks it took. */
  looks: number
}

export interface Beginnings {
  /** The longest that was judged before, and its place among the pieces. */
  known(): (Beginning & { index: number }) | undefined
  /** Remembers all up to a piece. */
  keep(index: number, beginning: Beginning): void
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
function generations<T>(maxBytes: number, sizeOf: (entry: T) => number) {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  let bytes = 0

  function keep(key: string, entry: T, size: number): void {
    if (size > maxBytes / 2) return
    if (bytes + size > maxBytes / 2) {
      old = young
      young = new Map()
      bytes = 0
    }
    bytes += size
    young.set(key, entry)
  }

  return {
    keep,
    get(key: string): T | undefined {
      const entry = young.get(key)
      if (entry !== undefined) return entry
      const late = old.get(key)
      if (late !== undefined) keep(key, late, sizeOf(late))
      return late
    },
  }
}

function sizeOf(entry: Entry): number {
  let size = ENTRY_BYTES
  for (const [build, hits] of entry) size += build.length + hits.length * HIT_BYTES
  return size
}

/** Both kinds of what is remembered have half of the room. */
export function memory(digest: Digest, running: RunningDigest, maxBytes: number): Memory {
  const texts = generations<Entry>(maxBytes / 2, sizeOf)
  const requests = generations<Beginning>(maxBytes / 2, () => ENTRY_BYTES)

  return {
    recall(tenant, part, text) {
      const key = `${tenant}\0${part.origin}\0${part.kind}\0${part.medium ?? ''}\0${digest(text)}`
      let entry = texts.get(key)
      return {
        get: (build) => entry?.get(build),
        set(build, hits) {
          const size = build.length + hits.length * HIT_BYTES
          if (entry === undefined) {
            entry = new Map([[build, hits]])
            texts.keep(key, entry, ENTRY_BYTES + size)
          } else if (!entry.has(build)) {
            entry.set(build, hits)
            texts.keep(key, entry, size)
          }
        },
      }
    },
    beginnings(about, texts, structures) {
      const made = running(structures)
      const keys = running(texts).map((text, i) => `${about}\0${text}${made[i]}`)
      return {
        known() {
          for (let index = keys.length - 1; index >= 0; index--) {
            const beginning = requests.get(keys[index]!)
            if (beginning !== undefined) return { ...beginning, index }
          }
          return undefined
        },
        keep(index, beginning) {
          const key = keys[index]!
          if (requests.get(key) === undefined) requests.keep(key, beginning, ENTRY_BYTES)
        },
      }
    },
  }
}
