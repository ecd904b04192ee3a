/** Time, so that the inside can be driven by a test. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void
  /** Lets everything else that waits have its turn. Where it is absent, long texts are judged in one go. */
  turn?(): Promise<void>
}

/** SHA-256, base64. */
export type Digest = (text: string) => string
/** SHA-256, base64, of the first piece, of the first two joined, and so on. */
export type RunningDigest = (pieces: readonly (string | Uint8Array)[]) => string[]

/** Where a secret is: never the secret itself. */
export type SecretRef = { env: string } | { file: string }

/** What a guard may ask for when it is opened. */
export interface GuardPorts {
  /** Throws when it is not there. */
  secret(ref: SecretRef): string
  /** Loads the models with the first question. Throws when they cannot be had; absent where there are none. */
  models?(): Promise<Models>
}

/** What reads that rules cannot. */
export interface Models {
  /** Changes whenever what they say may: part of the key of what is remembered. */
  version: string
  classifier: Classifier
  embedder: Embedder
}

/** What a classifier is asked: whether a text is an attack, or hurts. */
export type Head = 'injection' | 'toxicity'
/** `data`: it arrived inside a document, a mail, a tool's result; what a user may order, such a text may not. */
export type Channel = 'user' | 'data'
/** `fast`: a small model alone. `full`: the large one alone. `cascade`: the small one decides what is clear, the large one the rest. */
export type Tier = 'fast' | 'full' | 'cascade'

export interface Question {
  head: Head
  channel: Channel
  tier: Tier
  /** Whether to go on behind what is certain: a person wants to see every window, a verdict needs one. */
  every?: true
}

/** What a classifier says of one window of a text. */
export interface Judgement {
  /** UTF-16 units of the text as it was given. */
  span: readonly [start: number, end: number]
  /** Calibrated, 0 to 1. */
  score: number
  /** Codes whose threshold, for that channel and tier, the score reaches. */
  reaches: readonly string[]
  /** Which of the two models said so. */
  by: 'fast' | 'full'
}

/**
 * Judges texts of any length in overlapping windows.
 * Rejects when it cannot in time: its queue is full, its deadline is over, or what it runs on is broken.
 */
export interface Classifier {
  /** By rising start; of a text without a word none. */
  classify(text: string, question: Question): Promise<readonly Judgement[]>
}

/** Rejects as a classifier does. */
export interface Embedder {
  dimensions: number
  /** A vector of length 1 for each text, whose products say how near their meanings are. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>
}

/** What a checkpoint may ask for when it is opened. */
export interface CheckpointPorts extends GuardPorts {
  counter: Counter
  clock: Clock
  digest: Digest
  /** Starts with the first script; absent where none can be run. */
  hooks?: HookEngine
  /** The policy's Rego, and which of its asks this is; absent where nothing asks any. */
  rego?(ask: RegoAsk): { program: RegoProgram; index: number; bundles: Bundles }
  /** A server of OPA, asked in place of the policy's own Rego. */
  opa?(server: OpaServer): AskedOpa
  /** Takes note of what Rego decided, where somebody wants to know. Never throws and never waits. */
  decided?(decision: Decision): void
}

/** How much in how long. */
export interface Quota {
  points: number
  /** Milliseconds, from a multiple of them since 1970; or the month in UTC, which is `fixed`. */
  window: number | 'month'
  /** `fixed`: counted anew when the window ends. `sliding`: what was taken comes back as it ages. */
  kind: 'fixed' | 'sliding'
}

/** How a count stands after it was asked. */
export interface Standing {
  /** Whether the points were taken: all of them or none. */
  taken: boolean
  /** Points that are left. */
  remaining: number
  /** Milliseconds until all points are free again. */
  reset: number
  /** Milliseconds until as many are free as were asked for; 0 when they were taken, Infinity when there never are. */
  retryAfter: number
  /** When the window began that they were counted in, in milliseconds since 1970. */
  window: number
  /** The shared count could not be asked: this process counted its share by itself. */
  degraded?: true
}

/** A place among those that may be held at the same time. */
export interface Place {
  taken: boolean
  degraded?: true
  /** Gives it back; again does nothing. */
  release(): void
}

/** Counts of what callers use; several gates may share them. Never throws, and never waits longer than its timeout. */
export interface Counter {
  take(key: string, points: number, quota: Quota): Standing | Promise<Standing>
  /**
   * Corrects what was taken before: more points when positive, also past the limit, fewer when negative.
   * Does nothing to a window that has ended since.
   * @param window that of the `Standing` in which they were taken
   */
  correct(key: string, points: number, quota: Quota, window: number): void | Promise<void>
  /** Takes one of `limit` places. It comes back by itself if this process dies. */
  hold(key: string, limit: number): Place | Promise<Place>
}

/** Where something of a policy's code stands, and what is wrong or seldom meant there. Lines and columns from 1. */
export interface CodeProblem {
  /** Empty when it is of no module, but of what is asked of them, their data or their schema. */
  file: string
  line?: number
  column?: number
  message: string
}

/** What a `use: rego` asks: the rules `allow`, `deny`, `flag` and `transform` of a package, or one reference. */
export type RegoAsk = { package: string } | { query: string }

/** All the Rego of one policy: it is compiled together and swapped whole. */
export interface RegoSource {
  modules: readonly { file: string; source: string }[]
  /** The base documents under `data`, one JSON object. */
  data: string
  /** In this order they are asked by `decide`. */
  asks: readonly RegoAsk[]
  /** JSON schema of the input, against which modules are checked. */
  schema?: string
}

/** What Rego said. `rules`: what the package's rules yielded, in JSON's types; a rule that is not there or undefined is absent. */
export type RegoAnswer =
  | { rules: Readonly<Partial<Record<'allow' | 'deny' | 'flag' | 'transform', unknown>>> }
  /** Of a `query:`. */
  | { value: unknown }
  /** Of a `query:`, or a package all of whose rules are. */
  | { undefined: true }
  /** It threw, took too long or used too much memory; says which, and never what the input held. */
  | { error: string }

export interface RegoProgram {
  /** Changes whenever what it says may. */
  version: string
  /** The fields of the input that it speaks of; undefined where that may be any. */
  reads: ReadonlySet<string> | undefined
  /** Which of the four rules the package of an ask defines; empty for a `query:`. */
  defines(ask: number): readonly string[]
  /**
   * @param input JSON text, at most 1 MiB
   * @param deadline milliseconds of its own time
   * Rejects when it cannot be asked: too many wait already.
   */
  decide(ask: number, input: string, deadline: number): Promise<RegoAnswer>
  /** The value at a path of `data` (`acme/allow`), for those who ask as they would ask OPA. */
  data(path: readonly string[], input: string, deadline: number): Promise<RegoAnswer>
}

/** Compiles and evaluates Rego. */
export interface RegoEngine {
  compile(
    source: RegoSource,
  ): Promise<
    { program: RegoProgram; warnings: readonly CodeProblem[] } | { problems: readonly CodeProblem[] }
  >
}

/** The bundles that a policy was made of, by name. */
export type Bundles = Readonly<Record<string, { revision: string }>>

/** Where something is that a policy is built from besides its folder. */
export interface SourceSpec {
  /** By which an operator is told of it; no two of a policy have the same. */
  name: string
  from: { url: string } | { file: string }
  /** Of a data document: where it stands under `data`. A bundle says that itself. */
  at?: readonly string[]
  /** Milliseconds between two looks: somewhere between the two. */
  poll: { min: number; max: number }
  /** Seconds that a server may hold back its answer until there is something new. */
  longPoll?: number
  /** Shown as a bearer token. */
  key?: SecretRef
  /** File of the CAs that its server is believed by, in PEM. */
  ca?: string
  /** A bundle is taken only with a signature of one of these keys. */
  verify?: { keys: readonly { id: string; algorithm: string; key: SecretRef }[]; scope?: string }
}

/** What arrived of a source. */
export interface Fetched {
  modules: readonly { file: string; source: string }[]
  /** `at`: where it stands under `data`. */
  data: readonly { file: string; source: string; at: readonly string[]; yaml: boolean }[]
  /** Of a bundle alone: the places under `data` that are its own. */
  bundle?: { revision: string; roots: readonly string[] }
}

/** Fetches what policies are built from, and goes on looking for what is new. */
export interface Sources {
  /**
   * The last good state of each, in the order of `specs`; undefined: it never arrived. Waits a bounded time for what is asked
   * for the first time.
   */
  take(specs: readonly SourceSpec[]): Promise<readonly (Fetched | undefined)[]>
}

/** A server of OPA, and how it is asked. */
export interface OpaServer {
  /** `http:`, `https:` or `unix:`. */
  url: string
  /** Shown as a bearer token. */
  key?: SecretRef
  /** File of the CAs that it is believed by, in PEM. */
  ca?: string
}

export interface AskedOpa {
  /** The value at a path of its `data`; as in `RegoProgram`, but that it never rejects. @param deadline milliseconds */
  data(path: readonly string[], input: string, deadline: number): Promise<RegoAnswer>
}

/** What Rego was asked and what it said. */
export interface Decision {
  /** Its own when absent. */
  id?: string
  /** Of `data`: `acme/allow`. */
  path: string
  /** JSON text. */
  input: string
  answer: RegoAnswer
  /** Who asked: a subject. */
  by: string
  /** The exchange that it was asked for. */
  exchange?: string
  /** Milliseconds that it took. */
  took: number
  bundles: Bundles
}

/** One rule of a module that tests others. */
export interface RegoTest {
  package: string
  name: string
  file: string
  line: number
  /** `error`: it could not be evaluated, and `message` says why. */
  outcome: 'pass' | 'fail' | 'error' | 'skip'
  message?: string
  /** What it printed. */
  output?: string
  ms: number
}

/** Which lines tests have reached; the tests themselves do not count. */
export interface RegoCoverage {
  percent: number
  /** Lines as pairs, the first and the last. */
  files: readonly {
    file: string
    percent: number
    covered: readonly (readonly [first: number, last: number])[]
    notCovered: readonly (readonly [first: number, last: number])[]
  }[]
}

/** What is asked of Rego by who writes it. Rejects when it dies of it. */
export interface RegoTools {
  /** The modules as they should look, without those that have problems. */
  format(
    modules: RegoSource['modules'],
  ): Promise<{ problems: readonly CodeProblem[]; modules: RegoSource['modules'] }>
  /** What only a strict reading refuses, as `compile` does, is a problem when `strict`, a warning otherwise. */
  check(
    source: Omit<RegoSource, 'asks'>,
    strict: boolean,
  ): Promise<{ problems: readonly CodeProblem[]; warnings: readonly CodeProblem[] }>
  test(
    source: Omit<RegoSource, 'asks' | 'schema'>,
    coverage: boolean,
  ): Promise<{ tests: readonly RegoTest[]; coverage?: RegoCoverage } | { problems: readonly CodeProblem[] }>
}

/** A script of a hook as it was written: the body of a function that returns its decision. */
export interface HookSource {
  script: string
  /** Milliseconds of its own execution. */
  time: number
  /** Bytes. */
  memory: number
  /** Whether it may know what time it is. */
  clock: boolean
}

export interface Hook {
  /**
   * @param input JSON text of an object: what the script sees as `request` and, where there is one, as `answer`
   * Resolves with JSON text of what it returned. Rejects with an `Error` whose message says what went wrong and holds nothing
   * of the input: it threw, took too long, used too much memory, returned nothing, or too many wait already.
   */
  run(input: string): Promise<string>
}

/** Runs JavaScript of a policy apart from the gate, with nothing but what it is shown. */
export interface HookEngine {
  /** `problem`: it is no JavaScript; lines and columns from 1, in the script as it was written. */
  open(
    source: HookSource,
  ): Promise<{ hook: Hook } | { problem: { line: number; column: number; message: string } }>
}
