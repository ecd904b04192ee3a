import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { GuardModule } from '../core/types.ts'
import { GUARDS } from '../guards/index.ts'
import { createKeyring, hashKey } from '../identity/keys.ts'
import { buildPolicy } from '../policy/build.ts'
import { readFolder } from '../policy/folder.ts'
import { readArgs } from './args.ts'
import { check } from './check.ts'
import { keys } from './keys.ts'

const keyed: GuardModule<{ key: { env: string } }> = {
  name: 'keyed',
  stages: ['input'],
  config: z.strictObject({ key: z.strictObject({ env: z.string() }) }),
  codes: () => ({}),
  open({ key }, ports) {
    ports.secret(key)
    return { scope: 'part', hold: 0, lookbehind: 0, inspect: () => ({ hits: [], settled: 0 }) }
  },
}
const BUILD = {
  modules: [...GUARDS, keyed as GuardModule],
  ports: {
    secret(): string {
      throw new Error('not set')
    },
  },
  paths: [
    { path: '/v1/chat/completions', protocols: ['openai', 'loopback'] },
    { path: '/v1/messages', protocols: ['anthropic', 'loopback'] },
  ],
  packageVersion: '1.0.0',
}

let dir: string
let out: string[]
let err: string[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
  out = []
  err = []
})
afterEach(() => rm(dir, { recursive: true }))

const lines = {
  out: (line: string) => void out.push(line.replaceAll(dir, 'DIR')),
  err: (line: string) => void err.push(line.replaceAll(dir, 'DIR')),
}
const runCheck = (...args: string[]) => check(args, { ...BUILD, ...lines })
const NOW = Date.parse('2030-01-01T00:00:00Z')
const runKeys = (...args: string[]) => keys(args, { ...lines, now: () => NOW })

const boundary = (rest: string) =>
  `apiVersion: sallyport.dev/v1\nkind: Boundary\nmetadata: { name: b }\nspec:\n  upstreams: []\n${rest}`

describe('check', () => {
  test('says that the policy that ships is good, and has nothing to warn of', async () => {
    expect(await runCheck('policies/default')).toBe(0)
    expect({ out, err }).toEqual({
      out: ['policies/default: 5 documents, 1 boundary, 3 upstreams, 0 consumers: good'],
      err: [],
    })
  })

  test('lists every mistake', async () => {
    await writeFile(join(dir, 'b.yaml'), boundary('  enforce: blok\n  input:\n    - use: pi\n'))
    expect(await runCheck(dir)).toBe(1)
    expect({ out, err }).toEqual({
      out: [],
      err: [
        'DIR/b.yaml:6:12: "enforce" cannot be "blok": did you mean "block"?',
        'DIR/b.yaml:8:12: unknown guard "pi": did you mean "pii"?',
        'DIR: 2 mistakes',
      ],
    })
  })

  test('warns, also of a secret that is only where the policy is served', async () => {
    await writeFile(
      join(dir, 'b.yaml'),
      boundary('  input:\n    - use: keyed\n      with: { key: { env: HASH } }\n'),
    )
    expect(await runCheck(dir)).toBe(0)
    expect(out).toEqual([
      'warning: DIR/b.yaml:3:19: boundary "b" has no rules for "output": answers are not inspected',
      'warning: DIR/b.yaml:5:14: boundary "b" has no upstream: it answers /v1/inspect only',
      'warning: DIR: a guard needs variable HASH, which is not here',
      'DIR: 1 document, 1 boundary, 0 upstreams, 0 consumers: good',
    ])
  })

  test.each([
    [[], 'name one folder of documents'],
    [['a', 'b'], 'name one folder of documents'],
    [['--dir', 'a'], 'unknown flag "--dir": there is none to name'],
  ])('%j', async (args, message) => {
    expect(await runCheck(...args)).toBe(2)
    expect(err).toEqual([`${message}\nusage: sallyport check DIR`])
  })
})

describe('keys create', () => {
  test('prints the key once and writes what opens the gate for it, and only for it', async () => {
    expect(
      await runKeys(
        'create',
        '--tenant',
        'acme',
        '--name=no',
        '--roles',
        'agent, admin',
        '--expires',
        '2030-06-01',
        '--dir',
        dir,
      ),
    ).toBe(0)
    const [key] = out
    expect(out).toHaveLength(1)
    expect(err).toEqual(['wrote DIR/consumer-no.yaml; the key is shown this once:'])
    expect(await readFile(join(dir, 'consumer-no.yaml'), 'utf8')).not.toContain(key!.slice(3))

    const loaded = await buildPolicy(await readFolder(dir), BUILD)
    if ('errors' in loaded) throw new Error(JSON.stringify(loaded.errors))
    const identify = (now: string) =>
      createKeyring(loaded.policy.consumers, () => Date.parse(now)).find(hashKey(key!))
    expect(identify('2030-05-31T23:59:59Z')).toMatchObject({
      subject: 'no',
      tenant: 'acme',
      roles: ['agent', 'admin'],
    })
    expect(() => identify('2030-06-01T00:00:00Z')).toThrow(expect.objectContaining({ code: 'auth.expired' }))
  })

  test('writes the boundaries', async () => {
    await writeFile(join(dir, 'b.yaml'), boundary(''))
    await runKeys('create', '--tenant', 't', '--name', 'n', '--boundaries', 'b', '--dir', dir)
    const loaded = await buildPolicy(await readFolder(dir), BUILD)
    expect('policy' in loaded && loaded.policy.consumers).toMatchObject([
      { name: 'n', roles: [], boundaries: ['b'] },
    ])
  })

  test('overwrites nothing, and gives no name twice', async () => {
    const create = () => runKeys('create', '--tenant', 't', '--name', 'n', '--dir', dir)
    await writeFile(join(dir, 'consumer-n.yaml'), '# mine\n')
    expect(await create()).toBe(1)
    expect(err).toEqual(['DIR/consumer-n.yaml is there already: write another name, or delete it first'])
    await rm(join(dir, 'consumer-n.yaml'))
    expect(await create()).toBe(0)
    await writeFile(join(dir, 'all.yaml'), await readFile(join(dir, 'consumer-n.yaml')))
    await rm(join(dir, 'consumer-n.yaml'))
    expect(await create()).toBe(1)
    expect(err.at(-1)).toBe(
      'DIR/all.yaml:3:19: a Consumer named "n" is here already: write another name, or delete that one first',
    )
    expect(await readdir(dir)).toEqual(['all.yaml'])
    expect(out).toHaveLength(1)
  })

  test('says so when it cannot write', async () => {
    expect(await runKeys('create', '--tenant', 't', '--name', 'n', '--dir', join(dir, 'none'))).toBe(1)
    expect(err).toEqual(['DIR/none/consumer-n.yaml cannot be written (ENOENT)'])
    expect(out).toEqual([])
  })

  const FULL = ['create', '--tenant', 't', '--name', 'n']
  test.each([
    [[], 'write "keys create"'],
    [['make', '--tenant', 't', '--name', 'n'], 'write "keys create"'],
    [['create', '--tenat', 't'], 'unknown flag "--tenat": did you mean "--tenant"?'],
    [
      ['create', '-t', 't'],
      'unknown flag "-t": write one of --tenant, --name, --roles, --boundaries, --expires, --dir',
    ],
    [['create', '--name', 'n'], '--tenant is missing: write --tenant T'],
    [['create', '--tenant', 't'], '--name is missing: write --name N'],
    [['create', '--tenant', '--name', 'n'], '--tenant has no value: write --tenant T'],
    [['create', '--name', 'n', '--tenant='], '--tenant has no value: write --tenant T'],
    [[...FULL, '--name', 'm'], '--name stands here twice: keep one'],
    [
      ['create', '--tenant', 't', '--name', '../n'],
      '"name" must be a name of at most 63 small letters, digits and hyphens, such as "support-bot"',
    ],
    [
      ['create', '--tenant', '*', '--name', 'n'],
      '"tenant" must be 1 to 128 letters, digits, dots, hyphens, underscores, colons or at signs, such as "acme"',
    ],
    [[...FULL, '--expires', 'tomorrow'], '--expires is no day: write --expires 2030-01-01'],
    [[...FULL, '--expires', '2030-02-30'], '--expires is no day: write --expires 2030-01-01'],
    [[...FULL, '--expires', '2029-12-31'], '--expires has passed: write a day to come'],
  ])('%j', async (args, message) => {
    expect(await runKeys(...args, '--dir', dir)).toBe(2)
    expect(err[0]?.split('\n')[0]).toBe(message)
    expect(out).toEqual([])
    expect(await readdir(dir)).toEqual([])
  })
})

test('arguments', () => {
  const read = (...args: string[]) => readArgs(args, { config: 'DIR', listen: 'HOST:PORT' })
  expect(read('--config', 'a', 'b', '--listen=c:1')).toEqual({
    values: { config: 'a', listen: 'c:1' },
    positionals: ['b'],
  })
  expect(read('--', '--config')).toEqual({ values: {}, positionals: ['--config'] })
})
