import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportSPKI, generateKeyPair, importJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { call, document, post, startGate, stopAll, type TestGate } from '../gate.ts'
import { claims, startIssuer, type TestIssuer } from './issuer.ts'

const KEYS = '/jwks'
/** So many failures as no test makes. */
const MANY = { failures: '1000/s' }
const LOOPBACK = document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] })
const DOCUMENTS =
  LOOPBACK +
  document('Boundary', 'chat', {
    match: { tenants: ['acme'] },
    require: { roles: ['agent'] },
    upstreams: [{ name: 'loopback' }],
  })
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

const spec = (issuer: TestIssuer, more: object = {}) => ({
  issuer: issuer.issuer,
  audience: 'sallyport',
  algorithms: ['RS256'],
  claims: { tenant: 'org', roles: 'https://acme.example/roles' },
  roles: ['agent'],
  cache: { coolDown: '1h' },
  ...more,
})
const gateFor = (issuer: TestIssuer, more: object = {}, auth: object = {}, consumer: object = {}) =>
  startGate({
    documents: DOCUMENTS,
    gate: { auth: { issuers: [spec(issuer, more)], attempts: MANY, ...auth } },
    consumer: { roles: ['agent'], ...consumer },
  })
const ask = async (gate: TestGate, token: string, headers: Record<string, string> = {}) => {
  const { status, text } = await call(`${gate.url}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ model: 'loopback', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  return status === 200 ? status : `${status} ${JSON.parse(text).error.code}`
}
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token of a real issuer', () => {
  test('opens the gate, and the record says by what', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer, { roles: [] })
    const token = await issuer.token()
    expect(await ask(gate, token)).toBe(200)
    // As Anthropic's clients send what they are given for a key.
    expect((await call(`${gate.url}/v1/models`, { headers: { 'x-api-key': token } })).status).toBe(200)
    const [record] = await gate.records(2)
    expect(record).toMatchObject({
      subject: 'support-bot',
      tenant: 'acme',
      credentials: ['token'],
      issuer: issuer.issuer,
    })
    const kept = await gate.recordText()
    expect(kept).not.toContain(token.slice(0, 40))
    expect(kept).not.toContain(token.split('.')[2])
    expect(logged.join('')).not.toContain(token.split('.')[2])
    expect(issuer.asked(KEYS)).toBe(1)
  })

  test('for another audience does not', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer)
    expect(await ask(gate, await issuer.token({ resource: 'https://else.test' }))).toBe('401 auth.invalid')
  })

  test('keys go on to work, and may be switched off', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer)
    expect(await ask(gate, gate.key)).toBe(200)
    const without = await gateFor(issuer, {}, { keys: false })
    expect(await ask(without, without.key)).toBe('401 auth.invalid')
    expect(await ask(without, await issuer.token())).toBe(200)
  })

  test('of a caller without a boundary tells nothing of what there is', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer)
    const stranger = await issuer.sign(claims(issuer, { org: 'else' }))
    expect(await ask(gate, stranger)).toBe('403 auth.no_boundary')
    const bodies = await Promise.all(
      ['loopback', 'there-is-no-such-model'].map(async (model) => {
        const { status, text } = await post(gate, '/v1/chat/completions', { model, messages: [] }, stranger)
        return `${status} ${text}`
      }),
    )
    expect(bodies[0]).toBe(bodies[1])
    const headers = { authorization: `Bearer ${stranger}` }
    const models = await call(`${gate.url}/v1/models`, { headers })
    expect(models.text).not.toContain('loopback')
    const one = await call(`${gate.url}/v1/models/loopback`, { headers })
    const none = await call(`${gate.url}/v1/models/no-model`, { headers })
    expect([one.status, one.text]).toEqual([none.status, none.text])
    expect(models.status).toBe(403)
  })
})

test('what is wrong with a token', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer, {
    clockTolerance: '5s',
    require: { azp: ['one', 'two'], groups: 'staff' },
  })
  const good = { azp: 'two', groups: ['all', 'staff'] }
  const now = Math.floor(Date.now() / 1000)
  const sign = (more: object, options = {}) => issuer.sign(claims(issuer, { ...good, ...more }), options)
  const stranger = await generateKeyPair('RS256')
  const jwk = (await issuer.publicJwk()) as { n: string }
  const [header, payload] = (await sign({})).split('.') as [string, string]
  const publicKey = await importJWK({ ...jwk, ext: true } as never, 'RS256')
  const spki = await exportSPKI(publicKey as Parameters<typeof exportSPKI>[0])
  const hs256 = (secret: string | Buffer) => {
    const signed = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${payload}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const cases: [string, string, string | number][] = [
    ['good', await sign({}), 200],
    ['good in tolerance', await sign({ exp: now - 2, nbf: now + 2 }), 200],
    ['expired', await sign({ exp: now - 60 }), '401 auth.expired'],
    [
      'expired, of a stranger',
      await sign({ exp: now - 60 }, { key: stranger.privateKey }),
      '401 auth.invalid',
    ],
    ['not yet valid', await sign({ nbf: now + 60 }), '401 auth.invalid'],
    ['without an end', await sign({ exp: undefined }), '401 auth.invalid'],
    ['an end that is no number', await sign({ exp: 'never' as never }), '401 auth.invalid'],
    ['another audience', await sign({ aud: ['else'] }), '401 auth.invalid'],
    ['no audience', await sign({ aud: undefined }), '401 auth.invalid'],
    ['another issuer', await sign({ iss: `${issuer.issuer}/` }), '401 auth.invalid'],
    ['no issuer', await sign({ iss: undefined }), '401 auth.invalid'],
    ['a stranger’s key', await sign({}, { key: stranger.privateKey }), '401 auth.invalid'],
    [
      'another algorithm',
      await sign({}, { alg: 'PS256', key: (await generateKeyPair('PS256')).privateKey }),
      '401 auth.invalid',
    ],
    ['alg none', `${encoded({ alg: 'none' })}.${payload}.`, '401 auth.invalid'],
    [
      'alg None with a signature',
      `${encoded({ alg: 'None', kid: 'key-1' })}.${payload}.AAAA`,
      '401 auth.invalid',
    ],
    ['no alg', `${encoded({ kid: 'key-1' })}.${payload}.AAAA`, '401 auth.invalid'],
    ['HS256 with the PEM of the public key', hs256(spki), '401 auth.invalid'],
    ['HS256 with its modulus', hs256(Buffer.from(jwk.n, 'base64url')), '401 auth.invalid'],
    ['its own key in the header', `${encoded({ alg: 'RS256', jwk })}.${payload}.AAAA`, '401 auth.invalid'],
    [
      'a header that must be understood',
      `${encoded({ alg: 'RS256', kid: 'key-1', crit: ['x'], x: 1 })}.${payload}.AAAA`,
      '401 auth.invalid',
    ],
    ['no signature', `${header}.${payload}.`, '401 auth.invalid'],
    [
      'another payload',
      `${header}.${encoded(claims(issuer, { ...good, org: 'else' }))}.${(await sign({})).split('.')[2]}`,
      '401 auth.invalid',
    ],
    ['a claim that is required and differs', await sign({ azp: 'three' }), '401 auth.invalid'],
    ['a list without what is required', await sign({ groups: ['all'] }), '401 auth.invalid'],
    ['no tenant', await sign({ org: undefined }), '401 auth.invalid'],
    ['every tenant', await sign({ org: '*' }), '401 auth.invalid'],
    ['a list of tenants', await sign({ org: ['acme'] }), '401 auth.invalid'],
    ['no subject', await sign({ sub: undefined }), '401 auth.invalid'],
    ['a subject of two lines', await sign({ sub: 'a\nb' }), '401 auth.invalid'],
    ['a subject without end', await sign({ sub: 'a'.repeat(257) }), '401 auth.invalid'],
    ['bound to a key that was not shown', await sign({ cnf: { jkt: 'x' } }), '401 auth.invalid'],
    ['opaque, where nobody can be asked', 'opaque-token', '401 auth.invalid'],
    ['too long', `${header}.${'a'.repeat(17_000)}.b`, '401 auth.invalid'],
    ['half of a JWT', `${header}.${payload}`, '401 auth.invalid'],
  ]
  const found: [string, string | number][] = []
  for (const [name, token] of cases) found.push([name, await ask(gate, token)])
  expect(found).toEqual(cases.map(([name, , expected]) => [name, expected]))
  expect(issuer.asked(KEYS)).toBe(1)
})

describe('who is told in two ways', () => {
  test('must be the same', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer)
    const same = await issuer.sign(claims(issuer, { sub: 'tester', 'https://acme.example/roles': ['other'] }))
    const both = (token: string) => ask(gate, token, { 'x-api-key': gate.key })
    expect(await both(same)).toBe(200)
    expect(await both(await issuer.sign(claims(issuer)))).toBe('401 auth.invalid')
    expect(await both(await issuer.sign(claims(issuer, { sub: 'tester', org: 'else' })))).toBe(
      '401 auth.invalid',
    )
    // One that fails beside a good key, in either order.
    expect(await both('nobody')).toBe('401 auth.invalid')
    expect(await ask(gate, gate.key, { 'x-api-key': `${same}x` })).toBe('401 auth.invalid')
    expect(await ask(gate, same, { 'x-api-key': await issuer.sign(claims(issuer, { sub: 'tester' })) })).toBe(
      '401 auth.invalid',
    )
    expect((await gate.records(6))[0]).toMatchObject({ credentials: ['token', 'key'], subject: 'tester' })
  })
})

describe('keys of the issuer', () => {
  test('a new one is fetched; unknown ones are not asked for more than once a cool-down', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer, { cache: { coolDown: '1s' } })
    expect(await ask(gate, await issuer.token())).toBe(200)
    await sleep(1100)
    await issuer.rotate()
    expect(await ask(gate, await issuer.token())).toBe(200)
    expect(issuer.asked(KEYS)).toBe(2)
    const began = Date.now()
    const flood = await Promise.all(
      Array.from({ length: 200 }, async (_, i) =>
        ask(gate, await issuer.sign(claims(issuer), { kid: `unknown-${i}` })),
      ),
    )
    expect(new Set(flood)).toEqual(new Set(['401 auth.invalid']))
    expect(issuer.asked(KEYS)).toBeLessThanOrEqual(3 + Math.floor((Date.now() - began) / 1000))
  })

  test('a flood that begins with the gate costs one fetch', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer)
    const sent = Array.from({ length: 100 }, async (_, i) =>
      ask(gate, await issuer.sign(claims(issuer), { kid: `unknown-${i}` })),
    )
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['401 auth.invalid']))
    expect(await ask(gate, await issuer.token())).toBe(200)
    expect(issuer.asked(KEYS)).toBe(1)
  })

  test('an issuer that is down at the start: refused until it is there', async () => {
    const issuer = await startIssuer({ up: false })
    const gate = await gateFor(issuer, { cache: { coolDown: '1s' } })
    const token = await issuer.sign(claims(issuer))
    expect(await ask(gate, token)).toBe('503 auth.unavailable')
    expect(await ask(gate, gate.key)).toBe(200)
    await issuer.up()
    await vi.waitFor(async () => expect(await ask(gate, token)).toBe(200), { timeout: 10_000, interval: 200 })
    expect(logged.join('')).toContain(`the keys of issuer ${issuer.issuer} cannot be had`)
  })

  test('an issuer that goes away later: its keys serve for a while', async () => {
    const issuer = await startIssuer()
    const short = await gateFor(issuer, { cache: { coolDown: '100ms', maxAge: '200ms', keep: '700ms' } })
    const long = await gateFor(issuer, { cache: { coolDown: '100ms', maxAge: '200ms', keep: '1h' } })
    const tokens = await Promise.all(
      [0, 1, 2].map((jti) => issuer.sign(claims(issuer, { jti: String(jti) }))),
    )
    expect(await ask(short, tokens[0]!)).toBe(200)
    expect(await ask(long, tokens[0]!)).toBe(200)
    await issuer.down()
    await sleep(300)
    expect(await ask(long, tokens[1]!)).toBe(200)
    await sleep(1200)
    expect(await ask(long, tokens[2]!)).toBe(200)
    expect(await ask(short, tokens[2]!)).toBe('503 auth.unavailable')
    // A key that may be a new one cannot be judged.
    expect(await ask(long, await issuer.sign(claims(issuer), { kid: 'new' }))).toBe('503 auth.unavailable')
    await issuer.up()
    await vi.waitFor(async () => expect(await ask(short, tokens[2]!)).toBe(200), { timeout: 10_000 })
  })

  test('a changed policy keeps them', async () => {
    const issuer = await startIssuer()
    const gate = await gateFor(issuer)
    expect(await ask(gate, await issuer.token())).toBe(200)
    const token = await issuer.token()
    await issuer.down()
    await gate.change(DOCUMENTS.replace('"chat"', '"changed"'))
    await vi.waitFor(
      async () => {
        await ask(gate, token)
        expect((await gate.records()).at(-1)?.boundary).toBe('changed')
      },
      { timeout: 10_000 },
    )
    expect(await ask(gate, token)).toBe(200)
  })

  test.each([
    [1_000_000, 200],
    [1024 * 1024 + 1, '503 auth.unavailable'],
  ])('a set of %i bytes', async (size, expected) => {
    const issuer = await startIssuer()
    const set = { keys: [{ ...(await issuer.publicJwk()), kid: 'key-1', alg: 'RS256' }], filler: '' }
    set.filler = 'x'.repeat(size - JSON.stringify(set).length)
    issuer.replies.set(KEYS, (_, response) => void response.end(JSON.stringify(set)))
    const gate = await gateFor(issuer)
    expect(await ask(gate, await issuer.sign(claims(issuer)))).toBe(expected)
    if (expected !== 200) expect(logged.join('')).toContain('answered more than 1048576 bytes')
  })

  test('one that answers nonsense, or never, is down', async () => {
    const issuer = await startIssuer()
    const good = await issuer.sign(claims(issuer))
    const answers: [string, string][] = [
      ['{', 'not JSON'],
      ['{"keys": 1}', 'malformed'],
      ['[]', 'malformed'],
    ]
    for (const [body, said] of answers) {
      issuer.replies.set(KEYS, (_, response) => void response.end(body))
      const gate = await gateFor(issuer)
      expect(await ask(gate, good)).toBe('503 auth.unavailable')
      expect(logged.join('')).toContain(said)
    }
    issuer.replies.set(KEYS, (_, response) => {
      response.writeHead(200)
      response.write('{"keys":[')
    })
    expect(await ask(await gateFor(issuer), good)).toBe('503 auth.unavailable')
    issuer.replies.set(KEYS, (_, response) => {
      response.writeHead(302, { location: `${issuer.issuer}/elsewhere` })
      response.end()
    })
    expect(await ask(await gateFor(issuer), good)).toBe('503 auth.unavailable')
    expect(issuer.asked('/elsewhere')).toBe(0)
  })

  test('a caller that leaves while its token is looked at leaves nothing behind', async () => {
    const issuer = await startIssuer()
    let release = () => {}
    const asked = new Promise<void>((resolve) => {
      issuer.replies.set(KEYS, async (_, response) => {
        resolve()
        await new Promise<void>((go) => {
          release = go
        })
        response.end(JSON.stringify({ keys: [{ ...(await issuer.publicJwk()), kid: 'key-1' }] }))
      })
    })
    const gate = await gateFor(issuer)
    await asked
    const left = new AbortController()
    const gone = fetch(`${gate.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await issuer.sign(claims(issuer))}` },
      body: '{}',
      signal: left.signal,
    }).catch(() => 'gone')
    await sleep(200)
    left.abort()
    expect(await gone).toBe('gone')
    await sleep(100)
    release()
    expect((await gate.records(1))[0]).toMatchObject({ ended: 'client_gone', subject: 'support-bot' })
  })
})

test('an address that failed too often: what is known passes, what is new is not looked at', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer, {}, { attempts: { failures: '2/h' } })
  const known = await issuer.token()
  const bad = await issuer.sign(claims(issuer, { aud: 'else' }))
  expect(await ask(gate, known)).toBe(200)
  expect(await ask(gate, bad)).toBe('401 auth.invalid')
  expect(await ask(gate, bad)).toBe('401 auth.invalid')
  expect(await ask(gate, bad)).toBe('429 auth.throttled')
  expect(await ask(gate, await issuer.token())).toBe('429 auth.throttled')
  expect(await ask(gate, known)).toBe(200)
  expect(await ask(gate, gate.key)).toBe(200)
})

describe('where the keys are', () => {
  const metadata = (issuer: TestIssuer, path: string, body: object) =>
    issuer.replies.set(path, (_, response) => void response.end(JSON.stringify(body)))
  const OIDC = '/.well-known/openid-configuration'

  test('is said by RFC 8414 where OpenID’s is missing', async () => {
    const issuer = await startIssuer()
    issuer.replies.set(OIDC, (_, response) => void response.writeHead(404).end())
    metadata(issuer, '/.well-known/oauth-authorization-server', {
      issuer: issuer.issuer,
      jwks_uri: `${issuer.issuer}${KEYS}`,
    })
    expect(await ask(await gateFor(issuer), await issuer.token())).toBe(200)
  })

  test('is said by the policy', async () => {
    const issuer = await startIssuer()
    expect(await ask(await gateFor(issuer, { jwks: `${issuer.issuer}${KEYS}` }), await issuer.token())).toBe(
      200,
    )
    expect(issuer.asked(OIDC)).toBe(0)
  })

  test('is not believed of one that calls itself by another name', async () => {
    const issuer = await startIssuer()
    metadata(issuer, OIDC, { issuer: 'https://else.example', jwks_uri: `${issuer.issuer}${KEYS}` })
    expect(await ask(await gateFor(issuer), await issuer.token())).toBe('503 auth.unavailable')
    expect(logged.join('')).toContain('by another name')
  })
})
