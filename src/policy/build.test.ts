import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Models } from '../core/ports.ts'
import type { Guard, GuardModule } from '../core/types.ts'
import { type BuildOptions, buildPolicy } from './build.ts'
import { readFolder } from './folder.ts'
import { showProblem } from './problem.ts'

const quiet: Guard = {
  scope: 'part',
  hold: 0,
  lookbehind: 0,
  inspect: (view) => ({ hits: [], settled: view.offset + view.text.length }),
}

const opened: unknown[] = []
const masks: GuardModule<{ mask: 'label' | 'token'; key?: { env: string } | undefined }> = {
  name: 'pii',
  stages: ['input', 'context', 'output', 'tool'],
  config: z.strictObject({
    mask: z.enum(['label', 'token']).default('label'),
    key: z.strictObject({ env: z.string() }).optional(),
  }),
  codes: () => ({ 'pii.email': { edits: true }, 'pii.us_ssn': { edits: true } }),
  check: ({ mask }, stage) =>
    mask === 'token' && stage !== 'input' && stage !== 'context'
      ? `"mask: token" has nowhere to give back in "${stage}": write mask: label`
      : undefined,
  open(config, ports) {
    opened.push(config)
    if (config.key !== undefined) ports.secret(config.key)
    return quiet
  },
}
const words: GuardModule<{ words: string[] }> = {
  name: 'keywords',
  stages: ['input', 'context', 'output'],
  config: z.strictObject({ words: z.array(z.string().min(2)).min(1) }),
  codes: () => ({ 'keywords.words': { edits: false } }),
  warnings: ({ words }) => words.filter((word) => word.length < 4).map((word) => `"${word}" is a short word`),
  open({ words }) {
    if (words.includes('((')) throw new Error('cannot use the word "((": write letters')
    return quiet
  },
}
const media: GuardModule<object> = {
  name: 'content',
  stages: ['input', 'output'],
  config: z.strictObject({}),
  codes: () => ({ 'content.uninspected': { edits: false } }),
  always: true,
  open: () => ({ ...quiet, kinds: ['media', 'opaque'] }),
}

const base: BuildOptions = {
  modules: [masks, words, media] as GuardModule[],
  ports: {
    secret(ref) {
      if ('env' in ref && ref.env === 'SET') return 'a secret'
      throw new Error('not set')
    },
  },
  paths: [
    { path: '/v1/chat/completions', protocols: ['openai', 'loopback'] },
    { path: '/v1/generate', protocols: ['openai'] },
  ],
  packageVersion: '1.0.0',
}

const dirs: string[] = []
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true })
})

async function load(files: Record<string, string | Buffer>, options: Partial<BuildOptions> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
  dirs.push(dir)
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
  const loaded = await buildPolicy(await readFolder(dir), { ...base, ...options })
  const show = (problems: readonly Parameters<typeof showProblem>[0][]) =>
    problems.map((problem) => showProblem(problem).replaceAll(`${dir}/`, '').replaceAll(dir, 'DIR'))
  return 'errors' in loaded
    ? { errors: show(loaded.errors) }
    : { policy: loaded.policy, warnings: show(loaded.warnings), documents: loaded.documents }
}

const good = async (files: Record<string, string>, options?: Partial<BuildOptions>) => {
  const loaded = await load(files, options)
  if (loaded.policy === undefined) throw new Error(loaded.errors.join('\n'))
  return loaded
}

const doc = (kind: string, name: string, spec: string) =>
  `apiVersion: sallyport.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${spec
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`
const LOOPBACK = doc('Upstream', 'loopback', 'protocol: loopback')
const CHAT = 'match: { paths: [/v1/chat/completions] }\nupstreams: [{ name: loopback }]'
/** The errors of a folder with one boundary whose `spec` goes on with `rest`, which begins in line 7. */
const boundary = async (rest: string) =>
  (await load({ 'u.yaml': LOOPBACK, 'b.yaml': doc('Boundary', 'chat', `${CHAT}\n${rest}`) })).errors
const single = async (kind: string, spec: string) =>
  (await load({ 'd.yaml': doc(kind, 'x', spec), 'u.yaml': LOOPBACK })).errors
const SHA = 'ab'.repeat(32)

describe('what is good', () => {
  test('defaults', async () => {
    const { policy } = await good({
      'a.yaml': LOOPBACK,
      'b.yml': doc('Boundary', 'chat', 'upstreams: [{ name: loopback }]'),
    })
    expect(policy?.gate).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      admin: { host: '127.0.0.1', port: 8081 },
      models: { workers: 'auto', queue: 1024, deadline: 1000 },
      auth: { keys: true, attempts: { failures: { points: 20, window: 60_000 } }, issuers: [] },
      limits: {
        requestBytes: 20 * 1024 * 1024,
        holdCharacters: 65536,
        partCharacters: 4194304,
        exchanges: 1024,
        queue: 256,
        queueWait: 1000,
        connections: 25_000,
        headersWithin: 10_000,
        requestWithin: 120_000,
        stalled: 60_000,
      },
      drain: 25_000,
      rego: {
        workers: 1,
        memory: 512 * 1024 * 1024,
        decisions: { record: false, mask: [], labels: {}, buffer: 8 * 1024 * 1024, every: 5000 },
      },
      data: { expose: [], deadline: 100 },
    })
    expect(policy?.upstreams).toEqual([
      { name: 'loopback', protocol: 'loopback', pace: 0, models: [{ name: '*' }] },
    ])
    const [chat] = policy?.boundaries ?? []
    expect(chat).toMatchObject({
      match: { paths: ['*'], tenants: ['*'], models: ['*'] },
      require: { roles: [] },
    })
    expect(chat?.checks).toMatchObject({
      shadow: false,
      marks: [],
      restore: new Set(['text']),
      guardsText: false,
    })
  })

  test("an upstream with everything, and Azure's header without a scheme", async () => {
    const spec =
      'protocol: openai\nbaseUrl: https://h.example/v1/\nkey: { env: SET }\nauth: { header: API-Key }\nquery: { api-version: "1" }\nmodels: [{ name: a, as: b, contextTokens: 4000 }]\ntimeouts: { connect: 250ms, total: 1h }'
    const { policy } = await good({ 'a.yaml': doc('Upstream', 'az', spec) })
    expect(policy?.upstreams).toEqual([
      {
        name: 'az',
        protocol: 'openai',
        baseUrl: 'https://h.example/v1',
        key: { env: 'SET' },
        auth: { header: 'api-key' },
        query: { 'api-version': '1' },
        models: [{ name: 'a', as: 'b', contextTokens: 4000 }],
        timeouts: { connect: 250, firstByte: 60_000, idle: 30_000, total: 3_600_000 },
      },
    ])
  })

  test('several documents a file, comments and the full boundary', async () => {
    const spec = `${CHAT}
require: { roles: [agent] }
origins: [{ between: ["<d>", "</d>"], origin: retrieved }]
enforce: shadow
restore: [text, tool_call]
input:
  - use: pii
    with: { mask: token }
    timeout: 2s
    origins: [user]
context:
  - use: pii
    with: { mask: token }
output:
  - use: pii`
    const { policy, documents } = await good({
      'a.yaml': `# first\n---\n${LOOPBACK}---\n${doc('Boundary', 'b', spec)}---\n`,
    })
    expect(documents).toBe(2)
    const checks = policy?.boundaries[0]?.checks
    expect(checks).toMatchObject({
      shadow: true,
      marks: [{ between: ['<d>', '</d>'], origin: 'retrieved' }],
      restore: new Set(['text', 'tool_call']),
      guardsText: false,
    })
    expect(checks?.rules.input[0]).toMatchObject({
      name: 'pii',
      stage: 'input',
      timeout: 2000,
      origins: new Set(['user']),
    })
    expect(checks?.rules.context[0]?.guard).toBe(checks?.rules.input[0]?.guard)
  })

  test('actions: the code, else its family, else its default; what the engine finds blocks', async () => {
    const spec = `${CHAT}\ninput:\n  - use: pii\n    actions: { "pii.*": flag, pii.email: block, guard.failed: flag }\noutput:\n  - use: pii`
    const { policy } = await good({ 'a.yaml': LOOPBACK, 'b.yaml': doc('Boundary', 'b', spec) })
    const rules = policy?.boundaries[0]?.checks.rules
    expect(Object.fromEntries(rules?.input[0]?.actions ?? [])).toEqual({
      'guard.failed': 'flag',
      'content.uninspected': 'block',
      'pii.email': 'block',
      'pii.us_ssn': 'flag',
    })
    expect(rules?.output[0]?.actions.get('pii.email')).toBe('transform')
    expect(policy?.boundaries[0]?.checks.guardsText).toBe(true)
  })

  test('a guard that always runs stands in each of its stages unless it is listed there', async () => {
    const spec = `${CHAT}\ninput:\n  - use: content\n    actions: { content.uninspected: allow }`
    const { policy } = await good({ 'a.yaml': LOOPBACK, 'b.yaml': doc('Boundary', 'b', spec) })
    const rules = policy?.boundaries[0]?.checks.rules
    expect(rules?.input.map(({ actions }) => actions.get('content.uninspected'))).toEqual(['allow'])
    expect(rules?.output.map(({ actions }) => actions.get('content.uninspected'))).toEqual(['block'])
    expect(rules?.context).toEqual([])
  })

  test('a code that cannot be edited blocks where its default would edit it', async () => {
    const fixed: GuardModule = { ...media, name: 'fixed', codes: () => ({ 'pii.odd': { edits: false } }) }
    const { policy } = await good(
      { 'a.yaml': LOOPBACK, 'b.yaml': doc('Boundary', 'b', CHAT) },
      { modules: [fixed] },
    )
    expect(policy?.boundaries[0]?.checks.rules.input[0]?.actions.get('pii.odd')).toBe('block')
  })

  test('an upstream whose key has to be set stays, and its calls fail', async () => {
    const openai = doc(
      'Upstream',
      'openai',
      'protocol: openai\nbaseUrl: https://h.example\nkey: { env: UNSET }',
    )
    const { policy } = await good({ 'a.yaml': openai })
    expect(policy).toMatchObject({ upstreams: [{ name: 'openai' }], absent: [] })
  })

  test('an upstream that speaks Anthropic’s protocol gets its key in the header of that', async () => {
    const spec = (rest: string) =>
      `protocol: anthropic\nbaseUrl: https://h.example/v1\nkey: { env: SET }\n${rest}`
    const authOf = async (rest: string) =>
      (await good({ 'a.yaml': doc('Upstream', 'a', spec(rest)) })).policy?.upstreams[0]
    expect(await authOf('')).toMatchObject({ protocol: 'anthropic', auth: { header: 'x-api-key' } })
    expect((await authOf('')) as object).not.toHaveProperty('auth.scheme')
    expect(await authOf('auth: { header: authorization }')).toMatchObject({
      auth: { header: 'authorization', scheme: 'Bearer' },
    })
  })

  test('hidden files and other files are none of its documents', async () => {
    const { documents } = await good({ 'a.yaml': LOOPBACK, '.b.yaml': '{', 'c.yaml.swp': '{', 'd.json': '{' })
    expect(documents).toBe(1)
  })

  test('an upstream whose optional key is not set is out of service', async () => {
    const openai = (env: string) =>
      doc(
        'Upstream',
        'openai',
        `protocol: openai\nbaseUrl: https://h.example\nkey: { env: ${env}, optional: true }`,
      )
    const both = doc('Boundary', 'b', 'upstreams: [{ name: loopback }, { name: openai, weight: 3 }]')
    const without = await good({ 'a.yaml': LOOPBACK, 'b.yaml': openai('UNSET'), 'c.yaml': both })
    expect(without.policy?.absent.map(({ name }) => name)).toEqual(['openai'])
    expect(without.policy?.boundaries[0]?.upstreams.map(({ upstream }) => upstream.name)).toEqual([
      'loopback',
    ])
    const having = await good({ 'a.yaml': LOOPBACK, 'b.yaml': openai('SET'), 'c.yaml': both })
    expect(having.policy?.absent).toEqual([])
    expect(having.policy?.boundaries[0]?.upstreams[1]).toMatchObject({
      upstream: { name: 'openai' },
      weight: 3,
    })
  })
})

describe('versions', () => {
  const files = (input: string, upstream = LOOPBACK, more: Record<string, string> = {}) => ({
    'a.yaml': upstream,
    'b.yaml': doc('Boundary', 'b', `${CHAT}\ninput:\n  - use: pii\n${input}`),
    ...more,
  })
  const version = async (written: Record<string, string>, options?: Partial<BuildOptions>) =>
    (await good(written, options)).policy?.boundaries[0]?.version
  const build = async (written: Record<string, string>, options?: Partial<BuildOptions>) =>
    (await good(written, options)).policy?.boundaries[0]?.checks.rules.input[0]?.build

  test('stay when nothing of the meaning changes', async () => {
    const first = await version(files('    with: { mask: token }'))
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(await version(files('    with: { mask: token }'))).toBe(first)
    expect(await version(files('    timeout: 1000ms # said aloud\n    with:\n      mask: token'))).toBe(first)
    const keyed = { ports: { secret: () => 'one' } }
    expect(await version(files('    with: { mask: token, key: { env: K } }'), keyed)).toBe(
      await version(files('    with: { key: { env: K }, mask: token }'), keyed),
    )
    const spec = `input:\n  - with: { mask: token }\n    use: pii\nenforce: block\n${CHAT}`
    expect(await version({ 'z.yaml': `${doc('Boundary', 'b', spec)}---\n${LOOPBACK}` })).toBe(first)
    const consumer = doc('Consumer', 'c', `tenant: t\nkeys: [{ sha256: "${SHA}" }]`)
    expect(await version(files('    with: { mask: token }', LOOPBACK, { 'c.yaml': consumer }))).toBe(first)
  })

  test('change with every part', async () => {
    const seen = [
      await version(files('    with: { mask: token }')),
      await version(files('    with: { mask: label }')),
      await version(files('    with: { mask: token }\n    timeout: 2s')),
      await version(files('    with: { mask: token }\n    actions: { "pii.*": block }')),
      await version(
        files(
          '    with: { mask: token }',
          LOOPBACK.replace('protocol: loopback', 'protocol: loopback\n  pace: 1ms'),
        ),
      ),
      await version(files('    with: { mask: token }'), { packageVersion: '1.0.1' }),
      await version(files('    with: { mask: token }'), { modules: [masks, words] as GuardModule[] }),
    ]
    expect(new Set(seen).size).toBe(seen.length)
  })

  test("a rule's build changes with guard, configuration, package and secret, not with actions", async () => {
    const secret = (value: string) => ({ ports: { secret: () => value } })
    const first = await build(files('    with: { mask: token }'))
    expect(await build(files('    with: { mask: token }\n    actions: { "pii.*": block }'))).toBe(first)
    const seen = [
      first,
      await build(files('    with: { mask: label }')),
      await build(files('    with: { mask: token }'), { packageVersion: '1.0.1' }),
      await build(files('    with: { mask: token, key: { env: K } }'), secret('one')),
      await build(files('    with: { mask: token, key: { env: K } }'), secret('two')),
    ]
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('models are loaded when a guard asks for them, with the settings of the gate', async () => {
    const asks: GuardModule<object> = {
      ...media,
      name: 'pii',
      stages: ['input'],
      async open(_, ports) {
        await ports.models!()
        return quiet
      },
    }
    const settings: unknown[] = []
    const from = (version: string): Partial<BuildOptions> => ({
      modules: [asks] as GuardModule[],
      async models(given) {
        settings.push(given)
        if (version === '') throw new Error('needs the models, and cannot read them')
        return { version } as Models
      },
    })
    const first = await build(files('    with: {}'), from('1'))
    expect(await build(files('    with: {}'), from('1'))).toBe(first)
    expect(await build(files('    with: {}'), from('2'))).not.toBe(first)
    const gate = { 'gate.yaml': doc('Gate', 'g', 'models: { workers: 3, deadline: 5s }') }
    await build(files('    with: {}', LOOPBACK, gate), from('1'))
    expect(settings.slice(2)).toEqual([
      { workers: 'auto', queue: 1024, deadline: 1000 },
      { workers: 3, queue: 1024, deadline: 5000 },
    ])
    const refused = await load(files('    with: {}'), from(''))
    expect(JSON.stringify(refused)).toContain('\\"pii\\" needs the models, and cannot read them')
    settings.length = 0
    await build(files('    with: {}'), { ...from('1'), modules: [masks] as GuardModule[] })
    expect(settings).toEqual([])
  })

  test("no secret goes into a boundary's version", async () => {
    const keyed = files('    with: { key: { env: K } }')
    const one = await version(keyed, { ports: { secret: () => 'one' } })
    expect(await version(keyed, { ports: { secret: () => 'two' } })).toBe(one)
  })

  test('equal configurations are opened once', async () => {
    opened.length = 0
    const two = doc(
      'Boundary',
      'c',
      `match: { tenants: [acme] }\nupstreams: []\ninput:\n  - use: pii\noutput:\n  - use: pii`,
    )
    await good({ ...files('    timeout: 3s'), 'c.yaml': two })
    expect(opened).toHaveLength(1)
  })
})

describe('what is wrong is said with its place and with what to write instead', () => {
  test('fields', async () => {
    expect(await boundary('enforc: shadow\nmatches: 1')).toEqual([
      'b.yaml:7:3: unknown field "enforc": did you mean "enforce"?',
      'b.yaml:8:3: unknown field "matches": did you mean "match"?',
    ])
    expect(await boundary('enforce: shadwo')).toEqual([
      'b.yaml:7:12: "enforce" cannot be "shadwo": did you mean "shadow"?',
    ])
    expect(await boundary('require: { roles: agent }')).toEqual([
      'b.yaml:7:21: "roles" must be a list: write [a, b]',
    ])
    expect(await boundary('require: [agent]')).toEqual([
      'b.yaml:7:12: "require" must be a group of fields: write { field: value }',
    ])
    expect(await boundary('require:')).toEqual([
      'b.yaml:7:3: "require" is empty: write a value, or leave the field out',
    ])
    expect(await boundary('origins: [{ between: [a], origin: user }]')).toEqual([
      'b.yaml:7:24: "between" must be two marks: write ["<documents>", "</documents>"]',
      'b.yaml:7:37: "origin" cannot be "user": write one of retrieved, tool',
    ])
  })

  test('stages of later versions are not accepted silently', async () => {
    expect(await boundary('admit:\n  - use: rate-limit\npolicy:\n  - use: rego')).toEqual([
      'b.yaml:8:12: unknown checkpoint "rate-limit": there is none to name',
      'b.yaml:10:12: unknown checkpoint "rego": there is none to name',
    ])
    expect(await boundary('input:\n  - use: rate-limit')).toEqual([
      'b.yaml:8:12: unknown guard "rate-limit": write one of pii, keywords, content',
    ])
  })

  test('documents', async () => {
    expect((await load({ 'd.yaml': 'kind: Boundry\n' })).errors).toEqual([
      'd.yaml:1:7: unknown kind "Boundry": did you mean "Boundary"?',
    ])
    expect((await load({ 'd.yaml': '- a\n' })).errors).toEqual([
      'd.yaml:1:1: "kind" is missing: write one of Gate, Upstream, Boundary, Consumer, Policy, InputGuardPolicy',
    ])
    expect((await load({ 'd.yaml': LOOPBACK.replace('v1', 'v2') })).errors).toEqual([
      'd.yaml:1:13: "apiVersion" cannot be "sallyport.dev/v2": did you mean "sallyport.dev/v1"?',
    ])
    expect((await load({ 'd.yaml': LOOPBACK.replace('name: loopback', 'name: Loop_Back') })).errors).toEqual([
      'd.yaml:3:19: "name" must be a name of at most 63 small letters, digits and hyphens, such as "support-bot"',
    ])
    expect((await load({ 'd.yaml': LOOPBACK.replace('{ name: loopback }', '{}') })).errors).toEqual([
      'd.yaml:3:11: "name" is missing',
    ])
    expect((await load({ 'd.yaml': `${LOOPBACK}---\n${LOOPBACK}` })).errors).toEqual([
      'd.yaml:9:19: an Upstream named "loopback" stands at d.yaml:3:19 already: write another name',
    ])
    const gates = await load({
      'a.yaml': doc('Gate', 'one', 'drain: 1s'),
      'b.yaml': doc('Gate', 'two', 'drain: 1s'),
    })
    expect(gates.errors).toEqual(['b.yaml:3:19: a second Gate beside "one": keep one'])
  })

  test('values of a Gate', async () => {
    expect(
      await single(
        'Gate',
        'listen: 8080\nadmin: "::1:80"\ndrain: 25\nlimits: { requestBytes: 20MB, holdCharacters: 1, partCharacters: 1.5 }\nauth: { keys: false, attempts: { failures: 0/min } }',
      ),
    ).toEqual([
      'd.yaml:5:11: "listen" must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080',
      'd.yaml:6:10: "admin" must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080',
      'd.yaml:7:10: "drain" must be a duration of at most 24h: write 250ms, 2s, 5m or 1h',
      'd.yaml:8:27: "requestBytes" must be a size of 1 byte to 1 GiB: write 20MiB, 64KiB or a number of bytes',
      'd.yaml:8:49: "holdCharacters" must be at least 1024',
      'd.yaml:8:68: "partCharacters" must be a whole number',
      'd.yaml:9:46: "failures" must be so many in so long: write 20/min, 5/s or 100/h',
    ])
    expect(await single('Gate', 'listen: a:1\nadmin: a:1\ndrain: 25h')).toEqual([
      'd.yaml:7:10: "drain" must be a duration of at most 24h: write 250ms, 2s, 5m or 1h',
    ])
    expect(
      await single('Gate', 'listen: a:1\nadmin: a:1\nlimits: { holdCharacters: 5000, partCharacters: 4000 }'),
    ).toEqual([
      'd.yaml:6:10: "admin" is the address of "listen": write another port',
      'd.yaml:7:51: "partCharacters" must be at least "holdCharacters"',
    ])
  })

  test('where Redis is; a password is never shown', async () => {
    expect(
      await single('Gate', 'redis: { url: "redis://:hidden@h", timeout: 6s, replicas: 0, prefix: "{a}" }'),
    ).toEqual([
      'd.yaml:5:17: "url" must say where the address is, since it may hold a password: write { env: REDIS_URL } or { file: /run/secrets/redis-url }',
      'd.yaml:5:47: "timeout" must be at most 5s: calls wait for so long: write 50ms',
      'd.yaml:5:61: "replicas" must be the number of gates that share the limits, such as 3',
      'd.yaml:5:72: "prefix" must be letters, digits and : . _ - only',
    ])
    expect(await single('Gate', 'redis: { timeout: 1s }')).toEqual([
      'd.yaml:5:10: "redis" must have one of "url", "cluster" and "sentinel"',
    ])
    expect(
      await single('Gate', 'redis: { url: { env: U }, user: a, password: { env: P }, tls: true }'),
    ).toEqual([
      'd.yaml:5:35: "user" must be left out: the address of "url" has it, as redis://user:password@host',
      'd.yaml:5:48: "password" must be left out: the address of "url" has it, as redis://user:password@host',
      'd.yaml:5:65: "tls" must be left out: an address that begins with rediss:// encrypts',
    ])
    expect(
      await single('Gate', 'redis: { cluster: [a], sentinel: { master: m m, nodes: [] }, password: hidden }'),
    ).toEqual([
      'd.yaml:5:22: "cluster[0]" must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080',
      'd.yaml:5:46: "master" must be the name by which the sentinels know the master, such as mymaster',
      'd.yaml:5:58: "nodes" must have at least 1 entry',
      'd.yaml:5:74: "password" must say where the password is, never what it is: write { env: REDIS_PASSWORD } or { file: /run/secrets/redis }',
    ])
    for (const good of [
      'url: { env: U }, tls: { ca: ca.pem }',
      'sentinel: { master: m, nodes: ["a:1"] }, tls: true',
    ])
      expect(await single('Gate', `redis: { ${good} }`)).toBeUndefined()
  })

  test('values of an Upstream; a literal key is refused and never shown', async () => {
    const KEY =
      '"key" must say where the key is, never what it is: write key: { env: OPENAI_API_KEY } or key: { file: /run/secrets/key }'
    const openai = (rest: string) =>
      single('Upstream', `protocol: openai\nbaseUrl: https://h.example/v1\n${rest}`)
    expect(await openai('key: sk-abc')).toEqual([`d.yaml:7:8: ${KEY}`])
    expect(await openai('key: { env: sk-abc }')).toEqual([
      'd.yaml:7:15: "env" must be the name of an environment variable, such as OPENAI_API_KEY',
    ])
    expect(await openai('key: { files: [] }')).toEqual(['d.yaml:7:17: "files" must have at least 1 entry'])
    expect(await openai('key: { evn: A }')).toEqual([
      'd.yaml:7:8: "env" is missing',
      'd.yaml:7:10: unknown field "evn": did you mean "env"?',
    ])
    expect(await openai('key: { file: /a, optional: true }')).toEqual([
      'd.yaml:7:20: unknown field "optional": write file',
    ])
    expect(await openai('auth: { header: Host }\nmodels: []\ntimeouts: { connect: 0s, idel: 1s }')).toEqual([
      'd.yaml:7:19: "header" must be the name of a header that carries a key, such as authorization or api-key',
      'd.yaml:8:11: "models" must have at least 1 entry',
      'd.yaml:9:24: "connect" must be longer than nothing: write 250ms, 2s, 5m or 1h',
      'd.yaml:9:28: unknown field "idel": did you mean "idle"?',
    ])
    expect(await single('Upstream', 'protocol: opanai')).toEqual([
      'd.yaml:5:13: "protocol" cannot be "opanai": did you mean "openai"?',
    ])
    expect(await single('Upstream', 'protocol: openai\nbaseUrl: https://user:pw@h.example')).toEqual([
      'd.yaml:6:12: "baseUrl" must be an http or https address without user, query or #, such as https://api.example.com/v1',
    ])
    expect(await single('Upstream', 'protocol: openai\nbaseUrl: https://user@h.example')).toHaveLength(1)
    expect(await single('Upstream', 'protocol: openai\nbaseUrl: https://h.example/v1?key=a')).toHaveLength(1)
    expect(await single('Upstream', 'protocol: openai\nbaseUrl: file:///etc')).toHaveLength(1)
    const BRACES =
      'd.yaml:6:12: "baseUrl" must hold no braces but those of {model}, a whole step of its path: write https://api.example.com/deployments/{model}'
    for (const address of [
      'https://h.example/{deployment}',
      'https://h.example/{model}s/x',
      'https://h.example/x-{model}',
      'https://h.example/{MODEL}',
      'https://h.example/{{model}}',
      'https://h.example/%7Btenant%7D',
      'https://{model}.example/v1',
      'https://h.example/a}',
    ])
      expect([address, await single('Upstream', `protocol: openai\nbaseUrl: "${address}"`)]).toEqual([
        address,
        [BRACES],
      ])
    const placed = 'protocol: openai\nbaseUrl: "https://h.example/deployments/{model}"'
    expect(
      await single(
        'Upstream',
        `${placed}\nmodels: [{ name: a/b }, { name: c, as: "..", }, { name: a/b, as: d }]`,
      ),
    ).toEqual([
      'd.yaml:7:20: "a/b" cannot stand in the address of "baseUrl": names there have letters, digits and _ . : - only',
      'd.yaml:7:42: ".." cannot stand in the address of "baseUrl": names there have letters, digits and _ . : - only',
    ])
    expect(await single('Upstream', 'protocol: loopback\nbaseUrl: https://h.example')).toEqual([
      'd.yaml:6:3: unknown field "baseUrl": write one of protocol, pace, models',
    ])
    expect(await single('Upstream', 'models: []')).toContain('d.yaml:5:3: "protocol" is missing')
  })

  test('values of a Consumer', async () => {
    expect(
      await single(
        'Consumer',
        'tenant: "*"\nkeys: [{ sha256: sp_secret, expires: tomorrow }]\nboundaries: [chatt]',
      ),
    ).toEqual([
      'd.yaml:5:11: "tenant" must be 1 to 128 letters, digits, dots, hyphens, underscores, colons or at signs, such as "acme"',
      'd.yaml:6:20: "sha256" must be the SHA-256 of a key as 64 hexadecimal digits: make one with "sallyport keys create"',
      'd.yaml:6:40: "expires" must be a time with its zone, in quotes: write "2030-01-01T00:00:00Z"',
    ])
    const consumer = (name: string) =>
      doc('Consumer', name, `tenant: t\nkeys: [{ sha256: "${SHA}" }]\nboundaries: [chatt]`)
    const chat = doc('Boundary', 'chat', CHAT)
    expect(
      (
        await load({
          'a.yaml': `${LOOPBACK}---\n${chat}`,
          'b.yaml': consumer('one'),
          'c.yaml': consumer('two'),
        })
      ).errors,
    ).toEqual([
      'b.yaml:7:16: unknown boundary "chatt": did you mean "chat"?',
      'c.yaml:6:20: this key stands at b.yaml:6:20 already: give each consumer its own',
      'c.yaml:7:16: unknown boundary "chatt": did you mean "chat"?',
    ])
  })

  test('guards', async () => {
    expect(await boundary('input:\n  - use: pi\n  - use: keyword')).toEqual([
      'b.yaml:8:12: unknown guard "pi": did you mean "pii"?',
      'b.yaml:9:12: unknown guard "keyword": did you mean "keywords"?',
    ])
    expect(await boundary('tool:\n  - use: keywords\n    with: { words: [ab] }')).toEqual([
      'b.yaml:8:12: "keywords" does not run in "tool": move it to input, context, output',
    ])
    expect(
      await boundary('input:\n  - use: keywords\n  - use: keywords\n    with: { words: [a], wrods: [] }'),
    ).toEqual([
      'b.yaml:8:7: "words" is missing',
      'b.yaml:10:23: "words[0]" must have at least 2 characters',
      'b.yaml:10:27: unknown field "wrods": did you mean "words"?',
    ])
    expect(await boundary('input:\n  - use: keywords\n    with: { words: ["(("] }')).toEqual([
      'b.yaml:9:13: "keywords" cannot use the word "((": write letters',
    ])
    expect(await boundary('input:\n  - use: pii\n    with: { key: { env: UNSET } }')).toEqual([
      'b.yaml:9:13: "pii" not set',
    ])
    expect(await boundary('output:\n  - use: pii\n    with: { mask: token }')).toEqual([
      'b.yaml:9:13: "mask: token" has nowhere to give back in "output": write mask: label',
    ])
    expect(
      await boundary('output:\n  - use: pii\n    origins: [model, user]\n    timeout: 0s\n    whit: 1'),
    ).toEqual([
      'b.yaml:10:16: "timeout" must be longer than nothing: write 250ms, 2s, 5m or 1h',
      'b.yaml:11:7: unknown field "whit": did you mean "with"?',
    ])
    expect(await boundary('output:\n  - use: pii\n    origins: [model, user]')).toEqual([
      'b.yaml:9:24: "output" never sees what is "user": write model',
    ])
  })

  test('actions', async () => {
    expect(
      await boundary(
        'input:\n  - use: pii\n    actions: { pii.emial: block, pii.email: blok, "keywords.*": flag }',
      ),
    ).toEqual(['b.yaml:9:47: "pii.email" cannot be "blok": did you mean "block"?'])
    expect(
      await boundary(
        'input:\n  - use: pii\n    actions: { pii.emial: block, "keywords.*": flag, guard.failed: transform }',
      ),
    ).toEqual([
      'b.yaml:9:18: unknown code "pii.emial": did you mean "pii.email"?',
      'b.yaml:9:36: unknown code "keywords.*": write one of guard.failed, content.uninspected, pii.email, pii.us_ssn, pii.*',
      'b.yaml:9:70: "guard.failed" cannot be transformed, as there is nothing to put in its place: write allow, flag or block',
    ])
    expect(
      await boundary(
        'input:\n  - use: keywords\n    with: { words: [word] }\n    actions: { "keywords.*": transform }',
      ),
    ).toEqual([
      'b.yaml:10:32: "keywords.words" cannot be transformed, as there is nothing to put in its place: write allow, flag or block',
    ])
  })

  test('paths, upstreams and protocols', async () => {
    const spec = (paths: string, upstreams: string) => `match: { paths: ${paths} }\nupstreams: ${upstreams}`
    expect(
      await single(
        'Boundary',
        spec('[/v1/chat/completion, "/v1/*"]', '[{ name: loopbak }, { name: elsewhere }]'),
      ),
    ).toEqual([
      'd.yaml:5:20: unknown path "/v1/chat/completion": did you mean "/v1/chat/completions"?',
      'd.yaml:5:41: unknown path "/v1/*": write one of /v1/chat/completions, /v1/generate, *',
      'd.yaml:6:23: unknown upstream "loopbak": did you mean "loopback"?',
      'd.yaml:6:42: unknown upstream "elsewhere": write loopback',
    ])
    expect(
      await single('Boundary', spec('[/v1/generate, /v1/chat/completions]', '[{ name: loopback }]')),
    ).toEqual([
      'd.yaml:5:20: no upstream of this boundary can serve /v1/generate: name one that speaks openai',
    ])
    expect(await single('Boundary', spec('[/v1/generate]', '[{ name: loopback }]'))).toEqual([
      'd.yaml:6:23: upstream "loopback" speaks loopback, which cannot serve /v1/generate: name one that speaks openai',
    ])
    // Each of two upstreams may serve what the other cannot.
    const both = await load({
      'a.yaml': LOOPBACK,
      'b.yaml': doc('Upstream', 'openai', 'protocol: openai\nbaseUrl: https://h.example'),
      'c.yaml': doc(
        'Boundary',
        'b',
        spec('[/v1/chat/completions, /v1/generate]', '[{ name: loopback }, { name: openai }]'),
      ),
    })
    expect(both.errors).toBeUndefined()
    expect(await single('Boundary', spec('["*"]', '[{ name: loopback, weight: 0 }]'))).toEqual([
      'd.yaml:6:41: "weight" must be at least 1',
    ])
    expect(await single('Boundary', spec('["*"]', '[{ name: loopback, order: 0 }]'))).toEqual([
      'd.yaml:6:40: "order" must be at least 1',
    ])
    const retries = (written: string) =>
      single('Boundary', `${spec('["*"]', '[{ name: loopback }]')}\nretries: ${written}`)
    expect(await retries('{ attempts: 6, budget: 20, backoff: 1m }')).toEqual([
      'd.yaml:7:24: "attempts" must be at most 5',
      'd.yaml:7:35: "budget" must be at most 1',
      'd.yaml:7:48: "backoff" must be at most 10s: write 100ms or 1s',
    ])
    expect(await single('Boundary', spec('["*"]', '[{ name: loopback }, { name: loopback }]'))).toEqual([
      'd.yaml:6:43: upstream "loopback" stands here twice: keep one, with the sum of the weights',
    ])
    expect((await load({ 'd.yaml': doc('Boundary', 'x', 'match: {}') })).errors).toEqual([
      'd.yaml:5:3: "upstreams" is missing',
    ])
  })

  test('ties', async () => {
    const one = doc('Boundary', 'one', 'match: { tenants: [acme, "*"] }\nupstreams: []')
    const two = doc(
      'Boundary',
      'two',
      'match: { models: [a, "*"], tenants: ["*", acme] }\nupstreams: []\nrequire: { roles: [r] }',
    )
    expect((await load({ 'a.yaml': one, 'b.yaml': two })).errors).toEqual([
      'b.yaml:5:10: serves the same calls as boundary "one" (a.yaml:5:10), which also has path *, tenant * and model *: name a path, tenant or model in only one of them',
    ])
    expect((await load({ 'a.yaml': one, 'b.yaml': two.replace('[a, "*"]', '[a]') })).errors).toBeUndefined()
  })

  test('files', async () => {
    expect((await load({})).errors).toEqual([
      'DIR: there is no .yaml file in this folder: write one, or name another folder',
    ])
    expect(
      (await load({ 'a.yaml': Buffer.from('a: 1\nbé: \xff\n', 'latin1'), 'b.yaml': LOOPBACK })).errors,
    ).toEqual(['a.yaml:2:2: is not UTF-8: save it as UTF-8'])
    expect((await load({ 'a.yaml': `#${' '.repeat(1024 * 1024)}` })).errors).toEqual([
      'a.yaml: is larger than 1 MiB: split it into several files',
    ])
    const missing = await buildPolicy(await readFolder('/nowhere-at-all'), base)
    expect('errors' in missing && missing.errors.map(showProblem)).toEqual([
      '/nowhere-at-all: cannot be read (it is not there): name a folder of .yaml files',
    ])
  })

  test('all of a folder together, in reading order; nothing is said of names that may be in a broken file', async () => {
    const broken = await load({
      'c.yaml': 'a: [1\nb: 2\n',
      'b.yaml': doc(
        'Boundary',
        'chat',
        'enforce: maybe\nupstreams: [{ name: elsewhere }]\ninput:\n  - use: pi',
      ),
      'a.yaml': doc('Gate', 'g', 'drain: soon'),
    })
    expect(broken.errors).toEqual([
      'a.yaml:5:10: "drain" must be a duration of at most 24h: write 250ms, 2s, 5m or 1h',
      'b.yaml:5:12: "enforce" cannot be "maybe": write one of block, shadow',
      'b.yaml:8:12: unknown guard "pi": did you mean "pii"?',
      'c.yaml:2:1: not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ])
  })

  test('one mistake is told once', async () => {
    expect(await boundary('enforce: on')).toEqual([
      'b.yaml:7:12: "on" is not the same to YAML 1.1 and YAML 1.2: put it in quotes, or write true or false',
    ])
  })
})

describe('warnings', () => {
  test('what is seldom meant', async () => {
    const spec = `${CHAT}
input:
  - use: keywords
    with: { words: [abc] }
    actions: { keywords.words: allow, guard.failed: allow, content.uninspected: flag }`
    const upstream = doc(
      'Upstream',
      'plain',
      'protocol: openai\nbaseUrl: http://h.example\nkey: { env: UNSET }',
    )
    const consumer = doc('Consumer', 'c', `tenant: acme\nkeys: [{ sha256: "${SHA}" }]\nboundaries: [chat]`)
    const { warnings } = await good({
      'a.yaml': LOOPBACK,
      'b.yaml': doc('Boundary', 'chat', spec.replace('match: {', 'match: { tenants: [other],')),
      'c.yaml': upstream,
      'd.yaml': consumer,
    })
    expect(warnings).toEqual([
      'b.yaml:3:19: boundary "chat" has no rules for "output": answers are not inspected',
      'b.yaml:9:13: "keywords": "abc" is a short word',
      'b.yaml:10:18: "keywords.words: allow" lets everything through that this guard finds',
      'b.yaml:10:41: "guard.failed: allow" lets a call pass unchecked when this guard fails',
      'b.yaml:10:62: "content.uninspected" is never found by "keywords", so this line does nothing',
      'c.yaml:3:19: no boundary lists upstream "plain", so no call reaches it',
      'c.yaml:6:12: http carries the key and every prompt in the clear: write https',
      'c.yaml:7:15: UNSET is not set here: calls to this upstream will fail',
      'd.yaml:3:19: no boundary serves consumer "c": all its calls will be refused',
    ])
  })
})
