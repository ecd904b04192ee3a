import { base32 } from './base32.ts'
import { base64 } from './base64.ts'
import { binary, hex } from './hex.ts'
import { jwt } from './jwt.ts'
import type { Decoded, Decoder, Packed } from './types.ts'
import { ALPHANUMERIC, nextRun, skip, unitSet } from './units.ts'

/** The first that reads it counts: what is of a smaller alphabet is of the larger ones too. */
const FORMS: readonly Packed[] = [binary, hex, base32, base64]

const UNITS = unitSet(`${ALPHANUMERIC}+/-_`)
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
  find(text, from, final, limit, found) {
    // What stands before was judged with it.
    let at = from > 0 && UNITS[text.charCodeAt(from - 1)] === 1 ? skip(text, from, UNITS) : from
    for (;;) {
      const start = nextRun(text, at, UNITS, FEWEST)
      if (start === text.length) return start
      const end = stretch(text, start, final, start + limit)
      if (end === undefined) return start
      const long = end === start + limit
      const before = found.length
      if (end - start >= FEWEST) read(text, start, end, found)
      if (long && found.length > before) found.push({ ...found.at(-1)!, text: undefined })
      at = long ? skip(text, end, UNITS) : end
    }
  },
}

/** Where what begins at `start` ends; undefined when that is not known yet. */
function stretch(text: string, start: number, final: boolean, most: number): number | undefined {
  let from = start
  let width = 0
  let end = start
  for (;;) {
    let at = from
    const stop = Math.min(text.length, most, width === 0 ? most : from + width + 1)
    while (at < stop && UNITS[text.charCodeAt(at)] === 1) at++
    if (at === most) return most
    if (at === text.length && !final) return undefined
    // A line that is longer than those before is another stretch.
    if (width > 0 && at - from > width) return end
    end = at
    while (end < text.length && end < at + 6 && text.charCodeAt(end) === PAD) end++
    if (end > at) return end === text.length && !final ? undefined : end
    if (width === 0 && text.charCodeAt(at) === DOT && text.startsWith('eyJ', start)) {
      const more = jwt.end(text, at, final, most)
      if (more !== at) return more
    }
    if (width === 0) width = at - start
    if (at - from < width || width < FEWEST_OF_LINE) return end
    if (at + LONGEST_BREAK > text.length && !final) return undefined
    BREAK.lastIndex = at
    if (!BREAK.test(text)) return end
    from = BREAK.lastIndex
    if (UNITS[text.charCodeAt(from)] !== 1) return end
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
