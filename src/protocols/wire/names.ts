import { unitAt } from '../../core/units.ts'

/**
 * Looks a name up where it stands in a text, from `start` to `end`: the keys of every event and body are looked up,
 * and making a string of each costs more than all the rest of reading them.
 */
export type Names<T> = (text: string, start: number, end: number) => T | undefined

/** A table of names known beforehand. Linear in the name's length: a few names at most share a slot. */
export function names<T>(of: Iterable<readonly [name: string, means: T]>): Names<T> {
  const entries = [...of]
  let size = 4
  while (size < entries.length * 4) size *= 2
  const mask = size - 1
  const known = new Array<string>(size).fill('')
  const meaning = new Array<T | undefined>(size).fill(undefined)
  let empty: T | undefined
  for (const [name, means] of entries) {
    if (name === '') {
      empty = means
      continue
    }
    let slot = hash(name, 0, name.length) & mask
    while (known[slot] !== '') slot = (slot + 1) & mask
    known[slot] = name
    meaning[slot] = means
  }
  return (text, start, end) => {
    const length = end - start
    if (length === 0) return empty
    for (let slot = hash(text, start, end) & mask; ; slot = (slot + 1) & mask) {
      const name = known[slot]!
      if (name === '') return undefined
      if (name.length === length && text.startsWith(name, start)) return meaning[slot]
    }
  }
}

/** What a name means that stands alone. */
export function meaning<T>(of: Names<T>, name: string): T | undefined {
  return of(name, 0, name.length)
}

/** Protocols' names differ in their length, beginning, middle and end. */
function hash(text: string, start: number, end: number): number {
  const middle = unitAt(text, (start + end) >> 1)
  return unitAt(text, start) * 7 + middle * 31 + unitAt(text, end - 1) * 131 + (end - start) * 17
}

const MAX_IDENTIFIER = 128

/** Where an identifier ends that begins here: letters, digits and `_ . : -`, no more than 128 of them. */
export function identifierEnd(text: string, start: number): number {
  const most = Math.min(text.length, start + MAX_IDENTIFIER)
  let at = start
  for (; at < most; at++) {
    const c = unitAt(text, at)
    const fits =
      (c >= 0x61 && c <= 0x7a) || (c >= 0x2d && c <= 0x3a && c !== 0x2f) || (c >= 0x41 && c <= 0x5a)
    if (!fits && c !== 0x5f) break
  }
  return at
}
