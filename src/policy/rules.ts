import { hash } from 'node:crypto'
import { SourceError } from '../core/errors.ts'
import { needleSet } from '../core/needles.ts'
import type { CheckpointPorts, GuardPorts } from '../core/ports.ts'
import type {
  Checkpoint,
  CheckpointModule,
  CheckpointRule,
  Code,
  Guard,
  GuardModule,
  Origin,
  Rule,
  Stage,
} from '../core/types.ts'
import { decidedBy, settleActions, warnOfActions } from './actions.ts'
import { type Doc, goodEntries } from './documents.ts'
import { parse } from './explain.ts'
import { fingerprint } from './hash.ts'
import type { CompiledRego } from './modules.ts'
import { suggest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { STAGES, type UpstreamSpec, type Use, useSchema } from './schema.ts'
import type { Yaml } from './yaml.ts'

/** What the engine itself finds while a guard runs; every `use:` may say what it leads to. */
const ENGINE_CODES: readonly Code[] = ['guard.failed', 'content.uninspected']
/** The same of a checkpoint. */
const CHECKPOINT_CODES: readonly Code[] = ['guard.failed']

/** Whose parts a stage inspects. Others have none: only checkpoints run there. */
const STAGE_ORIGINS: Readonly<Partial<Record<Stage, readonly Origin[]>>> = {
  input: ['system', 'user', 'model'],
  context: ['retrieved', 'tool'],
  output: ['model'],
  tool: ['model'],
}

/** What rules are built with; one for a whole load, so that equal configurations are opened once. */
export interface Workshop {
  modules: ReadonlyMap<string, GuardModule>
  checkpoints: ReadonlyMap<string, CheckpointModule>
  ports: GuardPorts
  /** What checkpoints may ask for besides; there when there are any. */
  checkpointPorts: Omit<CheckpointPorts, 'secret' | 'rego'> | undefined
  /** The policy's Rego, when something asks it and it is good. */
  rego: CompiledRego | undefined
  packageVersion: string
  opened: Map<string, Promise<Opened<unknown>>>
  problems: Problem[]
  warnings: Problem[]
}

interface Opened<T> {
  made?: T
  /** What kept it from being opened. */
  failure?: Error
  build: string
}

type Path = readonly (string | number)[]
type Complain = (field: Path, message: string, key?: string) => void
/** What modules of both kinds have. */
type Module = Omit<GuardModule & CheckpointModule, 'open' | 'always' | 'asks'>

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

const complainer =
  (shop: Workshop, doc: Doc<unknown>, path: Path): Complain =>
  (field, message, key) =>
    void shop.problems.push(doc.yaml.problem([...path, ...field], message, key))

function unknown(shop: Workshop, stage: Stage, use: string): string {
  const all: Pick<Module, 'name' | 'stages'>[] = [...shop.modules.values(), ...shop.checkpoints.values()]
  const fitting = all.filter(({ stages }) => stages.includes(stage)).map(({ name }) => name)
  if (STAGE_ORIGINS[stage] !== undefined) return `unknown guard "${use}": ${suggest(use, fitting)}`
  return `unknown checkpoint "${use}": ${suggest(use, fitting)}`
}

/** What a `use:` line says, as its module takes it. */
function readUse(
  shop: Workshop,
  doc: Doc<unknown>,
  module: Module,
  stage: Stage,
  use: Use,
  path: Path,
  engine: readonly Code[],
) {
  const { problems } = shop
  const before = problems.length
  const complain = complainer(shop, doc, path)
  if (!module.stages.includes(stage)) {
    complain(['use'], `"${use.use}" does not run in "${stage}": move it to ${module.stages.join(', ')}`)
    return undefined
  }
  checkOrigins(module, shop, stage, use, complain)
  const config = parse(module.config, use.with, doc.yaml, [...path, 'with'], problems)
  if (config === undefined) return undefined
  const misfit = module.check?.(config.value, stage)
  if (misfit !== undefined) complain(['with'], misfit)
  const codes = module.codes(config.value)
  const actions = settleActions(codes, engine, use.actions, (code, message, key) =>
    complain(key ? ['actions'] : ['actions', code], message, key ? code : undefined),
  )
  if (problems.length > before) return undefined
  return { config: config.value, actions, codes: new Set(Object.keys(codes)) }
}

function checkOrigins(module: Module, shop: Workshop, stage: Stage, use: Use, complain: Complain): void {
  if (use.origins === undefined) return
  const seen = shop.checkpoints.has(module.name) ? undefined : STAGE_ORIGINS[stage]
  if (seen === undefined)
    return complain(['origins'], `"${use.use}" looks at a call and not at its texts: leave "origins" out`)
  for (const [index, origin] of use.origins.entries())
    if (!seen.includes(origin))
      complain(['origins', index], `"${stage}" never sees what is "${origin}": write ${seen.join(', ')}`)
}

/** Opens what was read, and warns of what it allows. */
async function openUse<T>(
  shop: Workshop,
  doc: Doc<unknown>,
  module: Module,
  use: Use,
  path: Path,
  { config, codes }: { config: unknown; codes: ReadonlySet<Code> },
  make: (ports: GuardPorts) => T | Promise<T>,
): Promise<{ made: T; build: string } | undefined> {
  const { made, failure, build } = await open(shop, module.name, use.with, make)
  if (made === undefined) {
    shop.problems.push(scriptProblem(doc.yaml, [...path, 'with'], failure!, `"${use.use}" `))
    return undefined
  }
  const add = (field: Path, message: string, key?: string): void =>
    void shop.warnings.push(doc.yaml.problem([...path, ...field], message, key))
  for (const message of module.warnings?.(config) ?? []) add(['with'], `"${use.use}": ${message}`)
  warnOfActions(use, codes, (message, code) => add(['actions'], message, code))
  return { made, build }
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

/** A hook that no `use:` names, with the actions that its codes lead to by default. */
export async function openHook(
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

/** Why something could not be opened; of code at its place in the text that `path`, or its own field there, leads to. */
export function scriptProblem(yaml: Yaml, path: Path, failure: Error, what: string): Problem {
  if (!(failure instanceof SourceError)) return yaml.problem(path, `${what}${failure.message}`)
  const { field, line, column, message } = failure
  return yaml.within(path.at(-1) === 'with' ? [...path, field] : path, [line, column], message)
}

/** @param written the configuration as it stands in the document: plain data, unlike what a schema may make of it */
function open<T>(
  shop: Workshop,
  name: string,
  written: unknown,
  make: (ports: GuardPorts) => T | Promise<T>,
): Promise<Opened<T>> {
  const origin = fingerprint([name, written, shop.packageVersion])
  const known = shop.opened.get(origin)
  if (known !== undefined) return known as Promise<Opened<T>>
  const opening = (async (): Promise<Opened<T>> => {
    // What a guard remembered under a former secret or model must not be found under the next one.
    const behind: string[] = []
    const { models } = shop.ports
    const ports: GuardPorts = {
      ...(models && {
        async models() {
          const loaded = await models()
          behind.push(loaded.version)
          return loaded
        },
      }),
      secret(ref) {
        const value = shop.ports.secret(ref)
        behind.push(hash('sha256', value))
        return value
      },
    }
    try {
      const made = await make(ports)
      return { made, build: behind.length === 0 ? origin : fingerprint([origin, behind]) }
    } catch (error) {
      return { failure: error instanceof Error ? error : new Error('could not be opened'), build: origin }
    }
  })()
  shop.opened.set(origin, opening)
  return opening
}
