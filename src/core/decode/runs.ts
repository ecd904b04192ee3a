import type { Decoded, Decoder } from './types.ts'
import { nextRun, skip, type Units } from './units.ts'

/** What is written in runs of some characters, which end where another stands. */
export interface RunForm {
  units: Units
  /** Shorter runs say nothing. */
  fewest: number
  /** Adds what the run from `start` to `end` says. */
  read(text: string, start: number, end: number, found: Decoded[]): void
}

export function runs({ units, fewest, read }: RunForm): Decoder {
  return {
    find(text, from, final, limit, found) {
      // What stands before was judged with it.
      let at = from > 0 && units[text.charCodeAt(from - 1)] === 1 ? skip(text, from, units) : from
      for (;;) {
        const start = nextRun(text, at, units, fewest)
        if (start === text.length) return start
        let end = start
        const most = start + limit
        while (end < text.length && end < most && units[text.charCodeAt(end)] === 1) end++
        if (end === text.length && end < most && !final) return start
        const before = found.length
        if (end - start >= fewest) read(text, start, end, found)
        if (end === most && found.length > before) found.push({ ...found.at(-1)!, text: undefined })
        at = skip(text, end, units)
      }
    },
  }
}
