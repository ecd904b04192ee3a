import { isIP } from 'node:net'
import { z } from 'zod'
import { claimPath } from '../core/claims.ts'
import { duration, period, rate, word, worded } from './scalars.ts'

const MAX_ISSUERS = 32
const MAX_LIST = 100

/** A word, or several, as a list. */
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z
    .union([item, z.array(item).min(1).max(MAX_LIST)])
    .transform((value): z.output<T>[] => (Array.isArray(value) ? (value as z.output<T>[]) : [value]))

const file = z.string().min(1).max(4096)

const ISSUER =
  'must be the issuer as its tokens say it in "iss", an http or https address such as https://login.example.com/'
/** Compared letter by letter, so that a slash at its end counts. */
const issuer = z
  .string({ error: worded(ISSUER) })
  .max(1024, { error: ISSUER })
  .refine((text) => isPlainUrl(text) && !text.includes('?'), { error: ISSUER })

const URL_FORM = 'must be an http or https address without user or #, such as https://login.example.com/keys'
const url = z
  .string({ error: worded(URL_FORM) })
  .max(2048, { error: URL_FORM })
  .refine(isPlainUrl, { error: URL_FORM })

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text) || /[#\s\\]/.test(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

const CLAIM =
  'must be the way to a claim: write org, realm_access.roles, groups[0], teams[].name, https://acme.example/tenant or ["kubernetes.io"].namespace'
const claim = z
  .string({ error: worded(CLAIM) })
  .refine((text) => claimPath(text) !== undefined, { error: CLAIM })

const ALGORITHM =
  'must be an algorithm with a public key: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA'
const algorithm = z.enum(
  ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
  { error: worded(ALGORITHM) },
)

const SECRET =
  'must say where the secret is, never what it is: write { env: CLIENT_SECRET } or { file: /run/secrets/client }'
const secret = z.union(
  [
    z.strictObject({
      env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
        error: 'must be the name of an environment variable, such as CLIENT_SECRET',
      }),
    }),
    z.strictObject({ file }),
  ],
  { error: worded(SECRET) },
)

const AUDIENCE = 'must be what its tokens say in "aud" of this gate: write a text or a list of texts'
const audience = z
  .string({ error: worded(AUDIENCE) })
  .min(1)
  .max(1024)
const scalar = z.union([z.string().max(1024), z.number(), z.boolean()], {
  error: worded('must be a text, a number, true or false, or a list of these'),
})

const issuerSpec = z
  .strictObject({
    issuer,
    preset: z
      .literal('kubernetes', { error: worded('must be kubernetes; leave it out otherwise') })
      .exactOptional(),
    audience: oneOrMore(audience).exactOptional(),
    algorithms: z.array(algorithm).min(1).exactOptional(),
    claims: z
      .strictObject({
        subject: claim.exactOptional(),
        tenant: claim.exactOptional(),
        roles: claim.exactOptional(),
      })
      .prefault({}),
    tenant: word.exactOptional(),
    roles: z.array(word).max(MAX_LIST).default([]),
    require: z.record(claim, oneOrMore(scalar)).default({}),
    jwks: url.exactOptional(),
    token: secret.exactOptional(),
    ca: file.exactOptional(),
    clockTolerance: duration
      .refine((ms) => ms <= 600_000, { error: 'must be at most 10m: set the clocks instead' })
      .prefault('30s'),
    cache: z
      .strictObject({
        maxAge: period.prefault('10m'),
        coolDown: period.prefault('30s'),
        keep: duration.prefault('1h'),
      })
      .prefault({}),
    introspection: z
      .strictObject({
        url,
        client: z.strictObject({ id: z.string().min(1).max(256), secret }),
        cache: duration
          .refine((ms) => ms <= 3_600_000, {
            error: 'must be at most 1h: a token that was revoked passes so long',
          })
          .prefault('30s'),
      })
      .exactOptional(),
  })
  .superRefine((spec, context) => {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message })
    const { preset, claims } = spec
    const jwt = spec.algorithms !== undefined || preset !== undefined
    if (!jwt && spec.introspection === undefined)
      complain('algorithms', 'is missing: write those that the issuer signs with, such as [RS256]')
    if (jwt && spec.audience === undefined)
      complain('audience', 'is missing: without it, a token for any other service would open this gate')
    if (!jwt && spec.jwks !== undefined)
      complain(
        'jwks',
        'has no meaning without "algorithms": write those that the issuer signs with, or leave it out',
      )
    if (claims.tenant !== undefined && spec.tenant !== undefined)
      complain('tenant', 'stands beside "claims.tenant": keep one of them')
    if (claims.tenant === undefined && spec.tenant === undefined && preset === undefined)
      complain(
        'tenant',
        'is missing: write the tenant of all its callers, or the claim that says it in "claims.tenant"',
      )
    if (preset !== undefined && spec.introspection !== undefined)
      complain('introspection', 'cannot stand beside "preset: kubernetes": leave it out')
  })
  .transform(({ preset, claims, algorithms, tenant, ...spec }) => {
    const kubernetes = preset === 'kubernetes'
    const tenantClaim = claims.tenant ?? (kubernetes && tenant === undefined ? NAMESPACE : undefined)
    return {
      ...spec,
      ...(kubernetes ? { preset: 'kubernetes' as const } : {}),
      ...(algorithms === undefined && !kubernetes ? {} : { algorithms: algorithms ?? ['RS256' as const] }),
      ...(tenant === undefined ? {} : { tenant }),
      claims: {
        // Of a service account, the subject is made of two claims.
        ...(claims.subject === undefined && kubernetes ? {} : { subject: claims.subject ?? 'sub' }),
        ...(tenantClaim === undefined ? {} : { tenant: tenantClaim }),
        ...(claims.roles === undefined ? {} : { roles: claims.roles }),
      },
    }
  })
const NAMESPACE = '["kubernetes.io"].namespace'

const TRUST_DOMAIN = 'must be a SPIFFE trust domain in small letters, such as acme.example'
const ID_PATH =
  'must be the path of a SPIFFE id, each step of it a text, "*" for any, or {tenant} once: write "/ns/{tenant}/sa/*"'
const certificatesSpec = z.discriminatedUnion('subject', [
  z.strictObject({ subject: z.literal('cn'), tenant: word, roles: z.array(word).max(MAX_LIST).default([]) }),
  z
    .strictObject({
      subject: z.literal('spiffe'),
      trustDomain: z
        .string({ error: worded(TRUST_DOMAIN) })
        .regex(/^[a-z0-9._-]{1,255}$/, { error: TRUST_DOMAIN }),
      path: z
        .string({ error: worded(ID_PATH) })
        .max(1024)
        .regex(/^(?:\/(?:[A-Za-z0-9._-]+|\*|\{tenant\}))+$/, { error: ID_PATH })
        .refine((path) => path.split('{tenant}').length <= 2, { error: ID_PATH })
        .exactOptional(),
      tenant: word.exactOptional(),
      roles: z.array(word).max(MAX_LIST).default([]),
    })
    .superRefine(({ path, tenant }, context) => {
      if ((tenant === undefined) === (path?.includes('{tenant}') !== true))
        context.addIssue({
          code: 'custom',
          path: ['tenant'],
          message:
            tenant === undefined
              ? 'is missing: write the tenant of all callers, or say where it stands with path: "/ns/{tenant}/sa/*"'
              : 'stands beside {tenant} in "path": keep one of them',
        })
    }),
])

const RANGE = 'must be an address or a range of addresses, such as 10.0.0.0/8, 192.0.2.7 or fd00::/8'
const range = z.string({ error: worded(RANGE) }).refine(
  (text) => {
    const [address = '', bits, more] = text.split('/')
    const family = isIP(address)
    if (family === 0 || more !== undefined || address.includes('%')) return false
    return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  },
  { error: RANGE },
)

/** Who may call, by what. */
export const authSpec = z
  .strictObject({
    keys: z.boolean().default(true),
    attempts: z.strictObject({ failures: rate.prefault('20/min') }).prefault({}),
    issuers: z.array(issuerSpec).max(MAX_ISSUERS).default([]),
    certificates: certificatesSpec.exactOptional(),
    forwarded: z.strictObject({ from: z.array(range).min(1).max(MAX_LIST) }).exactOptional(),
  })
  .superRefine(({ keys, issuers, certificates, forwarded }, context) => {
    const complain = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    if (!keys && issuers.length === 0 && certificates === undefined)
      complain(
        ['keys'],
        'must be true: nobody could call a gate that takes neither keys, tokens nor certificates',
      )
    if (forwarded !== undefined && certificates === undefined)
      complain(
        ['forwarded'],
        'has no meaning without "certificates": write what a certificate says of its caller',
      )
    const seen = new Set<string>()
    for (const [index, spec] of issuers.entries()) {
      if (seen.has(spec.issuer)) complain(['issuers', index, 'issuer'], 'stands here twice: keep one')
      seen.add(spec.issuer)
    }
    const asking = issuers.flatMap(({ introspection }, index) => (introspection === undefined ? [] : [index]))
    if (asking.length > 1)
      complain(
        ['issuers', asking[1]!, 'introspection'],
        'stands at a second issuer: nothing tells whose a token is that says nothing; keep one',
      )
  })

/** The certificate that the gate shows, and whose certificates it takes from callers. */
export const tlsSpec = z.strictObject({
  cert: file,
  key: file,
  ca: file.exactOptional(),
  clients: z.enum(['optional', 'required']).default('optional'),
})
