import { compares } from '../core/asked.ts'
import type { CheckpointPorts, GuardPorts, Models, RegoEngine, Sources } from '../core/ports.ts'
import type { CheckpointModule, CheckpointRule, Checks, GuardModule, Rule } from '../core/types.ts'
import { adviseOn, isAbsent } from './advice.ts'
import { canariesOf } from './canary.ts'
import { checkTls, type TlsProblem } from './certificates.ts'
import { type Doc, readDocuments } from './documents.ts'
import type { Folder } from './folder.ts'
import { fingerprint } from './hash.ts'
import { buildInputGuards, checksAt, serves } from './input-guards.ts'
import { compileRego } from './modules.ts'
import { inOrder, type Problem } from './problem.ts'
import { checkReferences } from './references.ts'
import { type BuiltUse, buildRules } from './rules.ts'
import { defaultGate, type Gate } from './schema.ts'
import type { BuiltBoundary, KnownPath, Policy } from './types.ts'
import type { Workshop } from './workshop.ts'

export interface BuildOptions {
  modules: readonly GuardModule[]
  /** None when absent. */
  checkpoints?: { modules: readonly CheckpointModule[]; ports: Omit<CheckpointPorts, 'secret' | 'rego'> }
  /** Compiles the policy's Rego, whose input has this JSON schema. `always`: also when nothing asks it. */
  rego?: { engine(settings: Gate['rego']): RegoEngine; schema: object; always?: true }
  /** Fetches what `Policy` documents say is elsewhere. None: it is not looked at. */
  sources?: Sources
  /** Asked whether the variable of an upstream's key is set, and for what guards and checkpoints need. */
  ports: GuardPorts
  /** Asked instead for what guards and checkpoints need. */
  guardPorts?: GuardPorts
  /** Loads the models when the first guard asks for them. */
  models?(settings: Gate['models']): Promise<Models>
  /** Reads the files of an upstream's `tls`. None: they are found wrong only when the upstream is made. */
  tls?: TlsProblem
  paths: readonly KnownPath[]
  packageVersion: string
}

/** A policy with what `sallyport check` warns of, or all that is wrong with its folder. */
export type Loaded =
  | {
      policy: Policy
      warnings: readonly Problem[]
      documents: number
      /** Of each boundary, by its name, what it uses in which order, for those who explain it. */
      uses: ReadonlyMap<string, readonly BuiltUse[]>
    }
  | { errors: readonly Problem[] }

/** Parses, checks and builds a folder. Nothing of a folder with a mistake is ever served. */
export async function buildPolicy(folder: Folder, options: BuildOptions): Promise<Loaded> {
  const documents = readDocuments(folder)
  const { problems } = documents
  const warnings: Problem[] = []
  const gate = documents.gate?.spec ?? defaultGate()
  const checkpoints = new Map(options.checkpoints?.modules.map((module) => [module.name, module]))
  const rego = await compileRego(folder, documents, checkpoints, options.rego?.engine(gate.rego), {
    schema: options.rego?.schema ?? {},
    always: options.rego?.always === true,
    warnings,
    sources: options.sources,
  })
  const shop: Workshop = {
    modules: new Map(options.modules.map((module) => [module.name, module])),
    checkpoints,
    ports: {
      ...(options.guardPorts ?? options.ports),
      ...(options.models && { models: () => options.models!(gate.models) }),
    },
    checkpointPorts: options.checkpoints?.ports,
    rego,
    packageVersion: options.packageVersion,
    opened: new Map(),
    problems,
    warnings,
  }
  checkReferences(documents, options.paths)
  if (options.tls !== undefined) checkTls(documents, options.tls)
  const upstreams = new Map(documents.upstreams.flatMap(named).map((upstream) => [upstream.name, upstream]))
  const canaries = canariesOf(documents, shop.ports)
  const inputGuards = await buildInputGuards(shop, documents, options.paths)
  const boundaries: BuiltBoundary[] = []
  const used = new Map<string, readonly BuiltUse[]>()
  for (const doc of documents.boundaries) {
    const { spec } = doc
    const routes = (spec?.upstreams ?? []).flatMap(({ name, weight, order }) => {
      const upstream = upstreams.get(name)
      return upstream === undefined ? [] : [{ upstream, weight, order }]
    })
    const {
      rules,
      checkpoints: gates,
      uses,
      builds,
    } = await buildRules(
      shop,
      doc,
      routes.map(({ upstream }) => upstream),
    )
    if (spec === undefined) continue
    // With the document and the package's version, the names say which guards were built how.
    const parts = [rules, gates].flatMap((kind) =>
      Object.values<readonly { stage: string; name: string }[]>(kind).flatMap((stage) =>
        stage.map((rule) => [rule.stage, rule.name]),
      ),
    )
    if (spec.canary && !compares({ rules }))
      warnings.push(
        doc.yaml.problem(
          ['spec', 'canary'],
          'nobody looks for it in answers: write use: prompt-leak in output',
        ),
      )
    const checks: Checks = {
      rules,
      ...(Object.values(gates).some(({ length }) => length > 0) && { checkpoints: gates }),
      shadow: spec.enforce === 'shadow',
      marks: spec.origins,
      restore: new Set(spec.restore),
      guardsText:
        spec.enforce !== 'shadow' &&
        ([...rules.output, ...rules.tool].some(mayEditText) ||
          [...gates.output, ...gates.tool].some(mayChangeText)),
    }
    const added = inputGuards.filter(({ path }) => serves(spec, path))
    used.set(doc.name, [...uses, ...added.flatMap((guard) => guard.uses)])
    const sources = added.map(({ source }) => source)
    boundaries.push({
      name: doc.name,
      version: fingerprint([options.packageVersion, doc.name, spec, parts, routes, ...builds, ...sources]),
      match: spec.match,
      require: spec.require,
      upstreams: routes.filter(({ upstream }) => !isAbsent(upstream, options.ports)),
      retries: spec.retries,
      ...(spec.canary && canaries && { canary: (tenant: string) => canaries(doc.name, tenant) }),
      checks,
      ...(added.length > 0 && { checksAt: checksAt(checks, added) }),
    })
  }
  if (problems.length > 0) return { errors: inOrder(problems) }

  adviseOn(documents, options.ports, warnings)
  const consumers = documents.consumers.flatMap(named)
  return {
    documents: documents.count,
    uses: used,
    warnings: inOrder(warnings),
    policy: {
      version: fingerprint([
        gate,
        consumers,
        boundaries.map(({ version }) => version).sort(),
        ...(rego === undefined ? [] : [rego.program.version]),
      ]),
      gate,
      upstreams: [...upstreams.values()].filter((upstream) => !isAbsent(upstream, options.ports)),
      absent: [...upstreams.values()].filter((upstream) => isAbsent(upstream, options.ports)),
      boundaries,
      consumers,
      ...(rego !== undefined && { rego: { program: rego.program, bundles: rego.bundles } }),
      sources: rego?.sources ?? [],
    },
  }
}

const named = <T>({ name, spec }: Doc<T>): ({ name: string } & T)[] =>
  spec === undefined ? [] : [{ name, ...spec }]

/** A guard that fails blocks too; one that looks only at what is no text cannot touch a text. */
function mayEditText({ guard, actions, shadow }: Rule): boolean {
  if (shadow) return false
  const readsText =
    guard.kinds === undefined || guard.kinds.some((kind) => kind !== 'media' && kind !== 'opaque')
  return readsText && [...actions.values()].some((action) => action === 'transform' || action === 'block')
}

/** What blocks an answer lets nothing of it out. */
const mayChangeText = ({ actions, shadow }: CheckpointRule): boolean =>
  !shadow && [...actions.values()].includes('transform')
