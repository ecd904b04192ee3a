import { SourceError } from '../core/errors.ts'
import type { GuardPorts } from '../core/ports.ts'
import type { CheckpointModule, Code, GuardModule, Origin, Stage } from '../core/types.ts'
import { settleActions, warnOfActions } from './actions.ts'
import type { Doc } from './documents.ts'
import { parse } from './explain.ts'
import type { Problem } from './problem.ts'
import type { Use } from './schema.ts'
import { open, type Workshop } from './workshop.ts'
import type { Yaml } from './yaml.ts'

/** What the engine itself finds while a guard runs; every `use:` may say what it leads to. */
export const ENGINE_CODES: readonly Code[] = ['guard.failed', 'content.uninspected']
/** The same of a checkpoint. */
export const CHECKPOINT_CODES: readonly Code[] = ['guard.failed']

/** Whose parts a stage inspects. Others have none: only checkpoints run there. */
export const STAGE_ORIGINS: Readonly<Partial<Record<Stage, readonly Origin[]>>> = {
  input: ['system', 'user', 'model'],
  context: ['retrieved', 'tool'],
  output: ['model'],
  tool: ['model'],
}

export type Path = readonly (string | number)[]
export type Complain = (field: Path, message: string, key?: string) => void
/** What modules of both kinds have. */
export type Module = Omit<GuardModule & CheckpointModule, 'open' | 'always' | 'asks'>

export const complainer =
  (shop: Workshop, doc: Doc<unknown>, path: Path): Complain =>
  (field, message, key) =>
    void shop.problems.push(doc.yaml.problem([...path, ...field], message, key))

/** What a `use:` line says, as its module takes it. */
export function readUse(
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
export async function openUse<T>(
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

/** Why something could not be opened; of code at its place in the text that `path`, or its own field there, leads to. */
export function scriptProblem(yaml: Yaml, path: Path, failure: Error, what: string): Problem {
  if (!(failure instanceof SourceError)) return yaml.problem(path, `${what}${failure.message}`)
  const { field, line, column, message } = failure
  return yaml.within(path.at(-1) === 'with' ? [...path, field] : path, [line, column], message)
}
