import type { View } from '../../core/types.ts'

/** Characters of the longest piece. */
export const MOST = 320
/** Characters after which a piece ends with its sentence or line; a shorter one goes on. */
const LEAST = 59

export interface Piece {
  /** Absolute. */
  start: number
  end: number
  text: string
}

const EMPTY_LINE = /\n[ \t\r]*\n/
/** The end of a line or of a sentence. */
const ENDS = /[\n。！？।]|[.!?؟]["'”»)]{0,2}(?=\s)/g
/** The most characters of such an end. */
const LONGEST_END = 3
const VISIBLE = /\S/g
const SPACE = /\s/

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/**
 * The text in pieces, sentences or some short ones together: each is judged for itself, so that one foreign paragraph is found
 * among others. Each begins with the first character after the one before that is no white space; up to there a stream is settled.
 */
export function pieces({ text, offset, from, final }: View): { complete: Piece[]; settled: number } {
  const complete: Piece[] = []
  let start = visible(text, from - offset)
  for (;;) {
    const end = endOf(text, start, final)
    if (end === undefined) break
    complete.push({ start: offset + start, end: offset + end, text: text.slice(start, end) })
    start = visible(text, end)
  }
  return { complete, settled: offset + start }
}

function visible(text: string, from: number): number {
  VISIBLE.lastIndex = from
  return VISIBLE.exec(text)?.index ?? text.length
}

function endOf(text: string, start: number, final: boolean): number | undefined {
  if (start >= text.length) return undefined
  // No further, or a text without ends would be read as often as it has pieces.
  const most = text.slice(start, start + MOST)
  // Of an empty line the first line break ends the piece, however much white space follows.
  let first = most.search(EMPTY_LINE) + 1 || Number.POSITIVE_INFINITY
  ENDS.lastIndex = LEAST - LONGEST_END
  for (let end = ENDS.exec(most); end !== null; end = ENDS.exec(most)) {
    if (ENDS.lastIndex < LEAST) continue
    first = Math.min(first, ENDS.lastIndex)
    break
  }
  if (first <= MOST) return start + first
  if (text.length - start <= MOST) return final ? text.length : undefined
  // Between words, where there is one.
  let cut = MOST
  while (cut > LEAST && !SPACE.test(most[cut - 1]!)) cut--
  if (cut === LEAST) cut = isHigh(most.charCodeAt(MOST - 1)) ? MOST - 1 : MOST
  return start + cut
}
