import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFolder, readTests } from '../policy/folder.ts'
import { showProblem } from '../policy/problem.ts'
import { readArgs, UsageError } from './args.ts'
import { junit, shown } from './testing/report.ts'
import { type RunDeps, runTests } from './testing/run.ts'

export const TEST_USAGE = 'sallyport test DIR [--watch] [--junit FILE]'

export interface TestDeps extends RunDeps {
  /** One line to standard output. */
  out(line: string): void
  /** One line to standard error. */
  err(line: string): void
  /** Whether standard output takes colours. */
  colours: boolean
  /** Aborts when somebody wants `--watch` to end; asked for once it has begun. */
  ends(): AbortSignal
  /** Milliseconds between two looks of `--watch`. */
  poll?: number
}

/**
 * `sallyport test`: runs the tests that stand beside the documents of a folder.
 * @returns the exit status: 0 all passed, 1 one did not, or the folder has a mistake, 2 a command line that cannot be followed
 */
export async function test(args: readonly string[], deps: TestDeps): Promise<number> {
  let watch: boolean
  let dir: string
  let file: string | undefined
  try {
    const { values, positionals, on } = readArgs(args, { junit: 'FILE' }, ['watch'])
    if (positionals.length !== 1) throw new UsageError('name one folder of documents')
    dir = positionals[0]!
    file = values.junit
    watch = on.has('watch')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    deps.err(`${error.message}\nusage: ${TEST_USAGE}`)
    return 2
  }
  return watch ? watching(dir, file, deps) : once(dir, file, deps)
}

async function once(dir: string, file: string | undefined, deps: TestDeps): Promise<number> {
  const { out, err, colours } = deps
  const ran = await runTests(dir, deps, (result) => shown(result, colours).forEach(out))
  if ('problems' in ran) {
    for (const problem of ran.problems) err(showProblem(problem))
    err(`${dir}: ${ran.problems.length} ${ran.problems.length === 1 ? 'mistake' : 'mistakes'}`)
    return 1
  }
  const { results, missed } = ran
  if (file !== undefined) {
    try {
      await writeFile(file, junit(results))
    } catch (error) {
      err(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`)
      return 1
    }
  }
  if (results.length === 0) {
    err(`${dir}: there are no tests: write NAME.test.yaml or NAME_test.rego beside the documents`)
    return 1
  }
  if (missed.length > 0) {
    out('\nno test reaches:')
    for (const line of missed) out(`  ${line}`)
  }
  const failed = results.filter(({ differences }) => differences.length > 0).length
  out(`\n${results.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** Runs again whenever a byte of the folder has changed, until somebody ends it. */
async function watching(dir: string, file: string | undefined, deps: TestDeps): Promise<number> {
  const { poll = 500 } = deps
  const ends = deps.ends()
  let tried = ''
  let status = 0
  while (!ends.aborted) {
    const found = await digest(dir)
    if (found !== tried) {
      // What is still being written is read when it is done.
      await pause(Math.min(poll, 100), ends)
      if ((await digest(dir)) !== found) continue
      if (tried !== '') deps.out('\nthe folder has changed\n')
      tried = found
      status = await once(dir, file, deps)
    }
    await pause(poll, ends)
  }
  return status
}

async function digest(dir: string): Promise<string> {
  const [folder, tests] = [await readFolder(dir), await readTests(dir)]
  return `${folder.digest} ${tests.digest}`
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {})
