import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Hit, Opinion, View } from '../../core/types.ts'
import { CONTEXT, LINE, lines } from './lines.ts'
import { type Judge, judgeOf } from './score.ts'
import { LANGUAGES, type Language } from './shapes.ts'

const config = z.strictObject({ languages: z.array(z.enum(LANGUAGES)).min(1).optional() })

/** Lines that are weighed together. */
const WINDOW = 8
/** A strong shape and a weak one, or two strong ones. */
const ENOUGH = 3

/** Finds program text: in fences, and by the shapes of lines without them. */
export const code = defineGuard<z.infer<typeof config>>({
  name: 'code',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: ({ languages = LANGUAGES }) =>
    Object.fromEntries(languages.map((language) => [`code.${language}`, { edits: false }])),
  open({ languages = LANGUAGES }) {
    const judge = judgeOf(languages)
    return {
      scope: 'part',
      hold: LINE + 2,
      lookbehind: CONTEXT + 2,
      inspect: (view) => inspect(view, judge, languages),
    }
  },
})

interface Weighed {
  start: number
  scores: NonNullable<ReturnType<Judge>>
}

/** A line that makes the lines before it code is the hit: what it takes to say so has been seen when it ends. */
function inspect(view: View, judge: Judge, languages: readonly Language[]): Opinion {
  const { from } = view
  const { complete, settled } = lines(view)
  const hits: Hit[] = []
  if (complete.at(-1) === undefined || complete.at(-1)!.start < from) return { hits, settled }
  const before: Weighed[] = []
  const strong = new Array<number>(languages.length).fill(0)
  const weak = new Array<number>(languages.length).fill(0)
  const count = (scores: Weighed['scores'], sign: 1 | -1) => {
    for (const [i, score] of scores) {
      strong[i]! += sign * score.strong
      weak[i]! += sign * score.weak
    }
  }
  for (const { start, end, text } of complete) {
    const scores = judge(text)
    if (scores === undefined) continue
    while (before.length >= WINDOW || (before[0] !== undefined && before[0].start < start - CONTEXT))
      count(before.shift()!.scores, -1)
    const enough = scores.filter(([i]) => weight(strong[i]!, weak[i]!) < ENOUGH)
    count(scores, 1)
    before.push({ start, scores })
    if (start < from) continue
    for (const [i, { fenced }] of enough) {
      const sum = weight(strong[i]!, weak[i]!)
      if (sum < ENOUGH) continue
      const reason = fenced ? 'a code fence that names the language' : 'lines of the shape of code'
      hits.push({
        code: `code.${languages[i]}`,
        reason,
        score: Math.min(1, 0.6 + sum / 10),
        span: [start, end],
      })
    }
  }
  hits.sort((a, b) => a.span[0] - b.span[0] || (a.code < b.code ? -1 : 1))
  return { hits, settled }
}

/** However many weak shapes there are, they count as one. */
function weight(strong: number, weak: number): number {
  return strong + Math.min(1, weak)
}
