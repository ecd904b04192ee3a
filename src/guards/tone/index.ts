import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import { type Piece, pieces } from '../../core/pieces.ts'
import type { Embedder } from '../../core/ports.ts'
import type { Hit, Opinion } from '../../core/types.ts'
import { type Axis, along, axesOf } from './axes.ts'

const LEAST_EXAMPLES = 5
const config = z.strictObject({
  examples: z.array(z.string().min(40).max(600)).min(LEAST_EXAMPLES).max(200),
})

/** A manner takes some sentences to show. */
const PIECE = { least: 200, most: 600 } as const
/** Letters; of less nothing is said. */
const LETTERS = 40
const LETTER = /\p{L}/gu
/** Texts that are asked about at the same time. */
const TOGETHER = 32
/** How far plain answers of one manner lie from each other on an axis, which so many examples must outweigh. */
const USUAL = 0.06
const WEIGHT = 10
/** So many times as far as examples usually lie from their middle. */
const FAR = 3

/** Of an axis, the middle of the examples and how far they lie from it. */
interface Manner extends Axis {
  middle: number
  spread: number
}

/** Finds answers that speak in another manner than the examples do. */
export const tone = defineGuard<z.infer<typeof config>>({
  name: 'tone',
  stages: ['output'],
  config,
  codes: () => ({ 'tone.off': { edits: false } }),
  async open({ examples }, { models }) {
    if (models === undefined) throw new Error('asks the guard model, and there is none here: leave it out')
    const { embedder } = await models()
    const manners = await learn(embedder, examples)
    return {
      scope: 'part',
      hold: PIECE.most + 1,
      lookbehind: 0,
      slow: true,
      kinds: ['text', 'document'],
      inspect(view) {
        const { complete, settled } = pieces(view, PIECE)
        const said = complete.filter(speaks)
        return said.length === 0 ? { hits: [], settled } : judged(said, settled, embedder, manners)
      },
    }
  },
})

/** The rest of a text that goes on before it, and what has hardly a word, show no manner. */
const speaks = ({ start, text }: Piece): boolean =>
  (start === 0 || text.length >= PIECE.least) && (text.match(LETTER)?.length ?? 0) >= LETTERS

async function learn(embedder: Embedder, examples: readonly string[]): Promise<readonly Manner[]> {
  const axes = await axesOf(embedder)
  const places = (await embedder.embed(examples)).map((vector) => along(axes, vector))
  return axes.map((axis, k) => {
    const values = places.map((place) => place[k]!)
    const middle = values.reduce((a, b) => a + b, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
    // A few examples that happen to agree do not forbid all else.
    const spread = Math.sqrt((squares + WEIGHT * USUAL ** 2) / (values.length + WEIGHT))
    return { ...axis, middle, spread }
  })
}

async function judged(
  said: readonly Piece[],
  settled: number,
  embedder: Embedder,
  manners: readonly Manner[],
): Promise<Opinion> {
  const hits: Hit[] = []
  for (let i = 0; i < said.length; i += TOGETHER) {
    const some = said.slice(i, i + TOGETHER)
    const vectors = await embedder.embed(some.map(({ text }) => text))
    for (const [k, { start, end }] of some.entries()) {
      const departure = departs(manners, vectors[k]!)
      if (departure !== undefined) hits.push({ code: 'tone.off', ...departure, span: [start, end] })
    }
  }
  return { hits, settled }
}

/** By the axis on which it lies farthest from the examples. */
function departs(
  manners: readonly Manner[],
  vector: Float32Array,
): Pick<Hit, 'reason' | 'score'> | undefined {
  let far = 0
  let how = ''
  for (const [k, place] of along(manners, vector).entries()) {
    const { middle, spread, more, less } = manners[k]!
    const away = Math.abs(place - middle) / spread
    if (away <= far) continue
    far = away
    how = place > middle ? more : less
  }
  if (far < FAR) return undefined
  const score = Math.round(Math.min(1, far / (2 * FAR)) * 100) / 100
  return { reason: `${how} than the examples`, score }
}
