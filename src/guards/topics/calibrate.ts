import { legible } from '../../core/canonical/script.ts'
import type { Embedder } from '../../core/ports.ts'
import { BACKGROUND, SMALL_TALK } from './background.ts'

export interface Spec {
  name: string
  sentence?: string | undefined
  examples: readonly string[]
}

export interface Topic {
  name: string
  examples: readonly Float32Array[]
  /** A text is about it that is at least as near as this to one of its examples. */
  near: number
}

export interface Topics {
  deny: readonly Topic[]
  allow: readonly Topic[]
}

/** From so few examples nothing can be learnt of how near they are to each other. */
const FEW = 3
/** How far a text must come from where chance ends towards where the examples stand. */
const DENIED = 0.6
const ALLOWED = 0.3
/** The same where there are too few examples, as a product of vectors. */
const FEW_DENIED = 0.17
const FEW_ALLOWED = 0.05

const SMALL: Spec = { name: 'small talk', examples: SMALL_TALK }

/**
 * Where texts begin to be about a topic, learnt from its own examples: between how near any text comes to them by chance and how
 * near they are to each other, each left out in turn. Denied topics ask for more, so that they seldom ring; allowed ones for
 * less, so that what is in doubt is in scope.
 */
export async function calibrate(
  embedder: Embedder,
  deny: readonly Spec[],
  allow: readonly Spec[],
): Promise<Topics> {
  const background = await embedder.embed(BACKGROUND.map(legible))
  const topic = async (spec: Spec, share: number, few: number): Promise<Topic> => {
    const texts = spec.sentence === undefined ? spec.examples : [spec.sentence, ...spec.examples]
    const examples = await embedder.embed(texts.map(legible))
    const chance = quantile(
      background.map((vector) => nearest(examples, vector)),
      0.9,
    )
    const own = quantile(
      examples.map((vector, i) => nearest(examples.toSpliced(i, 1), vector)),
      0.25,
    )
    const near = examples.length < FEW ? chance + few : chance + Math.max(few / 3, share * (own - chance))
    return { name: spec.name, examples, near }
  }
  const all = (specs: readonly Spec[], share: number, few: number): Promise<Topic[]> =>
    Promise.all(specs.map((spec) => topic(spec, share, few)))
  return {
    deny: await all(deny, DENIED, FEW_DENIED),
    allow: allow.length === 0 ? [] : await all([...allow, SMALL], ALLOWED, FEW_ALLOWED),
  }
}

/** How near a vector is to the nearest of some. */
export function nearest(examples: readonly Float32Array[], vector: Float32Array): number {
  let best = -1
  for (const example of examples) {
    let product = 0
    for (let i = 0; i < vector.length; i++) product += vector[i]! * example[i]!
    if (product > best) best = product
  }
  return best
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))]!
}
