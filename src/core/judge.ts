import { afterAll, type MaybePromise } from './after.ts'
import { GateError } from './errors.ts'
import { type Exchange, inspector, look } from './exchange.ts'
import { Filter, type Source } from './filter.ts'
import { literal } from './json/scan.ts'
import { spliced } from './json/splice.ts'
import { Lane, type LaneContext } from './lane.ts'
import type { Remembered } from './memory.ts'
import { needleSet } from './needles.ts'
import { rewritten } from './nested.ts'
import { type Chosen, type FilterContext, isUnreadable } from './panel.ts'
import type { Pending, PendingOffset, PendingWrite } from './pending.ts'
import { restoreRule } from './restore.ts'
import { type Sieve, shadowContext, tapped } from './tap.ts'
import { WINDOW } from './turns.ts'
import type { Finding, Look, Offset, Opinion, Part, Rule, Span, Stage, Unit, View } from './types.ts'

/** `request`: by origin through `input` or `context`. `answer`: through `output`, restoring and `tool`. Or one stage. */
export type Direction = 'request' | 'answer' | { stage: Stage }

/** A unit with the verdict's edits in it. */
export interface Released {
  text: string
  /** Carries text that the model wrote. */
  content: boolean
  /** The model begins to call a tool with it. */
  calls: boolean
}

const ALL = { parts: 0, writes: 0 }
const NO_OFFSETS: readonly PendingOffset[] = []
/** A shorter text is looked at again sooner than its hash is made, where no guard is slow. */
const MEMORABLE = 2048
const DECODED = { characters: 256 * 1024, beyond: 'block', answer: false } as const
/** A stream waits for the end of what is encoded in it. */
const DECODED_OF_ANSWER = { characters: 4096, beyond: 'flag', answer: true } as const
/** What it costs to look at one part, in characters that could be looked at instead. */
const LANE_COST = 256
const DROPPED = '[removed by policy]'

/** What sessions of bodies and of streams share: the parts on their way through the stages, and the edited units. */
export class Judge implements LaneContext {
  readonly shadow: boolean
  readonly streamed: boolean
  readonly holdCharacters: number
  readonly decode: FilterContext['decode']
  readonly turn: (() => Promise<void>) | undefined
  protected readonly exchange: Exchange
  protected readonly direction: Direction
  protected readonly lanes = new Map<number, Lane>()
  protected blocked: Finding | undefined
  /** Groups of which a finding dropped everything. */
  private dropped: Set<string> | undefined
  /** Whether anybody looks at texts here at all; where nobody does, they need no lanes. */
  private readonly textMatters: boolean
  /** Parts of a stream that others than the model wrote: what a request said is no beginning of its answer. */
  private readonly repeated = new Set<number>()
  private arrived = 0

  constructor(exchange: Exchange, direction: Direction, streamed: boolean) {
    this.exchange = exchange
    this.direction = direction
    this.streamed = streamed
    this.shadow = exchange.checks.shadow
    this.turn = exchange.clock.turn
    this.holdCharacters = direction === 'answer' ? exchange.holdCharacters : Number.POSITIVE_INFINITY
    const stage = typeof direction === 'string' ? direction : direction.stage
    this.decode = stage === 'answer' || stage === 'output' || stage === 'tool' ? DECODED_OF_ANSWER : DECODED
    this.textMatters = readsText(exchange, direction)
  }

  // What lanes and their filters ask for.

  get free(): boolean {
    return this.shadow || !readsText(this.exchange, this.direction, true)
  }

  stages(part: Readonly<Part>, source: Source): Sieve[] {
    const { direction, exchange } = this
    if (direction === 'request')
      return [
        this.stage(part.origin === 'retrieved' || part.origin === 'tool' ? 'context' : 'input', part, source),
      ]
    if (direction !== 'answer') return [this.stage(direction.stage, part, source)]
    const chain: Sieve[] = [this.stage('output', part, source)]
    const form = part.kind === 'tool_call' ? 'tool_call' : 'text'
    if (exchange.vault.size > 0 && exchange.checks.restore.has(form))
      chain.push(
        new Filter(this, source, {
          rules: [restoreRule(exchange.vault)],
          opaque: [],
          needles: undefined,
          slow: false,
        }),
      )
    if (part.kind === 'tool_call') chain.push(this.stage('tool', part, source))
    return chain
  }

  look(rule: Rule, inspect: Look, view: View): MaybePromise<Opinion> {
    return look(this.exchange, rule, inspect, view)
  }

  inspector(rule: Rule): Look {
    return inspector(this.exchange, rule)
  }

  recall(part: Readonly<Part>, text: string, slow: boolean): Remembered | undefined {
    const { memory, tenant } = this.exchange
    return this.streamed || (!slow && text.length < MEMORABLE)
      ? undefined
      : memory?.recall(tenant, part, text)
  }

  remembered(): void {
    const { looks } = this.exchange
    looks.remembered++
    looks.all++
  }

  find(finding: Finding): void {
    this.exchange.find(finding)
  }

  drop(part: Readonly<Part>): void {
    this.dropped ??= new Set()
    this.dropped.add(groupOf(part))
  }

  // What the sessions do.

  /** @param from so many parts and writes, its first, need no judging */
  protected take(
    unit: Unit,
    from: { parts: number; writes: number } = ALL,
  ): { item: Pending; touched: Lane[] } {
    const { lanes } = this
    const touched: Lane[] = []
    const opened: Lane[] = []
    for (let i = from.parts; i < unit.opens.length; i++) {
      const part = unit.opens[i]!
      if (this.streamed && part.origin !== 'model') this.repeated.add(part.id)
      if (!this.textMatters && isText(part)) continue
      const each = this.lane(part)
      lanes.set(part.id, each)
      opened.push(each)
    }
    const writes: PendingWrite[] = []
    for (let i = from.writes; i < unit.writes.length; i++) {
      const write = unit.writes[i]!
      const to = lanes.get(write.part)
      if (to === undefined) continue
      const { literal, form, value, key } = write
      if (write.copy) {
        const at = write.at ?? 0
        writes.push({ lane: to, at, end: at + value.length, literal, form, value })
        continue
      }
      // It could only be judged as if nothing stood before it.
      if (to.ended && value !== '') throw new GateError('upstream.invalid')
      const at = to.append(write)
      if (touched.at(-1) !== to && !touched.includes(to)) touched.push(to)
      const pendingWrite: PendingWrite = { lane: to, at, end: to.length, literal, form, value }
      if (key) pendingWrite.key = key
      writes.push(pendingWrite)
    }
    const item: Pending = {
      number: this.arrived++,
      unit,
      writes,
      offsets: unit.offsets === undefined ? NO_OFFSETS : this.placed(unit.offsets),
      opened,
      lanes: unit.lanes === 'all' ? 'all' : unit.lanes === 'none' ? [] : this.known(unit.lanes),
    }
    return { item, touched }
  }

  protected lane(part: Part): Lane {
    return new Lane(part, this)
  }

  protected known(ids: readonly number[]): Lane[] {
    const known: Lane[] = []
    for (const id of ids) {
      const lane = this.lanes.get(id)
      if (lane !== undefined) known.push(lane)
    }
    return known
  }

  /** @param begun told of each part once all rules that answer at once have looked at it */
  protected advance(
    which: Iterable<Lane>,
    final: (lane: Lane) => boolean,
    begun?: (part: number) => void,
  ): MaybePromise<void> {
    const blocks: MaybePromise<Finding | undefined>[] = []
    for (const each of which) {
      const block = each.advance(final(each))
      if (block !== undefined) blocks.push(block)
      begun?.(each.part.id)
    }
    if (blocks.length === 0) return undefined
    return afterAll(blocks, (found) => {
      this.blocked ??= found.find((finding) => finding !== undefined)
    })
  }

  /** The same, with a turn for others after every so much text. */
  protected async advanceSlowly(
    which: Iterable<Lane>,
    turn: () => Promise<void>,
    begun?: (part: number) => void,
  ): Promise<void> {
    const blocks: MaybePromise<Finding | undefined>[] = []
    let looked = 0
    for (const each of which) {
      looked += each.length + LANE_COST
      if (looked > WINDOW) {
        await turn()
        looked = 0
      }
      const block = each.advance(true)
      // A guard that counts is shown one part after the other.
      if (each.length > WINDOW) blocks.push(await block)
      else if (block !== undefined) blocks.push(block)
      begun?.(each.part.id)
    }
    const found = await Promise.all(blocks)
    this.blocked ??= found.find((finding) => finding !== undefined)
  }

  protected leaving(item: Pending): Released {
    const { repeated } = this
    const content = item.unit.writes.some(({ value, part }) => value !== '' && !repeated.has(part))
    const calls = item.unit.opens.some(({ kind }) => kind === 'tool_call')
    return { text: this.render(item), content, calls }
  }

  /** A unit's text with the edits of its parts. */
  private render({ unit, writes, offsets }: Pending): string {
    const moved: { span: Span; text: string }[] = []
    for (const { lane, literal, says, at, from = 0, edge } of offsets) {
      const by = lane.moved(at, edge) - at - (lane.moved(from, 'end') - from)
      if (by !== 0) moved.push({ span: literal, text: String(Math.max(0, says + by)) })
    }
    let splices = moved.length === 0 ? unit.splices : unit.splices.concat(moved)
    if (this.dropped !== undefined || writes.some(({ lane, at }) => lane.editedFrom(at)))
      splices = splices.concat(this.rewrites(writes))
    for (const { lane, end } of writes) lane.forget(end)
    return splices.length === 0 ? unit.text : spliced(unit.text, splices)
  }

  /** Literals whose text was edited, written anew; a mark may have cut one literal in several pieces. */
  private rewrites(writes: readonly PendingWrite[]): { span: Span; text: string }[] {
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
        const whole = this.isDropped(piece.lane.part)
          ? piece.at === 0
            ? first.form === 'value'
              ? JSON.stringify({ removed: DROPPED })
              : DROPPED
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

  private isDropped(part: Readonly<Part>): boolean {
    return this.dropped?.has(groupOf(part)) === true
  }

  private placed(offsets: readonly Offset[]): PendingOffset[] {
    return offsets.flatMap(({ part, ...offset }) => {
      const lane = this.lanes.get(part)
      return lane === undefined ? [] : [{ ...offset, lane }]
    })
  }

  private stage(name: Stage, part: Readonly<Part>, source: Source): Sieve {
    const rules = rulesFor(this.exchange.checks.rules[name], part)
    const filter = new Filter(this, source, rules)
    return rules.tried === undefined
      ? filter
      : tapped(filter, new Filter(shadowContext(this), source, rules.tried))
  }
}

const STAGES = { request: ['input', 'context'], answer: ['output', 'tool'] } as const

/** Whether any rule of a direction looks at texts. @param enforced and does not only try */
export function readsText({ checks, vault }: Exchange, direction: Direction, enforced = false): boolean {
  const stages = typeof direction === 'string' ? STAGES[direction] : [direction.stage]
  return (
    (direction === 'request' && checks.marks.length > 0) ||
    (direction === 'answer' && vault.size > 0) ||
    stages.some((stage) =>
      checks.rules[stage].some(
        ({ guard, shadow }) => guard.kinds?.every(isUnreadable) !== true && !(enforced && shadow === true),
      ),
    )
  )
}

export function isText(part: Readonly<Part>): boolean {
  return !isUnreadable(part.kind)
}

function groupOf(part: Readonly<Part>): string {
  return part.group ?? `#${part.id}`
}

/** By a boundary's rules: which of them look at parts of an origin and kind. A conversation asks for hundreds of parts. */
const chosen = new WeakMap<readonly Rule[], Map<string, Chosen>>()

function rulesFor(all: readonly Rule[], { origin, kind }: Readonly<Part>): Chosen {
  let known = chosen.get(all)
  if (known === undefined) {
    known = new Map()
    chosen.set(all, known)
  }
  const key = `${origin} ${kind}`
  let found = known.get(key)
  if (found === undefined) {
    const about = (which: Part['kind'], shadow: boolean): Rule[] =>
      all.filter(
        (rule) =>
          (rule.shadow === true) === shadow &&
          (rule.origins === undefined || rule.origins.has(origin)) &&
          (rule.guard.kinds === undefined ? !isUnreadable(which) : rule.guard.kinds.includes(which)),
      )
    const needles = needleSet(all)
    const choose = (shadow: boolean): Chosen => {
      const rules = about(kind, shadow)
      return {
        rules,
        opaque: about('opaque', shadow),
        needles,
        slow: rules.some(({ guard }) => guard.slow === true),
      }
    }
    found = choose(false)
    const tried = choose(true)
    if (tried.rules.length > 0) found.tried = tried
    known.set(key, found)
  }
  return found
}
