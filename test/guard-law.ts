import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type Automaton, automaton } from '../src/core/automaton.ts'
import { canonicalise } from '../src/core/canonical/index.ts'
import { Decoding, isOwn } from '../src/core/decode/index.ts'
import type { GuardPorts } from '../src/core/ports.ts'
import type { Asked, Edit, Guard, GuardModule, Hit, Look, Opinion, Part, View } from '../src/core/types.ts'
import { wordModels } from './models/words.ts'
import { SEED } from './seed.ts'

/** A row of a guard's cases.jsonl. */
export interface Case {
  name: string
  text: string
  config?: unknown
  part?: Partial<Part>
  /** What the request said, for a guard that compares. */
  asked?: { system?: string; user?: string; canary?: string; schema?: string }
  codes: string[]
  spans?: [number, number][]
  /** The text with every edit made; a token stands as `<EMAIL>`. */
  masked?: string
}

export const ports: GuardPorts = { secret: () => 'a secret for tests only', models: async () => wordModels }

/** Of cases.jsonl, and of the files in cases/ where there are many. */
export function casesOf(guard: string): Case[] {
  const home = new URL(`../src/guards/${guard}/`, import.meta.url)
  const folder = new URL('cases/', home)
  const files = ['cases.jsonl', 'cases/'].flatMap((name) => {
    const at = new URL(name, home)
    if (!existsSync(at)) return []
    return name === 'cases/' ? readdirSync(at).map((file) => new URL(file, folder)) : [at]
  })
  return files
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Case)
}

export const partOf = (row: Pick<Case, 'part'>): Part => ({
  id: 1,
  origin: 'user',
  kind: 'text',
  ...row.part,
})

export async function openCase(module: GuardModule, row: Pick<Case, 'config' | 'asked'>): Promise<Guard> {
  const guard = await module.open(module.config.parse(row.config ?? {}), ports)
  const { asked } = row
  if (guard.scope === 'part' || asked === undefined) return guard
  return { ...guard, begin: (state) => guard.begin(state, askedOf(asked)) }
}

const askedOf = ({ canary, schema, ...said }: NonNullable<Case['asked']>): Asked => ({
  canary,
  schema,
  texts: (origins) => origins.flatMap((origin) => said[origin as keyof typeof said] ?? []),
})

/** A fresh look: what an exchange-scoped guard counts begins anew. */
export const lookOf = (guard: Guard): Look => (guard.scope === 'part' ? guard.inspect : guard.begin().inspect)

/** As the engine shows a text to a guard. */
export function viewOf(
  guard: Pick<Guard, 'needles'>,
  { part = partOf({}), text, offset = 0, from = 0, final = true }: Partial<View> & { text: string },
): View {
  let canonical: ReturnType<typeof canonicalise> | undefined
  return {
    part,
    text,
    offset,
    from,
    seams: [],
    final,
    canonical() {
      canonical ??= canonicalise(text, offset)
      return canonical
    },
    needles() {
      const { needles = [] } = guard
      let machine = machines.get(needles)
      machine ??= automaton(needles)
      machines.set(needles, machine)
      const { text: read } = this.canonical()
      const found: { needle: number; start: number; end: number }[] = []
      const state = machine.scan(read, 0, (needle, end) =>
        found.push({ needle, start: machine.startOf(read, needle, end), end }),
      )
      return { found, open: machine.startOfState(read, state, read.length) }
    },
  }
}

const machines = new WeakMap<readonly string[], Automaton>()

export function inspectWhole(
  guard: Guard,
  text: string,
  part: Part = partOf({}),
): Opinion | Promise<Opinion> {
  return lookOf(guard)(viewOf(guard, { part, text }))
}

/** All hits of a whole text that a guard has under the engine: those in what is encoded there stand at the encoded stretch. */
export async function hitsOf(guard: Guard, text: string, part: Part = partOf({})): Promise<Hit[]> {
  const hits = [...(await inspectWhole(guard, text, part)).hits]
  if (guard.decode === undefined || (part.origin === 'model' && guard.decodeAnswers !== true)) return hits
  for (const one of new Decoding(4096, guard.decode === 'all').read(text, 0, true)) {
    const { span, encoding, text: said, turned, legible } = one
    if (said === undefined || (turned && guard.decode === 'runs')) continue
    const inner = await inspectWhole(guard, said, {
      ...part,
      derived: { encoding, ...(legible && { legible }) },
    })
    const own = legible ? inner.hits.filter((hit) => isOwn(hit.span, one)) : inner.hits
    for (const hit of new Map(own.toReversed().map((hit) => [hit.code, hit])).values())
      hits.push({ ...hit, span })
  }
  return hits.sort((a, b) => a.span[0] - b.span[0])
}

const isPairAt = (text: string, at: number): boolean =>
  at > 0 &&
  at < text.length &&
  (text.charCodeAt(at) & 0xfc00) === 0xdc00 &&
  (text.charCodeAt(at - 1) & 0xfc00) === 0xd800

const show = (edit: Edit | undefined): string => JSON.stringify(edit) ?? ''
const same = (a: Hit, b: Hit): boolean =>
  a.code === b.code &&
  a.reason === b.reason &&
  a.score === b.score &&
  a.span[0] === b.span[0] &&
  a.span[1] === b.span[1] &&
  show(a.edit) === show(b.edit)

const place = (hits: readonly Hit[]): string =>
  hits.map((hit) => `${hit.code}[${hit.span[0]},${hit.span[1]}]`).join(' ')

/** What is wrong with one opinion on its own. */
function flaw(text: string, end: number, from: number, final: boolean, opinion: Opinion): string | undefined {
  const { hits, settled } = opinion
  if (settled < from) return 'settled goes backwards'
  if (settled > end || (final && settled !== end)) return 'settled is not within the view'
  let before = 0
  for (const { span } of hits) {
    if (span[0] < before) return 'hits are not sorted'
    before = span[0]
    if (span[0] < 0 || span[1] > end || span[1] < span[0]) return 'a span is not within the part'
    if (span[0] < settled && span[1] > settled) return 'a hit straddles settled'
    if (isPairAt(text, span[0]) || isPairAt(text, span[1])) return 'a span splits a surrogate pair'
  }
  return undefined
}

/** A small generator of reproducible numbers (mulberry32), others with another `SEED`. */
export function seeded(seed: number): (below: number) => number {
  let state = (seed ^ SEED) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

export interface Law {
  guard: Guard
  text: string
  part: Part
  /** The hits of the one whole view. */
  whole: readonly Hit[]
  /** Whether no more than `hold` may stay unsettled; a text meant to exceed it says no. */
  bounded?: boolean
}

/**
 * Shows a text to a guard as the engine does, cut at rising offsets, and says what breaks the law, if anything: the hits that
 * end at or before `settled`, and the final view's, are those of the one whole view.
 * `extra` draws how much more left context than needed a view has.
 */
async function breach(
  { guard, text, part, whole, bounded = true }: Law,
  cuts: readonly number[],
  extra: (below: number) => number,
): Promise<string | undefined> {
  const look = lookOf(guard)
  const ends = cuts.filter((cut) => cut > 0 && cut < text.length && !isPairAt(text, cut))
  const got: Hit[] = []
  let settled = 0
  for (const end of [...ends, text.length]) {
    const final = end === text.length
    const least = Math.max(0, settled - guard.lookbehind)
    const offset = Math.max(0, least - (extra(2) === 0 ? 0 : extra(40)))
    const answer = look(viewOf(guard, { part, text: text.slice(offset, end), offset, from: settled, final }))
    const opinion = answer instanceof Promise ? await answer : answer
    const wrong = flaw(text, end, settled, final, opinion)
    if (wrong) return `${wrong}, cut at ${end} of ${ends.join(' ')}`
    for (const hit of opinion.hits) {
      if (
        final
          ? hit.span[1] > settled || hit.span[1] === 0
          : hit.span[1] > settled && hit.span[1] <= opinion.settled
      )
        got.push(hit)
    }
    settled = opinion.settled
    if (bounded && !final && guard.hold !== 'whole' && end - settled > guard.hold + 1)
      return `${end - settled} characters are held, cut at ${end}`
  }
  if (got.length !== whole.length || !got.every((hit, i) => same(hit, whole[i]!)))
    return `${place(got)} and not ${place(whole)}, cut at ${ends.join(' ')}`
  return undefined
}

/** How many pairs of cuts are drawn of a short text's; all of them when there are no more. */
const CUTTINGS = Number(process.env.CUTTINGS ?? 150)

/** Every cutting that the law is tried on: all single cuts and some pairs for short texts, `random` seeded ones for long ones. */
function* cuttings(text: string, random = 200, seed = 1): Generator<number[]> {
  const { length } = text
  yield []
  yield Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1)
  const draw = seeded(seed)
  if (length <= 120) {
    for (let a = 1; a < length; a++) yield [a]
    const all = ((length - 1) * (length - 2)) / 2
    if (all > CUTTINGS) {
      for (let i = 0; i < CUTTINGS; i++) {
        const a = 1 + draw(length - 2)
        yield [a, a + 1 + draw(length - 1 - a)]
      }
      return
    }
    for (let a = 1; a < length; a++) for (let b = a + 1; b < length; b++) yield [a, b]
    return
  }
  for (let i = 0; i < random; i++) {
    const most = 1 + draw(60)
    const cuts: number[] = []
    for (let at = 1 + draw(most); at < length; at += 1 + draw(most)) cuts.push(at)
    yield cuts
  }
}

/** The first breach of the law over all cuttings of a text, or `undefined`. */
export async function firstBreach(
  guard: Guard,
  text: string,
  options: { part?: Part; bounded?: boolean; random?: number; seed?: number } = {},
): Promise<string | undefined> {
  const { part = partOf({}), bounded = true, random = 200, seed = 1 } = options
  const extra = seeded(seed + 1)
  const opinion = await inspectWhole(guard, text, part)
  const wrong = flaw(text, text.length, 0, true, opinion)
  if (wrong) return wrong
  for (const cuts of cuttings(text, random, seed)) {
    const found = await breach({ guard, text, part, whole: opinion.hits, bounded }, cuts, extra)
    if (found !== undefined) return found
  }
  return undefined
}

/** The text with the hits' edits made, where they do not overlap an earlier one; a token stands as its name. */
export function edited(text: string, hits: readonly Hit[]): string {
  let out = ''
  let at = 0
  for (const { span, edit } of hits) {
    if (!edit || span[0] < at) continue
    out += text.slice(at, span[0])
    if ('replace' in edit) out += edit.replace
    if ('token' in edit) out += `<${edit.token}>`
    at = span[1]
  }
  return out + text.slice(at)
}
