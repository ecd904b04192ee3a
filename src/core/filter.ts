import { after, afterAll, type MaybePromise } from './after.ts'
import { canonicalise } from './canonical/index.ts'
import { type Run, runQueue, type TextEdit, unite } from './edits.ts'
import type { Remembered } from './memory.ts'
import type { Action, Canonical, Code, Finding, Hit, Look, Opinion, Part, Rule, Span, View } from './types.ts'

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
  /** Replaces every text of the part's group. */
  drop(part: Readonly<Part>): void
  /** Whether text may have left before the part is complete. */
  streamed: boolean
  /** Record only: hold, edit and block nothing. */
  shadow: boolean
  /** The most characters that may wait for a decision. */
  holdCharacters: number
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

export interface Filter {
  push(runs: readonly Run[], final: boolean): MaybePromise<Step>
}

/** A rule reading a part; where the part has seams, once with nothing at a seam and once with a line break. */
interface Track {
  rule: Rule
  order: number
  inspect: Look
  broken: boolean
  /** In this reading's coordinates. */
  settled: number
}

/**
 * One stage over one part: every rule reads the same text, what no rule can still change is released with the edits
 * of those who could, and the first blocking span ends it.
 */
export function filter(context: FilterContext, source: Source, rules: readonly Rule[]): Filter {
  const queue = runQueue()
  const tracks: Track[] = rules.map((rule, order) => ({
    rule,
    order,
    inspect: context.inspector(rule),
    broken: false,
    settled: 0,
  }))
  /** Text from `base` on: what is not released, and the left context that rules need. */
  let tail = ''
  let base = 0
  let seen = -1
  let edits: TextEdit[] = []
  /** This filter's coordinates of the seams from `base` on, and how many there were before it. */
  const seams: Seams = { at: [], before: 0 }
  let seamsTaken = 0

  function append(run: Run): void {
    while (seamsTaken < source.seams.length) {
      const seam = source.seams[seamsTaken]!
      if (seam >= run.to) break
      if (seam === run.from) seams.at.push(queue.length)
      else if (!run.edited) seams.at.push(queue.length + seam - run.from)
      seamsTaken++
      if (seams.before + seams.at.length === 1)
        for (const track of tracks.slice())
          if (track.rule.guard.scope === 'part') tracks.push({ ...track, broken: true })
    }
    queue.push(run)
    tail += run.text
  }

  function views(end: number, final: boolean) {
    const text = end === base + tail.length ? tail : tail.slice(0, end - base)
    const part = source.part
    const make = (text: string, offset: number) => {
      let canonical: Canonical | undefined
      const lazily = () => {
        canonical ??= canonicalise(text, offset)
        return canonical
      }
      const remembered = final && base === 0 && queue.out === 0 ? context.recall(part, text) : undefined
      return {
        text,
        remembered,
        view: (from: number): View => ({
          part,
          text,
          offset,
          from,
          final,
          seams: seams.at,
          canonical: lazily,
        }),
      }
    }
    const joined = make(text, base)
    let broken: ReturnType<typeof make> | undefined
    return (track: Track) => {
      if (!track.broken) return joined
      broken ??= make(...breakAtSeams(text, base, seams))
      return broken
    }
  }

  function ask(
    track: Track,
    reading: { text: string; remembered: Remembered | undefined; view(from: number): View },
  ) {
    const { rule } = track
    const memory = rule.guard.scope === 'part' ? reading.remembered : undefined
    const known = memory?.get(rule.build)
    const view = reading.view(track.settled)
    if (known !== undefined) {
      context.remembered()
      return { hits: known, settled: view.offset + view.text.length }
    }
    return after(context.look(rule, track.inspect, view), (opinion) => {
      if (memory !== undefined && !opinion.hits.some((hit) => hit.code === 'guard.failed'))
        memory.set(rule.build, opinion.hits)
      return opinion
    })
  }

  function judge(asked: readonly Track[], opinions: readonly Opinion[], end: number, final: boolean): Step {
    let block: { at: number; finding: Finding } | undefined
    const refuse = (at: number, finding: Finding) => {
      if (block === undefined || at < block.at) block = { at, finding }
    }
    const reported = new Set<string>()
    asked.forEach((track, i) => {
      const opinion = opinions[i]!
      const limit = final ? Number.POSITIVE_INFINITY : opinion.settled
      for (const hit of opinion.hits) {
        if (hit.span[1] > limit || (hit.span[1] <= track.settled && track.settled > 0)) continue
        const span = track.broken ? joinSpan(hit.span, seams) : hit.span
        const start = Math.max(span[0], queue.out)
        const stop = Math.min(Math.max(span[1], start), end)
        // Both readings of a seam say the same of everything that is not at it.
        const key = `${track.order} ${hit.code} ${start} ${stop}`
        if (reported.has(key)) continue
        reported.add(key)
        take(track, hit, start, stop, refuse)
      }
      const settled = final ? Number.POSITIVE_INFINITY : Math.max(track.settled, opinion.settled)
      track.settled = settled
    })
    return release(end, final, block)
  }

  function take(
    track: Track,
    hit: Hit,
    start: number,
    stop: number,
    refuse: (at: number, finding: Finding) => void,
  ): void {
    const { rule } = track
    const span = queue.sourceSpan(start, stop)
    let action: Action = rule.actions.get(hit.code) ?? 'block'
    if (action === 'transform' && !possible(hit.edit, span)) action = 'block'
    const finding: Finding = {
      code: hit.code,
      reason: hit.reason,
      score: hit.score,
      guard: rule.name,
      stage: rule.stage,
      action,
      places: source.places(span),
    }
    if (rule.silent !== true) context.find(finding)
    if (context.shadow) return
    if (action === 'block') return refuse(start, finding)
    if (action !== 'transform' || hit.edit === undefined) return
    const { edit } = hit
    const { order } = track
    if ('drop' in edit) context.drop(source.part)
    else if ('token' in edit)
      edits.push({ start, end: stop, replace: `[${edit.token}]`, token: edit.token, order })
    else edits.push({ start, end: stop, replace: edit.replace, order })
  }

  function possible(edit: Hit['edit'], span: Span): boolean {
    if (edit === undefined) return false
    return 'drop' in edit ? !context.streamed : !source.fixed(span)
  }

  function release(end: number, final: boolean, block: { at: number; finding: Finding } | undefined): Step {
    let limit = end
    if (!context.shadow)
      for (const track of tracks) {
        const settled = track.broken ? joinAt(track.settled, seams) : track.settled
        if (settled < limit) limit = settled
      }
    // What a stream would have held too long is refused in a buffered answer as well.
    const held = !final ? end - limit : tracks.some((track) => track.rule.guard.hold === 'whole') ? end : 0
    if (block === undefined && !context.shadow && held > context.holdCharacters)
      block = { at: limit, finding: overheld(source, queue.sourceSpan(limit, end), tracks, context) }
    if (block !== undefined && block.at < limit) limit = block.at
    edits = unite(edits)
    for (const edit of edits) if (edit.start < limit && edit.end > limit) limit = edit.start
    if (!(final && block === undefined)) limit = queue.boundary(limit)
    const runs =
      limit > queue.out || final
        ? queue.release(
            limit,
            edits.filter((edit) => edit.end <= limit),
            (start, stop) => tail.slice(start - base, stop - base),
          )
        : []
    edits = edits.filter((edit) => edit.end > limit)
    trim()
    return block === undefined ? { runs } : { runs, block: block.finding }
  }

  function trim(): void {
    let needed = queue.out
    for (const track of tracks) {
      const settled = track.broken ? joinAt(track.settled, seams) : track.settled
      // A seam reading's line breaks take up context.
      needed = Math.min(needed, settled - track.rule.guard.lookbehind - (track.broken ? 1 : 0))
    }
    if (needed - base < 64) return
    tail = tail.slice(needed - base)
    base = needed
    const kept = seams.at.findIndex((seam) => seam >= base)
    const dropped = kept < 0 ? seams.at.length : kept
    seams.at.splice(0, dropped)
    seams.before += dropped
  }

  return {
    push(runs, final) {
      for (const run of runs) append(run)
      if (tracks.length === 0) {
        const out = queue.release(queue.length, [], () => '')
        tail = ''
        base = queue.length
        return { runs: out }
      }
      let end = queue.length
      // The other half of a surrogate pair may be on its way.
      if (!final && isHighSurrogate(tail.charCodeAt(tail.length - 1))) end--
      if (!final && end <= Math.max(seen, 0)) return { runs: [] }
      seen = end
      const asked = tracks.filter(
        (track) => track.settled <= Number.MAX_SAFE_INTEGER && (final || track.rule.guard.hold !== 'whole'),
      )
      const reading = views(end, final)
      return afterAll(
        asked.map((track) => ask(track, reading(track))),
        (opinions) => judge(asked, opinions, end, final),
      )
    },
  }
}

function overheld(source: Source, span: Span, tracks: readonly Track[], context: FilterContext): Finding {
  const slowest = tracks.reduce((a, b) => (b.settled < a.settled ? b : a))
  const code: Code = 'guard.failed'
  const finding: Finding = {
    code,
    reason: `held more than ${context.holdCharacters} characters without a decision`,
    score: 1,
    guard: slowest.rule.name,
    stage: slowest.rule.stage,
    action: 'block',
    places: source.places(span),
  }
  context.find(finding)
  return finding
}

interface Seams {
  at: number[]
  before: number
}

/** The text with a line break at every seam, and where it begins in that reading's coordinates. */
function breakAtSeams(text: string, base: number, seams: Seams): [string, number] {
  let broken = ''
  let from = 0
  for (const seam of seams.at) {
    if (seam > base + text.length) break
    broken += `${text.slice(from, seam - base)}\n`
    from = seam - base
  }
  return [broken + text.slice(from), base + seams.before]
}

function joinAt(at: number, seams: Seams): number {
  let breaks = seams.before
  for (const seam of seams.at) {
    if (seam + breaks >= at) break
    breaks++
  }
  return at - breaks
}

function joinSpan([start, end]: Span, seams: Seams): Span {
  return [joinAt(start, seams), joinAt(end, seams)]
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
