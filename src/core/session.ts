import { after, afterAll, type MaybePromise } from './after.ts'
import { Departures, type Pending, type PendingOffset } from './departures.ts'
import { GateError } from './errors.ts'
import { type Exchange, inspector, look } from './exchange.ts'
import { Filter, type FilterContext } from './filter.ts'
import { literal } from './json/scan.ts'
import { Lane, type PendingWrite, type Stages } from './lane.ts'
import { splitAtMarks } from './marks.ts'
import { rewritten } from './nested.ts'
import { restoreRule } from './restore.ts'
import type { Finding, Offset, Part, Rule, Span, Stage, Unit } from './types.ts'

/** What may leave after a push: whole units in order, with the verdict's edits in them. */
export interface Release {
  units: { text: string /** Carries text of a part. */; content: boolean }[]
  /** The first blocking finding; nothing follows it. */
  block?: Finding
}

/**
 * Hold, judge, edit, release: the one machine behind a buffered body, a stream and `/v1/inspect`. It does no I/O.
 * A stream's pushes must wait for each other's result; a body's units are all pushed before `end`.
 */
export interface Session {
  /**
   * Of a stream: what can be released at once. Of a body: nothing, before `end`.
   * Throws `GateError` `upstream.invalid` when too much framing waits.
   */
  push(unit: Unit): MaybePromise<Release>
  /** No more units come. */
  end(): MaybePromise<Release>
}

export interface SessionOptions {
  /** `request`: by origin through `input` or `context`. `answer`: through `output`, restoring and `tool`. Or one stage. */
  direction: 'request' | 'answer' | { stage: Stage }
  stream: boolean
}

const NOTHING: Release = { units: [] }
const NO_OFFSETS: readonly PendingOffset[] = []
/** A shorter text is looked at again sooner than its hash is made. */
const MEMORABLE = 256
/** The most of a stream, its framing included, that waits for a decision. */
const MAX_HELD = 16 * 1024 * 1024
const DROPPED = '[removed by policy]'

/**
 * Whether a unit leaves as it came, because no rule of this direction looks at anything that it holds: then there is
 * no need of a session.
 */
export function passesAll(exchange: Exchange, direction: 'request' | 'answer', unit: Unit): boolean {
  return !readsText(exchange, direction) && unit.splices.length === 0 && unit.opens.every(isText)
}

export function openSession(exchange: Exchange, { direction, stream }: SessionOptions): Session {
  const lanes = new Map<number, Lane>()
  const departures = new Departures()
  /** Units of a body. */
  const units: Pending[] = []
  let arrived = 0
  /** Characters of the units of a stream that wait. */
  let held = 0
  let blocked: Finding | undefined
  /** Groups of which a finding dropped everything. */
  const dropped = new Set<string>()
  const context: FilterContext = {
    look: (rule, inspect, view) => look(exchange, rule, inspect, view),
    inspector: (rule) => inspector(exchange, rule),
    recall: (part, text) =>
      stream || text.length < MEMORABLE ? undefined : exchange.memory?.recall(exchange.tenant, part, text),
    remembered: () => exchange.looks.remembered++,
    find: (finding) => exchange.find(finding),
    drop: (part) => dropped.add(part.group ?? `#${part.id}`),
    shadow: exchange.checks.shadow,
    streamed: stream,
    holdCharacters: direction === 'answer' ? exchange.holdCharacters : Number.POSITIVE_INFINITY,
  }
  /** Whether anybody looks at texts here at all; where nobody does, they need no lanes. */
  const textMatters = readsText(exchange, direction)
  const stages: Stages = (part, source) => {
    const stage = (name: Stage) => new Filter(context, source, rulesFor(exchange.checks.rules[name], part))
    if (direction === 'request')
      return [stage(part.origin === 'retrieved' || part.origin === 'tool' ? 'context' : 'input')]
    if (direction !== 'answer') return [stage(direction.stage)]
    const chain = [stage('output')]
    const form = part.kind === 'tool_call' ? 'tool_call' : 'text'
    if (exchange.vault.size > 0 && exchange.checks.restore.has(form))
      chain.push(new Filter(context, source, [restoreRule(exchange.vault)]))
    if (part.kind === 'tool_call') chain.push(stage('tool'))
    return chain
  }

  function take(unit: Unit): { item: Pending; touched: Set<Lane>; ends: Set<Lane> } {
    const touched = new Set<Lane>()
    const opened: Lane[] = []
    for (const part of unit.opens) {
      if (!textMatters && isText(part)) continue
      const each = new Lane(part, context, stages)
      lanes.set(part.id, each)
      opened.push(each)
    }
    const writes: PendingWrite[] = []
    for (const write of unit.writes) {
      const to = lanes.get(write.part)
      if (to === undefined) continue
      if (write.copy) {
        const { literal, form, value } = write
        writes.push({ lane: to, at: 0, end: to.length, literal, form, value, copy: true })
        continue
      }
      // It could only be judged as if nothing stood before it.
      if (to.ended && write.value !== '') throw new GateError('upstream.invalid')
      const at = to.append(write)
      touched.add(to)
      const { literal, form, value, key } = write
      const pendingWrite: PendingWrite = { lane: to, at, end: to.length, literal, form, value }
      if (key) pendingWrite.key = key
      writes.push(pendingWrite)
    }
    const ends = new Set(known(unit.ends))
    held += unit.text.length
    const item: Pending = {
      number: arrived++,
      unit,
      writes,
      offsets: unit.offsets === undefined ? NO_OFFSETS : placed(unit.offsets),
      opened,
      lanes: unit.lanes === 'all' ? 'all' : unit.lanes === 'none' ? [] : known(unit.lanes),
    }
    return { item, touched, ends }
  }

  function placed(offsets: readonly Offset[]): PendingOffset[] {
    return offsets.flatMap(({ part, ...offset }) => {
      const lane = lanes.get(part)
      return lane === undefined ? [] : [{ ...offset, lane }]
    })
  }

  function known(ids: readonly number[]): Lane[] {
    return ids.map((id) => lanes.get(id)).filter((each) => each !== undefined)
  }

  function advance(which: Iterable<Lane>, final: (lane: Lane) => boolean): MaybePromise<void> {
    const blocks: MaybePromise<Finding | undefined>[] = []
    for (const each of which) blocks.push(each.advance(final(each)))
    return afterAll(blocks, (found) => {
      blocked ??= found.find((finding) => finding !== undefined)
    })
  }

  /** Lets go what is decided now that some lanes have moved. */
  function release(moved: Iterable<Lane>): Release {
    const units = departures.leave(moved).map((item) => {
      held -= item.unit.text.length
      return { text: render(item), content: item.unit.writes.some((write) => write.value !== '') }
    })
    return blocked === undefined ? { units } : { units, block: blocked }
  }

  function render({ unit, writes, offsets }: Pending): string {
    let splices = unit.splices
    for (const { lane, literal, says, at, edge } of offsets) {
      const by = lane.moved(at, edge) - at
      if (by !== 0) splices = [...splices, { span: literal, text: String(Math.max(0, says + by)) }]
    }
    if (writes.some((write) => write.lane.editedFrom(write.at)) || dropped.size > 0)
      splices = splices.concat(rewrites(writes))
    for (const write of writes) write.lane.forget(write.end)
    return splices.length === 0 ? unit.text : spliced(unit.text, splices)
  }

  /** Literals whose text was edited, written anew; a mark may have cut one literal in several pieces. */
  function rewrites(writes: readonly PendingWrite[]): { span: Span; text: string }[] {
    const out: { span: Span; text: string }[] = []
    const byLiteral = new Map<number, PendingWrite[]>()
    for (const write of writes) {
      const pieces = byLiteral.get(write.literal[0])
      if (pieces === undefined) byLiteral.set(write.literal[0], [write])
      else pieces.push(write)
    }
    for (const pieces of byLiteral.values()) {
      const first = pieces[0]!
      if (first.form === 'fixed') continue
      let touched = false
      const texts = pieces.map((piece) => {
        const whole = isDropped(piece.lane.part)
          ? piece.at === 0
            ? DROPPED
            : ''
          : rewritten(piece.value, piece.at, piece.lane.edits)
        if (whole !== undefined) touched = true
        return whole ?? piece.value
      })
      if (!touched) continue
      const text = texts.join('')
      out.push({ span: first.literal, text: first.form === 'json' ? literal(text) : text })
    }
    return out
  }

  function isDropped(part: Readonly<Part>): boolean {
    return dropped.size > 0 && dropped.has(part.group ?? `#${part.id}`)
  }

  /** Masked values are numbered when all are known, in the conversation's order and not in that of the stages. */
  function numberTokens(): void {
    if (exchange.verdict !== 'transform') return
    const ordered = new Set(units.flatMap(({ writes }) => writes.map((write) => write.lane)))
    const runs = [...ordered].flatMap((each) => each.tokens())
    if (runs.length === 0) return
    for (const { unit } of units) for (const { value } of unit.writes) exchange.vault.reserve(value)
    for (const run of runs) run.text = exchange.vault.token(run.token!.label, run.token!.value)
  }

  return {
    push(unit) {
      if (blocked !== undefined) return { units: [], block: blocked }
      const { item, touched, ends } = take(unit)
      if (!stream) {
        units.push(item)
        return NOTHING
      }
      for (const each of ends) touched.add(each)
      return after(
        advance(touched, (each) => ends.has(each)),
        () => {
          departures.enter(item)
          const released = release(touched)
          if (held > MAX_HELD) throw new GateError('upstream.invalid')
          return released
        },
      )
    },
    end() {
      if (blocked !== undefined) return { units: [], block: blocked }
      if (!stream && direction === 'request')
        splitAtMarks(exchange.checks.marks, lanes, units, (part) => new Lane(part, context, stages))
      return after(
        advance(lanes.values(), () => true),
        () => {
          if (!stream && blocked !== undefined) return { units: [], block: blocked }
          if (direction !== 'answer') numberTokens()
          for (const item of units) departures.enter(item)
          return release(lanes.values())
        },
      )
    },
  }
}

const STAGES = { request: ['input', 'context'], answer: ['output', 'tool'] } as const

function readsText({ checks, vault }: Exchange, direction: SessionOptions['direction']): boolean {
  const stages = typeof direction === 'string' ? STAGES[direction] : [direction.stage]
  return (
    (direction === 'request' && checks.marks.length > 0) ||
    (direction === 'answer' && vault.size > 0) ||
    stages.some((stage) => checks.rules[stage].some(({ guard }) => guard.kinds?.every(isUnreadable) !== true))
  )
}

function isUnreadable(kind: Part['kind']): boolean {
  return kind === 'media' || kind === 'opaque'
}

function isText(part: Readonly<Part>): boolean {
  return !isUnreadable(part.kind)
}

function rulesFor(rules: readonly Rule[], part: Readonly<Part>): Rule[] {
  const readable = isText(part)
  return rules.filter(
    (rule) =>
      (rule.origins === undefined || rule.origins.has(part.origin)) &&
      (rule.guard.kinds === undefined ? readable : rule.guard.kinds.includes(part.kind)),
  )
}

function spliced(text: string, splices: readonly { span: Span; text: string }[]): string {
  const ordered = [...splices].sort((a, b) => a.span[0] - b.span[0])
  let out = ''
  let from = 0
  for (const { span, text: replacement } of ordered) {
    if (span[0] < from) continue // inside a value that is taken out whole
    out += text.slice(from, span[0]) + replacement
    from = span[1]
  }
  return out + text.slice(from)
}
