import { after, type MaybePromise } from './after.ts'
import type { Run } from './edits.ts'
import { countBefore } from './fifo.ts'
import type { Source, Step } from './filter.ts'
import { type NestedText, nestedRuns, nestedTexts } from './nested.ts'
import type { FilterContext } from './panel.ts'
import type { Sieve } from './tap.ts'
import type { Finding, Part, Span, Write } from './types.ts'

/** Where a stretch of a lane's text stands on the wire. */
interface Segment {
  path: string
  /** Offset in the lane's text. */
  at: number
  /** Offset in the string on the wire, where a mark cut that string in pieces. */
  skip: number
  fixed: boolean
}

/** What a lane needs of its session. */
export interface LaneContext extends FilterContext {
  /** The stages that a part passes, in order; each reads what the one before it left. */
  stages(part: Readonly<Part>, source: Source): Sieve[]
  /** Whether texts wait for nobody: all who look at them only try. */
  readonly free: boolean
}

const NO_RUNS: readonly Run[] = []

/** The text of one part on its way through its stages. A class, as a long conversation makes hundreds for every call. */
export class Lane implements Source {
  readonly part: Part
  /** Source text that has come in. */
  length = 0
  /** How much of the source text is decided. */
  decided = 0
  readonly seams: number[] = []
  private readonly context: LaneContext
  private readonly segments: Segment[] = []
  private incoming = ''
  private afterKey = false
  private written: Run[] = []
  /** By how much the text before each edit has grown, for offsets: of a `kept` part, whose edits all stay. */
  private readonly growth = [0]
  private filters: Sieve[] | undefined
  /** No more text comes. */
  ended = false
  /** A finding blocks it. */
  refused = false
  /** Nested texts, until their edits are written into the arguments. */
  private within: { texts: (NestedText & { at: number })[]; inner: Lane } | undefined

  constructor(part: Part, context: LaneContext) {
    this.part = part
    this.context = context
  }

  /** Edits of decided text, in source coordinates, until `forget`. */
  get edits(): readonly Run[] {
    if (this.within !== undefined) this.keep(nestedRuns(this.within.texts, this.within.inner.edits))
    this.within = undefined
    return this.written
  }

  /** Whether text at or after an offset was edited. */
  editedFrom(at: number): boolean {
    const last = this.edits.at(-1)
    return last !== undefined && last.to > at
  }

  /** Those whose token is not numbered yet; only before `edits` is read. */
  tokens(): Run[] {
    return (this.within?.inner.edits ?? this.written).filter((run) => run.token !== undefined)
  }

  /** Everything as it came in; only until the first `advance`. */
  text(): string {
    return this.incoming
  }

  /** The path of the text at an offset. */
  pathAt(offset: number): string {
    const { segments } = this
    return segments[countBefore(segments.length, (i) => segments[i]!.at <= offset) - 1]?.path ?? ''
  }

  /** Returns where the value begins. */
  append(
    { path, value, form, seam, key }: Pick<Write, 'path' | 'value' | 'form' | 'seam' | 'key'>,
    skip = 0,
  ): number {
    const { segments, seams } = this
    // Not in the text that leaves: no write covers it.
    if ((key === true || this.afterKey) && this.length > 0) {
      this.incoming += '\n'
      this.length++
    }
    this.afterKey = key === true
    const { length } = this
    const last = segments.at(-1)
    const fixed = form === 'fixed'
    const other = last === undefined || last.path !== path || last.fixed !== fixed || skip > 0 || key === true
    if ((other || seam === true) && length > 0 && seams.at(-1) !== length) seams.push(length)
    if (other) segments.push({ path, at: length, skip, fixed })
    this.incoming = this.incoming === '' ? value : this.incoming + value
    this.length += value.length
    return length
  }

  /** Lets the stages look at what has come in. */
  advance(final: boolean): MaybePromise<Finding | undefined> {
    if (this.ended) return undefined
    if (final) this.ended = true
    return after(this.part.nested === true ? this.takeNested(final) : this.read(final), (block) => {
      this.refused = block !== undefined
      return block
    })
  }

  /** Edits before this source offset are written: they need not be kept, unless copies may follow. */
  forget(before: number): void {
    if (this.part.kept) return
    const { written } = this
    const gone = countBefore(written.length, (i) => written[i]!.to <= before)
    if (gone * 2 > written.length) this.written = written.slice(gone)
  }

  /** Where an offset in the source text stands in the edited text. */
  moved(at: number, edge: 'start' | 'end'): number {
    const { edits, growth } = this
    for (let i = growth.length - 1; i < edits.length; i++) growth.push(growth[i]! + grown(edits[i]!))
    const before = countBefore(edits.length, (i) => edits[i]!.to <= at && edits[i]!.from < at)
    const to = at + growth[before]!
    const run = edits[before]
    if (run === undefined || run.from >= at) return to
    return edge === 'start' ? to + run.from - at : to + run.to - at + grown(run)
  }

  places(span: Span): Finding['places'] {
    return this.overlapping(span).map(({ segment, end }) => {
      const shift = segment.skip - segment.at
      return {
        path: segment.path,
        span: [Math.max(span[0], segment.at) + shift, Math.min(span[1], end) + shift] as const,
      }
    })
  }

  fixed(span: Span): boolean {
    return this.overlapping(span).some(({ segment }) => segment.fixed)
  }

  private overlapping([start, end]: Span): { segment: Segment; end: number }[] {
    const { segments } = this
    const found: { segment: Segment; end: number }[] = []
    const after = countBefore(segments.length, (i) => segments[i]!.at < start)
    for (let i = Math.max(0, after - 1); i < segments.length && segments[i]!.at <= end; i++) {
      const segment = segments[i]!
      const stop = segments[i + 1]?.at ?? this.length
      if ((segment.at < end && stop > start) || (start === end && segment.at === start))
        found.push({ segment, end: stop })
    }
    return found
  }

  private read(final: boolean): MaybePromise<Finding | undefined> {
    const { part, incoming } = this
    if (this.length === 0 && part.kind !== 'media' && part.kind !== 'opaque') return undefined
    this.filters ??= this.context.stages(part, this)
    const runs: readonly Run[] =
      incoming === ''
        ? NO_RUNS
        : [{ text: incoming, from: this.length - incoming.length, to: this.length, edited: false }]
    this.incoming = ''
    return after(through(this.filters, runs, final, 0), (step) => {
      this.keep(step.runs)
      // In shadow text does not wait for those who look at it.
      if ((final && step.block === undefined) || this.context.shadow) this.decided = this.length
      return step.block
    })
  }

  private takeNested(final: boolean): MaybePromise<Finding | undefined> {
    const { holdCharacters, free } = this.context
    if (this.length > holdCharacters && !free) return this.overlong()
    if (final) return this.readNested()
    if (free) this.decided = this.length
    return undefined
  }

  /** A tool call's arguments are parsed when whole; the texts inside pass the stages as one piece. */
  private readNested(): MaybePromise<Finding | undefined> {
    const outer = this.segments[0]?.path ?? ''
    const { nested: _, ...flat } = this.part
    const inner = new Lane(flat, this.context)
    const texts = nestedTexts(this.incoming).map((text) => ({
      ...text,
      at: inner.append({ ...text, path: outer + text.path, seam: true }),
    }))
    this.incoming = ''
    return after(inner.advance(true), (block) => {
      if (block !== undefined) return block
      this.within = { texts, inner }
      this.decided = this.length
      return undefined
    })
  }

  private keep(runs: readonly Run[]): void {
    for (const run of runs) {
      if (run.edited) this.written.push(run)
      if (run.to > this.decided) this.decided = run.to
    }
  }

  private overlong(): Finding {
    const finding: Finding = {
      code: 'guard.failed',
      reason: `arguments of more than ${this.context.holdCharacters} characters cannot be held`,
      score: 1,
      guard: 'gate',
      stage: 'output',
      action: 'block',
      places: this.places([0, this.length]),
    }
    this.context.find(finding)
    return finding
  }
}

/** Each stage takes what the one before it has let go. */
function through(
  filters: readonly Sieve[],
  runs: readonly Run[],
  final: boolean,
  from: number,
): MaybePromise<Step> {
  const next = filters[from]
  if (next === undefined) return { runs: [...runs] }
  return after(next.push(runs, final), (step) => {
    if (from === filters.length - 1) return step
    return after(through(filters, step.runs, final && step.block === undefined, from + 1), (later) => {
      const block = later.block ?? step.block
      return block === undefined ? { runs: later.runs } : { runs: later.runs, block }
    })
  })
}

function grown({ text, from, to }: Run): number {
  return text.length - (to - from)
}
