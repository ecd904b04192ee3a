import { isPrintable } from './score.ts'
import type { Decoder } from './types.ts'
import { utf8 } from './utf8.ts'

const FEWEST = 16
const VALUES = new Int8Array(128).fill(-1)
for (const [i, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  VALUES[char.charCodeAt(0)] = i
VALUES[45] = 62
VALUES[95] = 63

const sextet = (unit: number): number => (unit < 128 ? VALUES[unit]! : -1)

/** Base64 and its URL-safe form (RFC 4648). */
export const base64: Decoder = {
  encoding: 'base64',
  find(text, from, final, limit, found) {
    let at = from
    // What stands before was judged with it.
    if (from > 0 && sextet(text.charCodeAt(from - 1)) >= 0)
      while (at < text.length && sextet(text.charCodeAt(at)) >= 0) at++
    while (at < text.length) {
      while (at < text.length && sextet(text.charCodeAt(at)) < 0) at++
      const start = at
      while (at < text.length && at - start < limit && sextet(text.charCodeAt(at)) >= 0) at++
      const long = at - start === limit
      if (at === text.length && !final && !long) return start
      if (at - start < FEWEST) continue
      const said = decode(text, start, at)
      if (isPrintable(said)) {
        found.push({ span: [start, at], encoding: 'base64', text: said })
        if (long) found.push({ span: [start, at], encoding: 'base64', text: undefined })
      }
      while (at < text.length && sextet(text.charCodeAt(at)) >= 0) at++
    }
    return text.length
  },
}

function decode(text: string, start: number, end: number): string {
  const bytes = new Uint8Array(Math.floor(((end - start) * 3) / 4))
  let bits = 0
  let held = 0
  let count = 0
  for (let at = start; at < end; at++) {
    bits = ((bits << 6) | sextet(text.charCodeAt(at))) & 0xffffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[count++] = (bits >> held) & 0xff
  }
  return utf8(bytes)
}
