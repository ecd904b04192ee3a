import { z } from 'zod'
import { settledBefore } from '../../core/canonical/index.ts'
import { defineGuard } from '../../core/guard.ts'
import type { Asked, Counting, Hit, Opinion, View } from '../../core/types.ts'
import { type CanaryFinder, canaryFinder } from './canary.ts'
import { type Secret, secretOf } from './secret.ts'
import { breaks, kindOf, MAX_WORD, wordsOf } from './words.ts'

const config = z.strictObject({ words: z.int().min(6).max(64).default(12) })

/** Finds what an answer gives away of its system prompt. */
export const promptLeak = defineGuard<z.infer<typeof config>>({
  name: 'prompt-leak',
  stages: ['output', 'tool'],
  config,
  codes: () => ({ 'leak.canary': { edits: true }, 'leak.system_prompt': { edits: true } }),
  open: ({ words }) => ({
    scope: 'exchange',
    compares: true,
    hold: words * 4 * MAX_WORD,
    lookbehind: 4,
    decode: 'all',
    decodeAnswers: true,
    begin: (_, asked) => comparison(asked, words),
  }),
})

function comparison(asked: Asked | undefined, count: number): Counting {
  const secret = asked && secretOf(asked, count)
  const canary = asked?.canary === undefined ? undefined : canaryFinder(asked.canary)
  return {
    inspect: (view) =>
      secret === undefined && canary === undefined
        ? { hits: [], settled: view.offset + view.text.length }
        : inspect(view, secret, canary, count),
  }
}

/** What was settled says nothing of what follows: a run that may go on is not settled. */
function inspect(
  view: View,
  secret: Secret | undefined,
  canary: CanaryFinder | undefined,
  count: number,
): Opinion {
  const canonical = view.canonical()
  const { text } = canonical
  const from = canonical.index(view.from)
  const hits: Hit[] = []
  const add = (code: Hit['code'], reason: string, start: number, end: number): void =>
    void hits.push({
      code,
      reason,
      score: 1,
      span: canonical.span(start, end),
      edit: { replace: '[REMOVED]' },
    })
  let tail = text.length
  if (canary !== undefined)
    tail = canary.find(text, from, (start, end) =>
      add('leak.canary', 'the mark of the system prompt', start, end),
    )
  // What repeats the request says it to whoever wrote it.
  if (secret !== undefined && view.part.origin === 'model') {
    const reason = `${count} words in a row of the system prompt`
    const open = runs(text, from, view.final, secret, count, (start, end) =>
      add('leak.system_prompt', reason, start, end),
    )
    tail = Math.min(tail, open)
  }
  hits.sort((a, b) => a.span[0] - b.span[0] || b.span[1] - a.span[1] || (a.code < b.code ? -1 : 1))
  if (view.final) return { hits, settled: view.offset + view.text.length }
  let settled = Math.max(view.from, settledBefore(canonical, tail, view.offset))
  for (const { span } of hits.toReversed()) if (span[0] < settled && span[1] > settled) settled = span[0]
  return { hits: hits.filter(({ span }) => span[1] <= settled), settled }
}

/** @returns from where on a run may be in progress */
function runs(
  text: string,
  from: number,
  final: boolean,
  secret: Secret,
  count: number,
  found: (start: number, end: number) => void,
): number {
  const words = wordsOf(text, from)
  const { hashes, starts, ends } = words
  let length = hashes.length
  let tail = text.length
  // The last word may go on.
  if (
    !final &&
    length > 0 &&
    ends[length - 1] === text.length &&
    kindOf(text.charCodeAt(text.length - 1)) === 1
  ) {
    length--
    if (text.length - starts[length]! <= MAX_WORD) tail = starts[length]!
  }
  /** Where the run begins that the word at `i` may go on. */
  let first = 0
  for (let i = 0; i < length; i++) {
    if (i > first && breaks(words, i)) first = i
    while (first <= i && !secret.mayBegin(hashes, Math.max(first, i - 2), i + 1))
      first = Math.max(first, i - 2) + 1
    if (i + 1 - first < count) continue
    const start = i + 1 - count
    if (!secret.has(hashes, start)) continue
    found(starts[start]!, ends[i]!)
    first = i + 1
  }
  // Of a longer run only the end may yet be one.
  const held = Math.max(first, length - count + 1)
  return !final && held < length && text.length - ends[length - 1]! <= MAX_WORD
    ? Math.min(tail, starts[held]!)
    : tail
}
