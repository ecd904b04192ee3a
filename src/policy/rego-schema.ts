import { z } from 'zod'
import { baseUrl, period, secret, size, url, worded } from './scalars.ts'

// What documents say of Rego: where it comes from, who may ask it, and where its decisions are written down.

const MAX_LIST = 1000
const MODULE = 'must be the name of a file of Rego, such as limits.rego'
const RULE = 'must be the name of a package or rule, such as acme or acme.allow'
const rule = z
  .string({ error: worded(RULE) })
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*){0,15}$/, { error: RULE })
const FILE = 'must be the path of a PEM file, such as /etc/sallyport/ca.pem'
const ca = z.string({ error: worded(FILE) }).min(1, { error: FILE })
const key = secret(
  'must say where the key is, never what it is: write key: { env: OPA_TOKEN } or key: { file: /run/secrets/token }',
)
const place = {
  url: url.exactOptional(),
  file: z.string().min(1).exactOptional(),
  key: key.exactOptional(),
  tls: z.strictObject({ ca }).exactOptional(),
}
/** One of both, and what is for an address with it alone. */
const placed = (
  issue: z.core.ParsePayload<{ url?: string; file?: string; key?: unknown; tls?: unknown }>,
) => {
  const { value, issues } = issue
  const complain = (message: string, path: string[] = []) =>
    void issues.push({ code: 'custom', input: value, path, message })
  if ((value.url === undefined) === (value.file === undefined)) complain('must have one of "url" and "file"')
  if (value.url !== undefined) {
    if (value.tls !== undefined && !value.url.startsWith('https:'))
      complain('"tls" is for an address with https: write https in "url"', ['tls'])
    return
  }
  for (const field of ['key', 'tls'] as const)
    if (value[field] !== undefined) complain(`"${field}" is for "url" alone: leave it out`, [field])
}
const sourceSpec = z.strictObject({ path: rule, ...place, poll: period.prefault('30s') }).check(placed)
const ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const
const bundleSpec = z
  .strictObject({
    ...place,
    poll: z
      .strictObject({ min: period.prefault('60s'), max: period.prefault('120s') })
      .refine(({ min, max }) => min <= max, { error: '"min" must be at most "max"' })
      .prefault({}),
    longPoll: z.int().min(1).max(600).exactOptional(),
    verify: z
      .strictObject({
        keys: z
          .array(z.strictObject({ id: z.string().min(1).max(256), algorithm: z.enum(ALGORITHMS), key }))
          .min(1)
          .max(16),
        scope: z.string().min(1).max(256).exactOptional(),
      })
      .exactOptional(),
  })
  .check(placed)
export const policySpec = z.strictObject({
  sources: z.array(sourceSpec).max(MAX_LIST).default([]),
  bundle: bundleSpec.exactOptional(),
  modules: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.rego$/, { error: MODULE }), z.string())
    .default({}),
  data: z.record(z.string(), z.unknown()).default({}),
})
export type PolicySpec = z.output<typeof policySpec>

const POINTER = 'must be a place in what is logged, such as /input/caller/claims or /result/deny'
const pointer = z
  .string({ error: worded(POINTER) })
  .regex(/^\/(?:input|result)(?:\/[^/]{1,256}){0,32}$/, { error: POINTER })
const decisions = z
  .strictObject({
    record: z.boolean().default(false),
    url: baseUrl.exactOptional(),
    key: key.exactOptional(),
    tls: z.strictObject({ ca }).exactOptional(),
    mask: z
      .array(
        z.union([
          pointer,
          z.strictObject({ op: z.literal('remove'), path: pointer }),
          z.strictObject({ op: z.literal('upsert'), path: pointer, value: z.json() }),
        ]),
      )
      .max(MAX_LIST)
      .default([]),
    labels: z.record(z.string().min(1).max(128), z.string().max(1024)).default({}),
    buffer: size.prefault('8MiB'),
    every: period.prefault('5s'),
  })
  .prefault({})

export const regoSpec = z
  .strictObject({ workers: z.int().min(1).max(16).default(1), memory: size.prefault('512MiB'), decisions })
  .prefault({})

export const dataSpec = z
  .strictObject({
    expose: z.array(rule).max(MAX_LIST).default([]),
    deadline: period
      .refine((ms) => ms <= 10_000, { error: 'must be at most 10s: write 100ms' })
      .prefault('100ms'),
  })
  .prefault({})
