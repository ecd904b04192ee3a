import type { CodeProblem, RegoAsk, RegoEngine, RegoProgram, RegoSource } from '../core/ports.ts'
import type { CheckpointModule } from '../core/types.ts'
import { type Documents, goodEntries } from './documents.ts'
import type { Folder, FolderFile } from './folder.ts'
import type { Problem } from './problem.ts'
import { STAGES, useSchema } from './schema.ts'
import { readYaml } from './yaml.ts'

/** The Rego of a policy, compiled, and where in it each ask is answered. */
export interface CompiledRego {
  program: RegoProgram
  index(ask: RegoAsk): number
}

/**
 * Compiles the modules that stand beside the documents and in `Policy` documents, with all that boundaries ask of them.
 * @returns undefined when nothing asks, or something is wrong
 */
export async function compileRego(
  folder: Folder,
  documents: Documents,
  checkpoints: ReadonlyMap<string, CheckpointModule>,
  engine: RegoEngine | undefined,
  { schema, always, warnings }: { schema: object; always: boolean; warnings: Problem[] },
): Promise<CompiledRego | undefined> {
  const { problems } = documents
  const asks = asksOf(documents, checkpoints)
  const modules = [...(folder.modules ?? []), ...documents.policies.flatMap(modulesOf)]
  if (asks.size === 0 && !(always && modules.length > 0)) {
    for (const { file } of modules)
      warnings.push({ file, message: 'nothing asks the rules of this file: write use: rego in a boundary' })
    return undefined
  }
  if (engine === undefined) {
    problems.push({ file: folder.dir, message: 'asks rules in Rego, which cannot be asked here' })
    return undefined
  }
  const data = dataOf(folder, documents.policies, problems)
  if (data === undefined) return undefined
  const source: RegoSource = {
    modules,
    data: JSON.stringify(data),
    asks: [...asks.values()],
    schema: JSON.stringify(schema),
  }
  const compiled = await engine.compile(source)
  if ('problems' in compiled) {
    problems.push(...compiled.problems.map(placed))
    return undefined
  }
  warnings.push(...compiled.warnings.map(placed))
  const order = [...asks.keys()]
  return { program: compiled.program, index: (ask) => order.indexOf(JSON.stringify(ask)) }
}

const placed = ({ file, line, column, message }: CodeProblem): Problem => ({
  file,
  ...(line !== undefined && { line }),
  ...(column !== undefined && { column }),
  message,
})

/** What boundaries ask, each once. */
function asksOf(
  { boundaries, gate }: Documents,
  checkpoints: ReadonlyMap<string, CheckpointModule>,
): Map<string, RegoAsk> {
  const asks = new Map<string, RegoAsk>()
  const add = (ask: RegoAsk) => void asks.set(JSON.stringify(ask), ask)
  for (const doc of boundaries)
    for (const stage of STAGES)
      for (const { value } of goodEntries(useSchema, doc, ['spec', stage])) {
        const module = checkpoints.get(value.use)
        const config = module?.asks && module.config.safeParse(value.with)
        if (config?.success) add(module!.asks!(config.data))
      }
  for (const name of gate?.spec?.data.expose ?? []) add({ query: `data.${name}` })
  return asks
}

type PolicyDoc = Documents['policies'][number]

/** A module of a document is told of by the document's file, its name and its own. */
function modulesOf({ name, spec, yaml }: PolicyDoc): FolderFile[] {
  const { file } = yaml.problem([], '')
  return Object.entries(spec?.modules ?? {}).map(([module, source]) => ({
    file: `${file}#${name}/${module}`,
    source,
  }))
}

type Tree = Record<string, unknown>

/** The base documents, merged; undefined when two say different things of one place. */
function dataOf(folder: Folder, policies: readonly PolicyDoc[], problems: Problem[]): Tree | undefined {
  const data: Tree = {}
  const before = problems.length
  for (const { file, source } of folder.data ?? []) {
    const value = readData(file, source, problems)
    if (value !== undefined)
      merge(data, value, [], (path) =>
        problems.push({ file, message: `data.${path} is said elsewhere already: say it in one place` }),
      )
  }
  for (const { spec, yaml } of policies)
    if (spec !== undefined)
      merge(data, spec.data, [], (path) =>
        problems.push(
          yaml.problem(['spec', 'data'], `data.${path} is said elsewhere already: say it in one place`),
        ),
      )
  return problems.length > before ? undefined : data
}

function readData(file: string, source: string, problems: Problem[]): Tree | undefined {
  let value: unknown
  if (file.endsWith('.json')) {
    try {
      value = JSON.parse(source)
    } catch {
      problems.push({ file, message: 'is not JSON' })
      return undefined
    }
  } else {
    const read = readYaml(file, source)
    problems.push(...read.problems)
    if (read.problems.length > 0) return undefined
    value = read.documents[0]?.value ?? {}
  }
  if (isTree(value) && 'apiVersion' in value && 'kind' in value) {
    problems.push({
      file,
      message: 'holds a document, and by its name it is data for Rego: give it another name',
    })
    return undefined
  }
  if (isTree(value)) return value
  problems.push({ file, message: 'must be an object: its fields stand under "data"' })
  return undefined
}

function merge(into: Tree, from: Tree, path: readonly string[], clash: (path: string) => void): void {
  for (const [key, value] of Object.entries(from)) {
    const known = Object.hasOwn(into, key) ? into[key] : undefined
    if (known === undefined)
      Object.defineProperty(into, key, {
        value: copied(value),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    else if (isTree(known) && isTree(value)) merge(known, value, [...path, key], clash)
    else clash([...path, key].join('.'))
  }
}

/** Merging must not change what was read. */
function copied(value: unknown): unknown {
  if (!isTree(value)) return value
  const copy: Tree = {}
  merge(copy, value, [], () => {})
  return copy
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
