import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { call, document, startGate, stopAll, type TestGate } from '../gate.ts'
import { CLIENT, claims, OPAQUE_FOR, startIssuer, type TestIssuer } from './issuer.ts'

const ASK = '/token/introspection'
const logged: string[] = []
const env = { CLIENT_SECRET: CLIENT.secret }

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

const gateFor = (issuer: TestIssuer, more: object = {}, introspection: object = {}) =>
  startGate({
    documents:
      document('Upstream', 'loopback', { protocol: 'loopback' }) +
      document('Boundary', 'chat', { upstreams: [{ name: 'loopback' }] }),
    gate: {
      auth: {
        attempts: { failures: '1000/s' },
        issuers: [
          {
            issuer: issuer.issuer,
            audience: 'sallyport',
            claims: { subject: 'client_id' },
            tenant: 'acme',
            introspection: {
              url: `${issuer.issuer}${ASK}`,
              client: { id: CLIENT.id, secret: { env: 'CLIENT_SECRET' } },
              ...introspection,
            },
            ...more,
          },
        ],
      },
    },
    env,
  })
const ask = async (gate: TestGate, token: string) => {
  const { status, text } = await call(`${gate.url}/v1/models`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return status === 200 ? status : `${status} ${JSON.parse(text).error.code}`
}
const says = (issuer: TestIssuer, body: object) =>
  issuer.replies.set(ASK, (_, response) => void response.end(JSON.stringify(body)))

test('an opaque token of a real issuer, asked for once', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer)
  const token = await issuer.token({ resource: OPAQUE_FOR })
  expect(token).not.toContain('.')
  const all = await Promise.all(Array.from({ length: 20 }, () => ask(gate, token)))
  expect(new Set(all)).toEqual(new Set([200]))
  expect(issuer.asked(ASK)).toBe(1)
  expect((await gate.records(20))[0]).toMatchObject({
    subject: 'support-bot',
    tenant: 'acme',
    credentials: ['token'],
  })
  expect(await gate.recordText()).not.toContain(token)
  // It has no keys to be asked for.
  expect(issuer.asked('/jwks')).toBe(0)
})

test('one that is not active, asked for once', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer)
  expect(await ask(gate, 'made-up')).toBe('401 auth.invalid')
  expect(await ask(gate, 'made-up')).toBe('401 auth.invalid')
  expect(issuer.asked(ASK)).toBe(1)
  // A key that nobody holds is told to nobody.
  expect(await ask(gate, `sp_${'A'.repeat(43)}`)).toBe('401 auth.invalid')
  expect(issuer.asked(ASK)).toBe(1)
})

test('one for another audience', async () => {
  const issuer = await startIssuer()
  says(issuer, { active: true, client_id: 'a', aud: 'another-service' })
  expect(await ask(await gateFor(issuer), 'token')).toBe('401 auth.invalid')
})

test('JWTs of an issuer with keys are not asked for', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer, { algorithms: ['RS256'] })
  expect(await ask(gate, await issuer.token())).toBe(200)
  expect(issuer.asked(ASK)).toBe(0)
  expect(await ask(gate, await issuer.token({ resource: OPAQUE_FOR }))).toBe(200)
  expect(issuer.asked(ASK)).toBe(1)
  expect(await ask(gate, await issuer.sign(claims(issuer, { iss: 'https://else.example' })))).toBe(
    '401 auth.invalid',
  )
  expect(issuer.asked(ASK)).toBe(1)
})

test('what is said of a token is looked at', async () => {
  const issuer = await startIssuer()
  const now = Math.floor(Date.now() / 1000)
  const good = { active: true, client_id: 'a', aud: 'sallyport' }
  const cases: [object, string | number][] = [
    [good, 200],
    [{ ...good, aud: ['x', 'sallyport'], exp: now + 60, token_type: 'Bearer', iss: issuer.issuer }, 200],
    [{ ...good, active: 'true' }, '401 auth.invalid'],
    [{ ...good, aud: undefined }, '401 auth.invalid'],
    [{ ...good, exp: now - 60 }, '401 auth.expired'],
    [{ ...good, exp: '9999999999' }, '401 auth.invalid'],
    [{ ...good, nbf: now + 60 }, '401 auth.invalid'],
    [{ ...good, iss: 'https://else.example' }, '401 auth.invalid'],
    [{ ...good, token_type: 'refresh_token' }, '401 auth.invalid'],
    [{ ...good, cnf: { jkt: 'x' } }, '401 auth.invalid'],
    [{ ...good, client_id: undefined }, '401 auth.invalid'],
    [[], '503 auth.unavailable'],
  ]
  const gate = await gateFor(issuer)
  const found: unknown[] = []
  for (const [index, [body]] of cases.entries()) {
    says(issuer, body)
    found.push([body, await ask(gate, `token-${index}`)])
  }
  expect(found).toEqual(cases)
})

test('an answer is believed for `cache`, and never past the end of the token', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer, { clockTolerance: '0s' }, { cache: '1h' })
  says(issuer, { active: true, client_id: 'a', aud: 'sallyport', exp: Date.now() / 1000 + 1 })
  expect(await ask(gate, 'token')).toBe(200)
  says(issuer, { active: false })
  expect(await ask(gate, 'token')).toBe(200)
  await sleep(1200)
  expect(await ask(gate, 'token')).toBe('401 auth.invalid')
})

test('an issuer that is away, or does not know this gate', async () => {
  const issuer = await startIssuer()
  const gate = await gateFor(issuer, {}, { client: { id: CLIENT.id, secret: { env: 'NOT_SET' } } })
  expect(await ask(gate, 'a')).toBe('503 auth.unavailable')
  expect(logged.join('')).toContain('NOT_SET is not set')
  const wrong = await gateFor(issuer, {}, { client: { id: 'nobody', secret: { env: 'CLIENT_SECRET' } } })
  expect(await ask(wrong, 'a')).toBe('503 auth.unavailable')
  expect(logged.join('')).toContain('answered 401')
  const good = await gateFor(issuer)
  await issuer.down()
  expect(await ask(good, 'a')).toBe('503 auth.unavailable')
  expect(await ask(good, good.key)).toBe(200)
  await issuer.up()
  expect(await ask(good, await issuer.token({ resource: OPAQUE_FOR }))).toBe(200)
  expect(logged.join('')).not.toContain(CLIENT.secret)
})

test('a flood of made-up tokens does not become one at the issuer', async () => {
  const issuer = await startIssuer()
  let open = 0
  let most = 0
  issuer.replies.set(ASK, async (_, response) => {
    most = Math.max(most, ++open)
    await sleep(50)
    open--
    response.end('{"active":false}')
  })
  const gate = await gateFor(issuer)
  const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => ask(gate, `made-up-${i}`)))
  expect(most).toBeLessThanOrEqual(64)
  expect(new Set(answers)).toEqual(new Set(['401 auth.invalid', '503 auth.unavailable']))
})
