import type { RegoCoverage, RegoEngine, RegoSource, RegoTest, RegoTools } from '../../core/ports.ts'
import type { FolderFile } from '../../policy/folder.ts'
import { type Problem, showProblem } from '../../policy/problem.ts'
import type { Difference } from './compare.ts'
import type { Result } from './report.ts'

/** What a policy's Rego was compiled of, so that its tests are run on the same. */
export interface Compiled {
  engine: RegoEngine & RegoTools
  source: Pick<RegoSource, 'modules' | 'data'>
}

/** An engine that tells of what it compiles. */
export function telling(engine: RegoEngine & RegoTools, tell: (compiled: Compiled) => void): RegoEngine {
  return {
    compile(source) {
      tell({ engine, source })
      return engine.compile(source)
    },
  }
}

/** Runs the rules of modules that test others. */
export async function runRego(
  { engine, source: { modules, data } }: Compiled,
  tests: readonly FolderFile[],
): Promise<{ results: Result[]; missed: string[] } | { problems: readonly Problem[] }> {
  if (tests.length === 0)
    return { results: [], missed: modules.map(({ file }) => `${file}: no _test.rego tests it`) }
  const ran = await engine.test({ modules: [...modules, ...tests], data }, true)
  if ('problems' in ran) return { problems: ran.problems }
  // What is only to be done is no test yet.
  const done = ran.tests.filter(({ outcome }) => outcome !== 'skip')
  return { results: done.map(resultOf), missed: (ran.coverage?.files ?? []).flatMap(missedOf) }
}

function resultOf(test: RegoTest): Result {
  const { package: group, name, file, line, ms } = test
  const place = showProblem({ file, line, column: 1, message: '' }).replace(/: $/, '')
  return { group, name, file, place, took: ms, differences: differencesOf(test) }
}

function differencesOf({ outcome, message, output = '' }: RegoTest): Difference[] {
  if (outcome === 'pass') return []
  const got = [message ?? 'undefined or false', ...output.split('\n').filter((line) => line !== '')]
  return [{ of: outcome === 'error' ? 'error' : 'rule', expected: ['true'], got }]
}

function missedOf({ file, notCovered }: RegoCoverage['files'][number]): string[] {
  if (notCovered.length === 0) return []
  const lines = notCovered.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
  return [`${file}: no _test.rego reaches line ${lines.join(', ')}`]
}
