import type { Exchange } from './exchange.ts'
import type { Beginning } from './memory.ts'
import { LONGEST } from './turns.ts'
import type { Checks, Kind, Origin, Unit, Write } from './types.ts'

/** Shorter requests are judged sooner than their hash is made. */
const MEMORABLE = 4096
/** How many of the last messages may be new. */
const NEW_MESSAGES = 8

/**
 * What an earlier call said of a request's beginning. A conversation sends all of its history with every call: as long
 * as nothing at all was found in it, one hash says so of all of it, and only what is new is judged.
 */
export interface History {
  /** So many of the unit's parts and writes, its first, were found to be clean before. */
  parts: number
  writes: number
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
  if (
    memory === undefined ||
    unit.text.length < MEMORABLE ||
    unit.text.length > LONGEST ||
    checks.marks.length > 0
  )
    return undefined
  const rules = [...checks.rules.input, ...checks.rules.context]
  const counting = rules.filter(({ guard }) => guard.scope === 'exchange')
  if (!counting.every(({ guard }) => guard.scope === 'exchange' && guard.resumes)) return undefined
  const cuts = cutsOf(unit)
  if (cuts.length === 0) return undefined

  const recent = cuts.slice(-NEW_MESSAGES)
  const texts = recent.map(({ end }, i) => unit.text.slice(recent[i - 1]?.end ?? 0, end))
  const structures = recent.map((cut, i) => structure(unit, recent[i - 1] ?? NOTHING, cut))
  const beginnings = memory.beginnings(`${tenant}\0${buildOf(checks)}`, texts, structures)
  const known = beginnings.known()
  if (known !== undefined) {
    for (const [i, rule] of counting.entries())
      if (rule.guard.scope === 'exchange' && known.states[i] !== undefined)
        exchange.counts.set(rule, rule.guard.begin(known.states[i]))
    exchange.looks.all += known.looks
    exchange.looks.remembered += known.looks
  }
  // The last message may be asked anew in other words: what stands before it is remembered as well.
  const ends = recent.slice(-2).map(({ parts }) => parts - 1)
  const judged: (Beginning | undefined)[] = []
  return {
    parts: known === undefined ? 0 : recent[known.index]!.parts,
    writes: known === undefined ? 0 : recent[known.index]!.writes,
    passed(part) {
      const at = ends.indexOf(part)
      if (at < 0) return
      const states = counting.map((rule) => exchange.counts.get(rule)?.state?.())
      judged[recent.length - ends.length + at] = { states, looks: exchange.looks.all }
    },
    keep() {
      if (exchange.findings.length > 0) return
      for (const [index, beginning] of judged.entries())
        if (beginning !== undefined) beginnings.keep(index, beginning)
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
 * What the text between two cuts does not say by itself: its parts, and how they are made of its literals. Two
 * protocols may read one text differently, and a field may say only later who speaks.
 */
function structure({ opens, writes }: Unit, from: Cut, to: Cut): Uint8Array {
  const numbers: number[] = []
  let opened = from.parts
  for (let i = from.writes; i < to.writes; i++) {
    const { part, literal, form, seam, key } = writes[i]!
    // In the order of the text, so that it does not depend on where it is cut.
    for (; opened <= part; opened++) {
      const { origin, kind, medium, nested } = opens[opened]!
      numbers.push(-1, ORIGINS.indexOf(origin), KINDS.indexOf(kind), nested ? 1 : 0)
      if (medium !== undefined) numbers.push(medium.length, ...Array.from(medium, (c) => c.charCodeAt(0)))
    }
    numbers.push(part, literal[0], FORMS.indexOf(form) + (seam ? 4 : 0) + (key ? 8 : 0))
  }
  return new Uint8Array(Int32Array.from(numbers).buffer)
}

const NOTHING: Cut = { end: 0, parts: 0, writes: 0 }
const ORIGINS: readonly Origin[] = ['system', 'user', 'retrieved', 'tool', 'model']
const KINDS: readonly Kind[] = ['text', 'document', 'tool_call', 'media', 'opaque']
const FORMS: readonly Write['form'][] = ['json', 'raw', 'fixed', 'value']

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
