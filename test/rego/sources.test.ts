import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { bundle } from '../bundle.ts'
import { folder, stopAll, until } from '../gate.ts'
import { sourceServer } from '../sources.ts'
import { readiness, regoGate } from './gate.ts'

afterEach(stopAll)

const BUNDLES = { 'content-type': 'application/vnd.openpolicyagent.bundles' }
const OFTEN = { min: '50ms', max: '60ms' }
const rules = (condition: string, name = 'acme.calls') =>
  `package ${name}\n\ndeny contains "no" if ${condition}\n`
const made = (condition: string, revision: string, files: object = {}) =>
  bundle({
    '/acme/calls.rego': rules(condition),
    '/.manifest': { revision, roots: ['acme'], rego_version: 1 },
    ...files,
  })

describe('bundles', () => {
  test('one that changes changes what passes; a bad one does not', async () => {
    const server = await sourceServer({
      body: made('input.model.name == "m"', 'r1'),
      headers: { etag: '"1"' },
    })
    const gate = await regoGate({ policies: [{ bundle: { url: `${server.url}/b`, poll: OFTEN } }] })
    expect(await gate.ask()).toEqual({ status: 403, code: 'policy.denied' })
    const { policy, sources } = await readiness(gate)
    expect(sources).toEqual([{ name: 'acme-0/bundle', state: 'good', revision: 'r1' }])
    await until(() => server.asked.filter(({ status }) => status === 304).length > 2)
    expect((await readiness(gate)).policy.version).toBe(policy.version)

    server.serve({ body: made('input.model.name == "x"', 'r2'), headers: { etag: '"2"' } })
    await until(async () => (await gate.ask()).status === 200)
    expect((await readiness(gate)).policy.version).not.toBe(policy.version)

    // Not to be compiled; then no bundle at all; then outside its roots.
    server.serve({ body: made('input.model.name = = "m"', 'r3'), headers: { etag: '"3"' } })
    await until(async () => (await readiness(gate)).refused !== undefined)
    expect((await gate.ask()).status).toBe(200)
    server.serve({ body: 'no archive', headers: { etag: '"4"' } })
    await until(async () => (await readiness(gate)).sources![0]!.state === 'old')
    server.serve({
      body: made('input.model.name == "m"', 'r5', { '/other/data.json': { a: 1 } }),
      headers: { etag: '"5"' },
    })
    await until(async () => /outside the roots/.test((await readiness(gate)).sources![0]!.problem ?? ''))
    expect((await gate.ask()).status).toBe(200)

    server.serve({ body: made('input.model.name == "m"', 'r6'), headers: { etag: '"6"' } })
    await until(async () => (await gate.ask()).status === 403)
    expect(await readiness(gate)).toMatchObject({ sources: [{ state: 'good', revision: 'r6' }] })
    expect((await readiness(gate)).refused).toBeUndefined()
  })

  test('by long polling a change arrives at once, however seldom it is looked for', async () => {
    const server = await sourceServer({
      body: made('input.model.name == "m"', 'r1'),
      headers: { etag: '"1"', ...BUNDLES },
    })
    const gate = await regoGate({
      policies: [
        {
          bundle: {
            url: `${server.url}/b`,
            longPoll: 30,
            poll: { min: '1s', max: '1s' },
            key: { env: 'KEY' },
          },
        },
      ],
      env: { KEY: 'bearer' },
    })
    expect((await gate.ask()).status).toBe(403)
    await until(() => server.held() === 1)
    server.serve({ body: made('input.model.name == "x"', 'r2'), headers: { etag: '"2"', ...BUNDLES } })
    await until(async () => (await gate.ask()).status === 200)
    expect(server.asked.every(({ headers }) => headers.authorization === 'Bearer bearer')).toBe(true)
    expect(server.asked.map(({ headers }) => headers.prefer)).toContain('modes=snapshot;wait=30')
  })

  test('one that never arrives refuses whoever asks it, and nobody else; what arrives late is served', async () => {
    const server = await sourceServer({ status: 500, body: '' })
    const gate = await regoGate({ policies: [{ bundle: { url: `${server.url}/b`, poll: OFTEN } }] })
    expect(await gate.ask()).toEqual({ status: 503, code: 'guard.failed' })
    expect(await gate.free()).toBe(200)
    expect((await readiness(gate)).sources).toEqual([
      { name: 'acme-0/bundle', state: 'absent', problem: 'it answered 500' },
    ])
    server.serve({ body: made('input.model.name == "x"', 'r1') })
    await until(async () => (await gate.ask()).status === 200)
  })

  test('one that cannot be compiled is no reason not to start', async () => {
    const server = await sourceServer({ body: made('input.model.name = = "x"', 'r1') })
    const gate = await regoGate({ policies: [{ bundle: { url: `${server.url}/b`, poll: OFTEN } }] })
    expect(await gate.ask()).toEqual({ status: 503, code: 'guard.failed' })
    expect(await gate.free()).toBe(200)
    expect((await readiness(gate)).refused?.[0]).toMatch(/^acme-0\/bundle: acme\/calls\.rego:3:/)
    server.serve({ body: made('input.model.name == "x"', 'r2') })
    await until(async () => (await gate.ask()).status === 200)
  })

  test('what lies in the roots of one is nobody else’s', async () => {
    const server = await sourceServer({ body: made('input.model.name == "x"', 'r1') })
    const one = { bundle: { url: `${server.url}/b`, poll: OFTEN } }
    const clash = async (...policies: object[]) => {
      const gate = await regoGate({ policies })
      expect((await gate.ask()).status).toBe(503)
      return (await readiness(gate)).refused!.join('\n')
    }
    expect(await clash(one, one)).toMatch(/its root data\.acme is also a root of acme-0\/bundle/)
    expect(await clash(one, { modules: { 'more.rego': rules('true', 'acme.more') } })).toMatch(
      /data\.acme\.more lies in data\.acme, which is a root of acme-0\/bundle/,
    )
    expect(await clash(one, { data: { acme: { limits: 1 } } })).toMatch(/data\.acme lies in data\.acme/)
  })
})

describe('data', () => {
  const LIMITED = {
    modules: {
      'calls.rego': 'package acme.calls\n\ndeny contains "no" if input.model.name in data.lists.refused\n',
    },
  }

  test('from an address, swapped whole', async () => {
    const json = { 'content-type': 'application/json' }
    const server = await sourceServer({ body: '{"refused":["m"]}', headers: { etag: '"1"', ...json } })
    const gate = await regoGate({
      policies: [{ ...LIMITED, sources: [{ path: 'lists', url: `${server.url}/l?of=acme`, poll: '50ms' }] }],
    })
    expect((await gate.ask()).status).toBe(403)
    server.serve({ body: '{"refused":[],"refused":["m"]}', headers: json })
    await until(async () => (await readiness(gate)).sources![0]!.state === 'old')
    expect((await gate.ask()).status).toBe(403)
    server.serve({ body: 'refused: []\n', headers: { 'content-type': 'application/yaml' } })
    await until(async () => (await gate.ask()).status === 200)
    await server.close()
    await until(async () => (await readiness(gate)).sources![0]!.state === 'old')
    expect((await gate.ask()).status).toBe(200)
  })

  test('from a mounted folder, each file under its name', async () => {
    const dir = await folder()
    const state = async (name: string, refused: string) => {
      await mkdir(join(dir, name))
      await writeFile(join(dir, name, 'refused.yaml'), refused)
      await symlink(name, join(dir, '..next'))
      await rename(join(dir, '..next'), join(dir, '..data'))
    }
    await state('..1', '- m\n')
    await symlink('..data/refused.yaml', join(dir, 'refused.yaml'))
    const gate = await regoGate({
      policies: [{ ...LIMITED, sources: [{ path: 'lists', file: dir, poll: '50ms' }] }],
    })
    expect((await gate.ask()).status).toBe(403)
    await state('..2', '- other\n')
    await until(async () => (await gate.ask()).status === 200)
  })
})
