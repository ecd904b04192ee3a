import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { policyDeps } from '../../test/policy-deps.ts'
import { explain } from './explain.ts'

const { deps, close } = policyDeps()
afterAll(close)

let dir: string
let out: string[]
let err: string[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
  out = []
  err = []
})
afterEach(() => rm(dir, { recursive: true }))
const run = (...args: string[]) =>
  explain(args, {
    ...deps,
    out: (line) => void out.push(line.replaceAll(dir, 'DIR').replace(/version [0-9a-f]{64}/, 'version HASH')),
    err: (line) => void err.push(line.replaceAll(dir, 'DIR')),
  })
const CALL = ['--path', '/v1/chat/completions', '--tenant', 'acme', '--model', 'large']

const POLICY = `apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: far }
spec:
  protocol: openai
  baseUrl: "https://models.example/v1"
  key: { env: NOWHERE, optional: true }
  models: [{ name: large, as: large-2 }]
---
apiVersion: sallyport.dev/v1
kind: Upstream
metadata: { name: near }
spec: { protocol: loopback, models: [{ name: large }] }
---
apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: agents }
spec:
  match: { tenants: [acme], models: [large] }
  require: { roles: [agent] }
  upstreams: [{ name: near, order: 2 }, { name: far, weight: 3 }]
  admit:
    - use: rate-limit
      with: { requests: 60/min }
  input:
    - use: rego
      with: { package: acme }
      actions: { policy.denied: flag }
    - use: pii
      with: { entities: [email, iban, us_ssn] }
      actions: { pii.*: flag, pii.us_ssn: block }
      origins: [user]
      timeout: 250ms
    - use: rego
      with: { package: acme }
      enforce: shadow
    - use: prompt-injection
  output:
    - use: rego
      with: { package: acme }
    - use: length
      with: { maxCharacters: 10 }
      enforce: shadow
---
apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: others }
spec:
  enforce: shadow
  upstreams: [{ name: near }]
  admit:
    - use: rate-limit
      with: { requests: 60/min }
`

async function write(policy = POLICY): Promise<void> {
  await writeFile(join(dir, 'acme.rego'), 'package acme\n\nallow := input.caller.tenant == "acme"\n')
  await writeFile(join(dir, 'p.yaml'), policy)
}

test('says which boundary serves a call, and all that runs, in order, with where its actions were decided', async () => {
  await write()
  expect(await run(dir, ...CALL, '--roles', 'agent, admin')).toBe(0)
  expect(err).toEqual([])
  expect(out).toEqual([
    'POST /v1/chat/completions of tenant "acme" for model "large", roles agent, admin',
    'is served by boundary "agents", which names its tenant and its model  (DIR/p.yaml:17:19)',
    '  not "others": would serve it too, and names nothing of it  (DIR/p.yaml:47:19)',
    '  version HASH',
    '',
    'upstreams',
    '  far for "large-2"  (order 1, weight 3, its key is not set here)',
    '  near for "large"  (order 2, weight 1)',
    '',
    'admit',
    '  rate-limit  checkpoint, 1000 ms  (DIR/p.yaml:23:12)',
    '    block     by default: guard.failed, limit.requests',
    '    flag      by default: limit.degraded',
    '',
    'input',
    '  rego  checkpoint, before the guards, 1000 ms  (DIR/p.yaml:26:12)',
    '    block     by default: guard.failed, policy.undefined',
    '    flag      policy.denied at DIR/p.yaml:28:18: policy.denied',
    '    flag      by default: policy.flagged',
    '    transform by default: policy.transformed',
    '  pii  guard, of user, 250 ms  (DIR/p.yaml:29:12)',
    '    block     by default: guard.failed, content.uninspected',
    '    flag      pii.* at DIR/p.yaml:31:18: pii.iban, pii.email',
    '    block     pii.us_ssn at DIR/p.yaml:31:31: pii.us_ssn',
    '  prompt-injection  guard with a model, 1000 ms  (DIR/p.yaml:37:12)',
    '    block     by default: guard.failed, content.uninspected, injection.direct, injection.indirect',
    '    flag      by default: injection.suspected',
    '  content  guard, always runs, 1000 ms',
    '    block     by default: guard.failed, content.uninspected',
    '  rego  checkpoint, only tried, 1000 ms  (DIR/p.yaml:34:12)',
    '    block     by default: guard.failed, policy.denied, policy.undefined',
    '    flag      by default: policy.flagged',
    '    transform by default: policy.transformed',
    '',
    'context',
    '  content  guard, always runs, 1000 ms',
    '    block     by default: guard.failed, content.uninspected',
    '',
    'output',
    '  length  guard, only tried, 1000 ms  (DIR/p.yaml:41:12)',
    '    block     by default: guard.failed, content.uninspected, length.exceeded',
    '  content  guard, always runs, 1000 ms',
    '    block     by default: guard.failed, content.uninspected',
    '  rego  checkpoint, 1000 ms  (DIR/p.yaml:39:12)',
    '    block     by default: guard.failed, policy.denied, policy.undefined',
    '    flag      by default: policy.flagged',
    '    transform by default: policy.transformed',
  ])
})

test('in a boundary that is only tried limits are enforced', async () => {
  await write()
  expect(await run(dir, ...CALL)).toBe(0)
  expect(out.slice(1, 15)).toEqual([
    'is served by boundary "others", which names nothing of it  (DIR/p.yaml:47:19)',
    '  not "agents": it requires role agent  (DIR/p.yaml:17:19)',
    '  version HASH',
    '  only tried: what would have happened is recorded, and nothing else but what is marked as enforced',
    '',
    'upstreams',
    '  near for "large"  (order 1, weight 1)',
    '',
    'admit',
    '  rate-limit  checkpoint, enforced in shadow too, 1000 ms  (DIR/p.yaml:52:12)',
    '    block     by default: guard.failed, limit.requests',
    '    flag      by default: limit.degraded',
    '',
    'input',
  ])
  expect(out[15]).toBe('  content  guard, always runs, only tried, 1000 ms')
})

test('a hook on a path is explained for that path alone', async () => {
  const hook = `---
apiVersion: security.policy/v1
kind: InputGuardPolicy
metadata: { name: validator }
spec:
  target_endpoint: /v1/generate
  pre_processing_hook: 'return { status: "ALLOW" }'
`
  await write(POLICY + hook)
  expect(await run(dir, ...CALL)).toBe(0)
  expect(out.join('\n')).not.toContain('validator')
  expect(await run(dir, '--path', '/v1/generate', '--tenant', 'acme', '--model', 'large')).toBe(0)
  expect(out).toContain('  validator  checkpoint, before the guards, only tried, 1000 ms  (DIR/p.yaml:60:24)')
})

test('says why no boundary, or no upstream, serves a call', async () => {
  await write(POLICY.replace('\n  enforce: shadow\n', '\n  match: { paths: [/v1/messages] }\n'))
  expect(await run(dir, ...CALL)).toBe(1)
  expect(await run(dir, '--path', '/v1/messages', '--tenant', 'x', '--model', 'small')).toBe(1)
  expect({ out, err }).toEqual({
    out: [
      'POST /v1/chat/completions of tenant "acme" for model "large"',
      'is refused with auth.no_boundary: no boundary is for it',
      '  not "agents": it requires role agent  (DIR/p.yaml:17:19)',
      '  not "others": it is for path /v1/messages  (DIR/p.yaml:47:19)',
      'POST /v1/messages of tenant "x" for model "small"',
      'is refused with request.model: no upstream of boundary "others" serves the model on this path  (DIR/p.yaml:47:19)',
      '  not "agents": it is for tenant acme, and it is for model large, and it requires role agent  (DIR/p.yaml:17:19)',
    ],
    err: [],
  })
})

test('as JSON', async () => {
  await write()
  expect(await run(dir, ...CALL, '--json')).toBe(0)
  const told = JSON.parse(out.join('\n'))
  expect(told).toMatchObject({
    boundary: { name: 'others', place: 'DIR/p.yaml:47:19', names: [], enforce: 'shadow' },
    others: [{ name: 'agents', names: ['tenant', 'model'], misfits: ['it requires role agent'] }],
    upstreams: [{ name: 'near', as: 'large', order: 1 }],
  })
  expect(told.stages[0]).toEqual({
    stage: 'admit',
    runs: [
      {
        use: 'rate-limit',
        kind: 'checkpoint',
        place: 'DIR/p.yaml:52:12',
        when: 'late',
        listed: true,
        enforce: 'always',
        timeout: 1000,
        actions: [
          { code: 'guard.failed', action: 'block', decided: { by: 'default' } },
          { code: 'limit.requests', action: 'block', decided: { by: 'default' } },
          { code: 'limit.degraded', action: 'flag', decided: { by: 'default' } },
        ],
      },
    ],
  })
  expect(await run(dir, '--path', '/v1/embeddings', '--tenant', 'x', '--model', 'small', '--json')).toBe(1)
  expect(JSON.parse(out.slice(1).join('\n'))).toMatchObject({
    code: 'request.model',
    boundary: { name: 'others' },
  })
})

test.each([
  [[], 'name one folder of documents'],
  [['a'], '--path is missing: write --path /v1/chat/completions'],
  [['a', '--path', '/v1/message'], 'unknown path "/v1/message": did you mean "/v1/messages"?'],
  [['a', '--path', '/v1/messages'], '--tenant is missing: write --tenant T'],
  [['a', '--path', '/v1/messages', '--tenant', 't'], '--model is missing: write --model M'],
  [['a', '--jsn'], 'unknown flag "--jsn": did you mean "--json"?'],
])('%j', async (args, message) => {
  expect(await run(...args)).toBe(2)
  expect(err).toEqual([
    `${message}\nusage: sallyport explain DIR --path P --tenant T --model M [--roles A,B] [--json]`,
  ])
})

test('of a folder with mistakes nothing is explained', async () => {
  await writeFile(join(dir, 'p.yaml'), POLICY)
  expect(await run(dir, ...CALL)).toBe(1)
  expect(out).toEqual([])
  expect(err.length).toBeGreaterThan(0)
})
