import type { CheckpointRule, Checks, Stage } from '../core/types.ts'
import { settleActions } from './actions.ts'
import type { Documents } from './documents.ts'
import { suggest } from './nearest.ts'
import type { BuiltUse } from './rules.ts'
import { type BoundarySpec, useSchema } from './schema.ts'
import type { KnownPath } from './types.ts'
import { CHECKPOINT_CODES, scriptProblem } from './uses.ts'
import { open, type Workshop } from './workshop.ts'

/** Milliseconds that a hook may keep a call waiting, its turn included. */
const TIMEOUT = 1000

/** An `InputGuardPolicy`, built. */
export interface InputGuard {
  path: string
  /** What it was built from. */
  source: readonly unknown[]
  rules: readonly CheckpointRule[]
  uses: readonly BuiltUse[]
}

/** Opens the hooks of `InputGuardPolicy` documents, and finds those that nobody would ask. */
export async function buildInputGuards(
  shop: Workshop,
  documents: Documents,
  paths: readonly KnownPath[],
): Promise<InputGuard[]> {
  const known = paths.map(({ path }) => path)
  const guards: InputGuard[] = []
  for (const { name, spec, yaml } of documents.inputGuards) {
    if (spec === undefined) continue
    const { target_endpoint: path, pre_processing_hook: pre, post_processing_hook: post } = spec
    const complain = (message: string): void =>
      void shop.problems.push(yaml.problem(['spec', 'target_endpoint'], message))
    if (!known.includes(path)) complain(`this gate does not serve "${path}": ${suggest(path, known)}`)
    else if (
      documents.whole &&
      !documents.boundaries.some(({ spec }) => spec === undefined || serves(spec, path))
    )
      complain(`no boundary serves ${path}: write a Boundary that does`)

    const rules: CheckpointRule[] = []
    const uses: BuiltUse[] = []
    const add = async (field: string, script: string | undefined, stage: Stage): Promise<void> => {
      if (script === undefined) return
      const opened = await openHook(shop, script)
      if (opened instanceof Error)
        return void shop.problems.push(scriptProblem(yaml, ['spec', field], opened, `"${field}" `))
      // Before the guards of `input`: what it edits they see. What an answer says is known when its guards have read it.
      const early = stage === 'input' && { early: true as const }
      const rule = { name, stage, ...opened, timeout: TIMEOUT, ...early }
      rules.push(rule)
      const use = { ...useSchema.parse({ use: name }), timeout: TIMEOUT }
      uses.push({ stage, use, rules: [rule], path, place: () => yaml.problem(['spec', field], '') })
    }
    await add('pre_processing_hook', pre, 'input')
    await add('post_processing_hook', post, 'output')
    guards.push({ path, source: [name, spec], rules, uses })
  }
  return guards
}

export const serves = ({ match }: BoundarySpec, path: string): boolean =>
  match.paths.includes('*') || match.paths.includes(path)

/** What a boundary checks on the paths that such documents speak of: all that it checks anyway, and their hooks. */
export function checksAt(checks: Checks, guards: readonly InputGuard[]): ReadonlyMap<string, Checks> {
  const byPath = new Map<string, Checks>()
  for (const { path, rules } of guards) {
    const before = byPath.get(path) ?? checks
    const checkpoints = { ...before.checkpoints }
    for (const rule of rules) checkpoints[rule.stage] = [...(checkpoints[rule.stage] ?? []), rule]
    const edits = !checks.shadow && rules.some(({ stage }) => stage === 'output')
    byPath.set(path, { ...before, checkpoints, guardsText: before.guardsText || edits })
  }
  return byPath
}

/** A hook that no `use:` names, with the actions that its codes lead to by default. */
async function openHook(
  shop: Workshop,
  script: string,
): Promise<Pick<CheckpointRule, 'checkpoint' | 'actions'> | Error> {
  const module = shop.checkpoints.get('hook')
  if (module === undefined) return new Error('has nothing here that runs it')
  const written = { script }
  const config = module.config.parse(written)
  const { made, failure } = await open(shop, module.name, written, (ports) =>
    module.open(config, { ...shop.checkpointPorts!, ...ports }),
  )
  if (made === undefined) return failure!
  return { checkpoint: made, actions: settleActions(module.codes(config), CHECKPOINT_CODES, {}, () => {}) }
}
