import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { hookEngine } from '../src/adapters/hooks/index.ts'
import { regoEngine } from '../src/adapters/rego/index.ts'
import { CHECKPOINTS } from '../src/checkpoints/index.ts'
import { INPUT_SCHEMA } from '../src/checkpoints/rego/schema.ts'
import { GUARDS } from '../src/guards/index.ts'
import { buildPolicy } from '../src/policy/build.ts'
import type { Folder, FolderFile } from '../src/policy/folder.ts'
import type { Policy } from '../src/policy/types.ts'
import { PROTOCOLS } from '../src/protocols/index.ts'
import { bench, call } from './checkpoints.ts'
import { document, post, startGate, stopAll, until } from './gate.ts'
import { times } from './seed.ts'

// Whatever becomes of the files of a policy, the process lives, a good policy stays, and its verdicts with it.

const DOCUMENTS = `apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: loopback }
spec: { protocol: loopback, models: [{ name: loopback, contextTokens: 4000 }] }
---
apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: chat }
spec:
  upstreams: [{ name: loopback }]
  input:
    - use: hook
      with:
        script: |
          # Words that are not for us.
          if (request.parts.some(({ text }) => text.includes("swordfish"))) {
            return {status: "REJECT", code: 403, reason: "Not that word."}
          }
          return {status: "ALLOW"}
    - use: keywords
      with: { words: [forbidden] }
  policy:
    - use: rego
      with: { package: acme, deadline: 1000ms }
      timeout: 10s
---
apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: acme }
spec:
  data: { limit: 100 }
`
const RULES = `package acme

import future.keywords.not

limit := object.get(input.model, "context_tokens", 4000) * 0.5

deny contains {"msg": "Too long.", "code": 413} if input.tokens.user > limit

deny contains "Another tenant." if {
	not input.caller.tenant in {"acme", "other"}
}
`
const FILES: readonly FolderFile[] = [
  { file: 'p.yaml', source: DOCUMENTS },
  { file: 'acme.rego', source: RULES },
]

const engine = regoEngine({ warn() {} })
const hooks = hookEngine(30_000)
afterAll(async () => {
  await Promise.all([engine.close(), hooks.close(), stopAll()])
})

function build(files: readonly FolderFile[]) {
  const folder: Folder = {
    dir: 'DIR',
    files: files.filter(({ file }) => file.endsWith('.yaml')),
    modules: files.filter(({ file }) => file.endsWith('.rego')),
    problems: [],
    digest: '',
  }
  const { counter, clock } = bench()
  return buildPolicy(folder, {
    modules: GUARDS,
    checkpoints: { modules: CHECKPOINTS, ports: { counter, clock, digest: String, hooks } },
    ports: { secret: () => 'secret' },
    rego: { engine: () => engine, schema: INPUT_SCHEMA },
    paths: PROTOCOLS.map(({ path, upstreams }) => ({ path, protocols: upstreams })),
    packageVersion: '0',
  })
}

/** What the checkpoints of a policy make of calls that it knows. */
async function verdicts(policy: Policy): Promise<string> {
  const { checkpoints } = policy.boundaries[0]!.checks
  const exchanges = [{}, { caller: { subject: 'a', tenant: 'strange', roles: [] } }]
  const said: unknown[] = []
  for (const rule of [...(checkpoints?.input ?? []), ...(checkpoints?.policy ?? [])])
    for (const exchange of exchanges) said.push(await rule.checkpoint.enter(call(exchange)))
  return JSON.stringify(said)
}

const mutation = fc.record({
  file: fc.nat(FILES.length - 1),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
  put: fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom(
      '"',
      '{',
      '}',
      '\n',
      '\t',
      ' if ',
      'not ',
      '- ',
      ': ',
      '|',
      '`',
      '#',
      '\u0000',
      '\ud800',
      '[[[[',
    ),
    fc.constantFrom(
      'import rego.v1\n',
      'http.send({})',
      'while(true);',
      'eval("1")',
      '*x',
      '&x ',
      '!!js ',
      '1e999',
    ),
  ),
})

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

function mutated(changes: readonly Mutation[]): FolderFile[] {
  const files = FILES.map((file) => ({ ...file }))
  for (const { file, at, cut, put } of changes) {
    const { source } = files[file]!
    const start = Math.floor(at * source.length)
    files[file]!.source = source.slice(0, start) + put + source.slice(start + cut)
  }
  return files
}

describe('documents, rules and scripts that were changed at random', () => {
  test('are refused or built, and change nothing of what is served', async () => {
    const good = await build(FILES)
    if ('errors' in good) throw new Error(JSON.stringify(good.errors))
    // The threads have started once they were asked.
    await verdicts(good.policy)
    const before = await verdicts(good.policy)
    expect(before).toContain('Another tenant.')
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (changes) => {
        const built = await build(mutated(changes))
        if ('errors' in built) {
          refused++
          expect(built.errors.length).toBeGreaterThan(0)
        }
        expect(await verdicts(good.policy)).toBe(before)
      }),
      { numRuns: times(150) },
    )
    expect(refused).toBeGreaterThan(50)
  }, 240_000)
})

test('a gate serves its last good policy while its files are broken', async () => {
  const gate = await startGate({
    documents: `${DOCUMENTS}${document('Consumer', 'other', { tenant: 'other', keys: [{ sha256: '0'.repeat(64) }] })}`,
    files: { 'acme.rego': RULES },
  })
  const ask = async (content: string) =>
    (await post(gate, '/v1/chat/completions', { model: 'loopback', messages: [{ role: 'user', content }] }))
      .status
  const probe = async () => [
    await ask('hello'),
    await ask('swordfish'),
    await ask('forbidden'),
    await ask('long '.repeat(2000)),
  ]
  expect(await probe()).toEqual([200, 403, 403, 413])
  const refusals = async () =>
    Number(
      /sallyport_policy_refused_total (\d+)/.exec(await (await fetch(`${gate.admin}/metrics`)).text())![1],
    )
  for (const [i, broken] of [
    DOCUMENTS.replace('use: hook', 'use: hok'),
    DOCUMENTS.replace('return {status: "ALLOW"}', 'return {status: '),
    DOCUMENTS.replace('package: acme', 'package: nowhere'),
    DOCUMENTS.slice(0, 300),
  ].entries()) {
    await gate.change(broken)
    await until(async () => (await refusals()) === i + 1)
    expect(await probe()).toEqual([200, 403, 403, 413])
  }
  await gate.change(DOCUMENTS)
  await writeFile(join(gate.dir, 'acme.rego'), RULES.replace('Too long', '"'))
  await until(async () => (await refusals()) === 5)
  expect(await probe()).toEqual([200, 403, 403, 413])
}, 60_000)
