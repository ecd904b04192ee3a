import { z } from 'zod'
import { legible } from '../../core/canonical/script.ts'
import { defineGuard } from '../../core/guard.ts'
import { type Piece, pieces } from '../../core/pieces.ts'
import type { Embedder } from '../../core/ports.ts'
import type { Hit, Opinion } from '../../core/types.ts'
import { calibrate, nearest, type Topic, type Topics } from './calibrate.ts'

const topic = z
  .strictObject({
    name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,63}$/u),
    sentence: z.string().min(8).max(512).optional(),
    examples: z.array(z.string().min(4).max(512)).max(200).default([]),
  })
  .refine(({ sentence, examples }) => sentence !== undefined || examples.length > 0, {
    error: 'give "examples" of what is said about it, or a "sentence" that describes it',
  })
const config = z
  .strictObject({
    deny: z.array(topic).max(50).default([]),
    allow: z.array(topic).max(50).default([]),
  })
  .refine(({ deny, allow }) => deny.length + allow.length > 0, {
    error: 'name topics under "deny", "allow" or both',
  })

/** What is denied may be said in one sentence. */
const SENTENCE = { least: 40, most: 300 } as const
/** What a text is about takes some sentences to see. */
const BLOCK = { least: 200, most: 600 } as const
/** A shorter text is about nothing: letters, and words. */
const LETTERS = 20
const WORDS = 4
const WORD = /[\p{L}\p{N}]+/gu
/** Texts that are asked about at the same time. */
const TOGETHER = 32

/** Finds what is about a denied topic, and what is about none that is allowed. */
export const topics = defineGuard<z.infer<typeof config>>({
  name: 'topics',
  stages: ['input', 'output'],
  config,
  codes: ({ deny, allow }) => ({
    ...(deny.length > 0 && { 'topic.denied': { edits: false } }),
    ...(allow.length > 0 && { 'topic.off_scope': { edits: false } }),
  }),
  warnings: ({ deny, allow }) =>
    [...deny, ...allow]
      .filter(({ examples }) => examples.length < 5)
      .map(
        ({ name }) =>
          `topic "${name}" has few examples: with five or more, how near is near is learnt from them`,
      ),
  async open({ deny, allow }, { models }) {
    if (models === undefined) throw new Error('asks the guard model, and there is none here: leave it out')
    const { embedder } = await models()
    const known = await calibrate(embedder, deny, allow)
    const measure = allow.length > 0 ? BLOCK : SENTENCE
    return {
      scope: 'part',
      hold: measure.most + 1,
      lookbehind: 0,
      slow: true,
      kinds: ['text', 'document'],
      // A system prompt speaks of what is denied, and is the operator's own.
      origins: ['user', 'model'],
      inspect(view) {
        const { complete, settled } = pieces(view, measure)
        return complete.length === 0 ? { hits: [], settled } : judged(complete, settled, embedder, known)
      },
    }
  },
})

async function judged(
  blocks: readonly Piece[],
  settled: number,
  embedder: Embedder,
  topics: Topics,
): Promise<Opinion> {
  const read = blocks.map((block) => ({ block, sentences: sentencesOf(block) }))
  const vectors = await embedAll(
    embedder,
    read.flatMap(({ block, sentences }) => [block, ...sentences]),
  )
  const hits = read.flatMap(({ block, sentences }): Hit[] => {
    const denied = sentences.flatMap((sentence) => deniedIn(sentence, vectors.get(sentence)!, topics) ?? [])
    const all = [block, ...sentences].map((piece) => vectors.get(piece)!)
    return [...denied, ...offScope(block, all, topics)]
  })
  return { hits: hits.sort((a, b) => a.span[0] - b.span[0]), settled }
}

function sentencesOf({ start, text }: Piece): Piece[] {
  const { complete } = pieces({ text, offset: start, from: start, final: true }, SENTENCE)
  return complete.filter(({ text: said }) => said.search(WORD) >= 0)
}

/** A block of one sentence is asked about once. */
async function embedAll(embedder: Embedder, all: readonly Piece[]): Promise<Map<Piece, Float32Array>> {
  const texts = [...new Set(all.map(({ text }) => legible(text)))]
  const known = new Map<string, Float32Array>()
  for (let i = 0; i < texts.length; i += TOGETHER) {
    const some = texts.slice(i, i + TOGETHER)
    const vectors = await embedder.embed(some)
    for (const [k, text] of some.entries()) known.set(text, vectors[k]!)
  }
  return new Map(all.map((piece) => [piece, known.get(legible(piece.text))!]))
}

function deniedIn({ start, end }: Piece, vector: Float32Array, { deny, allow }: Topics): Hit | undefined {
  // What stands nearer to what is allowed is about that.
  let most = Math.max(-1, ...allow.map(({ examples }) => nearest(examples, vector)))
  let denied: Topic | undefined
  for (const topic of deny) {
    const nearness = nearest(topic.examples, vector)
    if (nearness < topic.near || nearness <= most) continue
    most = nearness
    denied = topic
  }
  if (denied === undefined) return undefined
  const reason = `about the denied topic "${denied.name}"`
  return { code: 'topic.denied', reason, score: rounded(most), span: [start, end] }
}

/** Neither as a whole nor in one of its sentences near to what is allowed. */
function offScope({ start, end, text }: Piece, vectors: readonly Float32Array[], { allow }: Topics): Hit[] {
  if (allow.length === 0 || (start > 0 && text.length < BLOCK.least)) return []
  const words = text.match(WORD) ?? []
  if (words.length < WORDS || words.join('').length < LETTERS) return []
  let most = -1
  for (const { examples, near } of allow)
    for (const vector of vectors) {
      const nearness = nearest(examples, vector)
      if (nearness >= near) return []
      most = Math.max(most, nearness)
    }
  const reason = 'about none of the allowed topics'
  return [{ code: 'topic.off_scope', reason, score: rounded(1 - most), span: [start, end] }]
}

const rounded = (score: number): number => Math.round(Math.max(0, Math.min(1, score)) * 100) / 100
