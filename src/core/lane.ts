import { after, type MaybePromise } from './after.ts'
import type { Run } from './edits.ts'
import type { Filter, FilterContext, Source, Step } from './filter.ts'
import { type NestedText, nestedRuns, nestedTexts } from './nested.ts'
import type { Finding, Part, Span, Write } from './types.ts'

/** Where a stretch of a lane's text stands on the wire. */
export interface Segment {
  path: string
  /** Offset in the lane's text. */
  at: number
  /** Offset in the string on the wire, where a mark cut that string in pieces. */
  skip: number
  fixed: boolean
}

/** The stages that a part passes, in order; each reads what the one before it left. */
export type Stages = (part: Readonly<Part>, source: Source) => Filter[]

/** The text of one part on its way through its stages. */
export interface Lane {
  readonly part: Part
  /** Source text that has come in and not been looked at. */
  readonly length: number
  /** How much of the source text is decided. */
  readonly decided: number
  /** Edits of decided text, in source coordinates, until `forget`. */
  readonly edits: readonly Run[]
  /** Those of them whose token is not numbered yet; only before `edits` is read. */
  tokens(): Run[]
  append(write: Pick<Write, 'path' | 'value' | 'form' | 'seam'>, skip?: number): void
  /** Lets the stages look at what has come in. */
  advance(final: boolean): MaybePromise<Finding | undefined>
  /** Edits before this source offset are written. */
  forget(before: number): void
  /** Everything as it came in; only until the first `advance`. */
  source(): string
  segments: readonly Segment[]
}

/** A literal of a unit that waits to leave, and its share of a lane's text. */
export interface PendingWrite {
  lane: Lane
  at: number
  end: number
  literal: Span
  form: 'json' | 'raw' | 'fixed'
  value: string
}

export function lane(part: Part, context: FilterContext, stages: Stages): Lane {
  const segments: Segment[] = []
  const seams: number[] = []
  let incoming = ''
  let length = 0
  let decided = 0
  let edits: Run[] = []
  let filters: Filter[] | undefined
  let ended = false
  /** Nested texts, until their edits are written into the arguments. */
  let within: { texts: NestedText[]; inner: Lane } | undefined

  const source: Source = {
    part,
    seams,
    places: (span) => placesIn(segments, length, span),
    fixed: (span) => overlapping(segments, length, span).some((segment) => segment.fixed),
  }

  function keep(runs: readonly Run[]): void {
    for (const run of runs) {
      if (run.edited) edits.push(run)
      if (run.to > decided) decided = run.to
    }
  }

  function read(final: boolean): MaybePromise<Finding | undefined> {
    if (length === 0 && part.kind !== 'media' && part.kind !== 'opaque') return undefined
    filters ??= stages(part, source)
    const runs: Run[] =
      incoming === '' ? [] : [{ text: incoming, from: length - incoming.length, to: length, edited: false }]
    incoming = ''
    return after(through(filters, runs, final), (step) => {
      keep(step.runs)
      if (final && step.block === undefined) decided = length
      return step.block
    })
  }

  /** A tool call's arguments are parsed when whole; the texts inside pass the stages as one piece. */
  function readNested(): MaybePromise<Finding | undefined> {
    const texts = nestedTexts(incoming)
    const outer = segments[0]?.path ?? ''
    const { nested: _, ...flat } = part
    const inner = lane(flat, context, stages)
    for (const text of texts)
      inner.append({
        path: outer + text.path,
        value: text.value,
        form: text.fixed ? 'fixed' : 'json',
        seam: true,
      })
    incoming = ''
    return after(inner.advance(true), (block) => {
      if (block !== undefined) return block
      within = { texts, inner }
      decided = length
      return undefined
    })
  }

  return {
    part,
    segments,
    get length() {
      return length
    },
    get decided() {
      return decided
    },
    get edits() {
      if (within !== undefined) keep(nestedRuns(within.texts, within.inner.edits))
      within = undefined
      return edits
    },
    tokens: () => (within?.inner.edits ?? edits).filter((run) => run.token !== undefined),
    append({ path, value, form, seam }, skip = 0) {
      const last = segments.at(-1)
      const fixed = form === 'fixed'
      const other = last === undefined || last.path !== path || last.fixed !== fixed || skip > 0
      if ((other || seam === true) && length > 0 && seams.at(-1) !== length) seams.push(length)
      if (other) segments.push({ path, at: length, skip, fixed })
      incoming += value
      length += value.length
    },
    advance(final) {
      if (ended) return undefined
      if (final) ended = true
      if (part.nested !== true) return read(final)
      if (final) return readNested()
      return length > context.holdCharacters && !context.shadow ? overlong() : undefined
    },
    forget(before) {
      if (edits.length > 0 && edits[0]!.to <= before) edits = edits.filter((run) => run.to > before)
    },
    source: () => incoming,
  }

  function overlong(): Finding {
    const finding: Finding = {
      code: 'guard.failed',
      reason: `arguments of more than ${context.holdCharacters} characters cannot be held`,
      score: 1,
      guard: 'gate',
      stage: 'output',
      action: 'block',
      places: source.places([0, length]),
    }
    context.find(finding)
    return finding
  }
}

/** Each stage takes what the one before it has let go. */
function through(
  filters: readonly Filter[],
  runs: readonly Run[],
  final: boolean,
  from = 0,
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

function overlapping(segments: readonly Segment[], length: number, [start, end]: Span): Segment[] {
  return segments.filter((segment, i) => {
    const stop = segments[i + 1]?.at ?? length
    return (segment.at < end && stop > start) || (start === end && segment.at === start)
  })
}

function placesIn(segments: readonly Segment[], length: number, span: Span): Finding['places'] {
  return overlapping(segments, length, span).map((segment) => {
    const stop = segments[segments.indexOf(segment) + 1]?.at ?? length
    const shift = segment.skip - segment.at
    return {
      path: segment.path,
      span: [Math.max(span[0], segment.at) + shift, Math.min(span[1], stop) + shift] as const,
    }
  })
}
