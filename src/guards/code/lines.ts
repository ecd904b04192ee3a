import type { View } from '../../core/types.ts'

/** Characters of a line that are looked at. */
export const LINE = 400
/** Characters before a line's beginning, within which other lines begin that are weighed with it. */
export const CONTEXT = 1600

export interface Line {
  /** Absolute. */
  start: number
  end: number
  /** Without the white space around it, and without a quotation's mark before it. */
  text: string
}

const BREAK = /\r\n?|\n/g
const LEAD = /^\s*(?:>(?!>) ?)?\s*/

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** The lines of a view that begin in it and have ended, or are longer than is looked at; and what is settled by them. */
export function lines({ text, offset, from, final }: View): { complete: Line[]; settled: number } {
  const complete: Line[] = []
  let start = offset === 0 ? 0 : -1
  let settled = offset + text.length
  const take = (end: number) => {
    const long = end - start > LINE
    const most = long ? start + LINE + (isHigh(text.charCodeAt(start + LINE - 1)) ? 1 : 0) : end
    const said = text.slice(start, most)
    const bare = said.replace(LEAD, '').trimEnd()
    if (bare !== '') complete.push({ start: offset + start, end: offset + most, text: bare })
  }
  BREAK.lastIndex = 0
  for (let match = BREAK.exec(text); match !== null; match = BREAK.exec(text)) {
    if (start >= 0) take(match.index)
    start = match.index + match[0].length
  }
  if (start < 0) return { complete, settled }
  if (final || text.length - start > LINE) take(text.length)
  else settled = Math.max(from, offset + start)
  return { complete, settled }
}
