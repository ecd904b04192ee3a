import type {
  Bundles,
  CodeProblem,
  RegoAsk,
  RegoEngine,
  RegoProgram,
  RegoSource,
  SourceSpec,
  Sources,
} from '../core/ports.ts'
import type { CheckpointModule } from '../core/types.ts'
import { merge, NO_OBJECT, placed, readData, type Tree } from './data.ts'
import { type Documents, goodEntries } from './documents.ts'
import type { Folder, FolderFile } from './folder.ts'
import type { Problem } from './problem.ts'
import { checkRoots } from './roots.ts'
import { STAGES, useSchema } from './schema.ts'
import { dataIn, type Found, sourcesOf } from './sources.ts'

/** The Rego of a policy, compiled, and where in it each ask is answered. */
export interface CompiledRego {
  program: RegoProgram
  index(ask: RegoAsk): number
  bundles: Bundles
  /** What of it is fetched. */
  sources: readonly SourceSpec[]
}

export interface RegoSettings {
  schema: object
  always: boolean
  warnings: Problem[]
  /** None: what is fetched is not looked at. */
  sources: Sources | undefined
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
  { schema, always, warnings, sources }: RegoSettings,
): Promise<CompiledRego | undefined> {
  const { problems } = documents
  const before = problems.length
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
  const specs = sourcesOf(documents)
  const fetched = await sources?.take(specs)
  const found = specs.flatMap(({ name, at }, index): Found[] => {
    const one = fetched?.[index]
    return one === undefined ? [] : [{ name, at, fetched: one }]
  })
  if (fetched === undefined)
    for (const { name } of specs)
      warnings.push({
        file: folder.dir,
        message: `${name} is not fetched here: what it holds is not checked`,
      })
  const data = dataOf(folder, documents.policies, problems)
  checkRoots(found, modules, data, problems)
  for (const { name, fetched } of found)
    for (const { file, tree } of dataIn(fetched))
      merge(data, tree, (path) => problems.push({ file: name, message: `${file}: ${twice(path)}` }))
  if (problems.length > before) return undefined
  // Rules without some of their data, or without a bundle that they ask, would decide something else.
  if (found.length < specs.length && (fetched !== undefined || specs.some(({ at }) => at === undefined)))
    return { program: PENDING, index: () => 0, bundles: {}, sources: specs }
  const source: RegoSource = {
    modules: [
      ...modules,
      ...found.flatMap(({ name, fetched }) =>
        fetched.modules.map((module) => ({ file: `${name}: ${module.file}`, source: module.source })),
      ),
    ],
    data: JSON.stringify(data),
    asks: [...asks.values()],
    schema: JSON.stringify(schema),
  }
  const compiled = await engine.compile(source)
  if ('problems' in compiled) {
    problems.push(...compiled.problems.map(problemOf))
    return undefined
  }
  warnings.push(...compiled.warnings.map(problemOf))
  const order = [...asks.keys()]
  return {
    program: compiled.program,
    index: (ask) => order.indexOf(JSON.stringify(ask)),
    bundles: Object.fromEntries(
      found.flatMap(({ name, fetched: { bundle } }) =>
        bundle === undefined ? [] : [[name, { revision: bundle.revision }]],
      ),
    ),
    sources: specs,
  }
}

const absent = () => Promise.reject(new Error('what the rules are made of has not arrived yet'))
/** In the place of rules of which a part never arrived: whoever asks them is refused. */
const PENDING: RegoProgram = {
  version: 'pending',
  reads: undefined,
  defines: () => ['allow'],
  decide: absent,
  data: absent,
}

const problemOf = ({ file, line, column, message }: CodeProblem): Problem => ({
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
        const ask = config?.success ? module!.asks!(config.data) : undefined
        if (ask !== undefined) add(ask)
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

/** The base documents of the folder and of `Policy` documents, merged. */
function dataOf(folder: Folder, policies: readonly PolicyDoc[], problems: Problem[]): Tree {
  const data = baseData(folder, problems)
  for (const { spec, yaml } of policies)
    if (spec !== undefined)
      merge(data, spec.data, (path) => problems.push(yaml.problem(['spec', 'data'], twice(path))))
  return data
}

/** What the files of a folder say under `data`, merged. */
export function baseData({ data: files = [] }: Folder, problems: Problem[]): Tree {
  const data: Tree = {}
  for (const { file, source } of files) {
    const read = readData(file, source, !file.endsWith('.json'))
    if ('problems' in read) {
      problems.push(...read.problems)
      continue
    }
    const tree = placed(read.value, [])
    if (tree === undefined) problems.push({ file, message: NO_OBJECT })
    else if ('apiVersion' in tree && 'kind' in tree)
      problems.push({
        file,
        message: 'holds a document, and by its name it is data for Rego: give it another name',
      })
    else merge(data, tree, (path) => problems.push({ file, message: twice(path) }))
  }
  return data
}

const twice = (path: string): string => `data.${path} is said elsewhere already: say it in one place`
