import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Hit, View } from '../../core/types.ts'
import { compile, type Rulebook } from './compile.ts'
import { weigh } from './evidence.ts'
import { LANGUAGES } from './languages/index.ts'
import { MARKS, marked } from './marks.ts'
import { match } from './match.ts'
import type { Topic } from './types.ts'

const topic = z.boolean().default(true)
const config = z.strictObject({
  languages: z.array(z.enum(Object.keys(LANGUAGES) as [string, ...string[]])).min(1).optional(),
  rules: z
    .strictObject({
      overrides: topic,
      extraction: topic,
      personas: topic,
      forgeries: topic,
      orders: topic,
    } satisfies Record<Topic, typeof topic>)
    .prefault({}),
})
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
  open({ languages, rules }) {
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
      kinds: ['text', 'document', 'tool_call'],
      decode: 'all',
      needles: [...book.needles, ...marks.map(({ literal }) => literal)],
      inspect: (view) => ({ hits: inspect(view, book), settled: view.offset + view.text.length }),
    }
  },
})

function inspect(view: View, book: Rulebook): Hit[] {
  const canonical = view.canonical()
  const { found } = view.needles()
  const retrieved = view.part.origin === 'retrieved' || view.part.origin === 'tool'
  const words = found.filter(({ needle }) => needle < book.needles.length)
  const matches = match(book, canonical.text, words, retrieved)
  for (const { needle, start, end } of found)
    if (needle >= book.needles.length)
      matches.push(...marked(canonical.text, MARKS[needle - book.needles.length]!, start, end))
  return weigh(matches).map(({ start, end, score, sure, topics }) => ({
    code: sure ? (retrieved ? 'injection.indirect' : 'injection.direct') : 'injection.suspected',
    reason: topics.join(', '),
    score,
    span: canonical.span(start, end),
    ...(sure && retrieved && { edit: { drop: true } as const }),
  }))
}
