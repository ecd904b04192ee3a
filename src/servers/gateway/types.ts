import type { IncomingMessage } from 'node:http'
import type { MaybePromise } from '../../core/after.ts'
import type { Passage } from '../../core/checkpoint.ts'
import type { Memory } from '../../core/memory.ts'
import type { Clock } from '../../core/ports.ts'
import type { Recorder } from '../../core/record.ts'
import type { Caller, Checks, Price } from '../../core/types.ts'
import type { Protocol } from '../../protocols/types.ts'
import type { Upstream } from '../../upstreams/types.ts'

export interface ServingBoundary {
  name: string
  version: string
  checks: Checks
}

export interface Route {
  upstream: Upstream
  /** The name that the upstream knows the model by. */
  model: string
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
  limits: { requestBytes: number; holdCharacters: number; partCharacters: number }
  /** At once for a key. Throws, or rejects with, `GateError` `auth.*`. */
  identify(request: IncomingMessage): MaybePromise<Caller>
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
  /** An exchange began. */
  opened(): void
  /** One that began has ended. */
  closed(): void
  /** Something that an operator should hear of; never holds a text or a secret. */
  warn(message: string, error: unknown): void
}
