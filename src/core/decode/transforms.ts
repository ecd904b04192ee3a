import { likelihood } from './score.ts'
import type { Decoded, Decoder } from './types.ts'

/** A piece has at least so many letters: as many as tell plain text from text that was turned round. */
const PIECE_LETTERS = 24
/** A line's end, or so many characters, end a piece whatever it holds. */
const PIECE_MOST = 64
/** Fewer letters than these say nothing. */
const FEWEST_LETTERS = 10
/** How much likelier a piece has to read when it is turned, in bits a letter. */
const MARGIN = 0.7
const READS = 0.7
/** How much likelier a piece may read as it stands, after others that were turned. */
const SLACK = 0.5
const PLAIN = 1
/** The most of a line that is turned as one. */
const MOST = 512

const isLetter = (unit: number): boolean => (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90)

type Turn = {
  encoding: string
  reads(text: string, start: number, end: number): number
  turn(text: string): string
}

const letters = (map: (index: number) => number) => (text: string) =>
  text.replace(/[a-zA-Z]/g, (letter) => {
    const base = letter >= 'a' ? 97 : 65
    return String.fromCharCode(base + map(letter.charCodeAt(0) - base))
  })
const rot13 = letters((index) => (index + 13) % 26)
const atbash = letters((index) => 25 - index)
const reverse = (text: string): string => [...text].reverse().join('')

const judgedTurned = (turn: (text: string) => string) => (text: string, start: number, end: number) => {
  const turned = turn(text.slice(start, end))
  return likelihood(turned, 0, turned.length)
}

const TURNS: readonly Turn[] = [
  { encoding: 'reversed', reads: (text, start, end) => likelihood(text, start, end, -1), turn: reverse },
  { encoding: 'rot13', reads: judgedTurned(rot13), turn: rot13 },
  { encoding: 'atbash', reads: judgedTurned(atbash), turn: atbash },
]

/**
 * Whole texts that were turned round: backwards, ROT13, Atbash. Judged by pieces of a few words, so that plain text is not
 * held back for longer than that; pieces in a row that were turned alike are turned back as one, up to the line's end.
 */
export const transforms: Decoder = {
  encoding: 'transform',
  find(text, from, final, _limit, found) {
    let open: { turn: Turn; start: number } | undefined
    const close = (end: number): void => {
      if (open === undefined) return
      const { turn, start } = open
      found.push({
        span: [start, end],
        encoding: turn.encoding,
        text: turn.turn(text.slice(start, end)),
        turned: true,
      } satisfies Decoded)
      open = undefined
    }
    let start = from
    while (start < text.length) {
      const end = pieceEnd(text, start, final)
      if (end === undefined) break
      const turn = turnOf(text, start, end, open?.turn)
      if (open !== undefined && (turn !== open.turn || end - open.start > MOST)) close(start)
      if (turn !== undefined) open ??= { turn, start }
      start = end
      if (text.charCodeAt(end - 1) === 10) close(end)
    }
    if (final) close(text.length)
    return final ? text.length : (open?.start ?? start)
  },
}

/** Where the piece that begins at `start` ends; undefined when that is not known yet. */
function pieceEnd(text: string, start: number, final: boolean): number | undefined {
  let count = 0
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 10) return at + 1
    if (isLetter(unit)) count++
    else if (count >= PIECE_LETTERS) return at + 1
    // Not between the halves of a pair.
    if (at - start >= PIECE_MOST && (unit & 0xfc00) !== 0xd800) return at + 1
  }
  return final ? text.length : undefined
}

function turnOf(text: string, start: number, end: number, open: Turn | undefined): Turn | undefined {
  let count = 0
  for (let at = start; at < end; at++) if (isLetter(text.charCodeAt(at))) count++
  const plain = likelihood(text, start, end)
  // Of a turned text also what by itself could be either.
  if (open !== undefined && (count === 0 || open.reads(text, start, end) > plain - SLACK)) return open
  if (count < FEWEST_LETTERS) return undefined
  if (plain > PLAIN) return undefined
  let best: Turn | undefined
  let most = Math.max(READS, plain + MARGIN)
  for (const turn of TURNS) {
    const reads = turn.reads(text, start, end)
    if (reads <= most) continue
    best = turn
    most = reads
  }
  return best
}
