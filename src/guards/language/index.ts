import type { eld as Detector } from 'eld/extrasmall'
import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import { pieces } from '../../core/pieces.ts'
import type { Hit, Opinion, View } from '../../core/types.ts'
import { words } from './words.ts'

/** ISO 639-1, as the detector knows them. */
const LANGUAGES = (
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no ' +
  'or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'
).split(' ')

const config = z.strictObject({
  allow: z
    .array(
      z.string().refine((code) => LANGUAGES.includes(code), {
        error: `write languages as two small letters, of these: ${LANGUAGES.join(' ')}`,
      }),
    )
    .min(1),
})

const PIECE = { least: 60, most: 320, paragraphs: true } as const
/** How much surer the detector must be of a language than of each that is allowed, of 1. */
const MARGIN = 0.12

/** Finds what is written in a language that is not allowed. */
export const language = defineGuard<z.infer<typeof config>>({
  name: 'language',
  stages: ['input', 'context', 'output'],
  config,
  codes: () => ({ 'language.not_allowed': { edits: false } }),
  async open({ allow }) {
    // Fifty megabytes that a gate without this guard does not need.
    const { eld } = await import('eld/extrasmall')
    return {
      scope: 'part',
      hold: PIECE.most + 1,
      lookbehind: 0,
      kinds: ['text', 'document'],
      inspect: (view) => inspect(view, eld, allow),
    }
  },
})

function inspect(view: View, eld: typeof Detector, allow: readonly string[]): Opinion {
  const { complete, settled } = pieces(view, PIECE)
  const hits: Hit[] = []
  for (const { start, end, text } of complete) {
    const said = words(text, allow)
    if (said === undefined) continue
    const result = eld.detect(said)
    if (result.language === '' || allow.includes(result.language)) continue
    const scores = result.getScores()
    const sure = scores[result.language] ?? 0
    if (sure - Math.max(...allow.map((each) => scores[each] ?? 0)) < MARGIN) continue
    const reason = `written in a language that is not allowed: ${result.language}`
    hits.push({ code: 'language.not_allowed', reason, score: Math.min(1, sure), span: [start, end] })
  }
  return { hits, settled }
}
