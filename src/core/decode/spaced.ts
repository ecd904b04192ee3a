import type { Decoder } from './types.ts'

const FEWEST_LETTERS = 4
/** The most characters between two letters. */
const GAP = 5
/** So many characters without two letters side by side are looked for. */
const STRIDE = 2 * FEWEST_LETTERS - 1

const LETTER = /[\p{L}\p{N}@$]/u
/** 1 for what counts as a letter of a word: in `1 g n 0 r 3` digits too. */
const known = new Uint8Array(128)
for (let unit = 0; unit < 128; unit++) known[unit] = LETTER.test(String.fromCharCode(unit)) ? 1 : 0

const isLetter = (unit: number): boolean =>
  unit < 128
    ? known[unit] === 1
    : unit < 0x300 || unit > 0x36f
      ? LETTER.test(String.fromCharCode(unit))
      : false

/** Letters of a word apart: `i g n o r e`, `i.g.n.o.r.e  a.l.l`; wider gaps, or other ones, stand between words. */
export const spaced: Decoder = {
  find(text, units, from, final, limit, found) {
    const { length } = text
    const most = Math.max(1, limit >> 2)
    let at = from
    for (;;) {
      const start = begin(units, at, length)
      const letters = [start]
      let end = start + 1
      let next = start + 1
      for (;;) {
        while (next < length && next - end <= GAP && !isLetter(units[next]!)) next++
        // A letter and what comes after it.
        if (next + 1 >= length && next - end <= GAP && !final) return Math.min(start, length)
        if (next >= length || next - end > GAP || end - start > most) break
        if (isLetter(units[next + 1]!)) break
        letters.push(next)
        end = ++next
      }
      if (start >= length) return length
      if (letters.length >= FEWEST_LETTERS) {
        const said = joined(text, letters)
        if (said !== undefined)
          found.push({ span: [start, end], encoding: 'spaced', text: said, turned: true, legible: true })
      }
      at = end
    }
  },
}

/** The first single letter from `at` on that others may follow in the same way. */
function begin(units: Uint16Array, from: number, length: number): number {
  let at = from
  while (at < length) {
    // Two letters side by side within the next places: no row of single ones reaches over them.
    const far = at + STRIDE - 2
    if (far + 1 < length && isLetter(units[far]!) && isLetter(units[far + 1]!)) {
      at = far + 1
      continue
    }
    if (isLetter(units[at]!) && (at === 0 || !isLetter(units[at - 1]!)) && !isLetter(units[at + 1]!))
      return at
    at++
  }
  return at
}

function joined(text: string, letters: readonly number[]): string | undefined {
  const gaps = new Map<string, number>()
  for (let i = 1; i < letters.length; i++) {
    const gap = text.slice(letters[i - 1]! + 1, letters[i])
    gaps.set(gap, (gaps.get(gap) ?? 0) + 1)
  }
  let usual = ''
  for (const [gap, count] of gaps) if (count > (gaps.get(usual) ?? 0)) usual = gap
  let said = ''
  let real = 0
  for (const [i, at] of letters.entries()) {
    if (i > 0 && text.slice(letters[i - 1]! + 1, at) !== usual) said += ' '
    said += text.charAt(at)
    if (!/[0-9@$]/.test(text.charAt(at))) real++
  }
  return real >= FEWEST_LETTERS && real * 2 > letters.length ? said : undefined
}
