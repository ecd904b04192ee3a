import type { IncomingHttpHeaders } from 'node:http'
import type { Memory } from '../../core/memory.ts'
import type { Clock } from '../../core/ports.ts'
import type { Recorder } from '../../core/record.ts'
import type { Caller, Checks } from '../../core/types.ts'
import type { WatchedUpstream } from '../../upstreams/health/index.ts'
import type { Budget } from './balance/budget.ts'

export interface ServingBoundary {
  name: string
  version: string
  checks: Checks
}

/** One place where a call may go. */
export interface Target {
  upstream: WatchedUpstream
  /** The name that the upstream knows the model by. */
  model: string
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
  /** An exchange began. */
  opened(): void
  /** One that began has ended. */
  closed(): void
  /** Something that an operator should hear of; never holds a text or a secret. */
  warn(message: string, error: unknown): void
}
