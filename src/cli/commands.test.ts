import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
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
    [[], 'write "keys create", "keys list", "keys rotate" or "keys revoke"'],
    [
      ['make', '--tenant', 't', '--name', 'n'],
      'write "keys create", "keys list", "keys rotate" or "keys revoke"',
    ],
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

describe('keys that are there', () => {
  const consumer = (name: string, keys: string, more = '') =>
    `apiVersion: sallyport.dev/v1\nkind: Consumer\nmetadata: { name: ${name} }\nspec: { tenant: acme, keys: [${keys}]${more} }\n`
  const key = (text: string, expires?: string) =>
    `{ sha256: "${hashKey(text)}"${expires === undefined ? '' : `, expires: "${expires}"`} }`
  const id = (text: string) => hashKey(text).slice(0, 12)
  const read = (name: string) => readFile(join(dir, name), 'utf8')
  const identify = async (shown: string, now: string) => {
    const loaded = await buildPolicy(await readFolder(dir), BUILD)
    if ('errors' in loaded) throw new Error(JSON.stringify(loaded.errors))
    const ring = createKeyring(loaded.policy.consumers, () => Date.parse(now))
    return ring.find(hashKey(shown))?.subject
  }
  beforeEach(() =>
    writeFile(
      join(dir, 'all.yaml'),
      `# all of them\n${consumer('b', `${key('b1')}, ${key('b2', '2029-12-31T00:00:00Z')}`)}---\n${consumer('a', key('a1', '2030-06-01T00:00:00Z'))}`,
    ),
  )

  test('are listed by their ids, and nothing more of them', async () => {
    expect(await runKeys('list', '--dir', dir)).toBe(0)
    expect(out).toEqual([
      'CONSUMER  TENANT  KEY           EXPIRES',
      `a         acme    ${id('a1')}  2030-06-01T00:00:00Z`,
      `b         acme    ${id('b1')}  never`,
      `b         acme    ${id('b2')}  2029-12-31T00:00:00Z (expired)`,
    ])
    expect(err).toEqual([])
  })

  test('are listed as far as they can be read', async () => {
    await writeFile(join(dir, 'broken.yaml'), consumer('c', key('c1'), ', rolls: []'))
    expect(await runKeys('list', '--dir', dir)).toBe(1)
    expect(out).toHaveLength(4)
    expect(err[0]).toMatch(/^DIR\/broken.yaml:4:.*unknown field "rolls"/)
  })

  test('rotate: two are good for a while, then the new one', async () => {
    expect(await runKeys('rotate', '--name', 'a', '--overlap', '2h', '--dir', dir)).toBe(0)
    const [made] = out
    expect(out).toHaveLength(1)
    expect(await read('all.yaml')).not.toContain(made!.slice(3))
    expect(await read('all.yaml')).toMatch(/^# all of them\n/)
    expect(await identify('a1', '2030-01-01T01:59:59Z')).toBe('a')
    expect(await identify(made!, '2030-01-01T01:59:59Z')).toBe('a')
    await expect(identify('a1', '2030-01-01T02:00:00Z')).rejects.toMatchObject({ code: 'auth.expired' })
    expect(await identify(made!, '2040-01-01T00:00:00Z')).toBe('a')
    expect(await readdir(dir)).toEqual(['all.yaml'])
  })

  test('rotate lengthens no key’s time, and overlaps by a day unless told otherwise', async () => {
    await runKeys('rotate', '--name', 'b', '--expires', '2031-01-01', '--dir', dir)
    out = []
    await runKeys('list', '--dir', dir)
    expect(out.slice(2).map((line) => line.split('  ').at(-1))).toEqual([
      '2030-01-02T00:00:00.000Z',
      '2029-12-31T00:00:00Z (expired)',
      '2031-01-01T00:00:00Z',
    ])
  })

  test('revoke: one by its id, the last with its document, all of a consumer', async () => {
    expect(await runKeys('revoke', id('b1').toUpperCase(), '--dir', dir)).toBe(0)
    expect(await identify('b1', '2029-01-01T00:00:00Z')).toBeUndefined()
    expect(await identify('b2', '2029-01-01T00:00:00Z')).toBe('b')
    expect(await runKeys('revoke', hashKey('b2'), '--dir', dir)).toBe(0)
    expect(await read('all.yaml')).toBe(`---\n${consumer('a', key('a1', '2030-06-01T00:00:00Z'))}`)
    expect(await runKeys('revoke', '--name', 'a', '--dir', dir)).toBe(0)
    expect(await readdir(dir)).toEqual([])
    expect(out).toEqual([])
  })

  test('through a symbolic link, which stays, with the file’s permissions', async () => {
    await mkdir(join(dir, 'real'))
    await rename(join(dir, 'all.yaml'), join(dir, 'real/all.yaml'))
    await chmod(join(dir, 'real/all.yaml'), 0o640)
    await symlink('real/all.yaml', join(dir, 'all.yaml'))
    expect(await runKeys('revoke', id('b1'), '--dir', dir)).toBe(0)
    expect((await lstat(join(dir, 'all.yaml'))).isSymbolicLink()).toBe(true)
    expect((await lstat(join(dir, 'real/all.yaml'))).mode & 0o777).toBe(0o640)
    expect(await read('all.yaml')).not.toContain(hashKey('b1'))
  })

  test.each([
    [['revoke', '0123456789ab'], 1, `there is no key 0123456789ab in DIR`],
    [['revoke', '--name', 'z'], 1, 'there is no Consumer "z" in DIR'],
    [['rotate', '--name', 'z'], 1, 'there is no Consumer "z" in DIR'],
    [['revoke'], 2, 'write the id of a key, or --name N'],
    [['revoke', '0123456789ab', '--name', 'a'], 2, 'write the id of a key, or --name N'],
    [['revoke', 'abc'], 2, 'that is no id: write the 12 digits that "keys list" shows'],
    [
      ['revoke', 'sp_secret'],
      2,
      `that is a key itself; its id is ${hashKey('sp_secret').slice(0, 12)}: write the 12 digits that "keys list" shows`,
    ],
    [['rotate'], 2, '--name is missing: write --name N'],
    [
      ['rotate', '--name', 'a', '--overlap', '1w'],
      2,
      '--overlap is no time of at most 366d: write --overlap 24h',
    ],
    [['list', 'more'], 2, '"more" has no meaning here'],
  ])('%j', async (args, code, message) => {
    const before = await read('all.yaml')
    expect(await runKeys(...args, '--dir', dir)).toBe(code)
    expect(err[0]!.split('\n')[0]).toBe(message)
    expect(out).toEqual([])
    expect(await read('all.yaml')).toBe(before)
  })
})

test('arguments', () => {
  const read = (...args: string[]) => readArgs(args, { config: 'DIR', listen: 'HOST:PORT' })
  expect(read('--config', 'a', 'b', '--listen=c:1')).toEqual({
    values: { config: 'a', listen: 'c:1' },
    positionals: ['b'],
    on: new Set(),
  })
  expect(read('--', '--config')).toMatchObject({ values: {}, positionals: ['--config'] })
  const { on, positionals } = readArgs(['--json', 'a'], { config: 'DIR' }, ['json', 'watch'])
  expect([[...on], positionals]).toEqual([['json'], ['a']])
  expect(() => readArgs(['--json=yes'], {}, ['json'])).toThrow('unknown flag "--json"')
})
