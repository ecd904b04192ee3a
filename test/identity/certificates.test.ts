import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { start } from '../../src/main.ts'
import { document, onStop, policyFolder, startGate, stopAll, type TestGate } from '../gate.ts'
import { type Pair, pem, startCa, type TestCa } from './ca.ts'

const DOCUMENTS =
  document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }) +
  document('Boundary', 'chat', { match: { tenants: ['shop'] }, upstreams: [{ name: 'loopback' }] })
const ID = 'spiffe://acme.example/ns/shop/sa/bot'
const SPIFFE = { subject: 'spiffe', trustDomain: 'acme.example', path: '/ns/{tenant}/sa/*' }
const logged: string[] = []

let ca: TestCa
let server: Pair
beforeEach(() => {
  logged.length = 0
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    logged.push(String(text))
    return true
  })
  ca = startCa()
  server = ca.issue(['CN=gate'], ['IP:127.0.0.1'])
})
afterEach(async () => {
  await stopAll()
  vi.restoreAllMocks()
})

const gateFor = (auth: object, tls: object = {}, consumer: object = {}) =>
  startGate({
    documents: DOCUMENTS,
    gate: { tls: { ...server, ca: ca.file, ...tls }, auth },
    consumer: { tenant: 'shop', ...consumer },
  })

interface Shown {
  client?: Pair
  headers?: Record<string, string>
  from?: string
  agent?: Agent
}

/** One call over TLS that trusts the test's CA. */
function ask(gate: TestGate, { client, headers = {}, from, agent }: Shown = {}): Promise<string | number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${gate.url}/v1/models/loopback`,
      {
        ca: readFileSync(ca.file),
        ...(client === undefined ? {} : pem(client)),
        headers,
        agent: agent ?? false,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (response) => {
        let text = ''
        response.on('data', (piece) => {
          text += piece
        })
        response.on('end', () =>
          resolve(
            response.statusCode === 200 ? 200 : `${response.statusCode} ${JSON.parse(text).error.code}`,
          ),
        )
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}
const key = (gate: TestGate) => ({ authorization: `Bearer ${gate.key}` })

describe('a client certificate', () => {
  test('names its caller by its SPIFFE id', async () => {
    const gate = await gateFor({ certificates: { ...SPIFFE, roles: ['mesh'] } })
    expect(await ask(gate, { client: ca.issue(['CN=x'], [`URI:${ID}`, 'DNS:bot.shop']) })).toBe(200)
    expect((await gate.records(1))[0]).toMatchObject({
      subject: ID,
      tenant: 'shop',
      credentials: ['certificate'],
    })
  })

  test.each<[string, string[], string[]]>([
    ['none', ['CN=x'], []],
    ['two', ['CN=x'], [`URI:${ID}`, 'URI:spiffe://acme.example/ns/shop/sa/other']],
    ['of another trust domain', ['CN=x'], ['URI:spiffe://evil.example/ns/shop/sa/bot']],
    ['of a trust domain that begins alike', ['CN=x'], ['URI:spiffe://acme.example.evil/ns/shop/sa/bot']],
    ['of another path', ['CN=x'], ['URI:spiffe://acme.example/ns/shop/sa/bot/more']],
    ['with an empty step', ['CN=x'], ['URI:spiffe://acme.example/ns//sa/bot']],
    ['with dots for a step', ['CN=x'], ['URI:spiffe://acme.example/ns/../sa/bot']],
    ['with a query', ['CN=x'], [`URI:${ID}?x`]],
    ['in the subject only', [`CN=x, URI:${ID}`], []],
    ['in a name of DNS', ['CN=x'], [`DNS:x, URI:${ID}`]],
    ['after a quote in a name of DNS', ['CN=x'], [`DNS:x", URI:${ID}`]],
    ['after a line break in a name of DNS', ['CN=x'], [`DNS:x\nURI:${ID}`]],
    ['after a null in it', ['CN=x'], [`URI:${ID}\0.evil`]],
  ])('with a SPIFFE id %s is refused', async (_, subject, san) => {
    const gate = await gateFor({ certificates: SPIFFE })
    expect(await ask(gate, { client: ca.issue(subject, san) })).toBe('401 auth.invalid')
    expect(await ask(gate, { client: ca.issue(subject, san), headers: key(gate) })).toBe('401 auth.invalid')
  })

  test('names its caller by its common name', async () => {
    const gate = await gateFor({ keys: false, certificates: { subject: 'cn', tenant: 'shop' } })
    expect(await ask(gate, { client: ca.issue(['O=Acme', 'CN=Bot, the 1st']) })).toBe(200)
    expect((await gate.records(1))[0]).toMatchObject({ subject: 'Bot, the 1st', tenant: 'shop' })
    expect(await ask(gate, { client: ca.issue(['O=Acme']) })).toBe('401 auth.invalid')
    expect(await ask(gate, { client: ca.issue(['CN=a', 'CN=b']) })).toBe('401 auth.invalid')
    expect(await ask(gate, { client: ca.issue(['O=x\nCN=a']) })).toBe('401 auth.invalid')
    expect(await ask(gate, { client: ca.issue(['O=x,CN=a']) })).toBe('401 auth.invalid')
    expect(await ask(gate)).toBe('401 auth.missing')
  })

  test('of another CA, or expired, is refused beside a good key too', async () => {
    const gate = await gateFor({ certificates: SPIFFE })
    for (const client of [
      startCa().issue(['CN=x'], [`URI:${ID}`]),
      ca.issue(['CN=x'], [`URI:${ID}`], -1000),
    ]) {
      expect(await ask(gate, { client })).toBe('401 auth.invalid')
      expect(await ask(gate, { client, headers: key(gate) })).toBe('401 auth.invalid')
    }
    expect(await ask(gate, { headers: key(gate) })).toBe(200)
  })

  test('that may not be missing gets no connection when it is', async () => {
    const gate = await gateFor({ certificates: SPIFFE }, { clients: 'required' })
    await expect(ask(gate, { headers: key(gate) })).rejects.toThrow()
    expect(await ask(gate, { client: ca.issue(['CN=x'], [`URI:${ID}`]) })).toBe(200)
  })

  test('must not disagree with a key', async () => {
    const gate = await gateFor({ certificates: { subject: 'cn', tenant: 'shop', roles: ['mesh'] } }, {}, {})
    expect(await ask(gate, { client: ca.issue(['CN=tester']), headers: key(gate) })).toBe(200)
    expect((await gate.records(1))[0]).toMatchObject({ credentials: ['certificate', 'key'] })
    expect(await ask(gate, { client: ca.issue(['CN=other']), headers: key(gate) })).toBe('401 auth.invalid')
  })

  test('names nobody where the policy does not say so', async () => {
    const gate = await gateFor({})
    expect(await ask(gate, { client: ca.issue(['CN=x'], [`URI:${ID}`]) })).toBe('401 auth.missing')
    expect(await ask(gate, { client: ca.issue(['CN=x'], [`URI:${ID}`]), headers: key(gate) })).toBe(200)
  })

  test('is looked at once a connection', async () => {
    const gate = await gateFor({ certificates: SPIFFE })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onStop(async () => agent.destroy())
    const client = ca.issue(['CN=x'], [`URI:${ID}`])
    expect(await ask(gate, { client, agent })).toBe(200)
    expect(await ask(gate, { client, agent })).toBe(200)
  })
})

describe('x-forwarded-client-cert', () => {
  const forwarded = { from: ['127.0.0.2', '10.0.0.0/8'] }
  const xfcc = (value: string) => ({ 'x-forwarded-client-cert': value })

  test('is believed of a trusted proxy, and of nobody else', async () => {
    const gate = await gateFor({ certificates: SPIFFE, forwarded })
    const headers = xfcc(
      `By=spiffe://acme.example/ns/mesh/sa/proxy;Hash=${'0'.repeat(64)};Subject="";URI=${ID}`,
    )
    expect(await ask(gate, { headers, from: '127.0.0.2' })).toBe(200)
    expect((await gate.records(1))[0]).toMatchObject({
      subject: ID,
      tenant: 'shop',
      credentials: ['forwarded'],
    })
    expect(await ask(gate, { headers, from: '127.0.0.1' })).toBe('401 auth.missing')
    expect(await ask(gate, { headers: { ...headers, ...key(gate) }, from: '127.0.0.1' })).toBe(200)
    expect(await ask(gate, { headers: { ...headers, ...key(gate) }, from: '127.0.0.2' })).toBe(
      '401 auth.invalid',
    )
  })

  test('what the proxy itself shows names no caller', async () => {
    const gate = await gateFor({ certificates: SPIFFE, forwarded })
    const client = ca.issue(['CN=proxy'], ['URI:spiffe://acme.example/ns/shop/sa/proxy'])
    expect(await ask(gate, { client, from: '127.0.0.2' })).toBe('401 auth.missing')
    expect(await ask(gate, { client, from: '127.0.0.2', headers: xfcc(`URI=${ID}`) })).toBe(200)
    expect((await gate.records(2))[1]).toMatchObject({ subject: ID })
    // Who calls directly cannot say that it is a proxy.
    expect(await ask(gate, { client, from: '127.0.0.3', headers: xfcc(`URI=${ID}`) })).toBe(200)
    expect((await gate.records(3))[2]).toMatchObject({ subject: 'spiffe://acme.example/ns/shop/sa/proxy' })
  })

  test('what the last proxy says counts', async () => {
    const gate = await gateFor({ certificates: SPIFFE, forwarded })
    const claimed = 'URI=spiffe://acme.example/ns/shop/sa/admin'
    expect(await ask(gate, { headers: xfcc(`${claimed},Hash=1;URI=${ID}`), from: '127.0.0.2' })).toBe(200)
    expect((await gate.records(1))[0]).toMatchObject({ subject: ID })
    expect(await ask(gate, { headers: xfcc(`${claimed},Hash=1`), from: '127.0.0.2' })).toBe(
      '401 auth.invalid',
    )
    expect(await ask(gate, { headers: xfcc('nonsense'), from: '127.0.0.2' })).toBe('401 auth.invalid')
    expect(await ask(gate, { headers: xfcc(''), from: '127.0.0.2' })).toBe('401 auth.invalid')
  })
})

describe('the gate’s own certificate', () => {
  const shown = (gate: TestGate) =>
    new Promise<PeerCertificate>((resolve, reject) => {
      const sent = request(`${gate.url}/`, { ca: readFileSync(ca.file), agent: false }, (response) => {
        resolve((response.socket as TLSSocket).getPeerCertificate())
        response.resume()
      })
      sent.on('error', reject)
      sent.end()
    })

  test('is read again when its files change; half of a change waits for the other half', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
    onStop(async () => rmSync(dir, { recursive: true, force: true }))
    const files = { cert: join(dir, 'tls.crt'), key: join(dir, 'tls.key') }
    const put = (pair: Pair) => {
      copyFileSync(pair.cert, files.cert)
      copyFileSync(pair.key, files.key)
    }
    put(server)
    const gate = await gateFor({ certificates: SPIFFE }, files)
    expect((await shown(gate)).subject.CN).toBe('gate')
    const next = ca.issue(['CN=next'], ['IP:127.0.0.1'])
    copyFileSync(next.cert, files.cert)
    await vi.waitFor(() => expect(logged.join('')).toContain('the last good ones stay'), { timeout: 10_000 })
    expect((await shown(gate)).subject.CN).toBe('gate')
    put(next)
    await vi.waitFor(async () => expect((await shown(gate)).subject.CN).toBe('next'), { timeout: 10_000 })
    // Callers' certificates are still asked for.
    expect(await ask(gate, { client: ca.issue(['CN=x'], [`URI:${ID}`]) })).toBe(200)
    expect(await ask(gate, { client: startCa().issue(['CN=x'], [`URI:${ID}`]) })).toBe('401 auth.invalid')
  })

  test('that cannot be used stops the start, and nothing of a key is told', async () => {
    const bad = join(mkdtempSync(join(tmpdir(), 'sallyport-tls-')), 'key.pem')
    onStop(async () => rmSync(join(bad, '..'), { recursive: true, force: true }))
    writeFileSync(bad, '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n')
    for (const [tls, message] of [
      [{ key: bad }, `the key ${bad} cannot be used`],
      [{ key: ca.issue(['CN=else']).key }, 'write PEM files that belong together'],
      [{ cert: '/nowhere/tls.crt' }, '/nowhere/tls.crt cannot be read (ENOENT)'],
      [{ ca: server.key }, 'holds no certificate'],
    ] as const) {
      const { dir } = await policyFolder({
        documents: DOCUMENTS,
        gate: { tls: { ...server, ca: ca.file, ...tls } },
      })
      const free = { host: '127.0.0.1', port: 0 }
      const failed = await start({ config: dir, listen: free, admin: free }, {}).then(
        () => 'started',
        (error: Error) => error.message,
      )
      expect(failed).toContain(message)
      expect(failed).not.toContain('c2VjcmV0')
    }
  })

  test('calls in the clear are not taken', async () => {
    const gate = await gateFor({})
    await expect(fetch(gate.url.replace('https', 'http'))).rejects.toThrow()
    await sleep(50)
    expect(await ask(gate, { headers: key(gate) })).toBe(200)
  })
})
