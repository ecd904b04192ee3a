import { type Automaton, automaton } from '../../core/automaton.ts'
import { isForeign } from '../../core/canonical/script.ts'
import type { Classifier, Judgement, Tier } from '../../core/ports.ts'
import type { Guard, Hit, Span } from '../../core/types.ts'
import { KINDS, phrase } from './said.ts'

const SUSPECTED = 'injection.suspected'

interface Found {
  code: string
  score: number
  by: Judgement['by']
  /** In the text that was judged. */
  start: number
  end: number
  /** The windows that say so, of those that were judged. */
  first: number
  last: number
}

/** The guard model behind the rules: what it is sure of and what it suspects, window by window. */
export function modelGuard(classifier: Classifier, tier: Tier, allow: readonly string[]): Guard {
  const phrases = allow.map(phrase)
  const allowed = phrases.length === 0 ? undefined : automaton(phrases)
  return {
    scope: 'part',
    hold: 'whole',
    lookbehind: 0,
    slow: true,
    kinds: KINDS,
    // System prompts are orders: to a model that knows orders to models they look like little else.
    origins: ['user', 'model', 'retrieved', 'tool'],
    decode: 'all',
    async inspect(view) {
      if (!view.final) return { hits: [], settled: view.from }
      const settled = view.offset + view.text.length
      const foreign = isForeign(view.text)
      const text = foreign ? view.text : view.canonical().text
      const spanOf = (start: number, end: number): Span =>
        foreign ? [view.offset + start, view.offset + end] : view.canonical().span(start, end)
      const retrieved = view.part.origin === 'retrieved' || view.part.origin === 'tool'
      const judged = await classifier.classify(allowed === undefined ? text : without(text, allowed), {
        head: 'injection',
        channel: retrieved ? 'data' : 'user',
        tier,
      })
      return { hits: hitsOf(judged, spanOf, retrieved), settled }
    },
  }
}

/** The text with white space where allowed phrases stand, however many: what stands beside them is judged as without them. */
function without(text: string, allowed: Automaton): string {
  let out = ''
  let from = 0
  const places: [start: number, end: number][] = []
  allowed.scan(text, 0, (word, end) => void places.push([allowed.startOf(text, word, end), end]))
  for (const [start, end] of places.sort((a, b) => a[0] - b[0])) {
    if (end <= from) continue
    const begin = Math.max(start, from)
    out += text.slice(from, begin) + ' '.repeat(end - begin)
    from = end
  }
  return out + text.slice(from)
}

function hitsOf(
  judged: readonly Judgement[],
  spanOf: (start: number, end: number) => Span,
  retrieved: boolean,
): Hit[] {
  const certain = retrieved ? 'injection.indirect' : 'injection.direct'
  const sure = judged.some(({ reaches }) => reaches.includes(certain))
  const code = sure ? certain : SUSPECTED
  const found: Found[] = []
  for (const [i, { span, score, reaches, by }] of judged.entries()) {
    if (!reaches.includes(code)) continue
    const last = found.at(-1)
    // Windows overlap: what several of them say of the same stretch is one finding.
    if (last !== undefined && span[0] <= last.end && last.last === i - 1) {
      last.end = Math.max(last.end, span[1])
      last.last = i
      if (score > last.score) Object.assign(last, { score, by })
    } else found.push({ code, score, by, start: span[0], end: span[1], first: i, last: i })
  }
  return found.map((one) => ({
    code,
    reason: reasonOf(one, sure),
    score: Math.round(one.score * 100) / 100,
    span: spanOf(one.start, one.end),
    ...(sure && retrieved && { edit: { drop: true } as const }),
  }))
}

function reasonOf({ by, first, last }: Found, sure: boolean): string {
  const windows = first === last ? `window ${first + 1}` : `windows ${first + 1} to ${last + 1}`
  return `the guard model (${by}) ${sure ? 'is sure of' : 'suspects'} an attack, ${windows}`
}
