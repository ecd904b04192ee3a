import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Guard, Hit, Needles, View } from '../../core/types.ts'
import { compile, type Rulebook } from './compile.ts'
import { weigh } from './evidence.ts'
import { LANGUAGES } from './languages/index.ts'
import { MARKS, type Mark, marked } from './marks.ts'
import { type Match, match } from './match.ts'
import { modelGuard } from './model.ts'
import { KINDS, phrase } from './said.ts'
import type { Topic } from './types.ts'
import { isWord } from './words.ts'

const topic = z.boolean().default(true)
const config = z.strictObject({
  languages: z
    .array(z.enum(Object.keys(LANGUAGES) as [string, ...string[]]))
    .min(1)
    .optional(),
  rules: z
    .strictObject({
      overrides: topic,
      extraction: topic,
      personas: topic,
      forgeries: topic,
      orders: topic,
    } satisfies Record<Topic, typeof topic>)
    .prefault({}),
  allow: z.array(z.string().min(8).max(1024)).max(1000).default([]),
  model: z.enum(['off', 'fast', 'full', 'cascade']).default('cascade'),
})
/** Allowed phrases that are looked at for one match. */
const MAX_NEAR = 16

// Quoted, as YAML 1.1 reads it as false otherwise.
const RULES_ALONE = 'write model: "off" for the rules alone'

type Config = z.infer<typeof config>

/** Finds orders to a model that are not its user's to give, or not a document's. */
export const promptInjection = defineGuard<Config>({
  name: 'prompt-injection',
  stages: ['input', 'context'],
  config,
  codes: () => ({
    'injection.direct': { edits: false },
    'injection.indirect': { edits: true },
    'injection.suspected': { edits: false },
  }),
  open({ model: _, ...config }) {
    const key = JSON.stringify(config)
    const known = opened.get(key)
    if (known !== undefined) return known
    if (opened.size >= MAX_OPENED) opened.clear()
    const guard = build(config)
    opened.set(key, guard)
    return guard
  },
  async openModel({ model, allow }, { models }) {
    if (model === 'off') return undefined
    if (models === undefined) throw new Error(`asks the guard model, and there is none here: ${RULES_ALONE}`)
    const loaded = await models().catch((error: Error) => {
      throw new Error(`${error.message}: ${RULES_ALONE}`)
    })
    return modelGuard(loaded.classifier, model, allow)
  },
})

/** Stages and boundaries with the same fields share one guard: its tables are large. */
const opened = new Map<string, Guard>()
const MAX_OPENED = 32

function build({ languages, rules, allow }: Omit<Config, 'model'>): Guard {
  const topics = new Set((Object.keys(rules) as Topic[]).filter((name) => rules[name]))
  const chosen = languages ?? Object.keys(LANGUAGES)
  const book = compile(
    chosen.map((name) => [name, LANGUAGES[name]!] as const),
    topics,
  )
  const marks = topics.has('forgeries') ? MARKS : []
  return {
    scope: 'part',
    hold: 'whole',
    lookbehind: 0,
    kinds: KINDS,
    decode: 'all',
    needles: [
      ...book.needles.map(({ text }) => text),
      ...marks.map(({ literal }) => literal),
      ...allow.map(phrase),
    ],
    inspect: (view) =>
      view.final
        ? { hits: inspect(view, book, marks), settled: view.offset + view.text.length }
        : { hits: [], settled: view.from },
  }
}

function inspect(view: View, book: Rulebook, marks: readonly Mark[]): Hit[] {
  const canonical = view.canonical()
  const retrieved = view.part.origin === 'retrieved' || view.part.origin === 'tool'
  const words: Needles['found'][number][] = []
  const allowed: Needles['found'][number][] = []
  const matches: Match[] = []
  for (const place of view.needles().found) {
    const { needle, start, end } = place
    if (needle < book.needles.length) {
      const { whole, retrieved: only } = book.needles[needle]!
      if ((retrieved || !only) && isWord(canonical.text, start, end, whole)) words.push(place)
    } else if (needle - book.needles.length >= marks.length) allowed.push(place)
    else matches.push(...marked(canonical.text, marks[needle - book.needles.length]!, start, end))
  }
  const all = matches.concat(match(book, canonical.text, words, retrieved))
  return weigh(allowed.length === 0 ? all : outside(all, allowed)).map(
    ({ start, end, score, sure, topics }) => ({
      code: sure ? (retrieved ? 'injection.indirect' : 'injection.direct') : 'injection.suspected',
      reason: topics.join(', '),
      score,
      span: canonical.span(start, end),
      ...(sure && retrieved && { edit: { drop: true } as const }),
    }),
  )
}

/** Those that do not stand wholly in one of the places, which come by rising end. */
function outside(
  matches: readonly Match[],
  places: readonly { start: number; end: number }[],
): readonly Match[] {
  return matches.filter(({ start, end }) => {
    let low = 0
    let high = places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (places[middle]!.end < end) low = middle + 1
      else high = middle
    }
    // Of the phrases that end there or later only those near can hold it.
    for (let i = low; i < Math.min(places.length, low + MAX_NEAR); i++)
      if (places[i]!.start <= start) return false
    return true
  })
}
