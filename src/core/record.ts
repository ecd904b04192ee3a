import type { Trace } from './trace.ts'
import type { Action, Credential, Finding, Usage } from './types.ts'

/** What an exchange leaves behind: evidence, never prompts, answers or secrets. */
export interface ExchangeRecord {
  exchange: string
  /** ISO 8601. */
  time: string
  /** Milliseconds from the first byte of the request to the last of the answer. */
  duration: number
  method: string
  path: string
  remote?: string
  /** Where it stands in a distributed trace, while there are traces. */
  trace?: Trace
  subject?: string
  tenant?: string
  /** By what it was established who calls; `keyId` tells keys apart, `issuer` is the token's. */
  credentials?: readonly Credential[]
  keyId?: string
  issuer?: string
  boundary?: string
  /** Hash of everything that the boundary was built from. */
  boundaryVersion?: string
  shadow?: true
  upstream?: string
  model?: string
  stream?: boolean
  verdict: Action
  /** What the verdict would have been had all that is only tried been enforced; absent where that is the same. */
  shadowVerdict?: Action
  findings: readonly Finding[]
  /** Findings past the limit of what a record keeps. */
  findingsOmitted?: number
  /** The status that the caller saw. */
  status: number
  /** The code of the error that the caller saw, if any. */
  code?: string
  /** How the exchange ended: as it should, or because somebody left. */
  ended:
    | 'complete'
    | 'refused'
    | 'blocked'
    | 'client_gone'
    /** The caller did not read its answer. */
    | 'stalled'
    | 'upstream_gone'
    | 'drained'
    | 'failed'
  /** Milliseconds spent in each stage, and in each guard as `stage/guard`. */
  timings: Readonly<Record<string, number>>
  /** When the stages of `timings` began, in milliseconds since the exchange did; while there are traces. */
  began?: Readonly<Record<string, number>>
  /** Milliseconds until the upstream's headers, and until the first byte left for the caller. */
  upstreamHeaders?: number
  firstByte?: number
  usage?: Usage
  /** Every try to reach a model, in order. */
  attempts?: readonly Attempt[]
  bytes: { requestIn: number; requestOut: number; answerIn: number; answerOut: number }
  /** Looks that were answered from memory, and all looks. */
  looks?: { remembered: number; all: number }
}

/** One try to reach a model. Milliseconds count from the beginning of the exchange. */
export interface Attempt {
  upstream: string
  began: number
  /** Until the answer's headers, or until it failed. */
  took: number
  /** The upstream's own; none when it gave none. */
  status?: number
  /** Why it did not serve: the code of the error. */
  code?: string
}

/** Where records go. */
export interface Recorder {
  /** Never throws and never waits: a record that cannot be kept is counted. */
  record(entry: ExchangeRecord): void
}
