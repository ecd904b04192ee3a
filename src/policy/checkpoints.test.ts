import { expect, test } from 'vitest'
import { CHECKPOINTS } from '../checkpoints/index.ts'
import { GUARDS } from '../guards/index.ts'
import { type BuildOptions, buildPolicy } from './build.ts'
import { showProblem } from './problem.ts'

const options: BuildOptions = {
  modules: GUARDS,
  checkpoints: {
    modules: CHECKPOINTS,
    ports: {
      counter: { take: () => expect.fail(), correct() {}, hold: () => expect.fail() },
      clock: { now: () => 0, after: () => () => {} },
      digest: (text) => text,
    },
  },
  ports: { secret: () => '' },
  paths: [{ path: '/v1/chat/completions', protocols: ['loopback'] }],
  packageVersion: '1',
}
const UPSTREAM = `apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: loopback }
spec: { protocol: loopback, models: [MODEL] }
---
`
const BOUNDARY = `apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: chat }
spec:
  upstreams: [{ name: loopback }]
  output: [{ use: length, with: { maxCharacters: 9 } }]
`

function load(stages: string, model = '{ name: "*" }') {
  const source = UPSTREAM.replace('MODEL', model) + BOUNDARY + stages
  return buildPolicy({ files: [{ file: 'd.yaml', source }], problems: [] } as never, options)
}
const LINES_BEFORE = (UPSTREAM + BOUNDARY).split('\n').length - 1

/** What is wrong, by its line in the stages. */
async function errors(stages: string, model?: string): Promise<string[]> {
  const loaded = await load(stages, model)
  if (!('errors' in loaded)) return []
  return loaded.errors.map((problem) =>
    showProblem({ ...problem, line: problem.line! - LINES_BEFORE }).replace('d.yaml:', ''),
  )
}
const used = (config: string, use = 'rate-limit') =>
  errors(`  admit:\n    - use: ${use}\n      with: ${config}`)

async function policy(stages: string, model?: string) {
  const loaded = await load(stages, model)
  if ('errors' in loaded) expect.fail(loaded.errors.map(showProblem).join('\n'))
  return loaded
}

test('checkpoints are built in their order, with the action of every code', async () => {
  const { policy: built } = await policy(`  enforce: shadow
  admit:
    - use: budget
      with: { tokens: 1.5M/month, by: [tenant, { claim: org.team }] }
    - use: rate-limit
      with: { requests: 60/min, tokens: 100k/min, concurrent: 10, by: subject, window: fixed, wait: 2s }
      actions: { limit.requests: flag, limit.degraded: block }
      timeout: 50ms
`)
  const rules = built.boundaries[0]!.checks.checkpoints!.admit!
  expect(rules.map(({ name, timeout, unshadowed }) => [name, timeout, unshadowed])).toEqual([
    ['budget', 1000, true],
    ['rate-limit', 50, true],
  ])
  expect(rules[1]!.checkpoint.waits).toBe(2000)
  expect(Object.fromEntries(rules[1]!.actions)).toEqual({
    'guard.failed': 'block',
    'limit.requests': 'flag',
    'limit.tokens': 'block',
    'limit.concurrency': 'block',
    'limit.degraded': 'block',
  })
  expect(Object.fromEntries(rules[0]!.actions)).toEqual({
    'guard.failed': 'block',
    'budget.exceeded': 'block',
    'limit.degraded': 'flag',
  })
})

test('the version of a boundary changes with its checkpoints', async () => {
  const version = async (stages: string) => (await policy(stages)).policy.boundaries[0]!.version
  const one = await version('  admit: [{ use: rate-limit, with: { requests: 60/min } }]')
  expect(await version('  admit: [{ use: rate-limit, with: { requests: 61/min } }]')).not.toBe(one)
  expect(await version('')).not.toBe(one)
})

test('what is not there is said with what is', async () => {
  expect(
    await errors('  admit: [{ use: rate-limits }]\n  policy: [{ use: regu }]\n  input: [{ use: budget }]'),
  ).toEqual([
    '1:18: unknown checkpoint "rate-limits": did you mean "rate-limit"?',
    '2:19: unknown checkpoint "regu": did you mean "rego"?',
    '3:18: "budget" does not run in "input": move it to admit',
  ])
  expect(await errors('  admit: [{ use: pii }]')).toEqual([
    '1:18: "pii" does not run in "admit": move it to input, context, output, tool',
  ])
})

test('what is written wrong is said with what to write', async () => {
  expect(await used('{ requests: 60 }')).toEqual([
    '3:25: "requests" must be an amount and a time (s, min, h, day): write 60/min',
  ])
  for (const wrong of [
    '60/month',
    '60 / min',
    '-1/min',
    '1e3/min',
    '60/m',
    '5K/min',
    '9007199254740992/day',
    '0/min',
    '0.5/min',
  ])
    expect(await used(`{ requests: ${wrong} }`)).toHaveLength(1)
  expect(await used('{}')).toEqual([
    '3:13: "with" must limit something: write requests: 60/min, tokens: 100k/min or concurrent: 10',
  ])
  expect(await used('{ requests: 1/s, by: user }')).toEqual([
    '3:34: "by" must be subject, tenant, key, model, boundary, { claim: team }, or a list of these',
  ])
  expect(await used('{ requests: 1/s, by: { claim: "a..b" } }')).toHaveLength(1)
  expect(await used('{ requests: 1/s, wait: 2m }')).toEqual([
    '3:36: "wait" must be a wait of at most 60s: write 500ms or 2s',
  ])
  expect(await used('{ concurrent: 0 }')).toEqual(['3:27: "concurrent" must be at least 1'])
  expect(
    await errors('  admit: [{ use: rate-limit, with: { requests: 1/s }, actions: { limit.tokens: flag } }]'),
  ).toEqual([
    '1:66: unknown code "limit.tokens": write one of guard.failed, limit.requests, limit.degraded, limit.*',
  ])
  expect(await errors('  admit: [{ use: rate-limit, with: { requests: 1/s }, origins: [user] }]')).toEqual([
    '1:64: "rate-limit" looks at a call and not at its texts: leave "origins" out',
  ])
})

test('a budget of money needs the price of every model', async () => {
  const admit = '  admit:\n    - use: budget\n      with: { money: 50/day }'
  expect(await errors(admit)).toEqual([
    '3:13: "budget" counts money, and upstream "loopback" has no price for model "*": write price: { input: 2.5, output: 10 } there, for a million tokens',
  ])
  expect(await errors(admit, '{ name: "*", price: { input: 2.5, output: 10 } }')).toEqual([])
  expect(await errors('  admit: [{ use: budget, with: { tokens: 5M/day } }]')).toEqual([])
  expect(await errors('', '{ name: "*", price: { input: -1, output: 10 } }')).toHaveLength(1)
})
