import { CONTEXT, type Decoded, type Decoder, type Mark } from './types.ts'

export interface MarkForm {
  encoding: string
  /** The unit that each mark begins with. */
  begins: string
  /** The most units of a mark. */
  longest: number
  /** The mark at `at`, if there is one. */
  mark(text: string, at: number): Mark | undefined
  /** Also of what stands between marks: `+` for a space. */
  between?(text: string): string
}

/** As much plain text between two marks, and it is two stretches; so much of what follows is read with the last. */
const GAP = 32
/** So many letters that needed no other form: somebody hides something. */
const HIDES = 6

const LETTER = /^[A-Za-z]$/

/**
 * What is written with marks is read with the words around them, as marks may stand for single letters of a word.
 * A long stretch is read in pieces: what is mostly plain text keeps a stream waiting for less.
 */
export function islands({ encoding, begins, longest, mark, between = (text) => text }: MarkForm): Decoder {
  return {
    find(text, _units, from, final, limit, found) {
      const seek = (at: number): number => {
        const next = text.indexOf(begins, at)
        return next < 0 ? text.length : next
      }
      let at = from
      for (;;) {
        const start = seek(at)
        if (start === text.length) return start
        let said = ''
        let letters = 0
        let marked = 0
        let last = start
        let next = start
        while (next - last <= GAP && next - start < (marked * 2 > last - start ? limit : limit >> 2)) {
          if (next + longest > text.length && !final) return start
          const here = next === text.length ? undefined : mark(text, next)
          if (here !== undefined) {
            said += between(text.slice(last, next)) + here.text
            if (LETTER.test(here.text)) letters++
            marked += here.end - next
            last = here.end
          } else if (last === start) break
          if (next === text.length) break
          next = seek(Math.max(next + 1, last))
        }
        if (last === start) {
          at = start + 1
          continue
        }
        if (last + GAP > text.length && !final) return start
        const before = text.slice(Math.max(0, start - CONTEXT), start)
        const after = text.slice(last, last + GAP)
        const one: Decoded = {
          span: [start, last],
          encoding,
          text: between(before) + said + between(after),
          own: [before.length, before.length + said.length],
        }
        if (letters < HIDES) one.legible = true
        found.push(one)
        at = last
      }
    },
  }
}
