import { z } from 'zod'
import { legible } from '../../core/canonical/script.ts'
import { defineGuard } from '../../core/guard.ts'
import { type Piece, pieces } from '../../core/pieces.ts'
import type { Classifier, Question } from '../../core/ports.ts'
import type { Hit, Opinion, View } from '../../core/types.ts'

const TOXIC = 'toxicity.toxic'
/** Of an answer whole sentences, the shortest together, or so many characters: each is judged before it leaves. */
const SAID = { least: 40, most: 200 } as const
/** Of what is complete before anything leaves, as much as the model reads at once: it knows whole texts better. */
const WRITTEN = { least: 400, most: 1024 } as const
/** Pieces of a long text that are asked about at the same time: no text fills the queue of the models by itself. */
const TOGETHER = 32
const WORD = /[\p{L}\p{N}]/u

const config = z.strictObject({ model: z.enum(['fast', 'full', 'cascade']).default('cascade') })

/** Finds what insults, threatens or demeans, piece by piece, each before it leaves. */
export const toxicity = defineGuard<z.infer<typeof config>>({
  name: 'toxicity',
  stages: ['input', 'context', 'output'],
  config,
  codes: () => ({ [TOXIC]: { edits: false } }),
  async open({ model }, { models }) {
    if (models === undefined) throw new Error('asks the guard model, and there is none here: leave it out')
    const { classifier } = await models()
    return {
      scope: 'part',
      hold: WRITTEN.most + 1,
      lookbehind: 0,
      slow: true,
      kinds: ['text', 'document'],
      // An operator's prompt may list what the model must not say.
      origins: ['user', 'model', 'retrieved', 'tool'],
      inspect: (view) => inspect(view, classifier, { ...QUESTION[view.part.origin], tier: model }),
    }
  },
})

const QUESTION = {
  system: { head: 'toxicity', channel: 'user' },
  user: { head: 'toxicity', channel: 'user' },
  model: { head: 'toxicity', channel: 'user' },
  retrieved: { head: 'toxicity', channel: 'data' },
  tool: { head: 'toxicity', channel: 'data' },
} as const

/** Most deltas of a stream complete no piece: they are answered at once. */
function inspect(view: View, classifier: Classifier, question: Question): Opinion | Promise<Opinion> {
  const { complete, settled } = pieces(view, view.part.origin === 'model' ? SAID : WRITTEN)
  const said = complete.filter(({ text }) => WORD.test(text))
  return said.length === 0 ? { hits: [], settled } : judged(said, settled, classifier, question)
}

async function judged(
  said: readonly Piece[],
  settled: number,
  classifier: Classifier,
  question: Question,
): Promise<Opinion> {
  const hits: Hit[] = []
  const judge = async ({ start, end, text }: Piece): Promise<Hit | undefined> => {
    const found = await classifier.classify(legible(text), question)
    const toxic = found.filter(({ reaches }) => reaches.includes(TOXIC))
    if (toxic.length === 0) return undefined
    const { score, by } = toxic.reduce((a, b) => (b.score > a.score ? b : a))
    const reason = `the guard model (${by}) finds it toxic`
    return { code: TOXIC, reason, score: Math.round(score * 100) / 100, span: [start, end] }
  }
  for (let i = 0; i < said.length; i += TOGETHER)
    for (const hit of await Promise.all(said.slice(i, i + TOGETHER).map(judge)))
      if (hit !== undefined) hits.push(hit)
  return { hits, settled }
}
