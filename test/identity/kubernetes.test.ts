import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { call, document, onStop, startGate, stopAll } from '../gate.ts'
import { pem, startCa } from './ca.ts'

const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const logged: string[] = []

beforeEach(() => {
  logged.length = 0
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    logged.push(String(text))
    return true
  })
})
afterEach(async () => {
  await stopAll()
  vi.restoreAllMocks()
})

/** An API server as far as it gives its keys: over TLS with a CA of its own, to whoever shows a token. */
async function startCluster() {
  const ca = startCa('cluster')
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'sa', alg: 'RS256', use: 'sig' }] }
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-sa-'))
  onStop(async () => rmSync(dir, { recursive: true, force: true }))
  const token = join(dir, 'token')
  writeFileSync(token, 'reader-token\n')
  const server = createServer(pem(ca.issue(['CN=api'], ['IP:127.0.0.1'])), (request, response) => {
    const good = request.url === '/openid/v1/jwks' && request.headers.authorization === 'Bearer reader-token'
    response.writeHead(good ? 200 : 401).end(JSON.stringify(good ? keys : {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onStop(async () => {
    server.closeAllConnections()
    server.close()
  })
  const jwks = `https://127.0.0.1:${(server.address() as AddressInfo).port}/openid/v1/jwks`
  const now = Math.floor(Date.now() / 1000)
  return {
    spec: {
      issuer: ISSUER,
      preset: 'kubernetes',
      audience: 'sallyport',
      jwks,
      ca: ca.file,
      token: { file: token },
    },
    /** A projected token as the API server makes it. */
    sign: (more: Record<string, unknown> = {}) =>
      new SignJWT({
        aud: ['sallyport'],
        exp: now + 3607,
        iat: now,
        iss: ISSUER,
        'kubernetes.io': {
          namespace: 'shop',
          pod: { name: 'bot-0', uid: '1' },
          serviceaccount: { name: 'bot', uid: '2' },
        },
        nbf: now,
        sub: 'system:serviceaccount:shop:bot',
        ...more,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'sa' })
        .sign(privateKey),
  }
}

const gateFor = (spec: object) =>
  startGate({
    documents:
      document('Upstream', 'loopback', { protocol: 'loopback' }) +
      document('Boundary', 'chat', { match: { tenants: ['shop'] }, upstreams: [{ name: 'loopback' }] }),
    gate: { auth: { issuers: [spec] } },
  })
const ask = async (gate: Awaited<ReturnType<typeof gateFor>>, token: string) => {
  const { status, text } = await call(`${gate.url}/v1/models`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return status === 200 ? status : `${status} ${JSON.parse(text).error.code}`
}

test('a service account is its namespace’s, and called by both names', async () => {
  const { spec, sign } = await startCluster()
  const gate = await gateFor(spec)
  expect(await ask(gate, await sign())).toBe(200)
  expect((await gate.records(1))[0]).toMatchObject({ subject: 'shop/bot', tenant: 'shop', issuer: ISSUER })
  expect(await ask(gate, await sign({ aud: ['https://kubernetes.default.svc'] }))).toBe('401 auth.invalid')
  // A legacy token, which never ends, and one of a person.
  expect(await ask(gate, await sign({ exp: undefined }))).toBe('401 auth.invalid')
  expect(await ask(gate, await sign({ sub: 'ada' }))).toBe('401 auth.invalid')
  expect(await ask(gate, await sign({ 'kubernetes.io': {} }))).toBe('401 auth.invalid')
  const one = await gateFor({
    ...spec,
    tenant: 'shop',
    require: { '["kubernetes.io"].namespace': ['other'] },
  })
  expect(await ask(one, await sign())).toBe('401 auth.invalid')
})

test('without the cluster’s CA or a token there are no keys', async () => {
  const { spec, sign } = await startCluster()
  const { ca, ...without } = spec
  expect(await ask(await gateFor(without), await sign())).toBe('503 auth.unavailable')
  const { token, ...unknown } = spec
  expect(await ask(await gateFor(unknown), await sign())).toBe('503 auth.unavailable')
  expect(logged.join('')).toMatch(/unable to verify|self.signed/i)
  expect(logged.join('')).toContain('answered 401')
  expect(logged.join('')).not.toContain('reader-token')
  void ca
  void token
})
