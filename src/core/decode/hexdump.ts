import { isPrintable } from './score.ts'
import type { Decoder } from './types.ts'
import { utf8 } from './utf8.ts'

/** Offset, then up to sixteen bytes in ones, twos or fours; what stands beside them says the same. */
const LINE =
  /[ \t]{0,8}(?:0x)?[0-9a-fA-F]{4,16}(?:: ?|\t| {1,2})((?:[ \t]{0,3}[0-9a-fA-F]{2,8}(?=[ \t\r\n]|$)){1,16})[^\n]{0,80}(?:\n|$)/y
const LONGEST = 200
const BEGINS =
  /[ \t]{0,8}(?:0x?)?(?:[0-9a-fA-F]{0,16}$|[0-9a-fA-F]{4,16}(?::? {0,2}|\t)(?:[0-9a-fA-F]{0,8}$|[0-9a-fA-F]{2,8}[ \t]))/y

/** What `xxd`, `hexdump` and `od` print, line by line. */
export const hexdump: Decoder = {
  find(text, units, from, final, limit, found) {
    let at = from === 0 || units[from - 1] === 10 ? from : next(text, from)
    for (;;) {
      if (at === text.length) return at
      const start = at
      const bytes: string[] = []
      let open = false
      while (at < text.length && at - start < limit) {
        const here: string[] | undefined = line(text, at, final)
        if (here === undefined) {
          open = !final && couldBegin(text, at)
          break
        }
        for (const byte of here) bytes.push(byte)
        at = next(text, at)
      }
      if (open || (at === text.length && !final && at > start)) return start
      const said = at > start ? dumped(bytes) : undefined
      if (said !== undefined) {
        found.push({ span: [start, trimmed(text, at)], encoding: 'hexdump', text: said })
        if (at - start >= limit)
          found.push({ span: [start, trimmed(text, at)], encoding: 'hexdump', text: undefined })
      }
      if (at === start) at = next(text, at)
    }
  },
}

const next = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

const trimmed = (text: string, end: number): number => (text.charCodeAt(end - 1) === 10 ? end - 1 : end)

function line(text: string, at: number, final: boolean): string[] | undefined {
  LINE.lastIndex = at
  const match = LINE.exec(text)
  // Its end may not have come yet.
  if (match === null || (!final && text.charCodeAt(LINE.lastIndex - 1) !== 10)) return undefined
  return match[1]!.trim().split(/[ \t]+/)
}

/** Whether the line at `at`, which has no end yet, may become one of a dump. */
function couldBegin(text: string, at: number): boolean {
  if (text.length - at > LONGEST || text.indexOf('\n', at) >= 0) return false
  BEGINS.lastIndex = at
  return BEGINS.test(text)
}

function dumped(groups: readonly string[]): string | undefined {
  const pairs = groups.map((group) => group.match(/../g) ?? [])
  // `hexdump` without options and `od` print numbers of two bytes, the low one second.
  for (const order of [pairs, pairs.map((group) => group.toReversed())]) {
    const text = utf8(order.flat().map((byte) => Number.parseInt(byte, 16)))
    if (text.length >= 8 && isPrintable(text)) return text
  }
  return undefined
}
