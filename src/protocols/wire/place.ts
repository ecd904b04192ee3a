import { deeper } from '../../core/paths.ts'
import type { Offset, Part, Span, Write } from '../../core/types.ts'
import type { Capture } from './shape.ts'

/** What a walk tells of one document. */
export interface Findings {
  opens: Part[]
  writes: Write[]
  /** Parts that this document adds to or whose scope it names. */
  lanes: number[]
  ends: number[]
  /** Whether it has to do with a scope at all, or stands beside them. */
  scoped: boolean
  /** Whether it says that the stream has said all. */
  complete: boolean
  /** Values that say again what stands elsewhere, in another form. */
  repeats: Span[]
  /** Values that do not leave, and what stands there instead. */
  withheld: { span: Span; text: string }[]
  /** What differs from one event to the next and says nothing. */
  varying: { span: Span; is: 'id' | 'number' }[]
  /** Values that refer to places in the request, and what may stand there instead. */
  citations: { span: Span; text: string }[]
  offsets: Offset[]
  captured: Partial<Record<Capture, { value: string; span: Span }>>
}

/** Where a walk stands. */
export interface Place {
  path: string
  /** The part that text goes to; undefined where none has begun. */
  part: Part | undefined
  /** The scope whose parts end together. */
  scope: string | undefined
  /** Parts are complete with this document. */
  whole: boolean
  /** The path of the text that offsets are into. */
  cites: string | undefined
  /** The object whose fields name the paths of what stands in it. */
  beside: number | undefined
}

export const ROOT: Place = {
  path: '',
  part: undefined,
  scope: undefined,
  whole: false,
  cites: undefined,
  beside: undefined,
}

export function moved({ part, scope, whole, cites, beside }: Place, path: string): Place {
  return { path, part, scope, whole, cites, beside }
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** The path that findings give of what stands at a key of nobody's. */
export function keyBelow(path: string, key: string): string {
  return path === '' ? key : deeper(path, `.${key}`)
}

export function rename(path: string, last: string): string {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? last : `${path.slice(0, dot + 1)}${last}`
}

export function nothing(): Findings {
  return {
    opens: [],
    writes: [],
    lanes: [],
    ends: [],
    repeats: [],
    withheld: [],
    varying: [],
    captured: {},
    citations: [],
    offsets: [],
    scoped: false,
    complete: false,
  }
}
