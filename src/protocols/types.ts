import type { GateError } from '../core/errors.ts'
import type { Meter, Unit, Usage } from '../core/types.ts'

/** What a request says, apart from its texts. */
export interface ReadRequest {
  unit: Unit
  model: string | undefined
  /** The literal that names the model, in the unit's text. */
  modelSpan: readonly [number, number] | undefined
  /** Whether the body says anything of a model: what is no name of one is text. */
  namesModel: boolean
  stream: boolean
  /** The most tokens that it asks the model to write, if it says so. */
  maxOutput?: number
}

/** A header of the caller's that the upstream is told. */
export interface PassedHeader {
  name: string
  /** What a value looks like; a call with another is refused. */
  like: RegExp
  /** Sent when the caller sends none. */
  otherwise?: string
}

/** Reads one answer. */
export interface AnswerReader {
  /** Of a stream, as its bytes arrive. Throws `GateError` `upstream.invalid`. */
  push(bytes: Uint8Array): Unit[]
  end(): Unit[]
  /** Of a body, whole. Throws `GateError` `upstream.invalid`. */
  body(text: string): Unit
  usage(): Usage | undefined
  /** Of a stream: whether it said that it ends, and did not just stop. */
  complete(): boolean
}

export interface AnswerOptions {
  /** Take out what says a text again in another form. */
  withoutRepeats?: boolean
  /** Take out what refers to places in the request, whose texts were edited. */
  withoutCitations?: boolean
  /** Take this out of what repeats the request's system prompt: the gate has put it in. */
  withoutMark?: string
}

export interface Protocol {
  name: string
  /** Where applications send it. */
  path: string
  /** Other paths that it is known by, to boundaries and records as `path`; `{model}` stands for the model's name. */
  aliases?: readonly string[]
  /** The path below an upstream's base URL. */
  upstreamPath: string
  /** Upstream protocols that can serve it. */
  upstreams: readonly string[]
  /** Besides those that pass for every protocol. */
  headers?: readonly PassedHeader[]
  /** Throws `GateError` with a `body.*` or `request.*` code. */
  request(text: string): ReadRequest
  /** The tools that a parsed body offers the model, by name; absent where there are none. */
  offers?(body: unknown): string[]
  /** A call need not name a model: the first that the caller may use serves it. */
  modelOptional?: true
  /** The body as the upstream takes it, where that differs. */
  toUpstream?(edited: string, model: string): string
  answer(options: AnswerOptions): AnswerReader
  /** A released unit as the caller takes it, where that differs. */
  toCaller?(unit: string, stream: boolean): string
  /** Which tokens a call uses; both when absent. */
  uses?: 'input' | 'nothing'
  /** Headers that say how full the counts are that a call is counted in. @param now milliseconds since 1970 */
  meters(meters: readonly Meter[], now: number): Record<string, string>
  /** The protocol's own error: a body, or the event that ends a stream. */
  error(error: GateError, where: 'body' | 'stream'): string
}
