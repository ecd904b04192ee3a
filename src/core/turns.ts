import type { Run } from './edits.ts'

/**
 * The most characters that are judged without letting others have their turn: about 10 ms with every guard that ships.
 * Calls that are smaller, which nearly all are, never wait.
 */
export const WINDOW = 131_072
/** What is longer is not remembered: its hash alone would keep others waiting. */
export const LONGEST = 4_194_304

/** A text in pieces of at most a window; what was edited stays whole. Undefined where it is one piece. */
export function windows(runs: readonly Run[]): Run[] | undefined {
  let length = 0
  for (const { text } of runs) length += text.length
  if (length <= WINDOW) return undefined
  const pieces: Run[] = []
  for (const run of runs) {
    if (run.edited || run.text.length <= WINDOW) {
      pieces.push(run)
      continue
    }
    for (let at = 0; at < run.text.length; at += WINDOW) {
      const text = run.text.slice(at, at + WINDOW)
      pieces.push({ text, from: run.from + at, to: run.from + at + text.length, edited: false })
    }
  }
  return pieces
}
