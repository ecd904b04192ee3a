import { GateError } from '../core/errors.ts'
import type { GuardPorts } from '../core/ports.ts'
import type { Action, Code, Rule, Stage } from '../core/types.ts'
import { decidedBy } from '../policy/actions.ts'
import { isAbsent } from '../policy/advice.ts'
import type { Loaded } from '../policy/build.ts'
import { type Asked, misfits, named } from '../policy/fit.ts'
import { showPlace } from '../policy/problem.ts'
import type { BuiltUse } from '../policy/rules.ts'
import { STAGES } from '../policy/schema.ts'
import { createSelector, type Target } from '../policy/select.ts'
import type { BuiltBoundary, KnownPath } from '../policy/types.ts'

export type { Asked }

interface Named {
  name: string
  /** `file:line:column` */
  place: string
  /** Which of the call's path, tenant and model it names. */
  names: readonly string[]
}

/** What becomes of a call. */
export interface Explained {
  asked: Asked
  boundary: Named & { version: string; enforce: 'block' | 'shadow' }
  /** Boundaries that do not serve it, and why: they do not fit, or they name less of it. */
  others: readonly (Named & { misfits: readonly string[] })[]
  /** In their order. */
  upstreams: readonly {
    name: string
    protocol: string
    /** By which it knows the model. */
    as: string
    order: number
    weight: number
    /** Where this was asked its key is not set, and it would be left out. */
    unset?: true
  }[]
  stages: readonly { stage: Stage; runs: readonly Run[] }[]
}

interface Run {
  use: string
  kind: 'guard' | 'checkpoint'
  place: string
  /** A model stands behind it. */
  model?: true
  /** Before its stage's guards, with them side by side, or after them. */
  when: 'early' | 'guards' | 'late'
  /** It stands in the boundary; otherwise it runs in every one. */
  listed: boolean
  /** `always`: in a boundary that is only tried as well. */
  enforce: 'block' | 'shadow' | 'always'
  /** Milliseconds. */
  timeout: number
  /** It looks at parts of these only. */
  origins?: readonly string[]
  actions: readonly { code: Code; action: Action; decided: Decided }[]
}

type Decided = { by: 'code' | 'family'; key: string; place: string } | { by: 'default' }

/** Why a call is not served: there is no boundary for it, or none of the boundary's upstreams serves it. */
export interface Unserved extends Pick<Explained, 'asked' | 'others'> {
  code: string
  boundary?: Named
}

/** @param places of boundaries, by their names @param ports as they are here, to say what is missing */
export function explained(
  { policy, uses }: Exclude<Loaded, { errors: unknown }>,
  asked: Asked,
  ports: GuardPorts,
  paths: readonly KnownPath[],
  places: ReadonlyMap<string, string>,
): Explained | Unserved {
  const { caller, path, model } = asked
  const selector = createSelector(policy, paths)
  const about = (boundary: BuiltBoundary): Named => ({
    name: boundary.name,
    place: places.get(boundary.name) ?? '',
    names: named(boundary, asked),
  })
  const others = (serving?: BuiltBoundary) =>
    policy.boundaries
      .filter((boundary) => boundary !== serving)
      .map((boundary) => ({ ...about(boundary), misfits: misfits(boundary, asked) }))
      .sort((a, b) => a.misfits.length - b.misfits.length)
  let boundary: BuiltBoundary | undefined
  try {
    boundary = selector.boundary(caller, path, model)
    const { version, checks } = boundary
    const upstreams = selector.targets(boundary, path, model).map((target) => upstreamOf(target, ports))
    const here = ({ path: only }: BuiltUse): boolean => only === undefined || only === path
    const used = (uses.get(boundary.name) ?? []).filter(here)
    return {
      asked,
      boundary: { ...about(boundary), version, enforce: checks.shadow ? 'shadow' : 'block' },
      others: others(boundary),
      upstreams,
      stages: STAGES.flatMap((stage) => {
        const runs = inOrder(
          used.filter((use) => use.stage === stage).map((use) => runOf(use, checks.shadow)),
        )
        return runs.length === 0 ? [] : [{ stage, runs }]
      }),
    }
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    const { code } = error
    return { asked, code, ...(boundary && { boundary: about(boundary) }), others: others(boundary) }
  }
}

function upstreamOf(
  { upstream, model, order, weight }: Target,
  ports: GuardPorts,
): Explained['upstreams'][number] {
  const { name, protocol } = upstream
  return { name, protocol, as: model, order, weight, ...(isAbsent(upstream, ports) && { unset: true }) }
}

const TURNS = { early: 0, guards: 1, late: 2 } as const

const inOrder = (runs: readonly Run[]): Run[] => runs.toSorted((a, b) => TURNS[a.when] - TURNS[b.when])

function runOf({ stage: _, use, rules, unlisted, place }: BuiltUse, shadow: boolean): Run {
  const [rule] = rules
  const guard = 'guard' in rule! ? (rule as Rule) : undefined
  const early = rule !== undefined && 'early' in rule
  const unshadowed = rule !== undefined && 'unshadowed' in rule
  return {
    use: use.use,
    kind: guard === undefined ? 'checkpoint' : 'guard',
    ...(rules.length > 1 && { model: true as const }),
    place: showPlace(place(['use'])),
    when: guard !== undefined ? 'guards' : early ? 'early' : 'late',
    listed: unlisted !== true,
    enforce: shadow ? (unshadowed ? 'always' : 'shadow') : use.enforce,
    timeout: use.timeout,
    ...(guard?.origins !== undefined && { origins: [...guard.origins] }),
    actions: [...(rule?.actions ?? [])].map(([code, action]) => ({ code, action, decided: decided(code) })),
  }

  function decided(code: Code): Decided {
    const key = decidedBy(code, use.actions)
    if (key === undefined) return { by: 'default' }
    return { by: key === code ? 'code' : 'family', key, place: showPlace(place(['actions'], key)) }
  }
}
