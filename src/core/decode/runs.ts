import type { Decoded, Decoder } from './types.ts'
import { isOf, nextRun, skip, type UnitSet } from './units.ts'

/** What is written in runs of some characters, which end where another stands. */
export interface RunForm {
  set: UnitSet
  /** Shorter runs say nothing. */
  fewest: number
  /** Adds what the run from `start` to `end` says. */
  read(text: string, units: Uint16Array, start: number, end: number, found: Decoded[]): void
}

export function runs({ set, fewest, read }: RunForm): Decoder {
  return {
    find(text, units, from, final, limit, found) {
      const { length } = text
      // What stands before was judged with it.
      let at = from > 0 && isOf(units[from - 1]!, set) ? skip(units, from, length, set) : from
      for (;;) {
        const start = nextRun(units, at, length, set, fewest)
        if (start === length) return start
        const most = start + limit
        const end = skip(units, start, Math.min(length, most), set)
        if (end === length && end < most && !final) return start
        const before = found.length
        if (end - start >= fewest) read(text, units, start, end, found)
        if (end === most && found.length > before) found.push({ ...found.at(-1)!, text: undefined })
        at = skip(units, end, length, set)
      }
    },
  }
}
