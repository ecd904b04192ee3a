import type { View } from './types.ts'

export interface Measure {
  /** Characters after which a piece ends with its sentence or line; a shorter one goes on. */
  least: number
  /** Characters of the longest piece. */
  most: number
  /** A shorter one ends at an empty line. */
  paragraphs?: true
}

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
 * The text in pieces, sentences or some short ones together, each to be judged for itself: so that what stands in one of them
 * is found among others, and a stream waits for no more. Each begins with the first character after the one before that is no white
 * space; up to there a stream is settled. However a text is cut, its pieces are the same.
 */
export function pieces(
  { text, offset, from, final }: Pick<View, 'text' | 'offset' | 'from' | 'final'>,
  measure: Measure,
): { complete: Piece[]; settled: number } {
  const complete: Piece[] = []
  let start = visible(text, from - offset)
  for (;;) {
    const end = endOf(text, start, final, measure)
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

function endOf(
  text: string,
  start: number,
  final: boolean,
  { least, most, paragraphs }: Measure,
): number | undefined {
  if (start >= text.length) return undefined
  // No further, or a text without ends would be read as often as it has pieces.
  const ahead = text.slice(start, start + most)
  // Of an empty line the first line break ends the piece, however much white space follows.
  let first = (paragraphs ? ahead.search(EMPTY_LINE) + 1 : 0) || Number.POSITIVE_INFINITY
  ENDS.lastIndex = Math.max(0, least - LONGEST_END)
  for (let end = ENDS.exec(ahead); end !== null; end = ENDS.exec(ahead)) {
    if (ENDS.lastIndex < least) continue
    first = Math.min(first, ENDS.lastIndex)
    break
  }
  if (first <= most) return start + first
  if (text.length - start <= most) return final ? text.length : undefined
  // Between words, where there is one.
  let cut = most
  while (cut > least && !SPACE.test(ahead[cut - 1]!)) cut--
  if (cut === least) cut = isHigh(ahead.charCodeAt(most - 1)) ? most - 1 : most
  return start + cut
}
