import { canonicalise } from './canonical/index.ts'
import { countBefore } from './fifo.ts'
import type { Remembered } from './memory.ts'
import { type NeedleSet, type Sought, seek } from './needles.ts'
import type { Canonical, Needles, Part, Rule, Span, View } from './types.ts'

/** Where segments begin: from some base on, and how many began before it. */
export interface Seams {
  at: number[]
  before: number
}

/**
 * A text as the rules of a stage read it together: one canonical view, made once, and one memory of it.
 * A class, as a stream makes one for every delta.
 */
export class Reading {
  readonly text: string
  readonly offset: number
  readonly remembered: Remembered | undefined
  private readonly sought: NeedleSet | undefined
  private made: Canonical | undefined
  private places: Sought | undefined

  constructor(
    text: string,
    offset: number,
    remembered: Remembered | undefined,
    sought: NeedleSet | undefined,
  ) {
    this.text = text
    this.offset = offset
    this.remembered = remembered
    this.sought = sought
  }

  canonical(): Canonical {
    this.made ??= canonicalise(this.text, this.offset)
    return this.made
  }

  needles(rule: Rule): Needles {
    if (this.sought === undefined) return NO_NEEDLES
    this.places ??= seek(this.sought, this.canonical())
    return this.places.of(rule)
  }
}

const NO_NEEDLES: Needles = { found: [], open: 0 }

/** A reading as one rule sees it. */
export class RuleView implements View {
  readonly part: Readonly<Part>
  readonly text: string
  readonly offset: number
  readonly from: number
  readonly final: boolean
  readonly seams: readonly number[]
  private readonly reading: Reading
  private readonly rule: Rule

  constructor(
    part: Readonly<Part>,
    reading: Reading,
    rule: Rule,
    from: number,
    final: boolean,
    seams: readonly number[],
  ) {
    this.part = part
    this.text = reading.text
    this.offset = reading.offset
    this.from = from
    this.final = final
    this.seams = seams
    this.reading = reading
    this.rule = rule
  }

  canonical(): Canonical {
    return this.reading.canonical()
  }

  needles(): Needles {
    return this.reading.needles(this.rule)
  }
}

/** The text from `offset` on with a line break at every seam, and where it begins in that reading's coordinates. */
export function breakAtSeams(text: string, offset: number, seams: Seams): [text: string, offset: number] {
  const { at, before } = seams
  const first = countBefore(at.length, (i) => at[i]! < offset)
  let broken = ''
  let from = 0
  for (let i = first; i < at.length && at[i]! <= offset + text.length; i++) {
    broken += `${text.slice(from, at[i]! - offset)}\n`
    from = at[i]! - offset
  }
  return [broken + text.slice(from), offset + before + first]
}

/** From the coordinates of the reading with line breaks to those of the one without. */
export function joinAt(at: number, { at: seams, before }: Seams): number {
  return at - before - countBefore(seams.length, (i) => seams[i]! + before + i < at)
}

export function joinSpan([start, end]: Span, seams: Seams): Span {
  return [joinAt(start, seams), joinAt(end, seams)]
}
