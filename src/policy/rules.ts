import { needleSet } from '../core/needles.ts'
import type { CheckpointPorts } from '../core/ports.ts'
import type {
  Checkpoint,
  CheckpointModule,
  CheckpointRule,
  Guard,
  GuardModule,
  Rule,
  Stage,
} from '../core/types.ts'
import { decidedBy } from './actions.ts'
import { type Doc, goodEntries } from './documents.ts'
import type { CompiledRego } from './modules.ts'
import { suggest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { STAGES, type UpstreamSpec, type Use, useSchema } from './schema.ts'
import {
  CHECKPOINT_CODES,
  type Complain,
  complainer,
  ENGINE_CODES,
  type Module,
  openUse,
  type Path,
  readUse,
  STAGE_ORIGINS,
} from './uses.ts'
import type { Workshop } from './workshop.ts'

/** One `use:` line, and what was built of it. */
export interface BuiltUse {
  stage: Stage
  use: Use
  /** Of a guard two where a model stands behind it, of a checkpoint one. */
  rules: readonly (Rule | CheckpointRule)[]
  /** It runs in every boundary, and this one does not list it. */
  unlisted?: true
  /** It is of an `InputGuardPolicy`, for calls on this path alone. */
  path?: string
  /** Where a field of it stands, or a key of that field. */
  place(field: readonly (string | number)[], key?: string): Problem
}

/** What of a boundary runs in each stage. */
export interface BuiltRules {
  /** Those of the guards that always run included. */
  rules: Readonly<Record<Stage, readonly Rule[]>>
  checkpoints: Readonly<Record<Stage, readonly CheckpointRule[]>>
  uses: readonly BuiltUse[]
  /** Versions of what the documents alone do not say, such as a policy's Rego. */
  builds: readonly string[]
}

/** @param routes the upstreams that the boundary may call */
export async function buildRules(
  shop: Workshop,
  doc: Doc<unknown>,
  routes: readonly UpstreamSpec[],
): Promise<BuiltRules> {
  const rules = byStage<Rule>()
  const checkpoints = byStage<CheckpointRule>()
  const built: BuiltUse[] = []
  for (const stage of STAGES) {
    const uses = goodEntries(useSchema, doc, ['spec', stage])
    for (const { value, path } of uses) {
      const complain = complainer(shop, doc, path)
      const checkpoint = shop.checkpoints.get(value.use)
      if (checkpoint !== undefined) {
        // What an answer says is known when its guards have read it.
        const early = (stage === 'input' || stage === 'context') && rules[stage].length === 0
        const rule = await buildCheckpoint(shop, doc, checkpoint, stage, value, path, routes, early)
        if (rule !== undefined) {
          checkpoints[stage].push(rule)
          built.push({ stage, use: value, rules: [rule], place: placer(doc, path) })
        }
        continue
      }
      const guard = shop.modules.get(value.use)
      if (guard === undefined) {
        complain(['use'], unknown(shop, stage, value.use))
        continue
      }
      const made = await buildGuard(shop, doc, guard, stage, value, path)
      rules[stage].push(...made)
      if (made.length > 0) built.push({ stage, use: value, rules: made, place: placer(doc, path) })
    }
    for (const module of shop.modules.values()) {
      if (module.always !== true || !module.stages.includes(stage)) continue
      if (uses.some(({ value }) => value.use === module.name)) continue
      const use = useSchema.parse({ use: module.name })
      const made = await buildGuard(shop, doc, module, stage, use, ['spec'])
      rules[stage].push(...made)
      built.push({ stage, use, rules: made, unlisted: true, place: placer(doc, ['spec']) })
    }
    // Not with the first call.
    needleSet(rules[stage])
  }
  const asks = Object.values(checkpoints).some((of) =>
    of.some(({ name }) => shop.checkpoints.get(name)?.asks),
  )
  const builds = asks && shop.rego !== undefined ? [shop.rego.program.version] : []
  return { rules, checkpoints, uses: built, builds }
}

const placer =
  (doc: Doc<unknown>, path: Path): BuiltUse['place'] =>
  (field, key) =>
    doc.yaml.problem([...path, ...field], '', key)

const byStage = <T>(): Record<Stage, T[]> => ({
  admit: [],
  input: [],
  context: [],
  policy: [],
  output: [],
  tool: [],
})

function unknown(shop: Workshop, stage: Stage, use: string): string {
  const all: Pick<Module, 'name' | 'stages'>[] = [...shop.modules.values(), ...shop.checkpoints.values()]
  const fitting = all.filter(({ stages }) => stages.includes(stage)).map(({ name }) => name)
  if (STAGE_ORIGINS[stage] !== undefined) return `unknown guard "${use}": ${suggest(use, fitting)}`
  return `unknown checkpoint "${use}": ${suggest(use, fitting)}`
}

/** A rule for the guard, and one for the model behind it. */
async function buildGuard(
  shop: Workshop,
  doc: Doc<unknown>,
  module: GuardModule,
  stage: Stage,
  use: Use,
  path: Path,
): Promise<readonly Rule[]> {
  const read = readUse(shop, doc, module, stage, use, path, ENGINE_CODES)
  const opened =
    read &&
    (await openUse<readonly (Guard | undefined)[]>(shop, doc, module, use, path, read, async (ports) => [
      await module.open(read.config, ports),
      await module.openModel?.(read.config, ports),
    ]))
  if (opened === undefined) return []
  const { actions } = read!
  const shared = {
    name: use.use,
    stage,
    actions,
    said: new Set([...actions.keys()].filter((code) => decidedBy(code, use.actions) !== undefined)),
    timeout: use.timeout,
    ...(use.enforce === 'shadow' && { shadow: true as const }),
  }
  return opened.made.flatMap((guard, i) => {
    if (guard === undefined) return []
    const origins = use.origins ?? guard.origins
    const build = i === 0 ? opened.build : `${opened.build} model`
    return [{ ...shared, guard, build, ...(origins !== undefined && { origins: new Set(origins) }) }]
  })
}

async function buildCheckpoint(
  shop: Workshop,
  doc: Doc<unknown>,
  module: CheckpointModule,
  stage: Stage,
  use: Use,
  path: Path,
  routes: readonly UpstreamSpec[],
  early: boolean,
): Promise<CheckpointRule | undefined> {
  const read = readUse(shop, doc, module, stage, use, path, CHECKPOINT_CODES)
  // What is wrong with the rules that it asks was told of already.
  if (read === undefined || (shop.rego === undefined && module.asks?.(read.config) !== undefined))
    return undefined
  if (module.unshadowed && use.enforce === 'shadow')
    complainer(shop, doc, path)(['enforce'], `"${use.use}" is never only tried: leave "enforce" out`)
  if (module.priced?.(read.config)) checkPrices(use, routes, complainer(shop, doc, path))
  const opened = await openUse<Checkpoint>(shop, doc, module, use, path, read, (ports) =>
    module.open(read.config, { ...shop.checkpointPorts!, ...ports, ...regoPort(shop.rego) }),
  )
  if (opened === undefined) return undefined
  return {
    name: use.use,
    stage,
    checkpoint: opened.made,
    actions: read.actions,
    timeout: use.timeout,
    ...(module.unshadowed && { unshadowed: true }),
    ...(use.enforce === 'shadow' && { shadow: true }),
    ...(early && { early: true }),
  }
}

function regoPort(rego: CompiledRego | undefined): Pick<CheckpointPorts, 'rego'> {
  if (rego === undefined) return {}
  const { program, index, bundles } = rego
  return { rego: (ask) => ({ program, index: index(ask), bundles }) }
}

/** What has no price would cost nothing, and no budget would ever be used up. */
function checkPrices(use: Use, routes: readonly UpstreamSpec[], complain: Complain): void {
  for (const { name, models } of routes) {
    const free = models.find(({ price }) => price === undefined)
    if (free !== undefined)
      complain(
        ['with'],
        `"${use.use}" counts money, and upstream "${name}" has no price for model "${free.name}": write price: { input: 2.5, output: 10 } there, for a million tokens`,
      )
  }
}
