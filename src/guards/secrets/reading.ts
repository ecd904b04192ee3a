import type { Canonical, Code, View } from '../../core/types.ts'

/** How far to the left of a needle anything is looked at, in characters of the original. */
export const LEFT = 120
/** How far from its name's needle a value can begin, in characters of the original. */
export const GAP = 136

/** Canonical [start, end). Of two that overlap the one with the lower rank counts. */
export interface Found {
  code: Code
  start: number
  end: number
  score: number
  rank: number
}

export interface Sink {
  found(one: Found): void
  /** Whether something begins at `at` depends on text that is still to come. */
  open(at: number): void
}

/** A view as the finders read it. Indices are canonical. */
export interface Reading {
  /** Canonical, but in the case in which it was written, which most secrets depend on. */
  text: string
  lower: string
  /** What begins before it was judged in an earlier view. */
  from: number
  final: boolean
  /** A tool call's arguments: a key and its value stand on lines of their own. */
  keyed: boolean
  /** Characters of the original between two indices. */
  distance(from: number, to: number): number
  /** The first index at most `most` characters of the original left of `at`. */
  left(at: number, most: number): number
  /** Where the run of characters that tokens consist of ends. */
  runEnd(at: number): number
}

/** What stands in tokens of any kind. */
const IN_RUN = new Uint8Array(128)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~+/=%:|@!$')
  IN_RUN[char.charCodeAt(0)] = 1
export const inRun = (unit: number): boolean => unit < 128 && IN_RUN[unit] === 1

const PIECE = 4096

/** The canonical text with its capitals. */
function cased({ text, offset }: View, canonical: Canonical): string {
  const { text: lower } = canonical
  // Up to here they stand side by side.
  const head = text.search(/[^\t-\r\x20-\x7e]/)
  if (head < 0) return text
  let whole = text.slice(0, head)
  const units = new Uint16Array(Math.min(PIECE, lower.length - head))
  for (let at = head; at < lower.length; at += PIECE) {
    const count = Math.min(PIECE, lower.length - at)
    for (let i = 0; i < count; i++) {
      const low = lower.charCodeAt(at + i)
      units[i] =
        low >= 97 && low <= 122 && isCapital(text, canonical.origin(at + i) - offset) ? low - 32 : low
    }
    whole += String.fromCharCode.apply(undefined, units.subarray(0, count) as unknown as number[])
  }
  return whole
}

function isCapital(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit < 128) return unit >= 65 && unit <= 90
  const written = text[at]!
  return written !== written.toLowerCase()
}

export function reading(view: View): Reading {
  const canonical = view.canonical()
  const { text: lower } = canonical
  let runStart = 0
  let runStop = 0
  return {
    text: cased(view, canonical),
    lower,
    from: canonical.index(view.from),
    final: view.final,
    keyed: view.part.kind === 'tool_call' && view.part.derived === undefined,
    distance: (from, to) => canonical.origin(to) - canonical.origin(from),
    left: (at, most) => canonical.index(canonical.origin(at) - most),
    runEnd(at) {
      if (at >= runStart && at < runStop) return runStop
      let end = at
      while (end < lower.length && inRun(lower.charCodeAt(end))) end++
      runStart = at
      runStop = end
      return end
    },
  }
}

export function isAlphanumeric(unit: number): boolean {
  return (unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90)
}

/** Whether a token can begin at `at`: not within a word, but after `\n`, `%3D` and the like. */
export function startsAt({ lower }: Reading, at: number): boolean {
  if (at === 0 || !isAlphanumeric(lower.charCodeAt(at - 1))) return true
  const before = lower.charCodeAt(at - 2)
  if (before === 92) return 'nrt'.includes(lower[at - 1]!)
  return lower.charCodeAt(at - 3) === 37 && /^%[0-9a-f]{2}$/.test(lower.slice(at - 3, at))
}
