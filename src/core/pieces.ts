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

/** An empty line; the end of a line; the end of a sentence. */
const ENDS = /\n[ \t\r]*\n|[\n。！？।]|[.!?؟]["'”»)]{0,2}(?=\s)/g
const SPACE = /\s/

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/**
 * The text in pieces, sentences or some short ones together, each to be judged for itself: so that what stands in one of them
 * is found among others, and a stream waits for no more. Each begins where the one before ended, which is what is settled of a stream:
 * however a text is cut, its pieces are the same.
 */
export function pieces(
  { text, offset, from, final }: Pick<View, 'text' | 'offset' | 'from' | 'final'>,
  measure: Measure,
): { complete: Piece[]; settled: number } {
  const complete: Piece[] = []
  let start = from - offset
  for (;;) {
    const end = endOf(text, start, final, measure)
    if (end === undefined) break
    complete.push({ start: offset + start, end: offset + end, text: text.slice(start, end) })
    start = end
  }
  return { complete, settled: offset + start }
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
  for (const { 0: said, index } of ahead.matchAll(ENDS)) {
    // Of an empty line the first line break ends the piece, however much white space follows.
    if (said.length > 1 && said.startsWith('\n')) {
      if (paragraphs || index + 1 >= least) return start + index + 1
    } else if (index + said.length >= least) return start + index + said.length
  }
  if (text.length - start <= most) return final ? text.length : undefined
  // Between words, where there is one.
  let cut = most
  while (cut > least && !SPACE.test(ahead[cut - 1]!)) cut--
  if (cut === least) cut = isHigh(ahead.charCodeAt(most - 1)) ? most - 1 : most
  return start + cut
}
