import { afterAll, describe, expect, test } from 'vitest'
import { call } from '../../test/checkpoints.ts'
import { virtualClock } from '../../test/virtual-clock.ts'
import { memoryCounter } from '../adapters/counter-memory.ts'
import { sha256 } from '../adapters/digest.ts'
import { hookEngine } from '../adapters/hooks/index.ts'
import { CHECKPOINTS } from '../checkpoints/index.ts'
import { contentOf } from '../core/content.ts'
import type { Checks } from '../core/types.ts'
import { PROTOCOLS } from '../protocols/index.ts'
import { type BuildOptions, buildPolicy } from './build.ts'
import { showProblem } from './problem.ts'

const hooks = hookEngine(30_000)
afterAll(() => hooks.close())

const OPTIONS: BuildOptions = {
  modules: [],
  checkpoints: {
    modules: CHECKPOINTS,
    ports: { counter: memoryCounter(), clock: virtualClock(), digest: sha256, hooks },
  },
  ports: { secret: () => '' },
  paths: PROTOCOLS.map(({ path, upstreams }) => ({ path, protocols: upstreams })),
  packageVersion: '1',
}

const BOUNDARIES = `
apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: local }
spec: { protocol: loopback }
---
apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: all }
spec:
  match: { paths: ["*"] }
  upstreams: [{ name: local }]
  input:
    - use: hook
      with: { script: 'return {status: "ALLOW"}' }
---
apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: chat }
spec:
  match: { paths: [/v1/chat/completions] }
  upstreams: [{ name: local }]
`

const guard = (spec: string, name = 'validator') => `---
apiVersion: security.policy/v1
kind: InputGuardPolicy
metadata:
  name: ${name}
spec:
${spec}
`

async function load(documents: string, boundaries = BOUNDARIES) {
  const files = [{ file: 'a.yaml', source: boundaries + documents }]
  const loaded = await buildPolicy(
    { dir: '', files, modules: [], data: [], problems: [], digest: '' },
    OPTIONS,
  )
  return 'errors' in loaded
    ? { errors: loaded.errors.map(showProblem) }
    : { policy: loaded.policy, errors: [] }
}

const lineOf = (documents: string, text: string) =>
  (BOUNDARIES + documents).split('\n').findIndex((line) => line.includes(text)) + 1

const codes = async (checks: Checks | undefined, prompt: string) => {
  const generate = PROTOCOLS.find(({ path }) => path === '/v1/generate')!
  const request = contentOf([generate.request(JSON.stringify({ prompt })).unit], true)
  const entries = await Promise.all(
    (checks?.checkpoints?.input ?? []).map(({ checkpoint }) =>
      checkpoint.enter(call({ stage: 'input', request })),
    ),
  )
  return entries.flatMap(({ objections }) => objections.map(({ code, status }) => `${code} ${status ?? ''}`))
}

const PRE = `  target_endpoint: /v1/generate
  pre_processing_hook: |
    # it's a comment
    if (request.body.prompt.includes("bad")) {
      return {status: "REJECT", code: 418, reason: "No."}
    }
    return {status: "ALLOW"}`

describe('a document that guards an endpoint', () => {
  test('adds to the boundaries that serve it, there alone', async () => {
    const { policy } = await load(
      guard(PRE) +
        guard(
          '  target_endpoint: /v1/generate\n  post_processing_hook: \'return {status: "ALLOW"}\'',
          'second',
        ),
    )
    const [all, chat] = policy!.boundaries
    expect(chat!.checksAt).toBeUndefined()
    expect([...all!.checksAt!.keys()]).toEqual(['/v1/generate'])
    expect(all!.checks.checkpoints!.input!.map(({ name }) => name)).toEqual(['hook'])
    const checks = all!.checksAt!.get('/v1/generate')!
    expect(checks.checkpoints!.input!.map(({ name, early }) => [name, early])).toEqual([
      ['hook', true],
      ['validator', true],
    ])
    expect(checks.checkpoints!.output!.map(({ name, early }) => [name, early])).toEqual([
      ['second', undefined],
    ])
    expect(checks.guardsText).toBe(true)
    expect(all!.checks.guardsText).toBe(false)
    expect(await codes(checks, 'fine')).toEqual([])
    expect(await codes(checks, 'bad')).toEqual(['hook.rejected 418'])
    expect(await codes(all!.checks, 'bad')).toEqual([])
  })

  test('is part of the version of those boundaries', async () => {
    const versions = async (documents: string) =>
      (await load(documents)).policy!.boundaries.map(({ version }) => version)
    const [without, withOne, changed] = await Promise.all([
      versions(''),
      versions(guard(PRE)),
      versions(guard(PRE.replace('418', '419'))),
    ])
    expect(new Set([without[0], withOne[0], changed[0]]).size).toBe(3)
    expect(new Set([without[1], withOne[1], changed[1]]).size).toBe(1)
  })
})

describe('what is refused, with its place', () => {
  test.each<[spec: string, at: string, column: number, message: string]>([
    [
      '  target_endpoint: /v1/generat\n  pre_processing_hook: return 1',
      'target_endpoint',
      20,
      'does not serve "/v1/generat"',
    ],
    ['  target_endpoint: generate\n  pre_processing_hook: return 1', 'target_endpoint', 20, 'must be a path'],
    ['  target_endpoint: /v1/generate', 'spec:', 1, 'must have a hook'],
    [
      '  target_endpoint: /v1/generate\n  pre_processing_hook: return 1\n  pre_hook: return 1',
      'pre_hook',
      3,
      'unknown field',
    ],
    [
      '  target_endpoint: /v1/generate\n  pre_processing_hook: |\n    # a\n    return }',
      'return }',
      12,
      'closes nothing',
    ],
    [
      '  target_endpoint: /v1/generate\n  pre_processing_hook: |\n    return {status: "REJECT", code: 200}',
      'REJECT',
      37,
      '400 to 499',
    ],
    [
      '  target_endpoint: /v1/generate\n  post_processing_hook: |-\n\n    let a = 1\n      let b = * 2\n    return a',
      'let b',
      15,
      'no JavaScript',
    ],
    [
      '  target_endpoint: /v1/generate\n  pre_processing_hook: >\n    let a = 1;\n    let b = * 2;',
      'let b',
      13,
      'no JavaScript',
    ],
    [
      '  target_endpoint: /v1/generate\n  pre_processing_hook: "let a = 1\\nlet b = * 2"',
      'let b',
      44,
      'no JavaScript',
    ],
  ])('%j', async (spec, at, column, message) => {
    const documents = guard(spec)
    const { errors } = await load(documents)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(message)
    const line =
      at === 'spec:' ? (BOUNDARIES + documents).split('\n').lastIndexOf('spec:') + 1 : lineOf(documents, at)
    const [, foundLine, foundColumn] = /^a\.yaml:(\d+):(\d+)/.exec(errors[0]!)!
    expect(Number(foundLine)).toBeGreaterThanOrEqual(line)
    expect(Number(foundLine)).toBeLessThanOrEqual(at === 'spec:' ? line + 1 : line)
    if (at !== 'spec:') expect(Math.abs(Number(foundColumn) - column)).toBeLessThanOrEqual(2)
  })

  test('an endpoint that no boundary serves', async () => {
    const { errors } = await load(guard(PRE), BOUNDARIES.replace('["*"]', '[/v1/embeddings]'))
    expect(errors.join()).toContain('no boundary serves /v1/generate')
  })

  test('another version, and a name that stands twice', async () => {
    expect(
      (await load(guard(PRE).replace('security.policy/v1', 'sallyport.dev/v1'))).errors.join(),
    ).toContain('security.policy/v1')
    expect((await load(guard(PRE) + guard(PRE))).errors.join()).toContain(
      'an InputGuardPolicy named "validator" stands at',
    )
  })

  test('a script of a boundary, at its own place', async () => {
    const { errors } = await load('', BOUNDARIES.replace('return {status: "ALLOW"}', 'return {status:'))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/^a\.yaml:15:39: no JavaScript/)
  })
})
