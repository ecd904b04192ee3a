import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readBundle } from '../../src/adapters/sources/bundle.ts'
import { fetchedProblem } from '../../src/policy/sources.ts'
import { folder, onStop, stopAll, until } from '../gate.ts'
import { readiness, regoGate } from '../rego/gate.ts'
import { sourceServer } from '../sources.ts'
import { opa, opaServer } from './opa.ts'
import { freePort } from './redis-server.ts'

afterEach(stopAll)

const RULES =
  'package acme.calls\n\ndefault allow := false\n\nallow if input.model.name in data.acme.lists.models\n'
const LISTS = {
  models: ['m', '\u2028', 'é<&>😀'],
  é: 1.0,
  ﬁ: 1e3,
  '😀': { z: [], a: {} },
  n: null,
}

/** A folder with a policy in it, and a key. */
async function policy() {
  const dir = await folder()
  mkdirSync(join(dir, 'src/acme/lists'), { recursive: true })
  writeFileSync(join(dir, 'src/acme/calls.rego'), RULES)
  // As nobody would write it: numbers in forms of their own, escapes that need not be.
  writeFileSync(
    join(dir, 'src/acme/lists/data.json'),
    JSON.stringify(LISTS).replace('1000', '1.0E3').replace('😀', '\\ud83d\\ude00'),
  )
  writeFileSync(join(dir, 'src/.manifest'), JSON.stringify({ revision: 'r1', roots: ['acme'] }))
  const key = (name: string, ...args: string[]) => {
    execFileSync('openssl', ['genpkey', ...args, '-out', `${name}.pem`], { cwd: dir, stdio: 'pipe' })
    execFileSync('openssl', ['pkey', '-in', `${name}.pem`, '-pubout', '-out', `${name}.pub`], {
      cwd: dir,
      stdio: 'pipe',
    })
  }
  return { dir, key }
}

const secret = (ref: object) => readFileSync((ref as { file: string }).file, 'utf8').trimEnd()

describe('bundles that OPA makes', () => {
  test.each([
    ['RS256', ['-algorithm', 'RSA']],
    ['ES256', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['PS384', ['-algorithm', 'RSA']],
  ])('signed by %s', async (algorithm, args) => {
    const { dir, key } = await policy()
    key('one', ...args)
    key('two', ...args)
    opa(dir, 'build', '-b', 'src', '--signing-key', 'one.pem', '--signing-alg', algorithm, '-o', 'b.tar.gz')
    const take = (name: string) =>
      readBundle(
        readFileSync(join(dir, 'b.tar.gz')),
        { keys: [{ id: 'k', algorithm, key: { file: join(dir, name) } }] },
        secret,
      )
    const fetched = await take('one.pub')
    expect(fetchedProblem(fetched)).toBeUndefined()
    expect(fetched.bundle).toEqual({ revision: 'r1', roots: ['acme'] })
    await expect(take('two.pub')).rejects.toThrow('its signature is not one of key "k"')
  })

  test('signed by a shared secret, under a name and for a scope', async () => {
    const { dir } = await policy()
    writeFileSync(join(dir, 'secret'), 'a secret that two share')
    writeFileSync(join(dir, 'claims.json'), JSON.stringify({ scope: 'read', keyid: 'shared' }))
    opa(
      dir,
      'build',
      '-b',
      'src',
      '--signing-key',
      readFileSync(join(dir, 'secret'), 'utf8'),
      '--signing-alg',
      'HS256',
      '--claims-file',
      'claims.json',
      '-o',
      'b.tar.gz',
    )
    const key = { algorithm: 'HS256', key: { file: join(dir, 'secret') } }
    const take = (scope: string) =>
      readBundle(
        readFileSync(join(dir, 'b.tar.gz')),
        {
          keys: [
            { id: 'other', ...key },
            { id: 'shared', ...key },
          ],
          scope,
        },
        secret,
      )
    expect((await take('read')).modules).toHaveLength(1)
    await expect(take('write')).rejects.toThrow('scope')
  })

  test('signed where it lies, with data in YAML, and packed by tar', async () => {
    const { dir, key } = await policy()
    key('one', '-algorithm', 'RSA')
    writeFileSync(
      join(dir, 'src/acme/data.yaml'),
      'list:\n  - 1\n  - 2.50\n  - "yes"\n  - null\nnested: { b: 1, a: true }\n',
    )
    opa(join(dir, 'src'), 'sign', '--signing-key', '../one.pem', '--bundle', '.')
    execFileSync('tar', ['czf', 'b.tar.gz', '-C', 'src', '.'], { cwd: dir })
    const verify = { keys: [{ id: 'k', algorithm: 'RS256', key: { file: join(dir, 'one.pub') } }] }
    const take = () => readBundle(readFileSync(join(dir, 'b.tar.gz')), verify, secret)
    expect((await take()).data).toHaveLength(2)
    writeFileSync(join(dir, 'src/acme/calls.rego'), `${RULES}\nallow if true\n`)
    execFileSync('tar', ['czf', 'b.tar.gz', '-C', 'src', '.'], { cwd: dir })
    await expect(take()).rejects.toThrow('acme/calls.rego is not what was signed')
  })

  test('are what the gate decides by; one that is not signed changes nothing', async () => {
    const { dir, key } = await policy()
    key('one', '-algorithm', 'RSA')
    const build = (...args: string[]) => {
      opa(dir, 'build', '-b', 'src', '-o', 'b.tar.gz', ...args)
      return readFileSync(join(dir, 'b.tar.gz'))
    }
    const server = await sourceServer({ body: build('--signing-key', 'one.pem'), headers: { etag: '"1"' } })
    const gate = await regoGate({
      policies: [
        {
          bundle: {
            url: `${server.url}/b.tar.gz`,
            poll: { min: '50ms', max: '60ms' },
            verify: { keys: [{ id: 'k', algorithm: 'RS256', key: { file: join(dir, 'one.pub') } }] },
          },
        },
      ],
    })
    expect(await gate.ask()).toEqual({ status: 200 })
    writeFileSync(join(dir, 'src/acme/lists/data.json'), '{"models":[]}')
    server.serve({ body: build(), headers: { etag: '"2"' } })
    await until(async () => (await readiness(gate)).sources?.[0]?.problem === 'it is not signed')
    expect((await gate.ask()).status).toBe(200)
    server.serve({ body: build('--signing-key', 'one.pem'), headers: { etag: '"3"' } })
    await until(async () => (await gate.ask()).status === 403)
  })
})

describe('a server of OPA', () => {
  const answers = (options: { port: number } | { socketPath: string }) =>
    new Promise<boolean>((resolve) => {
      request({ host: '127.0.0.1', path: '/health', ...options }, (response) =>
        resolve(response.statusCode === 200),
      )
        .on('error', () => resolve(false))
        .end()
    })

  test.each(['package', 'query'])('decides a %s, and when it is gone all is denied', async (kind) => {
    const { dir } = await policy()
    const port = await freePort()
    const server = await opaServer('src', `127.0.0.1:${port}`, ['--bundle'], () => answers({ port }), dir)
    onStop(server.close)
    const gate = await regoGate({
      asks: {
        ...(kind === 'package' ? { package: 'acme.calls' } : { query: 'data.acme.calls.allow' }),
        engine: { url: `http://127.0.0.1:${port}` },
      },
    })
    expect(await gate.ask()).toEqual({ status: 200 })
    await server.close()
    expect(await gate.ask()).toEqual({ status: 403, code: 'policy.undefined' })
    expect(await gate.free()).toBe(200)
  })

  test('by a Unix socket, with a token', async () => {
    const { dir } = await policy()
    const socketPath = join(dir, 'opa.sock')
    const AUTHZ =
      'package system.authz\n\ndefault allow := false\n\nallow if input.identity == "t0ken"\n\nallow if input.path == ["health"]\n'
    mkdirSync(join(dir, 'authz'))
    writeFileSync(join(dir, 'authz/authz.rego'), AUTHZ)
    writeFileSync(join(dir, 'token'), 't0ken\n')
    const server = await opaServer(
      'src/acme',
      `unix://${socketPath}`,
      ['--authentication=token', '--authorization=basic', 'authz'],
      () => answers({ socketPath }),
      dir,
    )
    onStop(server.close)
    const asks = { package: 'acme.calls', engine: { url: `unix://${socketPath}` } }
    const known = await regoGate({
      asks: { ...asks, engine: { ...asks.engine, key: { file: join(dir, 'token') } } },
    })
    // Data that are loaded from a plain folder stand at its root.
    expect(await known.ask()).toEqual({ status: 403, code: 'policy.denied' })
    const unknown = await regoGate({ asks })
    expect(await unknown.ask()).toEqual({ status: 403, code: 'policy.undefined' })
  })
})
