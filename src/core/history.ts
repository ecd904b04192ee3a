import type { Exchange } from './exchange.ts'
import type { Checks, Unit } from './types.ts'

/** Shorter requests are judged sooner than their hash is made. */
const MEMORABLE = 4096
/** How many of the last messages may be new. */
const NEW_MESSAGES = 8

/**
 * What an earlier call said of a request's beginning. A conversation sends all of its history with every call: as long
 * as nothing at all was found in it, one hash says so of all of it, and only what is new is judged.
 */
export interface History {
  /** Parts with a lower id were found to be clean before. */
  parts: number
  /** Every rule has been shown this part. */
  passed(part: number): void
  /** The request was judged. Its beginning is remembered if nothing was found. */
  keep(): void
}

/** Where a request may be cut: what follows adds nothing to the parts before. */
interface Cut {
  /** In the unit's text. */
  end: number
  /** How many parts, and writes, stand before. */
  parts: number
  writes: number
}

/** Undefined where there is nothing to gain, or where a beginning alone does not say what its parts are. */
export function historyOf(exchange: Exchange, unit: Unit): History | undefined {
  const { checks, memory, tenant } = exchange
  if (memory === undefined || unit.text.length < MEMORABLE || checks.marks.length > 0) return undefined
  const rules = [...checks.rules.input, ...checks.rules.context]
  const counting = rules.filter(({ guard }) => guard.scope === 'exchange')
  if (!counting.every(({ guard }) => guard.scope === 'exchange' && guard.resumes)) return undefined
  const cuts = cutsOf(unit)
  const last = cuts.at(-1)
  if (last === undefined) return undefined

  const recent = cuts.slice(-NEW_MESSAGES)
  const beginnings = memory.beginnings(piecesOf(unit, cuts, `${tenant}\0${buildOf(checks)}`))
  const known = beginnings.known()
  if (known !== undefined) {
    for (const [i, rule] of counting.entries())
      if (rule.guard.scope === 'exchange' && known.states[i] !== undefined)
        exchange.counts.set(rule, rule.guard.begin(known.states[i]))
    exchange.looks.all += known.looks
    exchange.looks.remembered += known.looks
  }
  let kept: { states: unknown[]; looks: number } | undefined
  return {
    parts: known === undefined ? 0 : recent[known.index]!.parts,
    passed(part) {
      if (part !== last.parts - 1) return
      kept = {
        states: counting.map((rule) => exchange.counts.get(rule)?.state?.()),
        looks: exchange.looks.all,
      }
    },
    keep() {
      if (kept !== undefined && exchange.findings.length === 0) beginnings.keep(kept)
    },
  }
}

/** The ends of messages and documents: of parts that are a group, and complete before anything else begins. */
function cutsOf({ writes, opens }: Unit): Cut[] {
  const lastWrite: number[] = []
  for (let i = 0; i < writes.length; i++) lastWrite[writes[i]!.part] = i
  const cuts: Cut[] = []
  /** The last write of all parts up to `highest`. */
  let until = -1
  let highest = -1
  for (let i = 0; i < writes.length; i++) {
    const { part, literal } = writes[i]!
    for (; highest < part; highest++) until = Math.max(until, lastWrite[highest + 1] ?? -1)
    if (until !== i || opens[part]?.group === undefined) continue
    cuts.push({ end: literal[1], parts: highest + 1, writes: i + 1 })
  }
  return cuts
}

/**
 * What beginnings are known by: all up to each of the last cuts, as the pieces between them. Written cut by cut, so
 * that a beginning is written the same way however much follows it.
 */
function piecesOf(unit: Unit, cuts: readonly Cut[], about: string): string[] {
  const pieces: string[] = []
  let piece = about
  let from: Cut = { end: 0, parts: 0, writes: 0 }
  for (const [i, cut] of cuts.entries()) {
    piece += `\0${structure(unit, from, cut)}\0${unit.text.slice(from.end, cut.end)}`
    from = cut
    if (cuts.length - i > NEW_MESSAGES) continue
    pieces.push(piece)
    piece = ''
  }
  return pieces
}

/** What the text between two cuts does not say by itself: its parts, and how they are made of its literals. */
function structure({ opens, writes }: Unit, from: Cut, to: Cut): string {
  let all = ''
  for (let i = from.parts; i < to.parts; i++) {
    const { origin, kind, medium, nested } = opens[i]!
    all += `${origin} ${kind} ${medium ?? ''}${nested === true ? '+' : ''},`
  }
  for (let i = from.writes; i < to.writes; i++) {
    const { part, literal, form, seam, key } = writes[i]!
    all += `${part}${form}${literal[0]}${seam === true ? 's' : ''}${key === true ? 'k' : ''},`
  }
  return all
}

const builds = new WeakMap<Checks, string>()

/** Everything of a boundary on which it depends whether something is found in a request. */
function buildOf(checks: Checks): string {
  let build = builds.get(checks)
  if (build === undefined) {
    const rules = [...checks.rules.input, ...checks.rules.context]
    build = rules
      .map((rule) => `${rule.stage} ${rule.build} ${[...(rule.origins ?? ['*'])].join()}`)
      .join('\n')
    builds.set(checks, build)
  }
  return build
}
