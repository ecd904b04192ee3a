import { type BuildOptions, buildPolicy } from '../policy/build.ts'
import { readDocuments } from '../policy/documents.ts'
import { readFolder } from '../policy/folder.ts'
import { suggest } from '../policy/nearest.ts'
import { showPlace, showProblem } from '../policy/problem.ts'
import type { KnownPath } from '../policy/types.ts'
import { readArgs, UsageError } from './args.ts'
import { type Asked, type Explained, explained, type Unserved } from './explained.ts'
import { madeUp } from './secrets.ts'

export const EXPLAIN_USAGE = 'sallyport explain DIR --path P --tenant T --model M [--roles A,B] [--json]'
const FLAGS = { path: '/v1/chat/completions', tenant: 'T', model: 'M', roles: 'A,B' }

export interface ExplainDeps extends BuildOptions {
  /** One line to standard output. */
  out(line: string): void
  /** One line to standard error. */
  err(line: string): void
}

/**
 * `sallyport explain`: which boundary of a folder serves a call, what would run, and what each code leads to and why.
 * @returns the exit status: 0 served, 1 not served, or the folder has a mistake, 2 a command line that cannot be followed
 */
export async function explain(args: readonly string[], deps: ExplainDeps): Promise<number> {
  let dir: string
  let asked: Asked
  let json: boolean
  try {
    const { values, positionals, on } = readArgs(args, FLAGS, ['json'])
    if (positionals.length !== 1) throw new UsageError('name one folder of documents')
    dir = positionals[0]!
    asked = askedOf(values, deps.paths)
    json = on.has('json')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    deps.err(`${error.message}\nusage: ${EXPLAIN_USAGE}`)
    return 2
  }
  const folder = await readFolder(dir)
  // What is out of service here for want of a key may be in service where the policy is served.
  const loaded = await buildPolicy(folder, { ...deps, ports: madeUp(deps.ports).ports })
  if ('errors' in loaded) {
    for (const problem of loaded.errors) deps.err(showProblem(problem))
    return 1
  }
  const { boundaries } = readDocuments(folder)
  const places = new Map(
    boundaries.map(({ name, yaml }) => [name, showPlace(yaml.problem(['metadata', 'name'], ''))]),
  )
  const found = explained(loaded, asked, deps.ports, deps.paths, places)
  if (json) deps.out(JSON.stringify(found, undefined, 2))
  else for (const line of 'code' in found ? refused(found) : told(found)) deps.out(line)
  return 'code' in found ? 1 : 0
}

function askedOf(
  { path, tenant, model, roles }: Partial<Record<keyof typeof FLAGS, string>>,
  paths: readonly KnownPath[],
): Asked {
  const known = paths.map((one) => one.path)
  if (path === undefined) throw new UsageError('--path is missing: write --path /v1/chat/completions')
  if (!known.includes(path)) throw new UsageError(`unknown path "${path}": ${suggest(path, known)}`)
  if (tenant === undefined) throw new UsageError('--tenant is missing: write --tenant T')
  if (model === undefined) throw new UsageError('--model is missing: write --model M')
  const listed = (roles ?? '').split(',').flatMap((role) => (role.trim() === '' ? [] : [role.trim()]))
  return { path, model, caller: { subject: 'explain', tenant, roles: listed } }
}

function callOf({ path, caller: { tenant, roles }, model }: Asked): string {
  const held = roles.length === 0 ? '' : `, roles ${roles.join(', ')}`
  return `POST ${path} of tenant "${tenant}" for model "${model}"${held}`
}

function refused({ asked, code, boundary, others }: Unserved): string[] {
  return [
    callOf(asked),
    boundary === undefined
      ? `is refused with ${code}: no boundary is for it`
      : `is refused with ${code}: no upstream of boundary "${boundary.name}" serves the model on this path  (${boundary.place})`,
    ...others.map(otherLine),
  ]
}

function otherLine({ name, place, names, misfits }: Explained['others'][number]): string {
  const why = misfits.length === 0 ? `would serve it too, and ${namesOf(names)}` : misfits.join(', and ')
  return `  not "${name}": ${why}  (${place})`
}

const namesOf = (names: readonly string[]): string =>
  names.length === 0 ? 'names nothing of it' : `names its ${names.join(' and its ')}`

function told({ asked, boundary, others, upstreams, stages }: Explained): string[] {
  const { name, place, names, version, enforce } = boundary
  return [
    callOf(asked),
    `is served by boundary "${name}", which ${namesOf(names)}  (${place})`,
    ...others.map(otherLine),
    `  version ${version}`,
    ...(enforce === 'shadow'
      ? [
          '  only tried: what would have happened is recorded, and nothing else but what is marked as enforced',
        ]
      : []),
    '',
    'upstreams',
    ...upstreams.map(
      ({ name, as, order, weight, unset }) =>
        `  ${name} for "${as}"  (order ${order}, weight ${weight}${unset ? ', its key is not set here' : ''})`,
    ),
    ...stages.flatMap(({ stage, runs }) => ['', stage, ...runs.flatMap(runLines)]),
  ]
}

type Run = Explained['stages'][number]['runs'][number]

function runLines({
  use,
  kind,
  model,
  place,
  when,
  listed,
  enforce,
  timeout,
  origins,
  actions,
}: Run): string[] {
  const marks = [
    ...(when === 'early' ? ['before the guards'] : []),
    ...(listed ? [] : ['always runs']),
    ...(enforce === 'shadow' ? ['only tried'] : enforce === 'always' ? ['enforced in shadow too'] : []),
    ...(origins === undefined ? [] : [`of ${origins.join(', ')}`]),
    `${timeout} ms`,
  ]
  const groups = new Map<string, string[]>()
  for (const { code, action, decided } of actions) {
    const by = decided.by === 'default' ? 'by default' : `${decided.key} at ${decided.place}`
    const key = `${action.padEnd(9)} ${by}`
    groups.set(key, [...(groups.get(key) ?? []), code])
  }
  return [
    `  ${use}  ${kind}${model ? ' with a model' : ''}, ${marks.join(', ')}${listed ? `  (${place})` : ''}`,
    ...[...groups].map(([key, codes]) => `    ${key}: ${some(codes)}`),
  ]
}

const MOST = 8

function some(codes: readonly string[]): string {
  const shown = codes.slice(0, MOST).join(', ')
  return codes.length <= MOST ? shown : `${shown} and ${codes.length - MOST} more`
}
