import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { authority, type Certified, selfSigned } from '../certificates.ts'
import { says } from '../e2e/chat.ts'
import { document, folder, onStop, post, startGate, stopAll, type TestGate, until } from '../gate.ts'
import { TEXT } from './server.ts'

const trusted = authority('ours')
const HOSTS = ['127.0.0.1', 'models.internal']
const good = trusted.issue({ name: 'model server', hosts: HOSTS })

let log: string
beforeEach(() => {
  log = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    log += String(line)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await stopAll()
})
afterAll(stopAll)

/** A model server on TLS. `clients`: who vouches for those that may call it. */
async function startServer(own: Certified, clients?: string) {
  const callers: string[] = []
  const mutual = clients === undefined ? {} : { ca: clients, requestCert: true }
  const server = createServer({ ...own, ...mutual }, (request, response) => {
    callers.push(String((request.socket as TLSSocket).getPeerCertificate()?.subject?.CN))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(says(false, { text: [TEXT] }).json))
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onStop(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, callers, server }
}

const documents = (baseUrl: string, tls?: object) =>
  document('Upstream', 'model', {
    protocol: 'openai',
    baseUrl,
    key: { env: 'UPSTREAM_KEY' },
    ...(tls === undefined ? {} : { tls }),
  }) + document('Boundary', 'all', { upstreams: [{ name: 'model' }], retries: { attempts: 0 } })

const gateOf = (baseUrl: string, tls?: object) =>
  startGate({ documents: documents(baseUrl, tls), env: { UPSTREAM_KEY: 'sk-upstream-key-0123456789' } })

const ask = (gate: TestGate) =>
  post(gate, '/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] })

/** Writes files into a folder of their own and gives their paths. */
async function files<K extends string>(contents: Record<K, string>): Promise<Record<K, string>> {
  const dir = await folder()
  const paths = {} as Record<K, string>
  for (const [name, text] of Object.entries(contents) as [K, string][]) {
    paths[name] = join(dir, `${name}.pem`)
    await writeFile(paths[name], text)
  }
  return paths
}

async function refused(gate: TestGate, url: string, why: RegExp): Promise<void> {
  log = ''
  const answer = await ask(gate)
  expect(answer.status).toBe(502)
  expect(JSON.parse(answer.text).error).toMatchObject({
    code: 'upstream.unavailable',
    message: 'The model is not available.',
  })
  await until(() => why.test(log))
  const lines = log.split('\n').filter((line) => line.includes('upstream model'))
  expect(lines).toHaveLength(1)
  expect(log).not.toContain('sk-upstream')
  const { port } = new URL(url)
  const [record] = await gate.records(1)
  expect(record).toMatchObject({ code: 'upstream.unavailable', ended: 'upstream_gone', upstream: 'model' })
  expect(answer.text + JSON.stringify(record)).not.toMatch(new RegExp(`${port}|CERT|certificate`))
  await ask(gate)
  expect(log.split('\n').filter((line) => line.includes('upstream model'))).toHaveLength(1)
}

describe('a server of a private authority', () => {
  test('is trusted by an upstream that names the authority', async () => {
    const server = await startServer(good)
    const gate = await gateOf(server.url, await files({ ca: trusted.ca }))
    const answer = await ask(gate)
    expect([answer.status, JSON.parse(answer.text).choices[0].message.content]).toEqual([200, TEXT])
  })

  test('may be one of several, and have its own from one below it', async () => {
    const server = await startServer(trusted.below('below').issue({ hosts: HOSTS }))
    const gate = await gateOf(server.url, await files({ ca: authority('another').ca + trusted.ca }))
    expect((await ask(gate)).status).toBe(200)
  })

  test('may go by another name than its address', async () => {
    const server = await startServer(trusted.issue({ hosts: ['models.internal'] }))
    const ca = await files({ ca: trusted.ca })
    expect((await ask(await gateOf(server.url, { ...ca, serverName: 'models.internal' }))).status).toBe(200)
    await refused(await gateOf(server.url, ca), server.url, /ERR_TLS_CERT_ALTNAME_INVALID/)
  })

  const hour = 3_600_000
  test.each<[string, Certified, RegExp]>([
    ['of another authority', authority('another').issue({ hosts: HOSTS }), /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
    ['of an authority by the same name', authority('ours').issue({ hosts: HOSTS }), /CERT_SIGNATURE_FAILURE/],
    ['that it signed itself', selfSigned({ hosts: HOSTS }), /DEPTH_ZERO_SELF_SIGNED_CERT/],
    [
      'that has expired',
      trusted.issue({ hosts: HOSTS, until: new Date(Date.now() - hour / 2) }),
      /CERT_HAS_EXPIRED/,
    ],
    [
      'that does not hold yet',
      trusted.issue({ hosts: HOSTS, from: new Date(Date.now() + hour) }),
      /CERT_NOT_YET_VALID/,
    ],
    ['for another host', trusted.issue({ hosts: ['127.0.0.2'] }), /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])('is not called when it shows a certificate %s; the operator is told why', async (_, own, why) => {
    const server = await startServer(own)
    await refused(await gateOf(server.url, await files({ ca: trusted.ca })), server.url, why)
    expect(server.callers).toEqual([])
  })

  test('is not called by an upstream that does not name the authority, whatever the environment says', async () => {
    const server = await startServer(good)
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      await refused(await gateOf(server.url), server.url, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/)
      await refused(
        await gateOf(server.url, await files({ ca: authority('another').ca })),
        server.url,
        /UNABLE/,
      )
    } finally {
      vi.unstubAllEnvs()
    }
    expect(server.callers).toEqual([])
  })
})

describe('a server that asks who calls', () => {
  const mine = trusted.issue({ name: 'the gate' })

  test('is shown the certificate of the upstream', async () => {
    const server = await startServer(good, trusted.ca)
    const gate = await gateOf(server.url, await files({ ca: trusted.ca, ...mine }))
    expect((await ask(gate)).status).toBe(200)
    expect(server.callers).toEqual(['the gate'])
  })

  test('and is shown none, or one it does not trust, is not available', async () => {
    const server = await startServer(good, trusted.ca)
    await refused(
      await gateOf(server.url, await files({ ca: trusted.ca })),
      server.url,
      /CERTIFICATE_REQUIRED/,
    )
    const other = authority('another').issue({ name: 'the gate' })
    const gate = await gateOf(server.url, await files({ ca: trusted.ca, ...other }))
    expect(JSON.parse((await ask(gate)).text).error.code).toBe('upstream.unavailable')
    expect(server.callers).toEqual([])
  })

  test('sees a certificate that was renewed; one that is broken does not replace it', async () => {
    const server = await startServer(good, trusted.ca)
    const paths = await files({ ca: trusted.ca, ...mine })
    const gate = await gateOf(server.url, paths)
    const callers = async (name: string) => {
      await ask(gate)
      server.server.closeAllConnections()
      return server.callers.at(-1) === name
    }
    expect(await callers('the gate')).toBe(true)
    const renewed = trusted.issue({ name: 'renewed' })
    for (const part of ['cert', 'key'] as const) {
      await writeFile(`${paths[part]}.new`, renewed[part])
      await rename(`${paths[part]}.new`, paths[part])
    }
    await until(() => callers('renewed'))
    await writeFile(paths.key, 'half of a k')
    await until(async () => (await callers('renewed')) && log.includes('that were read before stay in use'))
    expect(log).toContain('holds no private key that can be read')
    expect(log).not.toContain('half of a k')
    await writeFile(paths.key, renewed.key)
    expect((await ask(gate)).status).toBe(200)
  })
})

describe('files that cannot be used are found when the policy loads', () => {
  const encrypted = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n'
  const url = 'https://models.example/v1'
  const one = trusted.issue()
  test.each<[string, string, object, RegExp]>([
    [
      'no file',
      url,
      { ca: '/nowhere/ca.pem' },
      /documents\.yaml:2:\d+: \/nowhere\/ca\.pem cannot be read \(ENOENT\): name a PEM file/,
    ],
    ['a folder', url, { ca: '/tmp' }, /\/tmp is not a file/],
    [
      'no certificate',
      url,
      { ca: one.key },
      /ca\.pem holds no certificate that can be read: write it as PEM/,
    ],
    [
      'half of one',
      url,
      { ca: trusted.ca.replace(/.{64}\n/, '') },
      /ca\.pem holds no certificate that can be read/,
    ],
    ['no key', url, { cert: one.cert, key: one.cert }, /key\.pem holds no private key/],
    [
      'an encrypted key',
      url,
      { cert: one.cert, key: encrypted },
      /key\.pem holds no private key that can be read: write it as PEM, not encrypted/,
    ],
    [
      'another key',
      url,
      { cert: one.cert, key: mineKey() },
      /key\.pem is not the key of the first certificate in .*cert\.pem/,
    ],
    ['a certificate alone', url, { cert: one.cert }, /"cert" and "key" belong together/],
    ['http', 'http://models.example/v1', { ca: trusted.ca }, /"tls" is for an address with https/],
    ['an address for a name', url, { serverName: '10.0.0.1' }, /must be the name of a host/],
    ['a way to trust anybody', url, { rejectUnauthorized: false }, /rejectUnauthorized/],
  ])('%s', async (_, baseUrl, tls, complaint) => {
    const written: Record<string, string> = {}
    const paths: Record<string, unknown> = {}
    for (const [field, value] of Object.entries(tls))
      if (String(value).startsWith('-----')) written[field] = value
      else paths[field] = value
    const started = gateOf(baseUrl, { ...paths, ...(await files(written)) })
    await expect(started).rejects.toThrow(complaint)
    await expect(started).rejects.not.toThrow(/BEGIN/)
  })
})

function mineKey(): string {
  return trusted.issue().key
}
