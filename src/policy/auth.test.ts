import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildPolicy } from './build.ts'
import { showProblem } from './problem.ts'

/** A Gate whose `spec` is this, which begins in line 5. */
async function load(spec: string, more = '') {
  const lines = spec.split('\n').map((line) => `  ${line}`)
  const source = `apiVersion: sallyport.dev/v1\nkind: Gate\nmetadata: { name: gate }\nspec:\n${lines.join('\n')}\n${more}`
  const loaded = await buildPolicy(
    { dir: 'DIR', files: [{ file: 'g.yaml', source }], problems: [], digest: '' },
    {
      modules: [],
      ports: {
        secret(ref) {
          if ('env' in ref && ref.env === 'SET') return 'a secret'
          throw new Error('not set')
        },
      },
      paths: [],
      packageVersion: '1.0.0',
    },
  )
  return 'errors' in loaded
    ? { errors: loaded.errors.map(showProblem) }
    : { gate: loaded.policy.gate, warnings: loaded.warnings.map(showProblem) }
}
const ISSUER = 'issuer: https://login.example/, audience: sallyport, algorithms: [RS256]'
const issuer = (rest: string) => `auth:\n  issuers:\n    - { ${rest} }`
const CONSUMER = `---
apiVersion: sallyport.dev/v1
kind: Consumer
metadata: { name: c }
spec: { tenant: t, keys: [{ sha256: "${'ab'.repeat(32)}" }] }
`

describe('what is good', () => {
  test('an issuer', async () => {
    const { gate } = await load(issuer(`${ISSUER}, claims: { tenant: org, roles: realm_access.roles }`))
    expect(gate?.auth).toEqual({
      keys: true,
      attempts: { failures: { points: 20, window: 60_000 } },
      issuers: [
        {
          // With the slash: it is compared letter by letter.
          issuer: 'https://login.example/',
          audience: ['sallyport'],
          algorithms: ['RS256'],
          claims: { subject: 'sub', tenant: 'org', roles: 'realm_access.roles' },
          roles: [],
          require: {},
          clockTolerance: 30_000,
          cache: { maxAge: 600_000, coolDown: 30_000, keep: 3_600_000 },
        },
      ],
    })
  })

  test('Kubernetes', async () => {
    const said = async (rest: string) =>
      (await load(issuer(`issuer: https://k8s.example, preset: kubernetes, audience: [a, b]${rest}`))).gate
        ?.auth.issuers[0]
    expect(await said('')).toMatchObject({
      preset: 'kubernetes',
      audience: ['a', 'b'],
      algorithms: ['RS256'],
      claims: { tenant: '["kubernetes.io"].namespace' },
    })
    expect(await said(', tenant: acme')).toMatchObject({ tenant: 'acme', claims: {} })
  })

  test('the rest', async () => {
    const { gate, warnings } = await load(
      'auth:\n  keys: false\n  issuers:\n    - { issuer: https://login.example, tenant: acme, introspection: { url: https://login.example/ask, client: { id: gate, secret: { env: SET } } } }\n' +
        '  certificates: { subject: spiffe, trustDomain: acme.example, path: "/ns/{tenant}/sa/*" }\n' +
        '  forwarded: { from: [10.0.0.0/8, 192.0.2.7, "fd00::/8"] }\ntls: { cert: tls.crt, key: tls.key, ca: ca.crt, clients: required }',
    )
    expect(warnings).toEqual([])
    expect(gate).toMatchObject({
      auth: { keys: false, certificates: { roles: [] }, issuers: [{ introspection: { cache: 30_000 } }] },
      tls: { cert: 'tls.crt', key: 'tls.key', ca: 'ca.crt', clients: 'required' },
    })
  })
})

describe('what is wrong', () => {
  test.each<[string, string, string]>([
    ['nobody could call', 'auth: { keys: false }', 'takes neither keys, tokens nor certificates'],
    ['no tenant', issuer(ISSUER), '"tenant" is missing: write the tenant of all its callers'],
    ['two tenants', issuer(`${ISSUER}, tenant: a, claims: { tenant: b }`), 'stands beside "claims.tenant"'],
    ['every tenant', issuer(`${ISSUER}, tenant: "*"`), '"tenant" must be 1 to 128 letters'],
    [
      'no audience',
      issuer('issuer: https://a.example, algorithms: [RS256], tenant: a'),
      'would open this gate',
    ],
    [
      'an empty audience',
      issuer('issuer: https://a.example, algorithms: [RS256], tenant: a, audience: []'),
      '"audience"',
    ],
    ['no algorithms', issuer('issuer: https://a.example, audience: a, tenant: a'), 'such as [RS256]'],
    [
      'none',
      issuer('issuer: https://a.example, audience: a, tenant: a, algorithms: [none]'),
      'must be an algorithm with a public key',
    ],
    [
      'symmetric',
      issuer('issuer: https://a.example, audience: a, tenant: a, algorithms: [RS256, HS256]'),
      'must be an algorithm with a public key',
    ],
    [
      'no address',
      issuer(`issuer: login, audience: a, tenant: a, algorithms: [RS256]`),
      'must be the issuer as its tokens say it',
    ],
    [
      'a user in an address',
      issuer(`${ISSUER}, tenant: a, jwks: "https://u:p@a.example/"`),
      '"jwks" must be an http or https address',
    ],
    ['no way to a claim', issuer(`${ISSUER}, claims: { tenant: "a..b" }`), 'must be the way to a claim'],
    [
      'no way to a required claim',
      issuer(`${ISSUER}, tenant: a, require: { "a b": x }`),
      'cannot be the name',
    ],
    [
      'a secret in the open',
      issuer(
        'issuer: https://a.example, tenant: a, introspection: { url: https://a.example, client: { id: a, secret: hunter2 } }',
      ),
      'never what it is',
    ],
    ['clocks far apart', issuer(`${ISSUER}, tenant: a, clockTolerance: 1h`), 'must be at most 10m'],
    ['another preset', issuer(`${ISSUER}, tenant: a, preset: auth0`), 'must be kubernetes'],
    [
      'one twice',
      `auth:\n  issuers:\n    - { ${ISSUER}, tenant: a }\n    - { ${ISSUER}, tenant: b }`,
      'g.yaml:8:19: "issuer" stands here twice',
    ],
    ['certificates of nobody', 'auth: { certificates: { subject: cn, tenant: a } }', 'are shown by nobody'],
    [
      'a certificate without a tenant',
      'auth: { certificates: { subject: spiffe, trustDomain: a.example } }',
      'is missing: write the tenant',
    ],
    [
      'a certificate with two',
      'auth: { certificates: { subject: spiffe, trustDomain: a.example, tenant: a, path: "/{tenant}" } }',
      'keep one of them',
    ],
    [
      'a path with two',
      'auth: { certificates: { subject: spiffe, trustDomain: a.example, path: "/{tenant}/{tenant}" } }',
      '"path" must be the path of a SPIFFE id',
    ],
    ['no trust domain', 'auth: { certificates: { subject: spiffe, tenant: a } }', '"trustDomain" is missing'],
    [
      'forwarded of nothing',
      'auth: { forwarded: { from: [10.0.0.0/8] } }',
      'no meaning without "certificates"',
    ],
    [
      'no range',
      'auth: { certificates: { subject: cn, tenant: a }, forwarded: { from: [10.0.0.0/33] } }',
      'must be an address or a range',
    ],
    [
      'a name for a range',
      'auth: { certificates: { subject: cn, tenant: a }, forwarded: { from: [proxy.example] } }',
      'must be an address or a range',
    ],
    ['half of tls', 'tls: { cert: a }', '"key" is missing'],
  ])('%s', async (_, spec, message) => {
    const { errors } = await load(spec)
    expect(errors?.join('\n')).toContain(message)
    expect(errors?.join('\n')).not.toContain('hunter2')
  })
})

test.each<[string, string, string]>([
  [
    'keys in the clear',
    issuer('issuer: http://login.example, audience: a, tenant: a, algorithms: [RS256]'),
    'be anybody',
  ],
  [
    'another place of keys in the clear',
    issuer(`${ISSUER}, tenant: a, jwks: "http://login.example/keys"`),
    'be anybody',
  ],
  [
    'introspection in the clear',
    issuer(
      'issuer: https://a.example, tenant: a, introspection: { url: "http://a.example", client: { id: a, secret: { env: SET } } }',
    ),
    'carries tokens and the secret',
  ],
  [
    'a secret that is not there',
    issuer(
      'issuer: https://a.example, tenant: a, introspection: { url: "https://a.example", client: { id: a, secret: { env: UNSET } } }',
    ),
    'UNSET is not set here',
  ],
  ['certificates that nobody needs', 'tls: { cert: a, key: b, ca: c }', 'asked for and not needed'],
  [
    'everybody a proxy',
    'auth: { certificates: { subject: cn, tenant: a }, forwarded: { from: [0.0.0.0/0] } }',
    'name the proxies',
  ],
  [
    'consumers without keys',
    `auth:\n  keys: false\n  issuers: [{ ${ISSUER}, tenant: a }]`,
    'all Consumer documents will be refused',
  ],
])('seldom meant: %s', async (_, spec, message) => {
  const { warnings } = await load(spec, CONSUMER)
  expect(warnings?.join('\n')).toContain(message)
})

test('on this machine, http is no danger', async () => {
  const { warnings } = await load(
    issuer('issuer: "http://127.0.0.1:9000", audience: a, tenant: a, algorithms: [RS256]'),
  )
  expect(warnings).toEqual([])
})

test('the examples of docs/identity.md are good', async () => {
  const page = readFileSync(new URL('../../docs/identity.md', import.meta.url), 'utf8')
  const examples = [...page.matchAll(/^```yaml\n([^`]+)\n```$/gm)].map(([, text]) => text!)
  expect(examples.length).toBe(7)
  for (const example of examples) {
    const { errors, warnings } = await load(example)
    expect({ example, errors, warnings }).toEqual({ example, errors: undefined, warnings: [] })
  }
})
