import { hash } from 'node:crypto'
import { codeEntry } from '../core/codes.ts'
import { needleSet } from '../core/needles.ts'
import type { GuardPorts } from '../core/ports.ts'
import type { Action, Code, Guard, GuardModule, Origin, Rule, Stage } from '../core/types.ts'
import { type Doc, goodEntries } from './documents.ts'
import { parse } from './explain.ts'
import { fingerprint } from './hash.ts'
import { suggest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { STAGES, type Use, useSchema } from './schema.ts'

/** What the engine itself finds while a guard runs; every `use:` may say what it leads to. */
const ENGINE_CODES: readonly Code[] = ['guard.failed', 'content.uninspected']

/** Whose parts a stage inspects. */
const STAGE_ORIGINS: Readonly<Record<(typeof STAGES)[number], readonly Origin[]>> = {
  input: ['system', 'user', 'model'],
  context: ['retrieved', 'tool'],
  output: ['model'],
  tool: ['model'],
}

/** What rules are built with; one for a whole load, so that equal configurations are opened once. */
export interface Workshop {
  modules: ReadonlyMap<string, GuardModule>
  ports: GuardPorts
  packageVersion: string
  opened: Map<string, Promise<Opened>>
  problems: Problem[]
  warnings: Problem[]
}

interface Opened {
  guard?: Guard
  /** What kept it from being opened. */
  failure?: string
  build: string
}

type Path = readonly (string | number)[]

/** The rules of every stage of a boundary, those of the guards that always run included. */
export async function buildRules(
  shop: Workshop,
  doc: Doc<unknown>,
): Promise<Readonly<Record<Stage, readonly Rule[]>>> {
  const rules: Record<Stage, Rule[]> = { admit: [], input: [], context: [], policy: [], output: [], tool: [] }
  for (const stage of STAGES) {
    const uses = goodEntries(useSchema, doc, ['spec', stage])
    for (const { value, path } of uses) {
      const rule = await buildRule(shop, doc, stage, value, path)
      if (rule !== undefined) rules[stage].push(rule)
    }
    for (const module of shop.modules.values()) {
      if (module.always !== true || !module.stages.includes(stage)) continue
      if (uses.some(({ value }) => value.use === module.name)) continue
      const rule = await buildRule(shop, doc, stage, useSchema.parse({ use: module.name }), ['spec'])
      if (rule !== undefined) rules[stage].push(rule)
    }
    // Not with the first call.
    needleSet(rules[stage])
  }
  return rules
}

async function buildRule(
  shop: Workshop,
  doc: Doc<unknown>,
  stage: (typeof STAGES)[number],
  use: Use,
  path: Path,
): Promise<Rule | undefined> {
  const { problems } = shop
  const before = problems.length
  const complain = (field: Path, message: string, key?: string): void => {
    problems.push(doc.yaml.problem([...path, ...field], message, key))
  }

  const module = shop.modules.get(use.use)
  if (module === undefined) {
    const fitting = [...shop.modules.values()].filter(({ stages }) => stages.includes(stage))
    complain(
      ['use'],
      `unknown guard "${use.use}": ${suggest(
        use.use,
        fitting.map(({ name }) => name),
      )}`,
    )
    return undefined
  }
  if (!module.stages.includes(stage)) {
    complain(['use'], `"${use.use}" does not run in "${stage}": move it to ${module.stages.join(', ')}`)
    return undefined
  }
  for (const [index, origin] of (use.origins ?? []).entries()) {
    if (STAGE_ORIGINS[stage].includes(origin)) continue
    complain(
      ['origins', index],
      `"${stage}" never sees what is "${origin}": write ${STAGE_ORIGINS[stage].join(', ')}`,
    )
  }
  const config = parse(module.config, use.with, doc.yaml, [...path, 'with'], problems)
  if (config === undefined) return undefined
  const misfit = module.check?.(config.value, stage)
  if (misfit !== undefined) complain(['with'], misfit)
  const codes = module.codes(config.value)
  const actions = settleActions(codes, use.actions, (code, message, key) =>
    complain(key ? ['actions'] : ['actions', code], message, key ? code : undefined),
  )
  if (problems.length > before) return undefined

  const { guard, failure, build } = await open(shop, module, config.value, use.with)
  if (guard === undefined) {
    complain(['with'], `"${use.use}" ${failure}`)
    return undefined
  }
  warn(shop, doc, use, path, {
    messages: module.warnings?.(config.value) ?? [],
    codes: new Set(Object.keys(module.codes(config.value))),
  })
  return {
    name: use.use,
    stage,
    guard,
    actions,
    said: new Set([...actions.keys()].filter((code) => use.actions[code] ?? use.actions[familyOf(code)])),
    timeout: use.timeout,
    build,
    ...(use.origins !== undefined && { origins: new Set(use.origins) }),
  }
}

/** The action of every code: what the boundary says of the code, else of its family, else the code's default. */
function settleActions(
  codes: Readonly<Record<Code, { edits: boolean }>>,
  written: Use['actions'],
  complain: (code: Code, message: string, key: boolean) => void,
): ReadonlyMap<Code, Action> {
  const known = new Map([
    ...ENGINE_CODES.map((code) => [code, { edits: false }] as const),
    ...Object.entries(codes),
  ])
  const families = new Set(Object.keys(codes).map(familyOf))
  for (const [key, action] of Object.entries(written)) {
    const meant = [...known].filter(([code]) => code === key || (families.has(key) && familyOf(code) === key))
    if (meant.length === 0)
      complain(key, `unknown code "${key}": ${suggest(key, [...known.keys(), ...families])}`, true)
    const fixed = meant.find(([, { edits }]) => !edits)
    if (action === 'transform' && fixed !== undefined)
      complain(
        key,
        `"${fixed[0]}" cannot be transformed, as there is nothing to put in its place: write allow, flag or block`,
        false,
      )
  }
  const actions = new Map<Code, Action>()
  for (const [code, { edits }] of known) {
    const usual = codeEntry(code)?.default
    const action = written[code] ?? written[familyOf(code)] ?? usual
    actions.set(
      code,
      action === undefined || action === 'refuse' || (action === 'transform' && !edits) ? 'block' : action,
    )
  }
  return actions
}

const familyOf = (code: Code): string => `${code.slice(0, code.indexOf('.'))}.*`

/** @param written the configuration as it stands in the document: plain data, unlike what a schema may make of it */
function open(shop: Workshop, module: GuardModule, config: unknown, written: unknown): Promise<Opened> {
  const origin = fingerprint([module.name, written, shop.packageVersion])
  const known = shop.opened.get(origin)
  if (known !== undefined) return known
  const opening = (async (): Promise<Opened> => {
    // What a guard remembered under a former secret must not be found under the next one.
    const secrets: string[] = []
    const ports: GuardPorts = {
      secret(ref) {
        const value = shop.ports.secret(ref)
        secrets.push(hash('sha256', value))
        return value
      },
    }
    try {
      const guard = await module.open(config, ports)
      return { guard, build: secrets.length === 0 ? origin : fingerprint([origin, secrets]) }
    } catch (error) {
      return { failure: error instanceof Error ? error.message : 'could not be opened', build: origin }
    }
  })()
  shop.opened.set(origin, opening)
  return opening
}

interface Own {
  messages: readonly string[]
  codes: ReadonlySet<Code>
}

function warn(shop: Workshop, doc: Doc<unknown>, use: Use, path: Path, own: Own): void {
  const add = (field: Path, message: string, key?: string): void => {
    const warning = doc.yaml.problem([...path, ...field], message, key)
    shop.warnings.push(warning)
  }
  for (const message of own.messages) add(['with'], `"${use.use}": ${message}`)
  for (const [code, action] of Object.entries(use.actions)) {
    if (code === 'guard.failed' && action !== 'block')
      add(['actions'], `"guard.failed: ${action}" lets a call pass unchecked when this guard fails`, code)
    else if (code === 'content.uninspected' && !own.codes.has(code))
      add(['actions'], `"${code}" is never found by "${use.use}", so this line does nothing`, code)
    else if (action === 'allow')
      add(['actions'], `"${code}: allow" lets everything through that this guard finds`, code)
  }
}
