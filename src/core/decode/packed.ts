import { base32 } from './base32.ts'
import { base64 } from './base64.ts'
import { binary, hex } from './hex.ts'
import { jwt, RUN } from './jwt.ts'
import type { Decoded, Decoder, Packed } from './types.ts'
import { isOf, nextRun, skip } from './units.ts'

/** The first that reads it counts: what is of a smaller alphabet is of the larger ones too. */
const FORMS: readonly Packed[] = [binary, hex, base32, base64]

const FEWEST = 12
/** Lines of fewer characters are a list of words. */
const FEWEST_OF_LINE = 16
const BREAK = /[ \t]*\r?\n[ \t>]*/y
const LONGEST_BREAK = 12
const PAD = 61
const DOT = 46

/**
 * Runs of letters and digits that stand for bytes: hexadecimal, binary, base32, base64 (RFC 4648; URL-safe, padded or not, also
 * wrapped into lines of one length, as mail has it).
 */
export const packed: Decoder = {
  find(text, units, from, final, limit, found) {
    const { length } = text
    // What stands before was judged with it.
    let at = from > 0 && isOf(units[from - 1]!, RUN) ? skip(units, from, length, RUN) : from
    for (;;) {
      const start = nextRun(units, at, length, RUN, FEWEST)
      if (start === length) return start
      const end = stretch(text, units, start, final, start + limit)
      if (end === undefined) return start
      const long = end === start + limit
      const before = found.length
      if (end - start >= FEWEST) read(text, start, end, found)
      if (long && found.length > before) found.push({ ...found.at(-1)!, text: undefined })
      at = long ? skip(units, end, length, RUN) : end
    }
  },
}

/** Where what begins at `start` ends; undefined when that is not known yet. */
function stretch(
  text: string,
  units: Uint16Array,
  start: number,
  final: boolean,
  most: number,
): number | undefined {
  const { length } = text
  let from = start
  let width = 0
  let end = start
  for (;;) {
    const stop = Math.min(length, most, width === 0 ? most : from + width + 1)
    const at = skip(units, from, stop, RUN)
    if (at === most) return most
    if (at === length && !final) return undefined
    // A line that is longer than those before is another stretch.
    if (width > 0 && at - from > width) return end
    end = at
    while (end < length && end < at + 6 && units[end] === PAD) end++
    if (end > at) return end === length && !final ? undefined : end
    if (width === 0 && units[at] === DOT && text.startsWith('eyJ', start)) {
      const more = jwt.end(units, length, at, final, most)
      if (more !== at) return more
    }
    if (width === 0) width = at - start
    if (at - from < width || width < FEWEST_OF_LINE) return end
    if (at + LONGEST_BREAK > length && !final) return undefined
    BREAK.lastIndex = at
    if (!BREAK.test(text)) return end
    from = BREAK.lastIndex
    if (!isOf(units[from]!, RUN)) return end
  }
}

function read(text: string, start: number, end: number, found: Decoded[]): void {
  const run = text.slice(start, end).replace(/[^A-Za-z0-9+/_.-]+/g, '')
  if (run.includes('.')) {
    const said = jwt.read(run)
    if (said !== undefined) found.push({ span: [start, end], encoding: 'jwt', text: said, legible: true })
    return
  }
  for (const form of FORMS) {
    const said = form.read(run)
    if (said === undefined) continue
    found.push({ span: [start, end], encoding: form.encoding, text: said })
    return
  }
}
