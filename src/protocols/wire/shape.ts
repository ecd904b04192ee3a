import type { Kind, Origin } from '../../core/types.ts'
import { type Names, names } from './names.ts'

/**
 * What stands at a path of a protocol's documents. A codec is such data and no more; `walk.ts` reads documents by it.
 * Whatever does not fit its shape is read as `any`: every string, key and long number in it is text.
 */
export type Shape =
  /**
   * `copy`: says again all that was said at this path before; text of its own where it differs. `fixed`: signed, so that
   * it cannot be rewritten.
   */
  | { is: 'text'; copy?: true; fixed?: true }
  /** Exempt while it looks like an identifier. */
  | { is: 'id'; capture?: Capture; varies?: true }
  /** Exempt while it is one of the known values. */
  | { is: 'enum'; values: Names<true> }
  | { is: 'number'; capture?: Capture; varies?: true }
  | { is: 'boolean'; capture?: Capture }
  /** A string that holds JSON, or the JSON itself: a tool call's arguments. */
  | { is: 'nested'; origin: Origin; kept?: true; copy?: true }
  /** Cannot be read: an image, audio, a file, server-side state. `of`: what is said beside it can. */
  | { is: 'media'; medium: string; of?: Shape }
  /** Says again, in another form, what stands elsewhere in the same document. */
  | { is: 'repeat' }
  /** Does not leave: `instead` stands there. */
  | { is: 'withheld'; instead: string }
  | { is: 'any'; capture?: Capture }
  | { is: 'object'; fields: Names<Field>; folded: ReadonlySet<string> }
  /** An object whose keys say something; those that match need no reading. */
  | { is: 'map'; keys: RegExp; of: Shape }
  /** `by`: the field of an element that says its index; its position when absent. */
  | { is: 'array'; of: Shape; by?: string }
  /** By JSON type; `numbers` is an array of them and of nothing else. */
  | { is: 'forms'; string?: Shape; array?: Shape; numbers?: Shape; object?: Shape; number?: Shape }
  /** By the value of a field. */
  | { is: 'case'; field: string; cases: Names<Shape>; otherwise: Shape }
  /**
   * One piece for its reader: all text inside becomes one part. `at`: the one at this path, and in its scope.
   * `elements`: one with what stands in the other elements of the innermost array around it.
   */
  | {
      is: 'part'
      origin: Origin
      kind: Kind
      group: boolean
      kept?: Kept
      /** What an application takes for the answer. */
      answer?: true
      at?: string
      elements?: true
      of: Shape
    }
  /** The field of a streamed delta that adds to another field's text. */
  | { is: 'named'; as: string; of: Shape }
  /** Stands at a path that fields beside it name: an event's delta at its item's text. */
  | { is: 'at'; path: readonly (string | { field: string })[]; of: Shape }
  /** Offsets inside are into the text at this path below, or in the field of that name beside this one. */
  | { is: 'cites'; text: string; beside?: true; of: Shape }
  /** Such an offset. */
  | { is: 'offset'; edge: 'start' | 'end' }
  /** Refers to places in a request: once that was edited, `instead` stands here. */
  | { is: 'citation'; instead: string; of: Shape }
  /**
   * Parts inside are complete when they come. What comes later at the same path is another, unless it is a copy, as
   * everything is of which nothing is known and that comes again word for word.
   */
  | { is: 'whole'; of: Shape }
  /** Not yet, although what is around it is whole. */
  | { is: 'grows'; of: Shape }
  /** A value here says that the stream has said all. */
  | { is: 'complete'; of: Shape }
  /** A value here says that the provider failed: what it says of itself does not leave. */
  | { is: 'failure' }
  /** Numbers by the thousand. */
  | { is: 'numbers' }
  /** Exempt while it looks like bytes in base64. */
  | { is: 'base64' }
  /** Parts opened inside end when `end` is met inside. `begins`: readers differ in what a second one is. */
  | { is: 'scope'; begins?: true; of: Shape }
  /** A value here says that the scope's parts are complete. */
  | { is: 'end'; of: Shape }

/** What is kept of a part for what comes later: its edits for offsets into it, or its text too for copies of it. */
export type Kept = 'edits' | 'text'

/** A field that an object of a protocol may have. */
export interface Field {
  name: string
  shape: Shape
}

export type Capture =
  | 'model'
  | 'stream'
  | 'inputTokens'
  | 'outputTokens'
  | 'schema'
  | 'cachedTokens'
  | CacheTokens
  | AskedOutput
/** How much a request asks for: the most tokens of one text, by its older and its newer name, and how many texts. */
type AskedOutput = 'maxTokens' | 'maxOutputTokens' | 'choices' | 'bestOf'
/** Of input that a provider does not count among `inputTokens`. */
type CacheTokens = 'cacheReadTokens' | 'cacheWriteTokens'

export const text: Shape = { is: 'text' }
export const fixedText: Shape = { is: 'text', fixed: true }
export const textCopy: Shape = { is: 'text', copy: true }
export const failure: Shape = { is: 'failure' }
export const numbers: Shape = { is: 'numbers' }
export const base64: Shape = { is: 'base64' }
export const offset = (edge: 'start' | 'end'): Shape => ({ is: 'offset', edge })
export const id: Shape = { is: 'id' }
export const number: Shape = { is: 'number' }
export const boolean: Shape = { is: 'boolean' }
export const any: Shape = { is: 'any' }
/** JSON Schema that the answer is to fit; the model reads it. */
export const schemaOfAnswer: Shape = { is: 'any', capture: 'schema' }
export const repeat: Shape = { is: 'repeat' }
export const withheld = (instead: string): Shape => ({ is: 'withheld', instead })
export const media = (medium: string, of?: Shape): Shape =>
  of === undefined ? { is: 'media', medium } : { is: 'media', medium, of }
export const map = (keys: RegExp, of: Shape): Shape => ({ is: 'map', keys, of })
export const nested = (origin: Origin): Shape => ({ is: 'nested', origin })
export const nestedKept = (origin: Origin): Shape => ({ is: 'nested', origin, kept: true })
export const nestedCopy = (origin: Origin): Shape => ({ is: 'nested', origin, kept: true, copy: true })
export const captured = (is: 'id' | 'number' | 'boolean', capture: Capture): Shape => ({ is, capture })
/** Differs with every event, and nothing refers to it. */
export const varying = (is: 'id' | 'number'): Shape => ({ is, varies: true })
export const oneOf = (...values: string[]): Shape => ({
  is: 'enum',
  values: names(values.map((value) => [value, true])),
})
export const array = (of: Shape, by?: string): Shape =>
  by === undefined ? { is: 'array', of } : { is: 'array', of, by }
export const forms = (by: Omit<Extract<Shape, { is: 'forms' }>, 'is'>): Shape => ({ is: 'forms', ...by })
export const byField = (field: string, cases: Record<string, Shape>, otherwise: Shape = any): Shape => ({
  is: 'case',
  field,
  cases: names(Object.entries(cases)),
  otherwise,
})
export const part = (
  origin: Origin,
  of: Shape,
  {
    kind = 'text',
    group = false,
    kept,
    answer,
    at,
    elements,
  }: { kind?: Kind; group?: boolean; kept?: Kept; answer?: true; at?: string; elements?: true } = {},
): Shape => ({
  is: 'part',
  origin,
  kind,
  group,
  ...(kept && { kept }),
  ...(answer && { answer }),
  ...(at && { at }),
  ...(elements && { elements }),
  of,
})
/** @param path with the names of fields in brackets: `output[output_index].content` */
export const at = (path: string, of: Shape): Shape => ({
  is: 'at',
  path: path.split(/(?<=\[)([a-z_]+)(?=\])/).map((piece, i) => (i % 2 === 0 ? piece : { field: piece })),
  of,
})
export const cites = (text: string, of: Shape): Shape => ({ is: 'cites', text, of })
export const citesBeside = (text: string, of: Shape): Shape => ({ is: 'cites', text, beside: true, of })
export const citation = (instead: string, of: Shape): Shape => ({ is: 'citation', instead, of })
export const whole = (of: Shape): Shape => ({ is: 'whole', of })
export const grows = (of: Shape): Shape => ({ is: 'grows', of })
export const complete = (of: Shape): Shape => ({ is: 'complete', of })
export const named = (as: string, of: Shape): Shape => ({ is: 'named', as, of })
export const scope = (of: Shape): Shape => ({ is: 'scope', of })
export const begins = (of: Shape): Shape => ({ is: 'scope', begins: true, of })
export const end = (of: Shape): Shape => ({ is: 'end', of })
export const object = (fields: Record<string, Shape>): Shape => ({
  is: 'object',
  fields: names(Object.entries(fields).map(([name, shape]) => [name, { name, shape }])),
  folded: new Set(Object.keys(fields).map(fold)),
})

/**
 * Case as lenient parsers fold it: Go's `encoding/json` takes `ſ` for `s` and the Kelvin sign for `k`.
 */
export function fold(key: string): string {
  return key
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase()
}
