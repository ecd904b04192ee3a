import { certificates } from '../../identity/certificates.ts'
import { identifier } from '../../identity/identify.ts'
import type { Issuer } from '../../identity/issuer.ts'
import { createKeyring, type KeyHolder } from '../../identity/keys.ts'
import type { UpstreamSpec } from '../../policy/schema.ts'
import { createSelector } from '../../policy/select.ts'
import type { BuiltBoundary, KnownPath, Policy } from '../../policy/types.ts'
import type { WatchedUpstream } from '../../upstreams/health/index.ts'
import { budget } from './balance/budget.ts'
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
  upstreams: ReadonlyMap<string, WatchedUpstream>,
  extra: readonly KeyHolder[],
  paths: readonly KnownPath[],
  issuers: readonly Issuer[],
): ServingPolicy {
  const selector = createSelector(policy, paths)
  const { auth } = policy.gate
  const identify = identifier({
    issuers,
    ...(auth.keys ? { keyring: createKeyring([...policy.consumers, ...extra]) } : {}),
    ...(auth.certificates === undefined
      ? {}
      : { certificates: certificates(auth.certificates, auth.forwarded, Date.now) }),
  })
  const budgets = new Map(policy.boundaries.map(({ name, retries }) => [name, budget(retries.budget)]))
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
    attempts: policy.gate.auth.attempts,
    identify,
    ...(policy.rego !== undefined && {
      data: {
        ...policy.rego,
        expose: policy.gate.data.expose.map((name) => name.split('.')),
        deadline: policy.gate.data.deadline,
      },
    }),
    boundary: ({ path, model, caller }) => selector.boundary(caller, path, model),
    boundaryNamed: (name, caller) => selector.named(caller, name),
    route(boundary, path, model) {
      const built = boundary as BuiltBoundary
      const targets = selector.targets(built, path, model).map((target) => ({
        upstream: upstreams.get(target.upstream.name)!,
        model: target.model,
        weight: target.weight,
        order: target.order,
        ...(target.contextTokens !== undefined && { contextTokens: target.contextTokens }),
      }))
      return { targets, retries: built.retries, budget: budgets.get(built.name)! }
    },
    prices: (boundary, path, model) => selector.prices(boundary as BuiltBoundary, path, model),
    defaultModel: (caller, path) =>
      selector.models(caller).names.find((model) => {
        try {
          return selector.targets(selector.boundary(caller, path, model), path, model).length > 0
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

/** What is made of specs: those that did not change stay, with their connections, when a policy is swapped. */
export function kept<S, T extends { close(): Promise<void> }>(
  nameOf: (spec: S) => string,
  make: (spec: S) => T,
) {
  let held = new Map<string, { made: string; thing: T }>()
  return {
    take(specs: readonly S[]): ReadonlyMap<string, T> {
      const next = new Map<string, { made: string; thing: T }>()
      for (const spec of specs) {
        const made = JSON.stringify(spec)
        const known = held.get(nameOf(spec))
        next.set(nameOf(spec), known?.made === made ? known : { made, thing: make(spec) })
      }
      for (const [name, { thing }] of held) if (next.get(name)?.thing !== thing) void thing.close()
      held = next
      return new Map([...next].map(([name, { thing }]) => [name, thing]))
    },
    /** All that are held, by name. */
    held: () => [...held].map(([name, { thing }]) => ({ name, thing })),
    async close(): Promise<void> {
      await Promise.all([...held.values()].map(({ thing }) => thing.close()))
    },
  }
}
