import type { Bundles, RegoProgram, SourceSpec } from '../core/ports.ts'
import type { Checks } from '../core/types.ts'
import type { BoundarySpec, Consumer, Gate, UpstreamSpec } from './schema.ts'

/** A path of the gate that a boundary may serve, and the upstream protocols that can answer it. */
export interface KnownPath {
  path: string
  protocols: readonly string[]
}

export interface BuiltBoundary {
  name: string
  /** SHA-256 over everything that it was built from; never over a key. */
  version: string
  match: BoundarySpec['match']
  require: BoundarySpec['require']
  /** Without those that are out of service. */
  upstreams: readonly { upstream: UpstreamSpec; weight: number; order: number }[]
  retries: BoundarySpec['retries']
  /** What its system prompts are marked with. */
  canary?: (tenant: string) => string
  checks: Checks
  /** On paths of which more is to be checked. */
  checksAt?: ReadonlyMap<string, Checks>
}

/** A folder of documents, checked and built. */
export interface Policy {
  version: string
  gate: Gate
  /** In service. */
  upstreams: readonly UpstreamSpec[]
  /** Out of service: the variable that their optional key comes from is not set. */
  absent: readonly UpstreamSpec[]
  boundaries: readonly BuiltBoundary[]
  consumers: readonly Consumer[]
  /** Its Rego, where somebody may ask it. */
  rego?: { program: RegoProgram; bundles: Bundles }
  /** What of it is fetched. */
  sources: readonly SourceSpec[]
}
