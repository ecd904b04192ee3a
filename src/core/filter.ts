import { after, type MaybePromise } from './after.ts'
import { type Run, RunQueue, type TextEdit, unite } from './edits.ts'
import { type Answered, type Chosen, type FilterContext, Panel, type Track } from './panel.ts'
import { LONGEST, windows } from './turns.ts'
import type { Action, Finding, Hit, Part, Rule, Span } from './types.ts'
import { joinSpan, type Seams } from './view.ts'

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

interface Block {
  at: number
  finding: Finding
}

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
  private readonly panel: Panel
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
  /** It only tries, and cannot keep what its rules would want to hold: it looks no further. */
  private lost = false

  constructor(context: FilterContext, source: Source, chosen: Chosen) {
    this.context = context
    this.source = source
    this.panel = new Panel(context, source.part, chosen)
  }

  push(runs: readonly Run[], final: boolean): MaybePromise<Step> {
    if (this.panel.tracks.length === 0 || this.lost) return { runs: [...runs] }
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
    const length = pieces.reduce((sum, { text }) => sum + text.length, 0)
    const whole = final && this.queue.length === 0 && this.source.seams.length === 0 && length <= LONGEST
    const remembered = whole
      ? context.recall(this.source.part, pieces.map(({ text }) => text).join(''), true)
      : undefined
    const remembering = this.panel.all().filter(({ rule }) => rule.guard.scope === 'part')
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
    return after(this.ask(end, final), (given) => this.judge(given, end, final))
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
      this.panel.breakAtSeams()
    }
    queue.push(run)
    this.tail += run.text
    // Not asked of `tail`, which every look at one of its characters would copy.
    if (run.text !== '') this.splits = isHighSurrogate(run.text.charCodeAt(run.text.length - 1))
  }

  private ask(end: number, final: boolean): MaybePromise<Answered[]> {
    const { base, tail, seams, panel } = this
    const asked = panel.asked(final)
    if (asked.length === 0) return []
    // Text that only a rule waits for which is not asked yet is no other rule's concern.
    const offset = Math.max(base, panel.needs(asked, seams))
    const text = offset === base && end === base + tail.length ? tail : tail.slice(offset - base, end - base)
    const whole = final && offset === 0 && this.queue.out === 0
    return panel.ask(asked, { text, offset, final, whole, seams })
  }

  private judge(given: readonly Answered[], end: number, final: boolean): Step {
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
    const finding =
      rule.silent === true ? undefined : findingOf(rule, hit, action, source.places(span), context.shadow)
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
    let limit = Math.min(end, this.panel.settled(this.seams))
    // What a stream would have held too long is refused in a buffered answer as well.
    const held = !final ? end - limit : this.panel.waits ? end : 0
    if (block === undefined && held > context.holdCharacters) {
      const finding = this.overheld(limit, end)
      if (context.shadow) return this.giveUp(final)
      block = { at: limit, finding }
    }
    if (block !== undefined && block.at < limit) limit = block.at
    const runs = limit > queue.out || final ? this.letGo(limit, final && block === undefined) : []
    if (!final) this.trim()
    return block === undefined ? { runs } : { runs, block: block.finding }
  }

  private giveUp(final: boolean): Step {
    const runs = this.letGo(this.queue.length, true)
    this.lost = !final
    this.base = this.queue.length
    this.tail = ''
    return { runs }
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

  /** Forgets text that has left and is nobody's left context. */
  private trim(): void {
    const needed = Math.min(this.queue.out, this.panel.needs(this.panel.tracks, this.seams))
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
    const slowest = this.panel.tracks.reduce((a, b) => (b.settled < a.settled ? b : a))
    const reason = `held more than ${this.context.holdCharacters} characters without a decision`
    const hit: Hit = { code: 'guard.failed', reason, score: 1, span: [limit, end] }
    const finding = findingOf(
      slowest.rule,
      hit,
      'block',
      this.source.places(this.queue.sourceSpan(limit, end)),
      this.context.shadow,
    )
    this.context.find(finding)
    return finding
  }
}

function findingOf(rule: Rule, hit: Hit, action: Action, places: Finding['places'], shadow = false): Finding {
  const { code, reason, score } = hit
  const finding: Finding = { code, reason, score, guard: rule.name, stage: rule.stage, action, places }
  return shadow ? { ...finding, shadow } : finding
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
