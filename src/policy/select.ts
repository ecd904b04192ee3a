import { GateError } from '../core/errors.ts'
import type { Caller, Price } from '../core/types.ts'
import type { UpstreamSpec } from './schema.ts'
import type { BuiltBoundary, KnownPath, Policy } from './types.ts'

/** Where a call goes. */
export interface Target {
  upstream: UpstreamSpec
  /** By which the upstream knows the model. */
  model: string
  contextTokens?: number
  price?: Price
  /** Its share of the calls among those of its order. */
  weight: number
  /** Those of a higher order serve when none of a lower one can. */
  order: number
}

export interface Selector {
  /**
   * The boundary that serves a call: exact beats `*`, in the order path, tenant, model.
   * @param model undefined when the call names none: only boundaries for all models are candidates
   * @throws GateError `auth.no_boundary`
   */
  boundary(caller: Caller, path: string, model: string | undefined): BuiltBoundary
  /** A boundary that this caller may use, by name. @throws GateError `auth.no_boundary`, for an unknown name too */
  named(caller: Caller, name: string): BuiltBoundary
  /**
   * The boundary's upstreams that serve the model, by their order; those that name it beat those that serve `*`.
   * @throws GateError `request.model`
   */
  targets(boundary: BuiltBoundary, path: string, model: string): readonly Target[]
  /** What each of these upstreams takes for the model, by its name; those that have no price are left out. */
  prices(boundary: BuiltBoundary, path: string, model: string): ReadonlyMap<string, Price>
  /** Whether a call of this caller for that model would reach an upstream, on any of these paths; by default, on any. */
  serves(caller: Caller, model: string, among?: readonly KnownPath[]): boolean
  /**
   * The models that this caller may use by name, and the upstreams whose further models it may use if `serves` says so.
   * @throws GateError `auth.no_boundary` for a caller that no boundary lets in
   */
  models(caller: Caller, among?: readonly KnownPath[]): { names: string[]; wildcards: UpstreamSpec[] }
}

/** path → tenant → model, each exact or `*`. */
type Index = Map<string, Map<string, Map<string, BuiltBoundary>>>
/** What serves one path of a boundary; `*` is what serves any model. */
type Serving = ReadonlyMap<string, readonly Target[]>

const matches = (entries: readonly string[], value: string): boolean =>
  entries.includes('*') || entries.includes(value)

/** Whether the boundary lets this caller in, whatever is called. */
function admits(boundary: BuiltBoundary, caller: Caller): boolean {
  return (
    (caller.boundaries === undefined || matches(caller.boundaries, boundary.name)) &&
    boundary.require.roles.every((role) => caller.roles.includes(role))
  )
}

/** Whether some call of this caller could be the boundary's. */
const lets = (boundary: BuiltBoundary, caller: Caller): boolean =>
  admits(boundary, caller) && matches(boundary.match.tenants, caller.tenant)

/** Puts every boundary into its cells. @param tie called once for each pair that claims the same cell */
export function indexClaims<T extends Pick<BuiltBoundary, 'match'>>(
  claims: readonly T[],
  tie: (first: T, second: T, cell: { path: string; tenant: string; model: string }) => void,
): Map<string, Map<string, Map<string, T>>> {
  const index = new Map<string, Map<string, Map<string, T>>>()
  const told = new Map<T, Set<T>>()
  for (const claim of claims) {
    for (const path of claim.match.paths) {
      const tenants = getOrPut(index, path, () => new Map<string, Map<string, T>>())
      for (const tenant of claim.match.tenants) {
        const cells = getOrPut(tenants, tenant, () => new Map<string, T>())
        for (const model of claim.match.models) {
          const first = getOrPut(cells, model, () => claim)
          if (first === claim) continue
          const rivals = getOrPut(told, claim, () => new Set<T>())
          if (!rivals.has(first)) tie(first, claim, { path, tenant, model })
          rivals.add(first)
        }
      }
    }
  }
  return index
}

function getOrPut<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

/** What each known path of a boundary can be served by. */
function servings(boundary: BuiltBoundary, paths: readonly KnownPath[]): ReadonlyMap<string, Serving> {
  const byPath = new Map<string, Serving>()
  for (const { path, protocols } of paths) {
    if (!matches(boundary.match.paths, path)) continue
    const serving = new Map<string, Target[]>()
    const inOrder = boundary.upstreams.toSorted((a, b) => a.order - b.order)
    for (const { upstream, weight, order } of inOrder) {
      if (!protocols.includes(upstream.protocol)) continue
      for (const { name, as, contextTokens, price } of upstream.models) {
        const target: Target = {
          upstream,
          model: as ?? name,
          weight,
          order,
          ...(contextTokens !== undefined && { contextTokens }),
          ...(price !== undefined && { price }),
        }
        getOrPut(serving, name, (): Target[] => []).push(target)
      }
    }
    byPath.set(path, serving)
  }
  return byPath
}

/** Chooses boundaries and upstreams. Made once per policy, so that a call costs a few look-ups. */
export function createSelector(policy: Policy, paths: readonly KnownPath[]): Selector {
  const index: Index = indexClaims(policy.boundaries, (first, second) => {
    throw new Error(`${first.name} and ${second.name} tie`)
  })
  const byName = new Map(policy.boundaries.map((boundary) => [boundary.name, boundary]))
  const served = new Map(policy.boundaries.map((boundary) => [boundary, servings(boundary, paths)]))
  const named = new Set<string>()
  for (const { match, upstreams } of policy.boundaries) {
    for (const model of match.models) named.add(model)
    for (const { upstream } of upstreams) for (const { name } of upstream.models) named.add(name)
  }
  named.delete('*')
  /** Whether the boundary that would serve a call says the model's name, itself or by its upstreams. */
  const names = (caller: Caller, model: string, among: readonly KnownPath[]): boolean =>
    among.some(({ path }) => {
      const boundary = find(caller, path, model)
      if (boundary === undefined || choices(boundary, path, model).length === 0) return false
      return boundary.match.models.includes(model) || served.get(boundary)?.get(path)?.has(model) === true
    })

  const find = (caller: Caller, path: string, model: string | undefined): BuiltBoundary | undefined => {
    for (const byTenant of [index.get(path), index.get('*')]) {
      if (byTenant === undefined) continue
      for (const byModel of [byTenant.get(caller.tenant), byTenant.get('*')]) {
        if (byModel === undefined) continue
        const exact = model === undefined ? undefined : byModel.get(model)
        if (exact !== undefined && admits(exact, caller)) return exact
        const any = byModel.get('*')
        if (any !== undefined && admits(any, caller)) return any
      }
    }
    return undefined
  }
  const choices = (boundary: BuiltBoundary, path: string, model: string): readonly Target[] => {
    const serving = served.get(boundary)?.get(path)
    return serving?.get(model) ?? serving?.get('*') ?? []
  }
  const serves = (caller: Caller, model: string, among = paths): boolean =>
    among.some(({ path }) => {
      const boundary = find(caller, path, model)
      return boundary !== undefined && choices(boundary, path, model).length > 0
    })

  return {
    serves,
    boundary(caller, path, model) {
      const found = find(caller, path, model)
      if (found === undefined) throw new GateError('auth.no_boundary')
      return found
    },
    named(caller, name) {
      const boundary = byName.get(name)
      if (boundary === undefined || !lets(boundary, caller)) throw new GateError('auth.no_boundary')
      return boundary
    },
    targets(boundary, path, model) {
      const found = choices(boundary, path, model)
      if (found.length === 0) throw new GateError('request.model', { param: 'model' })
      const any = found.some((target) => target.model === '*')
      return any ? found.map((one) => (one.model === '*' ? { ...one, model } : one)) : found
    },
    prices(boundary, path, model) {
      const prices = new Map<string, Price>()
      for (const { upstream, price } of choices(boundary, path, model))
        if (price !== undefined) prices.set(upstream.name, price)
      return prices
    },
    models(caller, among = paths) {
      if (!policy.boundaries.some((boundary) => lets(boundary, caller)))
        throw new GateError('auth.no_boundary')
      const wildcards = new Set<UpstreamSpec>()
      for (const { path } of among) {
        const boundary = find(caller, path, undefined)
        const any = boundary === undefined ? undefined : served.get(boundary)?.get(path)?.get('*')
        for (const { upstream } of any ?? []) wildcards.add(upstream)
      }
      return {
        names: [...named].filter((model) => names(caller, model, among)).sort(),
        wildcards: [...wildcards],
      }
    },
  }
}
