import { writeFile } from 'node:fs/promises'
import type { CodeProblem, RegoCoverage, RegoTest, RegoTools } from '../core/ports.ts'
import { inOrder, type Problem, showProblem } from '../policy/problem.ts'
import { readArgs, UsageError } from './args.ts'
import { readModules, readRego } from './rego-files.ts'

export const POLICY_USAGE = [
  'policy fmt [--write|--check] DIR|FILE...',
  'policy check [--strict] DIR',
  'policy test [--coverage] [--json] DIR',
]

export interface PolicyDeps {
  rego: RegoTools
  /** JSON schema of the input that modules are checked against. */
  schema?: string
  /** To standard output. */
  out(text: string): void
  /** One line to standard error. */
  err(line: string): void
}

/**
 * `sallyport policy`: formats, checks and tests Rego.
 * @returns the exit status: 0 good, 1 bad, 2 a command line that cannot be followed
 */
export async function policy(args: readonly string[], deps: PolicyDeps): Promise<number> {
  const [command, ...rest] = args
  try {
    switch (command) {
      case 'fmt': {
        const { switches, paths } = read(rest, ['write', 'check'])
        if (switches.size > 1) throw new UsageError('--write and --check stand here together: keep one')
        if (paths.length === 0) throw new UsageError('name files, or a folder of .rego files')
        return await format(paths, switches, deps)
      }
      case 'check': {
        const { switches, paths } = read(rest, ['strict'])
        return await check(only(paths), switches.has('strict'), deps)
      }
      case 'test': {
        const { switches, paths } = read(rest, ['coverage', 'json'])
        return await test(only(paths), switches, deps)
      }
      default:
        throw new UsageError('write "policy fmt", "policy check" or "policy test"')
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    deps.err(`${error.message}\nusage: ${POLICY_USAGE.map((line) => `sallyport ${line}`).join('\n       ')}`)
    return 2
  }
}

function read<S extends string>(
  args: readonly string[],
  known: readonly S[],
): { switches: ReadonlySet<S>; paths: string[] } {
  const { on, positionals } = readArgs(args, {}, known)
  return { switches: on, paths: positionals }
}

function only(paths: readonly string[]): string {
  if (paths.length !== 1) throw new UsageError('name one folder of .rego files')
  return paths[0]!
}

async function format(
  paths: readonly string[],
  switches: ReadonlySet<string>,
  { rego, out, err }: PolicyDeps,
): Promise<number> {
  const given = await readModules(paths)
  const { problems, modules } = await rego.format(given.modules)
  const wrong = tell([...given.problems, ...problems], err)
  const sources = new Map(given.modules.map(({ file, source }) => [file, source]))
  const changed = modules.filter(({ file, source }) => sources.get(file) !== source)
  if (switches.has('check')) for (const { file } of changed) out(`${file}\n`)
  else if (switches.has('write'))
    for (const { file, source } of changed) {
      await writeFile(file, source)
      out(`${file}\n`)
    }
  else for (const { source } of modules) out(source)
  return wrong || (switches.has('check') && changed.length > 0) ? 1 : 0
}

async function check(dir: string, strict: boolean, { rego, schema, out, err }: PolicyDeps): Promise<number> {
  const { modules, data, problems: unread } = await readRego(dir)
  if (tell(unread, err)) return 1
  const source = { modules, data, ...(schema === undefined ? {} : { schema }) }
  const { problems, warnings } = await rego.check(source, strict)
  for (const warning of inOrder(warnings)) out(`warning: ${shown(warning)}\n`)
  if (tell(problems, err)) {
    err(`${dir}: ${problems.length} ${problems.length === 1 ? 'mistake' : 'mistakes'}`)
    return 1
  }
  out(`${dir}: ${modules.length} ${modules.length === 1 ? 'module' : 'modules'}: good\n`)
  return 0
}

async function test(
  dir: string,
  switches: ReadonlySet<string>,
  { rego, out, err }: PolicyDeps,
): Promise<number> {
  const { modules, data, problems } = await readRego(dir)
  if (tell(problems, err)) return 1
  const result = await rego.test({ modules, data }, switches.has('coverage'))
  if ('problems' in result) {
    tell(result.problems, err)
    return 1
  }
  const { tests, coverage } = result
  if (switches.has('json')) out(`${JSON.stringify(result, null, 2)}\n`)
  else {
    for (const each of tests) if (each.outcome !== 'pass') out(showTest(each))
    if (coverage !== undefined) out(showCoverage(coverage))
    const count = (outcome: RegoTest['outcome']) => tests.filter((each) => each.outcome === outcome).length
    const skipped = count('skip') > 0 ? `, ${count('skip')} skipped` : ''
    out(`${count('pass')} passed, ${count('fail') + count('error')} failed${skipped}\n`)
  }
  if (tests.length === 0) err(`${dir}: there is no test: a rule whose name begins with test_ is one`)
  return tests.length > 0 && tests.every(({ outcome }) => outcome === 'pass' || outcome === 'skip') ? 0 : 1
}

function showTest({ package: name, name: rule, file, line, outcome, message, output }: RegoTest): string {
  const what = `${name}.${rule}: ${outcome}${message === undefined ? '' : `: ${message}`}`
  const printed = (output ?? '').trimEnd().split('\n').filter(Boolean)
  return [showProblem({ file, line, message: what }), ...printed.map((text) => `  ${text}`), ''].join('\n')
}

function showCoverage({ percent, files }: RegoCoverage): string {
  const lines = files.map(({ file, percent: each, notCovered }) => {
    const rows = notCovered.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
    return `${file}: ${each} % of the lines${rows.length === 0 ? '' : `, not ${rows.join(', ')}`}`
  })
  return `${[...lines, `coverage: ${percent} %`].join('\n')}\n`
}

/** @returns whether there was anything to tell */
function tell(problems: readonly (Problem | CodeProblem)[], err: PolicyDeps['err']): boolean {
  for (const problem of inOrder(problems)) err(shown(problem))
  return problems.length > 0
}

const shown = (problem: Problem): string => (problem.file === '' ? problem.message : showProblem(problem))
