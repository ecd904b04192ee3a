import { z } from 'zod'
import { settledBefore } from '../../core/canonical/index.ts'
import { defineGuard } from '../../core/guard.ts'
import type { Code, Hit } from '../../core/types.ts'
import { bare, patterns } from './patterns.ts'
import { type Finder, words } from './words.ts'

const word = z.string().min(1).max(1024)
const config = z
  .strictObject({
    words: z.array(word).min(1).optional(),
    lists: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.array(word).min(1)).optional(),
    patterns: z.array(z.string().min(1).max(4096)).min(1).optional(),
  })
  .refine(({ words, lists, patterns }) => words || patterns || Object.keys(lists ?? {}).length > 0, {
    error: 'write at least one of words, lists and patterns',
  })
  .refine(({ words, lists }) => !(words && lists && Object.hasOwn(lists, 'words')), {
    error: 'a list named words is what words: writes; give it another name',
  })
  .refine(({ lists }) => !(lists && Object.hasOwn(lists, 'patterns')), {
    error: 'patterns is the name of the code of patterns:; give the list another name',
  })
type Config = z.infer<typeof config>

function byCode({ words, lists }: Config): Record<Code, readonly string[]> {
  const all: Record<Code, readonly string[]> = {}
  if (words) all['keywords.words'] = words
  for (const [name, list] of Object.entries(lists ?? {})) all[`keywords.${name}`] = list
  return all
}

/** What a look without a literal to go by costs, as measured (see README). */
const BARE_COST = 15

/** Finds words and bounded patterns in the canonical reading. */
export const keywords = defineGuard<Config>({
  name: 'keywords',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes(config) {
    const codes = Object.keys(byCode(config))
    if (config.patterns) codes.push('keywords.patterns')
    return Object.fromEntries(codes.map((code) => [code, { edits: true }]))
  },
  warnings: (config) =>
    bare(config.patterns ?? []).map(
      (i) =>
        `patterns, number ${i + 1}, has no literal that every match contains: it runs over all text, about ${BARE_COST} µs a KB, and holds a stream back by its full length`,
    ),
  open(config) {
    const lists = byCode(config)
    const finders: Finder[] = []
    if (Object.keys(lists).length > 0) finders.push(words(lists))
    if (config.patterns) finders.push(patterns(config.patterns))
    return {
      scope: 'part',
      // Twice: a canonical character can stand for two units or carry marks.
      hold: 64 + 2 * Math.max(...finders.map((finder) => finder.longest)),
      lookbehind: 4,
      decode: 'all',
      inspect(view) {
        const canonical = view.canonical()
        const from = canonical.index(view.from)
        const end = view.offset + view.text.length
        const hits: Hit[] = []
        let tail = canonical.text.length
        for (const finder of finders) {
          const result = finder.find(canonical.text, from, view.final)
          tail = Math.min(tail, result.tail)
          for (const { code, reason, start, end } of result.found) {
            hits.push({
              code,
              reason,
              score: 1,
              span: canonical.span(start, end),
              edit: { replace: '[REMOVED]' },
            })
          }
        }
        hits.sort((a, b) => a.span[0] - b.span[0] || b.span[1] - a.span[1] || (a.code < b.code ? -1 : 1))
        if (view.final) return { hits, settled: end }
        let settled = Math.max(view.from, settledBefore(canonical, tail, view.offset))
        // Hits of different codes can overlap: what one of them still waits for, all of them wait for.
        for (const { span } of hits.toReversed())
          if (span[0] < settled && span[1] > settled) settled = span[0]
        return { hits: hits.filter((hit) => hit.span[1] <= settled), settled }
      },
    }
  },
})
