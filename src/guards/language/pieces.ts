import type { View } from '../../core/types.ts'

/** Characters of the longest piece. */
export const MOST = 320
/** Characters after which a piece ends with its sentence or line; a shorter one goes on. */
const LEAST = 60

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
 * The text in pieces, sentences or some short ones together: each is judged for itself, so that one foreign paragraph is found
 * among others. Each begins where the one before ended, which is what is settled of a stream.
 */
export function pieces({ text, offset, from, final }: View): { complete: Piece[]; settled: number } {
  const complete: Piece[] = []
  let start = from - offset
  for (;;) {
    const end = endOf(text, start, final)
    if (end === undefined) break
    complete.push({ start: offset + start, end: offset + end, text: text.slice(start, end) })
    start = end
  }
  return { complete, settled: offset + start }
}

function endOf(text: string, start: number, final: boolean): number | undefined {
  if (start >= text.length) return undefined
  // No further, or a text without ends would be read as often as it has pieces.
  const most = text.slice(start, start + MOST)
  for (const { 0: said, index } of most.matchAll(ENDS)) {
    // Of an empty line the first line break ends the piece, however much white space follows.
    if (said.length > 1 && said.startsWith('\n')) return start + index + 1
    if (index + said.length >= LEAST) return start + index + said.length
  }
  if (text.length - start <= MOST) return final ? text.length : undefined
  // Between words, where there is one.
  let cut = MOST
  while (cut > LEAST && !SPACE.test(most[cut - 1]!)) cut--
  if (cut === LEAST) cut = isHigh(most.charCodeAt(MOST - 1)) ? MOST - 1 : MOST
  return start + cut
}
