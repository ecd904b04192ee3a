import type { z } from 'zod'
import type { MaybePromise } from './after.ts'
import type { Signal } from './cancellation.ts'
import type { CheckpointPorts, GuardPorts, Quota, RegoAsk } from './ports.ts'

/** In rising severity; the most severe of an exchange's findings is its verdict. */
export type Action = 'allow' | 'flag' | 'transform' | 'block'
export type Stage = 'admit' | 'input' | 'context' | 'policy' | 'output' | 'tool'
/** Where a part came from, which decides how far it is trusted. */
export type Origin = 'system' | 'user' | 'retrieved' | 'tool' | 'model'
export type Kind = 'text' | 'document' | 'tool_call' | 'media' | 'opaque'
/** UTF-16 units, end exclusive. */
export type Span = readonly [start: number, end: number]
/** `family.member`, all of them in `codes.ts`. */
export type Code = string

/** What a reader reads as one piece. */
export interface Part {
  id: number
  origin: Origin
  kind: Kind
  /** `drop` acts on the whole group: one document, one message. */
  group?: string
  /** Its text is JSON: when whole, the strings, keys and long numbers in it are what is read. */
  nested?: true
  /** For `media` and `opaque`: what it is that cannot be read (`image`, `audio`, `file`, ...). */
  medium?: string
  /** It is what an encoded stretch of the part says: `base64`, or `base64 rot13` where that says something else again. */
  derived?: {
    encoding: string
    /** Nearly every reader reads it as it stands: `%20`, `1gn0re`. */
    legible?: true
  }
  /** It is what an application takes for the answer: no refusal, reasoning or what is told beside it. */
  answer?: true
  /** Copies of its text, or offsets into it, may come later: its edits are kept until then. */
  kept?: true
}

/**
 * The one canonical reading of a view: invisible characters out, compatibility forms, case and confusables folded.
 * The fold is made character by character, so the canonical form of a text never depends on how it was cut.
 */
export interface Canonical {
  text: string
  /** So many characters, from the first on, stand where they do in the view. */
  same: number
  /** The absolute span in the part of canonical characters [start, end); leading and trailing invisibles excluded. */
  span(start: number, end: number): Span
  /** The absolute offset in the part at which canonical character `index` begins; the view's end for the length. */
  origin(index: number): number
  /** The first canonical character that stands at or after an absolute offset. */
  index(offset: number): number
}

/** What a guard sees of a part. A buffered part is one final view; a streamed one comes in several. */
export interface View {
  part: Readonly<Part>
  text: string
  /** Where `text` begins in the part. */
  offset: number
  /** What lies before it was settled by this guard before; text from `offset` to here is left context only. */
  from: number
  /** Whether the part ends with this view. */
  final: boolean
  /** Where segments begin, absolute, from `offset` on. */
  seams: readonly number[]
  canonical(): Canonical
  /** Where the guard's needles stand; none for a guard that declares none. */
  needles(): Needles
}

/** Indices are of the canonical text. */
export interface Needles {
  /** By rising end. */
  found: readonly { needle: number; start: number; end: number }[]
  /** Where a needle may have begun that is not whole yet; the text's length when none has. */
  open: number
}

/**
 * What should become of a span. A guard states the intent; the engine resolves it for the exchange.
 * `token` is a label (`EMAIL`): the engine numbers it (`[EMAIL_1]`), keeps the value and gives it back in the answer.
 */
export type Edit = { replace: string } | { token: string } | { drop: true }

/** What a guard says. Spans are absolute in the part. `reason` never holds the matched text. */
export interface Hit {
  code: Code
  reason: string
  /** 0 to 1. */
  score: number
  span: Span
  edit?: Edit
  /** Set by the engine alone: what it leads to where the boundary says nothing of its code, instead of the code's default. */
  usually?: Action
}

/**
 * `settled` is an absolute offset: no later text can add, remove or change a hit that begins before it.
 * A hit never straddles it. On a final view it is the part's end.
 */
export interface Opinion {
  hits: readonly Hit[]
  settled: number
}

export type Look = (view: View) => Opinion | Promise<Opinion>

export interface Reach {
  /** The most characters that it may leave unsettled, or `whole`: it looks only at the final view. */
  hold: number | 'whole'
  /** How many characters of left context it needs before `from`. */
  lookbehind: number
  /** Asked only about parts of these kinds; about all that have text when absent. */
  kinds?: readonly Kind[]
  /** Asked only about parts of these origins, unless the boundary says which. */
  origins?: readonly Origin[]
  /**
   * Canonical literals without which it cannot hit. The engine looks for those of a whole stage at once, tells the guard where its
   * own stand, and does not ask it about a complete text without one. A space stands for up to 16 white-space characters.
   */
  needles?: readonly string[]
  /**
   * What it is shown besides the text: `runs`, what encoded runs in it say (base64 and the like), which a stream waits for
   * to end; `all`, also text that was turned round (backwards, ROT13), which costs a stream a few words of delay.
   */
  decode?: 'runs' | 'all'
  /** It takes milliseconds: what it found is remembered of short texts as well. */
  slow?: true
  /** It is shown that in answers too. A stream then waits for the end of every word, which may begin an encoded run. */
  decodeAnswers?: true
}

/** A guard that counts, in one exchange. */
export interface Counting {
  inspect: Look
  /** All that it has to know of what it saw to go on from there. Never a text. */
  state?(): unknown
}

/** What a request said, as it came, for guards that compare its answer. Kept as long as the exchange. */
export interface Asked {
  /** What its parts of these origins say, part by part. */
  texts(origins: readonly Origin[]): Iterable<string>
  /** What the boundary has put into its system prompt. */
  canary: string | undefined
  /** The JSON text of the schema that it wants its answer to fit. */
  schema: string | undefined
}

export type Guard = Reach &
  (
    | { scope: 'part'; inspect: Look } // pure in (text, origin, kind, medium): may be remembered
    // Keeps a count or the like over all parts of its stage. `resumes`: `begin` goes on from a `state`.
    // `compares`: in an answer, it is told what was asked.
    | {
        scope: 'exchange'
        resumes?: true
        compares?: true
        begin(state?: unknown, asked?: Asked): Counting
      }
  )

/** A detector: what its folder under `guards/` exports. */
export interface GuardModule<C = unknown> {
  /** The folder's name, which is what `use:` says. */
  name: string
  stages: readonly Stage[]
  config: z.ZodType<C>
  /** The codes that it can yield under this configuration, and whether its hits carry an edit. */
  codes(config: C): Readonly<Record<Code, { edits: boolean }>>
  /** Runs in every stage that it supports even if a boundary does not list it. */
  always?: true
  /** Why this configuration cannot stand in this stage, and what to write instead; undefined when it can. */
  check?(config: C, stage: Stage): string | undefined
  /** Shown by `sallyport check`. */
  warnings?(config: C): string[]
  /** Throws an `Error` whose message says what to write instead. */
  open(config: C, ports: GuardPorts): Guard | Promise<Guard>
  /** A model that stands behind the same `use:` and gives its own reasons; undefined where this configuration wants none. Throws as `open` does. */
  openModel?(config: C, ports: GuardPorts): Promise<Guard | undefined>
}

/** What a checkpoint may know of the exchange that comes to it. */
export interface ReadonlyExchange {
  readonly id: string
  readonly stage: Stage
  readonly boundary: string
  readonly caller: Caller
  /** None where no model is called. */
  readonly model: string | undefined
  /** Aborts when the exchange ends early. */
  readonly signal: Signal
  /** The tokens that it will use, estimated. `outputTokens`: the most that it asks for, if it says so. */
  estimate(): { inputTokens: number; outputTokens: number | undefined }
  /** What each upstream that may serve it takes for the model, by the upstream's name. */
  prices(): ReadonlyMap<string, Price>
  /** The counts that it is counted in already: of checkpoints that share one, one counts. */
  readonly counted: { key: string; quota: Pick<Quota, 'window' | 'kind'> }[]
  /** The gate's path that was called. */
  readonly path: string
  /** The most tokens that the model, wherever it may be served, takes; undefined when no upstream says. */
  readonly contextTokens: number | undefined
  /** Who may serve it, the first choice first. */
  readonly upstreams: readonly { name: string; protocol: string }[]
  readonly stream: boolean
  /** What the boundary enforces in each stage, by name. */
  readonly enforced: Readonly<Record<Stage, readonly string[]>>
  /** What was found so far. */
  readonly findings: readonly Finding[]
  /** What it asks, as edited so far. */
  readonly request: Content
  /** What the model answered, as edited so far; in `output` and `tool` alone. */
  readonly answer: Content | undefined
}

/** A body or a stream's events, as a checkpoint may see them. All of it is made when it is asked for. */
export interface Content {
  /** JSON text of the body; undefined for a stream, and for `/v1/inspect`. */
  body(): string | undefined
  /** The same with the length of each text, in UTF-16 units, in the place of the text. */
  outline(): string | undefined
  parts(): readonly ContentPart[]
  /** Names of the tools that are offered to the model. */
  tools(): readonly string[]
}

export interface ContentPart {
  /** Where it begins. */
  path: string
  origin: Origin
  kind: Kind
  text: string
  /** Of a tool call: which tool. */
  tool?: string
}

/** What a million tokens cost, in the operator's currency. */
export interface Price {
  input: number
  output: number
  /** Of input that the provider had read before; as `input` when absent. */
  cachedInput?: number
}

/** What a checkpoint says against an exchange. `reason` never holds a text of the caller's. */
export interface Objection {
  code: Code
  /** Of a code that the policy's author made up: the code whose action holds for it. */
  under?: Code
  reason: string
  /** In place of the code's. */
  status?: number
  /** What the caller is told in place of the code's message: words of whoever wrote the policy, never the caller's own. */
  said?: string
  /** What it is about: a text of the content, or a span of it. */
  place?: { path: string; span?: Span }
  /** What is to stand there, where its code leads to `transform`. */
  replacement?: string
  /** Milliseconds after which the same call may pass. */
  retryAfter?: number
}

/** How full a count is, for headers that callers read. */
export interface Meter {
  of: 'requests' | 'tokens'
  limit: number
  remaining: number
  /** Milliseconds until it is empty again. */
  reset: number
}

/** What a checkpoint says of an exchange that came to it. */
export interface Entry {
  objections: readonly Objection[]
  meters?: readonly Meter[]
  /** Runs exactly once, whatever happened since. */
  settle?(outcome: Outcome): void | Promise<void>
}

/** What became of an exchange, and what it used. */
export interface Outcome {
  /** Whether every checkpoint of the stage let it pass. */
  admitted: boolean
  /** Whether a model may have worked for it. */
  reached: boolean
  /** Which one. */
  upstream: string | undefined
  /** As the upstream counted them, else estimated. */
  inputTokens: number
  /** Of `inputTokens`. */
  cachedTokens: number
  /** Undefined when nobody can tell: the answer was not seen. */
  outputTokens: number | undefined
}

/** A gate that an exchange passes once in a stage. */
export interface Checkpoint {
  enter(exchange: ReadonlyExchange): MaybePromise<Entry>
  /** Milliseconds that it may keep an exchange waiting on purpose, besides its timeout. */
  waits?: number
}

/** What its folder under `checkpoints/` exports. */
export interface CheckpointModule<C = unknown> {
  /** The folder's name, which is what `use:` says. */
  name: string
  stages: readonly Stage[]
  config: z.ZodType<C>
  /** The codes that it can yield under this configuration, and whether it proposes an edit with them. */
  codes(config: C): Readonly<Record<Code, { edits: boolean }>>
  /** Its actions hold in shadow too. */
  unshadowed?: true
  /** Why this configuration cannot stand in this stage, and what to write instead; undefined when it can. */
  check?(config: C, stage: Stage): string | undefined
  /** Shown by `sallyport check`. */
  warnings?(config: C): string[]
  /** What it asks the policy's Rego, if anything. */
  asks?(config: C): RegoAsk | undefined
  /** Whether every model that the boundary may call needs a price. */
  priced?(config: C): boolean
  /** Throws an `Error` whose message says what to write instead. */
  open(config: C, ports: CheckpointPorts): Checkpoint | Promise<Checkpoint>
}

/** Made by the engine alone: a hit or an objection with its guard, stage, places and action. Never the matched text. */
export interface Finding {
  code: Code
  reason: string
  score: number
  /** The guard's name, or the checkpoint's. */
  guard: string
  stage: Stage
  action: Action
  places: readonly { path: string; span: Span }[]
  /** As in `Objection`; `said` is never part of what is recorded. */
  status?: number
  said?: string
  retryAfter?: number
  /** Only tried: nothing came of it. */
  shadow?: true
}

/** One `use:` line of a boundary that names a checkpoint, built. */
export interface CheckpointRule {
  name: string
  stage: Stage
  checkpoint: Checkpoint
  /** The action of every code that it can yield. */
  actions: ReadonlyMap<Code, Action>
  /** Milliseconds that entering may take. */
  timeout: number
  unshadowed?: true
  /** Only tried: what it says is recorded, and nothing comes of it. */
  shadow?: true
  /** It stands above the guards of its stage and is asked before they are. */
  early?: true
}

/** One `use:` line of a boundary, built. */
export interface Rule {
  name: string
  stage: Stage
  guard: Guard
  /** The action of every code that the guard can yield. */
  actions: ReadonlyMap<Code, Action>
  /** Codes of which the boundary itself says what they lead to. */
  said?: ReadonlySet<Code>
  /** Only parts of these origins; all when absent. */
  origins?: ReadonlySet<Origin>
  /** Milliseconds a look may take. */
  timeout: number
  /** Leaves no findings. */
  silent?: true
  /** Only tried: what it finds is recorded; it holds, edits and blocks nothing. */
  shadow?: true
  /** Changes whenever the guard or its configuration does; part of the key of what is remembered. */
  build: string
}

/** What the engine needs of a boundary document. */
export interface Checks {
  rules: Readonly<Record<Stage, readonly Rule[]>>
  /** In order; a stage without any has no list. Absent when no stage has any. */
  checkpoints?: Readonly<Partial<Record<Stage, readonly CheckpointRule[]>>>
  /** Record what would have happened; hold, edit and block nothing. */
  shadow: boolean
  /** What stands between the first opening and the last closing mark is of that origin. */
  marks: readonly { between: readonly [open: string, close: string]; origin: 'retrieved' | 'tool' }[]
  /** Into which kinds of parts of an answer masked values are given back. */
  restore: ReadonlySet<'text' | 'tool_call'>
  /** Whether a rule of `output` or `tool` could edit or block text (none does in shadow): nothing may repeat it in another form then. */
  guardsText: boolean
}

/** A literal of a unit that carries text of a part. */
export interface Write {
  part: number
  path: string
  /** The literal's span in the unit's text, without its quotes. */
  literal: Span
  /** What it says, unescaped. */
  value: string
  /** How the literal is written: as a JSON string's inside, as it is, or as JSON of any type; `fixed` stays. */
  form: 'json' | 'raw' | 'value' | 'fixed'
  /** Begins a new segment although the path is the same. */
  seam?: true
  /** An object's key: a line break stands between it and its neighbours, in every reading. */
  key?: true
  /** Says again what the part, a `kept` one, has said: not read again, but edited as that was. */
  copy?: true
  /** Where in the part's text begins what a copy says; at its beginning when absent. */
  at?: number
}

/** A number literal that says where something stands in the text of a `kept` part; moves with that part's edits. */
export interface Offset {
  part: number
  literal: Span
  /** What it says, in characters. */
  says: number
  /** The same in the part's text, in UTF-16 units. */
  at: number
  /** Where in the part's text begins the one that it counts in; at its beginning when absent. */
  from?: number
  /** Of an edited stretch that holds it, it says the beginning or the end. */
  edge: 'start' | 'end'
}

/** One unit of the wire: a body, or one SSE event with its framing. */
export interface Unit {
  text: string
  /** The parts whose earlier units must leave before it. */
  lanes: readonly number[] | 'all' | 'none'
  opens: readonly Part[]
  writes: readonly Write[]
  /** Of a request: the JSON text of the schema that it wants its answer to fit. */
  schema?: string
  /** Parts that are complete with this unit. */
  ends: readonly number[]
  /** Offsets into texts that are complete up to there. */
  offsets?: readonly Offset[]
  /** Rewritten whatever the guards say: a repeated text taken out, a model renamed. */
  splices: readonly { span: Span; text: string }[]
}

export interface Usage {
  inputTokens?: number
  /** Of `inputTokens`: what the provider had read before. */
  cachedTokens?: number
  outputTokens?: number
}

/** By what it was established who calls: `forwarded` is a certificate that a trusted proxy tells of. */
export type Credential = 'key' | 'token' | 'certificate' | 'forwarded'

/** Who calls, as established before anything else is looked at. */
export interface Caller {
  subject: string
  tenant: string
  roles: readonly string[]
  /** Names of the boundaries that this caller may use; `*` is all; all when absent. */
  boundaries?: readonly string[]
  /** All that it showed. */
  credentials?: readonly Credential[]
  /** Which of its keys it showed, when it showed one; is no key. */
  keyId?: string
  /** What its token says of it, verified; absent without a token. */
  claims?: Readonly<Record<string, unknown>>
}
