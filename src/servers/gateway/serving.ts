import { createKeyring, type KeyHolder } from '../../identity/keys.ts'
import type { UpstreamSpec } from '../../policy/schema.ts'
import { createSelector } from '../../policy/select.ts'
import type { BuiltBoundary, KnownPath, Policy } from '../../policy/types.ts'
import type { Upstream } from '../../upstreams/types.ts'
import type { Serving } from './types.ts'

export interface ServingPolicy extends Serving {
  version: string
  /** ISO 8601. */
  loaded: string
}

const MODELS_FOR = 60_000

/** What the gate serves by one policy. */
export function serving(
  policy: Policy,
  upstreams: ReadonlyMap<string, Upstream>,
  extra: readonly KeyHolder[],
  paths: readonly KnownPath[],
): ServingPolicy {
  const selector = createSelector(policy, paths)
  const keyring = createKeyring([...policy.consumers, ...extra])
  const told = new Map<string, { at: number; ids: Promise<string[]> }>()

  /** The models that an upstream says it has, asked at most once a minute. */
  function ask({ name }: UpstreamSpec): Promise<string[]> {
    const known = told.get(name)
    if (known !== undefined && Date.now() - known.at < MODELS_FOR) return known.ids
    const ids = upstreams.get(name)!.models()
    told.set(name, { at: Date.now(), ids })
    return ids
  }

  return {
    version: policy.version,
    loaded: new Date().toISOString(),
    limits: policy.gate.limits,
    identify: (headers) => keyring.identify(headers),
    boundary: ({ path, model, caller }) => selector.boundary(caller, path, model),
    boundaryNamed: (name, caller) => selector.named(caller, name),
    route(boundary, path, model) {
      const target = selector.upstream(boundary as BuiltBoundary, path, model, Math.random())
      return { upstream: upstreams.get(target.upstream.name)!, model: target.model }
    },
    prices: (boundary, path, model) => selector.prices(boundary as BuiltBoundary, path, model),
    defaultModel: (caller, path) =>
      selector.models(caller).names.find((model) => {
        try {
          return selector.upstream(selector.boundary(caller, path, model), path, model, 0) !== undefined
        } catch {
          return false
        }
      }),
    async models(caller, protocol) {
      const spoken = paths.filter(({ protocols }) => protocols.includes(protocol))
      const { names, wildcards } = selector.models(caller, spoken)
      const found = new Map<string, string>()
      for (const id of names) found.set(id, 'sallyport')
      for (const spec of wildcards)
        for (const id of await ask(spec))
          if (!found.has(id) && selector.serves(caller, id, spoken)) found.set(id, spec.name)
      return [...found].map(([id, owner]) => ({ id, owner }))
    },
  }
}

/** Upstreams by document: those whose document did not change keep their connections when a policy is swapped. */
export function upstreamSet(make: (spec: UpstreamSpec) => Upstream) {
  let held = new Map<string, { made: string; upstream: Upstream }>()
  return {
    take(specs: readonly UpstreamSpec[]): ReadonlyMap<string, Upstream> {
      const next = new Map<string, { made: string; upstream: Upstream }>()
      for (const spec of specs) {
        const made = JSON.stringify(spec)
        const known = held.get(spec.name)
        next.set(spec.name, known?.made === made ? known : { made, upstream: make(spec) })
      }
      for (const [name, { upstream }] of held)
        if (next.get(name)?.upstream !== upstream) void upstream.close()
      held = next
      return new Map([...next].map(([name, { upstream }]) => [name, upstream]))
    },
    async close(): Promise<void> {
      await Promise.all([...held.values()].map(({ upstream }) => upstream.close()))
    },
  }
}
