import type { Clock, RegoEngine, RegoTools } from '../../core/ports.ts'
import { type BuildOptions, buildPolicy } from '../../policy/build.ts'
import { readFolder, readTests, type TestFolder } from '../../policy/folder.ts'
import type { Problem } from '../../policy/problem.ts'
import type { Gate } from '../../policy/schema.ts'
import { createSelector } from '../../policy/select.ts'
import type { BuiltBoundary, KnownPath, Policy } from '../../policy/types.ts'
import { madeUp } from '../secrets.ts'
import { type Case, readCases } from './cases.ts'
import { type Difference, differences } from './compare.ts'
import { coverage } from './coverage.ts'
import { type TestGate, testGate } from './gate.ts'
import { type Given, given } from './given.ts'
import { type Compiled, runRego, telling } from './rego.ts'
import { type Result, resultOf } from './report.ts'

export interface RunDeps extends BuildOptions {
  rego?: { engine(settings: Gate['rego']): RegoEngine & RegoTools; schema: object }
  clock: Clock
  /** Forgets what callers have used. */
  fresh(): void
}

/** What running the tests of a folder came to. */
export interface Ran {
  results: readonly Result[]
  /** What no test reached, a line each. */
  missed: readonly string[]
}

/** Runs all tests of a folder. @param onResult told of each as it ends */
export async function runTests(
  dir: string,
  deps: RunDeps,
  onResult: (result: Result) => void,
): Promise<Ran | { problems: readonly Problem[] }> {
  const [folder, tests] = [await readFolder(dir), await readTests(dir)]
  const { ports } = madeUp(deps.ports)
  // A key that is missing where tests run keeps no upstream out of service, and no certificate is looked for.
  const { tls: _, ...options } = { ...deps, ports }
  let compiled: Compiled | undefined
  const engine = (settings: Gate['rego']) =>
    telling(deps.rego!.engine(settings), (of) => {
      compiled = of
    })
  const loaded = await buildPolicy(folder, {
    ...options,
    ...(deps.rego && { rego: { engine, schema: deps.rego.schema, always: true } }),
  })
  if ('errors' in loaded) return { problems: [...loaded.errors, ...tests.problems] }
  const read = readAll(tests, loaded.policy, deps.paths)
  if (compiled === undefined)
    for (const { file } of tests.rego) read.problems.push({ file, message: 'there is no .rego file to test' })
  if (read.problems.length > 0) return { problems: read.problems }

  const rego = compiled === undefined ? NO_REGO : await runRego(compiled, tests.rego)
  if ('problems' in rego) return rego
  rego.results.forEach(onResult)

  const seen = coverage(loaded.policy, loaded.uses)
  const gate = await testGate(seen.policy, deps)
  try {
    const results = await runCases(read.cases, seen.policy, gate, deps, onResult)
    const named = new Set(read.cases.map(({ boundary }) => boundary))
    return {
      results: [...rego.results, ...results],
      missed: [...seen.lines(named), ...rego.missed],
    }
  } finally {
    await gate.close()
  }
}

const NO_REGO: Ran = { results: [], missed: [] }

function readAll(
  tests: TestFolder,
  policy: Policy,
  paths: readonly KnownPath[],
): { cases: Case[]; problems: Problem[] } {
  const known = {
    boundaries: policy.boundaries.map(({ name }) => name),
    paths: paths.map(({ path }) => path),
  }
  const read = tests.cases.map((file) => readCases(file, known))
  return {
    cases: read.flatMap(({ cases }) => cases),
    problems: [...tests.problems, ...read.flatMap(({ problems }) => problems)],
  }
}

async function runCases(
  cases: readonly Case[],
  policy: Policy,
  gate: TestGate,
  { paths, clock, fresh }: RunDeps,
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const selector = createSelector(policy, paths)
  const boundaries = new Map(policy.boundaries.map((one): [string, BuiltBoundary] => [one.name, one]))
  const results: Result[] = []
  for (const one of cases) {
    const call = given(one, boundaries.get(one.boundary)!, selector, paths)
    fresh()
    const began = clock.now()
    const found = await differencesIn(one, call, gate)
    const result = resultOf(one, clock.now() - began, found)
    results.push(result)
    onResult(result)
  }
  return results
}

async function differencesIn(one: Case, call: Given, gate: TestGate): Promise<Difference[]> {
  try {
    let outcome = await gate.call(call)
    for (let times = 1; times < one.times; times++) outcome = await gate.call(call)
    return differences(one, call, outcome)
  } catch (error) {
    return [{ of: 'gate', expected: ['an answer'], got: [(error as Error).message] }]
  }
}
