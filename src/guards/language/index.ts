import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import { pieces } from '../../core/pieces.ts'
import type { Hit, Opinion, View } from '../../core/types.ts'
import { type Detector, LANGUAGES, openDetector } from './detector.ts'
import { words } from './words.ts'

const config = z.strictObject({
  allow: z
    .array(
      z.string().refine((code) => LANGUAGES.includes(code), {
        error: `write languages as two small letters, of these: ${LANGUAGES.join(' ')}`,
      }),
    )
    .min(1),
})

const PIECE = { least: 59, most: 320, paragraphs: true } as const
/** How much surer the detector must be of a language than of each that is allowed, of 1. */
const MARGIN = 0.12

/** Finds what is written in a language that is not allowed. */
export const language = defineGuard<z.infer<typeof config>>({
  name: 'language',
  stages: ['input', 'context', 'output'],
  config,
  codes: () => ({ 'language.not_allowed': { edits: false } }),
  async open({ allow }) {
    const detect = await openDetector()
    const allowed = allow.map((each) => LANGUAGES.indexOf(each))
    return {
      scope: 'part',
      hold: PIECE.most + 1,
      lookbehind: 0,
      kinds: ['text', 'document'],
      inspect: (view) => inspect(view, detect, allowed),
    }
  },
})

function inspect(view: View, detect: Detector, allowed: readonly number[]): Opinion {
  const { complete, settled } = pieces(view, PIECE)
  const hits: Hit[] = []
  for (const { start, end, text } of complete) {
    const said = words(text)
    if (said === undefined) continue
    const scores = detect(text, said)
    let surest = 0
    for (let one = 1; one < scores.length; one++) if (scores[one]! > scores[surest]!) surest = one
    const score = scores[surest]!
    if (allowed.some((one) => score - scores[one]! < MARGIN)) continue
    const reason = `written in a language that is not allowed: ${LANGUAGES[surest]}`
    hits.push({ code: 'language.not_allowed', reason, score, span: [start, end] })
  }
  return { hits, settled }
}
