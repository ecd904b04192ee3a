import { CONFUSABLES } from './confusables.ts'

/**
 * What a reader does not see: controls except white space, default-ignorable code points (Unicode 16, UAX #44),
 * interlinear annotation marks, and combining marks of Latin.
 */
const UNSEEN: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08],
  [0x0e, 0x1f],
  [0x7f, 0x84],
  [0x86, 0x9f],
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x20d0, 0x20ff],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
]

const unseen = (point: number): boolean => UNSEEN.some(([from, to]) => point >= from && point <= to)

const DIGIT = /^\p{Nd}$/u

/** Digits of one script stand together, zero first: count down to the first. */
function digit(point: number): string | undefined {
  if (point < 0x80 || !DIGIT.test(String.fromCodePoint(point))) return undefined
  let value = 0
  while (value < 9 && DIGIT.test(String.fromCodePoint(point - value - 1))) value++
  return String(value)
}

/**
 * The canonical form of one code point, often one character, sometimes none or several: NFKD, marks and unseen
 * characters out, lower case, look-alikes to ASCII.
 */
export function foldPoint(point: number): string {
  if (unseen(point)) return ''
  let folded = ''
  for (const part of String.fromCodePoint(point).normalize('NFKD')) {
    const at = part.codePointAt(0)!
    if (unseen(at)) continue
    const ascii = CONFUSABLES.get(at) ?? digit(at)
    if (ascii !== undefined) {
      folded += ascii
      continue
    }
    for (const small of part.toLowerCase()) {
      const low = small.codePointAt(0)!
      if (!unseen(low)) folded += CONFUSABLES.get(low) ?? small
    }
  }
  return folded
}
