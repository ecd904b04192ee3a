import {
  argument,
  authorization,
  HASH_NEEDLES,
  PAIRS,
  pair,
  passwordHash,
  TRIPLES,
  url,
} from './credentials.ts'
import { keyed, named } from './keyed.ts'
import { jwt, KEY_NEEDLES, privateKey } from './keys.ts'
import { NAMES } from './names.ts'
import type { Found, Reading, Sink } from './reading.ts'
import { NAMED } from './shapes/named.ts'
import { SHAPES, token } from './tokens.ts'

/** What looks at a text where a needle, [begin, end), stands. */
type Look = (reading: Reading, begin: number, end: number, sink: Sink) => void

/** Every provider whose secrets are known. */
export const PROVIDERS: readonly string[] = [
  ...new Set([...SHAPES, ...NAMED].map(({ provider }) => provider)),
].sort()

/** The needles and, by the same index, what looks at the text where they stand. */
export function looks(
  providers: ReadonlySet<string>,
  generic: boolean,
): { needles: readonly string[]; looks: readonly Look[] } {
  const needles: string[] = []
  const all: Look[] = []
  const add = (words: readonly string[], look: Look): void => {
    for (const word of words) {
      needles.push(word)
      all.push(look)
    }
  }
  for (const shape of SHAPES)
    if (providers.has(shape.provider))
      add(shape.needles, (reading, begin, _, sink) => token(shape, reading, begin, sink))
  for (const one of NAMED)
    if (providers.has(one.provider))
      add(one.needles, (reading, begin, end, sink) => named(one, reading, begin, end, sink))
  add(KEY_NEEDLES, (reading, begin, _, sink) => privateKey(reading, begin, sink))
  add(['eyj'], (reading, begin, _, sink) => jwt(reading, begin, sink))
  add(['://'], (reading, begin, _, sink) => url(reading, begin, sink))
  if (generic) {
    for (const word of ['authorization', 'bearer', 'basic'] as const)
      add([word], (reading, begin, end, sink) => authorization(word, reading, begin, end, sink))
    add(HASH_NEEDLES, (reading, begin, _, sink) => passwordHash(reading, begin, sink))
    add(['-u', '--user', '-p'], argument)
    add(PAIRS, (reading, begin, end, sink) => pair('pair', reading, begin, end, sink))
    add(TRIPLES, (reading, begin, end, sink) => pair('triple', reading, begin, end, sink))
  }
  // Without `generic` they still find connection strings.
  for (const word of Object.keys(NAMES))
    add([word], (reading, begin, end, sink) =>
      keyed(word, reading, begin, end, {
        open: sink.open,
        found(one) {
          if (generic || one.code !== 'secret.generic') sink.found(one)
        },
      }),
    )
  return { needles, looks: all }
}

/** Those that count, of some that overlap: the lowest rank, then what begins first, then the longest. Sorted. */
export function chosen(all: readonly Found[]): Found[] {
  const order = [...all].sort(
    (a, b) => a.rank - b.rank || a.start - b.start || b.end - a.end || (a.code < b.code ? -1 : 1),
  )
  let kept: Found[] = []
  for (let rank = 0, at = 0; rank <= 3; rank++) {
    const before = kept
    const merged: Found[] = []
    let b = 0
    for (; at < order.length && order[at]!.rank === rank; at++) {
      const one = order[at]!
      while (b < before.length && before[b]!.end <= one.start) merged.push(before[b++]!)
      if (b < before.length && before[b]!.start < one.end) continue
      const last = merged.at(-1)
      if (last === undefined || last.end <= one.start) merged.push(one)
    }
    while (b < before.length) merged.push(before[b++]!)
    kept = merged
  }
  return kept
}
