import { type BuildOptions, buildPolicy } from '../policy/build.ts'
import { readFolder } from '../policy/folder.ts'
import { showProblem } from '../policy/problem.ts'
import { readArgs, UsageError } from './args.ts'
import { madeUp } from './secrets.ts'

const USAGE = 'usage: sallyport check DIR'

export interface CheckDeps extends BuildOptions {
  /** One line to standard output. */
  out(line: string): void
  /** One line to standard error. */
  err(line: string): void
}

/**
 * `sallyport check DIR`: says whether a folder of documents is good, and what is seldom meant.
 * @returns the exit status: 0 good, 1 bad, 2 a command line that cannot be followed
 */
export async function check(args: readonly string[], deps: CheckDeps): Promise<number> {
  let dir: string | undefined
  try {
    const { positionals } = readArgs(args, {})
    if (positionals.length !== 1) throw new UsageError(`name one folder of documents`)
    dir = positionals[0]!
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    deps.err(`${error.message}\n${USAGE}`)
    return 2
  }

  const { ports: guardPorts, missing } = madeUp(deps.ports)
  const loaded = await buildPolicy(await readFolder(dir), {
    ...deps,
    guardPorts,
    ...(deps.rego && { rego: { ...deps.rego, always: true } }),
  })
  if ('errors' in loaded) {
    for (const problem of loaded.errors) deps.err(showProblem(problem))
    const count = loaded.errors.length
    deps.err(`${dir}: ${count} ${count === 1 ? 'mistake' : 'mistakes'}`)
    return 1
  }
  for (const warning of loaded.warnings) deps.out(`warning: ${showProblem(warning)}`)
  for (const secret of missing) deps.out(`warning: ${dir}: a guard needs ${secret}, which is not here`)
  const { boundaries, upstreams, absent, consumers } = loaded.policy
  const counts = [
    counted(loaded.documents, 'document', 'documents'),
    counted(boundaries.length, 'boundary', 'boundaries'),
    counted(upstreams.length + absent.length, 'upstream', 'upstreams'),
    counted(consumers.length, 'consumer', 'consumers'),
  ]
  deps.out(`${dir}: ${counts.join(', ')}: good`)
  return 0
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
