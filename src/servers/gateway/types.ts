import type { IncomingMessage } from 'node:http'
import type { MaybePromise } from '../../core/after.ts'
import type { Passage } from '../../core/checkpoint.ts'
import type { Memory } from '../../core/memory.ts'
import type { Bundles, Clock, Decision, RegoProgram } from '../../core/ports.ts'
import type { Recorder } from '../../core/record.ts'
import type { Trace } from '../../core/trace.ts'
import type { Caller, Checks, Price } from '../../core/types.ts'
import type { Gate } from '../../policy/schema.ts'
import type { Protocol } from '../../protocols/types.ts'
import type { WatchedUpstream } from '../../upstreams/health/index.ts'
import type { Budget } from './balance/budget.ts'

export interface ServingBoundary {
  name: string
  version: string
  /** What its system prompts are marked with. */
  canary?: (tenant: string) => string
  checks: Checks
  /** On paths of which more is to be checked. */
  checksAt?: ReadonlyMap<string, Checks>
}

/** One place where a call may go. */
export interface Target {
  upstream: WatchedUpstream
  /** The name that the upstream knows the model by. */
  model: string
  /** The most tokens that the model takes there, if its document says so. */
  contextTokens?: number
  /** Its share of the calls among those of its order. */
  weight: number
  /** Those of a higher order serve when none of a lower one can. */
  order: number
}

/** Where a call may go, and how often it is tried again. */
export interface Route {
  /** At least one, by their order. */
  targets: readonly Target[]
  retries: {
    /** The most further tries of a call. */
    attempts: number
    /** Milliseconds: the most before the first, doubled with each. */
    backoff: number
  }
  budget: Budget
}

/** What a call used so far, for whoever counts it. */
export interface Counted {
  passage: Passage
  admitted: boolean
  /** Whether a model may have worked for it. */
  reached: boolean
  /** The answer came whole: the provider's own count of it is right. */
  whole: boolean
  /** Bytes of text that came of the answer so far. */
  said: number
  uses: Protocol['uses']
  estimate(): { inputTokens: number; outputTokens: number | undefined }
}

/** One policy, built: what the gate serves until a changed one takes its place whole. */
export interface Serving {
  limits: Gate['limits']
  /** How many failed attempts an address has. */
  attempts: Gate['auth']['attempts']
  /**
   * At once for a key. Throws, or rejects with, `GateError` `auth.*`.
   * @param unlessThrottled called before anything that is dear: throws for an address that failed too often
   */
  identify(request: IncomingMessage, unlessThrottled: () => void): MaybePromise<Caller>
  /** Throws `GateError` `auth.no_boundary`. */
  boundary(call: { path: string; model: string; caller: Caller }): ServingBoundary
  /** By name, for `/v1/inspect`. Throws `GateError` `auth.no_boundary`, also for a name that does not exist. */
  boundaryNamed(name: string, caller: Caller): ServingBoundary
  /** Throws `GateError` `request.model`. */
  route(boundary: ServingBoundary, path: string, model: string): Route
  /** What each upstream that may serve the model takes for it, by the upstream's name. */
  prices(boundary: ServingBoundary, path: string, model: string): ReadonlyMap<string, Price>
  /** The model of a call that names none, where its boundary has one. */
  defaultModel(caller: Caller, path: string): string | undefined
  /** Ids of the models that this caller may use on the paths of one upstream protocol, and who serves them. */
  models(caller: Caller, protocol: string): Promise<{ id: string; owner: string }[]>
  data?: ServingData
}

/** Rego that callers may ask themselves. */
export interface ServingData {
  program: RegoProgram
  bundles: Bundles
  /** The places under `data` that they may ask, with all below. */
  expose: readonly (readonly string[])[]
  /** Milliseconds. */
  deadline: number
}

/** Files of PEM. They are read again when they change. */
export interface TlsFiles {
  cert: string
  key: string
  /** Whose certificates are taken from callers; none are asked for when absent. */
  ca?: string
  /** Whether a caller without a certificate gets a connection. */
  clients: 'optional' | 'required'
}

export interface GatewayDeps {
  /** HTTP in the clear when absent. */
  tls?: TlsFiles
  serving(): Serving
  recorder: Recorder
  clock: Clock
  memory: Memory | undefined
  /** Where an exchange stands in its caller's trace, or that it begins one; there are no traces when absent. */
  trace?(exchange: string, headers: IncomingMessage['headers']): Trace
  /** Takes note of what Rego decided; never throws. */
  decided?(decision: Decision): void
  /** An exchange began. */
  opened(): void
  /** One that began has ended. */
  closed(): void
  /** Something that an operator should hear of; never holds a text or a secret. */
  warn(message: string, error: unknown): void
}
