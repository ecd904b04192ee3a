import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Counting, Span, View } from '../../core/types.ts'

const config = z.strictObject({ maxCharacters: z.int().positive() })

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** The code point at an absolute offset of the view; never half of a surrogate pair. */
function characterAt(view: View, offset: number): Span {
  const at = offset - view.offset
  if (isLow(view.text.charCodeAt(at)) && at > 0 && isHigh(view.text.charCodeAt(at - 1))) {
    return [offset - 1, offset + 1]
  }
  if (isHigh(view.text.charCodeAt(at)) && isLow(view.text.charCodeAt(at + 1))) return [offset, offset + 2]
  return [offset, offset + 1]
}

function counter(maxCharacters: number, before: number): Counting {
  /** Part id → how much of it has been counted: views repeat text, and parts come interleaved. */
  const counted = new Map<number, number>()
  let total = before
  return {
    inspect(view) {
      const end = view.offset + view.text.length
      const from = counted.get(view.part.id) ?? 0
      if (end <= from) return { hits: [], settled: end }
      counted.set(view.part.id, end)
      const before = total
      total += end - from
      if (before > maxCharacters || total <= maxCharacters) return { hits: [], settled: end }
      return {
        hits: [
          {
            code: 'length.exceeded',
            reason: `more than ${maxCharacters} characters`,
            score: 1,
            span: characterAt(view, from + maxCharacters - before),
          },
        ],
        settled: end,
      }
    },
    state: () => total,
  }
}

/** Limits the characters (UTF-16 units) of all that one stage inspects in an exchange. */
export const length = defineGuard<z.infer<typeof config>>({
  name: 'length',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: () => ({ 'length.exceeded': { edits: false } }),
  open: ({ maxCharacters }) => ({
    scope: 'exchange',
    hold: 0,
    lookbehind: 0,
    resumes: true,
    begin: (total) => counter(maxCharacters, typeof total === 'number' ? total : 0),
  }),
})
