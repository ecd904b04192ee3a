import { after, afterAll, type MaybePromise } from './after.ts'
import { type Decoded, Decoding } from './decode/index.ts'
import { type Run, RunQueue, type TextEdit, unite } from './edits.ts'
import type { Remembered } from './memory.ts'
import type { NeedleSet } from './needles.ts'
import { windows } from './turns.ts'
import type { Action, Finding, Hit, Look, Opinion, Part, Rule, Span, View } from './types.ts'
import { breakAtSeams, joinAt, joinSpan, Reading, RuleView, type Seams } from './view.ts'

/** What a filter needs of its exchange. */
export interface FilterContext {
  /** Calls a rule's guard: times it, bounds it and turns its failure into an opinion. */
  look(rule: Rule, inspect: Look, view: View): MaybePromise<Opinion>
  /** The `inspect` of a rule for this exchange. */
  inspector(rule: Rule): Look
  /** What was found in this text before, if it is worth remembering. */
  recall(part: Readonly<Part>, text: string): Remembered | undefined
  remembered(): void
  find(finding: Finding): void
  /** Lets others have their turn; absent where none wait. */
  turn: (() => Promise<void>) | undefined
  /** Replaces every text of the part's group. */
  drop(part: Readonly<Part>): void
  /** Whether text may have left before the part is complete. */
  streamed: boolean
  /** Record only: hold, edit and block nothing. */
  shadow: boolean
  /** The most characters that may wait for a decision. */
  holdCharacters: number
  /** The most characters of one encoded stretch that are decoded, and what becomes of a longer one unless the boundary says. */
  decode: { characters: number; beyond: Action }
}

/** The rules of a stage for one kind of part. */
export interface Chosen {
  rules: readonly Rule[]
  /** Those that say what they make of what cannot be read. */
  opaque: readonly Rule[]
  needles: NeedleSet | undefined
}

/** Where a filter's text comes from. */
export interface Source {
  part: Readonly<Part>
  /** Source positions at which a segment begins, the first excluded. */
  seams: readonly number[]
  places(span: Span): Finding['places']
  /** Whether the source span touches what cannot be rewritten. */
  fixed(span: Span): boolean
}

export interface Step {
  runs: Run[]
  block?: Finding
}

/** A rule reading a part; where the part has seams, once with nothing at a seam and once with a line break. */
interface Track {
  rule: Rule
  order: number
  inspect: Look
  broken: boolean
  /** Asked only about encoded stretches that could not be decoded. */
  opaque?: true
  /** In this reading's coordinates. */
  settled: number
  /** What it found in windows of a text that is worth remembering whole. */
  hits?: Hit[]
}

interface Block {
  at: number
  finding: Finding
}

/** What a rule says of a reading. */
interface Judged extends Opinion {
  /** Of what is encoded in it: each a finding about the whole encoded stretch, certain from now on. */
  within?: readonly Hit[]
}

type Which = 'joined' | 'broken'

/** Something encoded, read once for all rules. */
interface Within extends Decoded {
  reading: Reading
}

/** A reading and what became certain of what is encoded in it. */
interface Shared {
  which: Which
  reading: Reading
  decode(): readonly Within[]
}

const NOTHING_WITHIN: readonly Within[] = []
const NO_HITS: readonly Hit[] = []
const NO_SEAMS: readonly number[] = []

/**
 * One stage over one part: every rule reads the same text, what no rule can still change is released with the edits
 * of those who could, and the first blocking span ends it.
 *
 * A class, as a long conversation makes hundreds of them for every call.
 */
export class Filter {
  private readonly context: FilterContext
  private readonly source: Source
  private readonly queue = new RunQueue()
  private readonly tracks: Track[] = []
  private readonly chosen: Chosen
  /** What is encoded in each reading; where no rule reads it, nothing is decoded. */
  private readonly decoding: Partial<Record<Which, Decoding>> = {}
  /** All that was decoded before, for rules that look only at the whole. */
  private readonly decoded: Record<Which, Within[]> = { joined: [], broken: [] }
  private readonly opaque: readonly Track[]
  /** Text from `base` on: what is not released, and the left context that rules need. */
  private tail = ''
  private base = 0
  /** Whether the text so far ends with half of a surrogate pair. */
  private splits = false
  /** How far the rules have been shown the text. */
  private seen = 0
  private edits: TextEdit[] = []
  /** This filter's coordinates of the seams from `base` on. */
  private readonly seams: Seams = { at: [], before: 0 }
  private seamsTaken = 0

  constructor(context: FilterContext, source: Source, chosen: Chosen) {
    this.context = context
    this.source = source
    this.chosen = chosen
    for (const rule of chosen.rules) this.tracks.push(this.track(rule, this.tracks.length))
    const decoding = isText(source.part.kind) && chosen.rules.some(({ guard }) => guard.decode)
    const turned = chosen.rules.some(({ guard }) => guard.decode === 'all')
    if (decoding) this.decoding.joined = new Decoding(context.decode.characters, turned)
    this.opaque = decoding
      ? chosen.opaque.map((rule, i) => ({ ...this.track(rule, this.tracks.length + i), opaque: true }))
      : []
  }

  private track(rule: Rule, order: number): Track {
    return { rule, order, inspect: this.context.inspector(rule), broken: false, settled: 0 }
  }

  push(runs: readonly Run[], final: boolean): MaybePromise<Step> {
    if (this.tracks.length === 0) return { runs: [...runs] }
    const { turn } = this.context
    const pieces = turn === undefined ? undefined : windows(runs)
    return pieces === undefined || turn === undefined
      ? this.take(runs, final)
      : this.inWindows(pieces, final, turn)
  }

  /**
   * As a stream would bring it, so that no text however long keeps others waiting. Of a body all findings are told, also
   * those behind the first that blocks.
   */
  private async inWindows(pieces: readonly Run[], final: boolean, turn: () => Promise<void>): Promise<Step> {
    const { context } = this
    const whole = final && this.queue.length === 0 && this.source.seams.length === 0
    const remembered = whole
      ? context.recall(this.source.part, pieces.map(({ text }) => text).join(''))
      : undefined
    const remembering = [...this.tracks, ...this.opaque].filter(({ rule }) => rule.guard.scope === 'part')
    if (remembered !== undefined) {
      await turn()
      // Where all is known nobody looks but who counts.
      if (remembering.every(({ rule }) => remembered.get(rule.build) !== undefined))
        return this.take(pieces, final)
      for (const track of remembering) track.hits = []
    }
    const runs: Run[] = []
    let block: Finding | undefined
    for (let i = 0; i < pieces.length; i++) {
      const step = await this.take([pieces[i]!], final && i === pieces.length - 1)
      for (const run of step.runs) runs.push(run)
      block ??= step.block
      if (block !== undefined && context.streamed) break
      if (i < pieces.length - 1) await turn()
    }
    if (remembered !== undefined)
      for (const { rule, hits } of remembering)
        if (hits?.every(({ code }) => code !== 'guard.failed')) remembered.set(rule.build, hits)
    return block === undefined ? { runs } : { runs, block }
  }

  private take(runs: readonly Run[], final: boolean): MaybePromise<Step> {
    for (const run of runs) this.append(run)
    let end = this.queue.length
    // The other half of a surrogate pair may be on its way.
    if (!final && this.splits) end--
    if (!final && end <= this.seen) return { runs: [] }
    this.seen = end
    const asked = final ? this.tracks : this.tracks.filter(({ rule }) => rule.guard.hold !== 'whole')
    return after(this.ask(asked, end, final), (given) => this.judge(given, end, final))
  }

  private append(run: Run): void {
    const { queue, seams, source } = this
    while (this.seamsTaken < source.seams.length) {
      const seam = source.seams[this.seamsTaken]!
      if (seam >= run.to) break
      // A seam inside an earlier edit is gone; what an edit emptied between two leaves one.
      const at = seam === run.from ? queue.length : run.edited ? undefined : queue.length + seam - run.from
      if (at !== undefined && at !== seams.at.at(-1)) seams.at.push(at)
      this.seamsTaken++
      if (!this.tracks.some((track) => track.broken)) this.readBroken()
    }
    queue.push(run)
    this.tail += run.text
    // Not asked of `tail`, which every look at one of its characters would copy.
    if (run.text !== '') this.splits = isHighSurrogate(run.text.charCodeAt(run.text.length - 1))
  }

  /** From the first seam on, everything is read twice; but a guard that counts would count twice. */
  private readBroken(): void {
    for (const track of this.tracks.slice())
      if (track.rule.guard.scope === 'part') this.tracks.push({ ...track, broken: true })
    if (this.decoding.joined !== undefined) this.decoding.broken = this.decoding.joined.copy()
    this.decoded.broken.push(...this.decoded.joined)
  }

  private ask(asked: readonly Track[], end: number, final: boolean): MaybePromise<[Track, Judged][]> {
    const { base, tail, seams } = this
    if (asked.length === 0) return []
    // Text that only a rule waits for which is not asked yet is no other rule's concern.
    const offset = Math.max(
      base,
      Math.min(...asked.map((track) => this.contextOf(track)), this.decodingContext()),
    )
    const text = offset === base && end === base + tail.length ? tail : tail.slice(offset - base, end - base)
    const joined = this.read('joined', text, offset, final)
    let broken: Shared | undefined
    const waiting: MaybePromise<[Track, Judged]>[] = []
    for (const track of asked) {
      if (track.broken) broken ??= this.read('broken', ...breakAtSeams(text, offset, seams), final)
      waiting.push(this.judged(track, track.broken ? broken! : joined, final))
    }
    for (const track of this.opaque) {
      waiting.push(this.judged(track, joined, final))
      if (broken !== undefined) waiting.push(this.judged({ ...track, broken: true }, broken, final))
    }
    return afterAll(waiting, (given) => given)
  }

  private read(which: Which, text: string, offset: number, final: boolean): Shared {
    const whole = final && offset === 0 && this.queue.out === 0
    const remembered = whole ? this.context.recall(this.source.part, text) : undefined
    const reading = new Reading(text, offset, remembered, this.chosen.needles)
    let fresh: readonly Within[] | undefined
    const decode = (): readonly Within[] => {
      if (fresh !== undefined) return fresh
      const decoded = this.decoding[which]?.read(text, offset, final) ?? []
      fresh = decoded.map((one) => ({
        ...one,
        reading: new Reading(one.text ?? '', 0, undefined, this.chosen.needles),
      }))
      if (!final && this.tracks.some(({ rule }) => rule.guard.hold === 'whole'))
        this.decoded[which].push(...fresh)
      return fresh
    }
    return { which, reading, decode }
  }

  private judged(
    track: Track,
    { which, reading, decode }: Shared,
    final: boolean,
  ): MaybePromise<[Track, Judged]> {
    const { rule } = track
    const memory = rule.guard.scope === 'part' ? reading.remembered : undefined
    const known = memory?.get(rule.build)
    const end = reading.offset + reading.text.length
    if (known !== undefined) {
      this.context.remembered()
      return [track, { hits: known, settled: end }]
    }
    const opinion = track.opaque ? { hits: NO_HITS, settled: end } : this.opinion(track, reading, final)
    const fresh = track.opaque || rule.guard.decode ? decode() : NOTHING_WITHIN
    const before = rule.guard.hold === 'whole' ? this.decoded[which] : NOTHING_WITHIN
    if (fresh.length === 0 && before.length === 0 && memory === undefined)
      return after(opinion, (given) => [track, given])
    return after(this.within(track, before.length === 0 ? fresh : [...before, ...fresh]), (within) =>
      after(opinion, (given) => {
        const all = [...given.hits, ...within]
        if (!all.some((hit) => hit.code === 'guard.failed')) memory?.set(rule.build, all)
        return [track, { ...given, within }]
      }),
    )
  }

  private opinion(track: Track, reading: Reading, final: boolean): MaybePromise<Opinion> {
    const { rule } = track
    if (final && rule.guard.needles !== undefined && reading.needles(rule).found.length === 0)
      return { hits: NO_HITS, settled: reading.offset + reading.text.length }
    const view = new RuleView(this.source.part, reading, rule, track.settled, final, this.seams.at)
    return this.context.look(rule, track.inspect, view)
  }

  /** What a rule finds in encoded stretches; of each code once a stretch, as what is found stands in all of it. */
  private within(track: Track, decoded: readonly Within[]): MaybePromise<readonly Hit[]> {
    const { rule, inspect, opaque } = track
    const found: MaybePromise<Hit[]>[] = []
    for (const { span, encoding, text, turned, reading } of decoded) {
      if ((text === undefined) !== (opaque === true)) continue
      if (turned && rule.guard.decode === 'runs') continue
      if (rule.guard.needles !== undefined && reading.needles(rule).found.length === 0) continue
      const part = { ...this.source.part, derived: { encoding } }
      if (opaque) Object.assign(part, { kind: 'opaque', medium: 'a long encoded text' })
      const view = new RuleView(part, reading, rule, 0, true, NO_SEAMS)
      found.push(
        after(this.context.look(rule, inspect, view), ({ hits }) => {
          const codes = new Map(hits.toReversed().map((hit) => [hit.code, hit]))
          return [...codes.values()].map((hit) => ({
            ...hit,
            reason: `${hit.reason} (${encoding})`,
            span,
            ...(opaque && { usually: this.context.decode.beyond }),
          }))
        }),
      )
    }
    return found.length === 0 ? NO_HITS : afterAll(found, (hits) => hits.flat())
  }

  private judge(given: readonly [Track, Judged][], end: number, final: boolean): Step {
    let block: Block | undefined
    // Both readings of a seam say the same of everything that is not at it.
    const reported = this.seams.at.length > 0 ? new Set<string>() : undefined
    const report = (track: Track, hit: Hit): void => {
      track.hits?.push(hit)
      const span = track.broken ? joinSpan(hit.span, this.seams) : hit.span
      const start = Math.max(span[0], this.queue.out)
      const stop = Math.min(Math.max(span[1], start), end)
      if (reported !== undefined) {
        const key = `${track.order} ${hit.code} ${start} ${stop}`
        if (reported.has(key)) return
        reported.add(key)
      }
      const finding = this.note(track, hit, start, stop)
      if (finding !== undefined && (block === undefined || start < block.at)) block = { at: start, finding }
    }
    for (const [track, { hits, settled, within }] of given) {
      const limit = final ? Number.POSITIVE_INFINITY : settled
      for (const hit of hits)
        if (hit.span[1] <= limit && (hit.span[1] > track.settled || track.settled === 0)) report(track, hit)
      if (within !== undefined) for (const hit of within) report(track, hit)
      track.settled = final ? Number.POSITIVE_INFINITY : Math.max(track.settled, settled)
    }
    return this.release(end, final, block)
  }

  /** Records a hit and keeps its edit; a finding that blocks is returned. */
  private note(track: Track, hit: Hit, start: number, stop: number): Finding | undefined {
    const { context, source } = this
    const { rule, order } = track
    const span = this.queue.sourceSpan(start, stop)
    let action: Action =
      hit.usually !== undefined && rule.said?.has(hit.code) !== true
        ? hit.usually
        : (rule.actions.get(hit.code) ?? 'block')
    if (action === 'transform' && !this.possible(hit, span)) action = 'block'
    const finding = rule.silent === true ? undefined : findingOf(rule, hit, action, source.places(span))
    if (finding !== undefined) context.find(finding)
    if (context.shadow) return undefined
    if (action === 'block') return finding
    if (action !== 'transform' || hit.edit === undefined) return undefined
    const { edit } = hit
    if ('drop' in edit) context.drop(source.part)
    else if ('token' in edit)
      this.edits.push({ start, end: stop, replace: `[${edit.token}]`, token: edit.token, order })
    else this.edits.push({ start, end: stop, replace: edit.replace, order })
    return undefined
  }

  private possible({ edit }: Hit, span: Span): boolean {
    if (edit === undefined || this.source.fixed(span)) return false
    // Of nothing there is nothing to replace; and what has left a stream cannot be dropped.
    return 'drop' in edit ? !this.context.streamed : span[0] < span[1]
  }

  private release(end: number, final: boolean, found: Block | undefined): Step {
    const { context, queue } = this
    let block = found
    let limit = Math.min(end, this.leastSettled())
    // What a stream would have held too long is refused in a buffered answer as well.
    const held = !final ? end - limit : this.tracks.some(({ rule }) => rule.guard.hold === 'whole') ? end : 0
    if (block === undefined && !context.shadow && held > context.holdCharacters)
      block = { at: limit, finding: this.overheld(limit, end) }
    if (block !== undefined && block.at < limit) limit = block.at
    const runs = limit > queue.out || final ? this.letGo(limit, final && block === undefined) : []
    if (!final) this.trim()
    return block === undefined ? { runs } : { runs, block: block.finding }
  }

  /** Releases text up to `limit`, or less where that would cut an edit in two, this stage's or an earlier one's. */
  private letGo(limit: number, everything: boolean): Run[] {
    const { queue } = this
    const edits = unite(this.edits)
    let stop = limit
    let kept = edits.length
    if (!everything)
      for (let cut = -1; cut !== stop; ) {
        cut = stop
        while (kept > 0 && edits[kept - 1]!.end > stop) stop = Math.min(stop, edits[--kept]!.start)
        stop = queue.boundary(stop)
      }
    this.edits = edits.slice(kept)
    return queue.release(stop, edits.slice(0, kept), (start, end) =>
      this.tail.slice(start - this.base, end - this.base),
    )
  }

  /** Before this no rule can find anything any more. */
  private leastSettled(): number {
    let least = Number.POSITIVE_INFINITY
    for (const track of this.tracks) {
      const settled = track.broken ? joinAt(track.settled, this.seams) : track.settled
      if (settled < least) least = settled
    }
    const { joined, broken } = this.decoding
    if (joined !== undefined) least = Math.min(least, joined.settled)
    if (broken !== undefined) least = Math.min(least, joinAt(broken.settled, this.seams))
    return least
  }

  private decodingContext(): number {
    const { joined, broken } = this.decoding
    const context = joined?.context ?? Number.POSITIVE_INFINITY
    return broken === undefined ? context : Math.min(context, joinAt(broken.context, this.seams) - 1)
  }

  /** Where the left context begins that a rule needs. */
  private contextOf({ rule, broken, settled }: Track): number {
    // A reading's line breaks take up context.
    const from = broken ? joinAt(settled, this.seams) - 1 : settled
    return from - rule.guard.lookbehind
  }

  /** Forgets text that has left and is nobody's left context. */
  private trim(): void {
    let needed = Math.min(this.queue.out, this.decodingContext())
    for (const track of this.tracks) needed = Math.min(needed, this.contextOf(track))
    if (needed - this.base < 64) return
    this.tail = this.tail.slice(needed - this.base)
    this.base = needed
    const { at } = this.seams
    const kept = at.findIndex((seam) => seam >= needed)
    const dropped = kept < 0 ? at.length : kept
    if (dropped > 0) at.splice(0, dropped)
    this.seams.before += dropped
  }

  private overheld(limit: number, end: number): Finding {
    const slowest = this.tracks.reduce((a, b) => (b.settled < a.settled ? b : a))
    const reason = `held more than ${this.context.holdCharacters} characters without a decision`
    const hit: Hit = { code: 'guard.failed', reason, score: 1, span: [limit, end] }
    const finding = findingOf(
      slowest.rule,
      hit,
      'block',
      this.source.places(this.queue.sourceSpan(limit, end)),
    )
    this.context.find(finding)
    return finding
  }
}

function isText(kind: Part['kind']): boolean {
  return kind !== 'media' && kind !== 'opaque'
}

function findingOf(rule: Rule, hit: Hit, action: Action, places: Finding['places']): Finding {
  const { code, reason, score } = hit
  return { code, reason, score, guard: rule.name, stage: rule.stage, action, places }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
