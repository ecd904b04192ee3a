import type { IncomingHttpHeaders } from 'node:http'
import type { Memory } from '../../core/memory.ts'
import type { Clock } from '../../core/ports.ts'
import type { Recorder } from '../../core/record.ts'
import type { Trace } from '../../core/trace.ts'
import type { Caller, Checks } from '../../core/types.ts'
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

/** One policy, built: what the gate serves until a changed one takes its place whole. */
export interface Serving {
  limits: { requestBytes: number; holdCharacters: number; partCharacters: number }
  /** Throws `GateError` `auth.*`. */
  identify(headers: IncomingHttpHeaders): Caller
  /** Throws `GateError` `auth.no_boundary`. */
  boundary(call: { path: string; model: string; caller: Caller }): ServingBoundary
  /** By name, for `/v1/inspect`. Throws `GateError` `auth.no_boundary`, also for a name that does not exist. */
  boundaryNamed(name: string, caller: Caller): ServingBoundary
  /** Throws `GateError` `request.model`. */
  route(boundary: ServingBoundary, path: string, model: string): Route
  /** The model of a call that names none, where its boundary has one. */
  defaultModel(caller: Caller, path: string): string | undefined
  /** Ids of the models that this caller may use on the paths of one upstream protocol, and who serves them. */
  models(caller: Caller, protocol: string): Promise<{ id: string; owner: string }[]>
}

export interface GatewayDeps {
  serving(): Serving
  recorder: Recorder
  clock: Clock
  memory: Memory | undefined
  /** Where an exchange stands in its caller's trace, or that it begins one; there are no traces when absent. */
  trace?(exchange: string, headers: IncomingHttpHeaders): Trace
  /** An exchange began. */
  opened(): void
  /** One that began has ended. */
  closed(): void
  /** Something that an operator should hear of; never holds a text or a secret. */
  warn(message: string, error: unknown): void
}
