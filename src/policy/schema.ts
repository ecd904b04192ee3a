import { z } from 'zod'
import { authSpec, tlsSpec } from './auth.ts'
import { redisSchema } from './redis.ts'
import { dataSpec, policySpec, regoSpec } from './rego-schema.ts'
import { address, baseUrl, duration, model, name, period, size, word, worded } from './scalars.ts'

const MAX_LIST = 1000

const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_LIST)
const action = z.enum(['allow', 'flag', 'transform', 'block'])

/** One `use:` line of a stage. What `with` and `actions` may hold is up to the guard. */
export const useSchema = z.strictObject({
  use: z.string(),
  with: z.record(z.string(), z.unknown()).default({}),
  actions: z.record(z.string(), action).default({}),
  origins: z
    .array(z.enum(['system', 'user', 'retrieved', 'tool', 'model']))
    .min(1)
    .exactOptional(),
  timeout: period.prefault('1s'),
  enforce: z.enum(['block', 'shadow']).default('block'),
})
export type Use = z.output<typeof useSchema>

export const routeSchema = z.strictObject({
  name,
  weight: z.int().min(1).max(1000).default(1),
  order: z.int().min(1).max(100).default(1),
})

export const matchSchema = z.strictObject({
  paths: list(z.string()).min(1).default(['*']),
  tenants: list(
    z.union([z.literal('*'), word], { error: worded('must be a tenant, or "*" in quotes for all') }),
  )
    .min(1)
    .default(['*']),
  models: list(model).min(1).default(['*']),
})

const boundarySpec = z.strictObject({
  match: matchSchema.prefault({}),
  require: z.strictObject({ roles: list(word).default([]) }).prefault({}),
  upstreams: list(routeSchema),
  retries: z
    .strictObject({
      attempts: z.int().min(0).max(5).default(2),
      budget: z.number().min(0).max(1).default(0.2),
      backoff: period
        .refine((ms) => ms <= 10_000, { error: 'must be at most 10s: write 100ms or 1s' })
        .prefault('100ms'),
    })
    .prefault({}),
  origins: z
    .array(
      z.strictObject({
        between: z.tuple([z.string().min(1).max(256), z.string().min(1).max(256)], {
          error: worded('must be two marks: write ["<documents>", "</documents>"]'),
        }),
        origin: z.enum(['retrieved', 'tool']),
      }),
    )
    .max(16)
    .default([]),
  enforce: z.enum(['block', 'shadow']).default('block'),
  restore: z.array(z.enum(['text', 'tool_call'])).default(['text']),
  canary: z.boolean().default(false),
  admit: z.array(useSchema).default([]),
  input: z.array(useSchema).default([]),
  context: z.array(useSchema).default([]),
  policy: z.array(useSchema).default([]),
  output: z.array(useSchema).default([]),
  tool: z.array(useSchema).default([]),
})
/** The stages that a boundary lists guards and checkpoints for, in their order. */
export const STAGES = ['admit', 'input', 'context', 'policy', 'output', 'tool'] as const

const cost = z.number().min(0).max(1_000_000)
const models = z
  .array(
    z.strictObject({
      name: model,
      as: model
        .refine((as) => as !== '*', { error: 'must be the name by which the upstream knows the model' })
        .exactOptional(),
      contextTokens: z.int().min(1).exactOptional(),
      price: z.strictObject({ input: cost, output: cost, cachedInput: cost.exactOptional() }).exactOptional(),
    }),
  )
  .min(1)
  .max(MAX_LIST)
  .default([{ name: '*' }])

const KEY =
  'must say where the key is, never what it is: write key: { env: OPENAI_API_KEY } or key: { file: /run/secrets/key }'
const variable = z.string({ error: worded(KEY) }).regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
  error: 'must be the name of an environment variable, such as OPENAI_API_KEY',
})
const key = z.union(
  [
    z.strictObject({ env: variable, optional: z.literal(true).exactOptional() }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ files: z.array(z.string().min(1)).min(1).max(16) }),
  ],
  {
    error: (issue) =>
      typeof issue.input === 'object' && issue.input !== null ? undefined : worded(KEY)(issue),
  },
)

const HEADER = 'must be the name of a header that carries a key, such as authorization or api-key'
/** Headers that frame or route the call: a key there would break it or be readable on the way. */
const FRAMING =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|accept.*|cookie|keep-alive|proxy-.*|x-forwarded-.*)$/
const auth = (standard: 'authorization' | 'x-api-key') =>
  z
    .strictObject({
      header: z
        .string({ error: worded(HEADER) })
        .toLowerCase()
        .regex(/^[a-z0-9-]{1,64}$/, { error: HEADER })
        .refine((header) => !FRAMING.test(header), { error: HEADER })
        .default(standard),
      scheme: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,32}$/, { error: 'must be a word, such as Bearer; leave it out for none' })
        .exactOptional(),
    })
    .prefault({})
    .transform(({ header, scheme }): { header: string; scheme?: string } => {
      const before = scheme ?? (header === 'authorization' ? 'Bearer' : undefined)
      return before === undefined ? { header } : { header, scheme: before }
    })

const FILE = 'must be the path of a PEM file, such as /etc/sallyport/ca.pem'
const file = z.string({ error: worded(FILE) }).min(1, { error: FILE })
const tls = z
  .strictObject({
    ca: file.exactOptional(),
    cert: file.exactOptional(),
    key: file.exactOptional(),
    serverName: z
      .string()
      .regex(/^(?=.{1,253}$)(?![0-9.]+$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,126}$/, {
        error: 'must be the name of a host, such as models.internal',
      })
      .exactOptional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: '"cert" and "key" belong together: write both, or neither',
  })

const http = <P extends string>(protocol: P, keyHeader: Parameters<typeof auth>[0]) =>
  z.strictObject({
    protocol: z.literal(protocol),
    baseUrl,
    key: key.exactOptional(),
    auth: auth(keyHeader),
    query: z.record(z.string().min(1).max(128), z.string().max(1024)).default({}),
    tls: tls.exactOptional(),
    models,
    timeouts: z
      .strictObject({
        connect: period.prefault('2s'),
        firstByte: period.prefault('60s'),
        idle: period.prefault('30s'),
        total: period.prefault('10m'),
      })
      .prefault({}),
  })

const upstreamSpec = z.discriminatedUnion('protocol', [
  http('openai', 'authorization'),
  http('anthropic', 'x-api-key'),
  z.strictObject({ protocol: z.literal('loopback'), pace: duration.prefault('0s'), models }),
])

const HASH = 'must be the SHA-256 of a key as 64 hexadecimal digits: make one with "sallyport keys create"'
const EXPIRES = 'must be a time with its zone, in quotes: write "2030-01-01T00:00:00Z"'
const consumerSpec = z.strictObject({
  tenant: word,
  roles: list(word).default([]),
  keys: list(
    z.strictObject({
      sha256: z
        .string({ error: worded(HASH) })
        .toLowerCase()
        .regex(/^[0-9a-f]{64}$/, { error: HASH }),
      expires: z.iso.datetime({ offset: true, error: worded(EXPIRES) }).exactOptional(),
    }),
  ).min(1),
  boundaries: list(
    z.union([z.literal('*'), name], {
      error: worded('must be the name of a boundary, or "*" in quotes for all'),
    }),
  ).exactOptional(),
})

const characters = z
  .int()
  .min(1024)
  .max(1024 ** 3)
const many = z.int().min(1).max(1_000_000)

const SERVER =
  'must be where a model server listens, such as http://models.internal:8080 or grpc://models.internal:8081'
const modelServer = z
  .strictObject({
    url: z
      .string({ error: worded(SERVER) })
      .regex(/^(?:https?|grpcs?):\/\/[^\s/?#@]{1,253}\/?$/, { error: SERVER }),
    names: z
      .strictObject({ fast: model.default('sallyport-fast'), encoder: model.default('sallyport-encoder') })
      .prefault({}),
    connections: z.int().min(1).max(64).default(4),
    key: z
      .union([z.strictObject({ env: variable }), z.strictObject({ file: z.string().min(1) })], {
        error: worded(KEY),
      })
      .exactOptional(),
    tls: tls.exactOptional(),
  })
  .refine(({ url, tls }) => tls === undefined || /^(?:https|grpcs):/.test(url), {
    error: '"tls" is for https: and grpcs: alone: write one of them in "url"',
  })
const gateSpec = z.strictObject({
  listen: address.prefault('127.0.0.1:8080'),
  admin: address.prefault('127.0.0.1:8081'),
  auth: authSpec.prefault({}),
  tls: tlsSpec.exactOptional(),
  limits: z
    .strictObject({
      requestBytes: size.prefault('20MiB'),
      holdCharacters: characters.default(65_536),
      partCharacters: characters.default(4_194_304),
      exchanges: many.default(1024),
      queue: z.int().min(0).max(1_000_000).default(256),
      queueWait: period.prefault('1s'),
      connections: many.default(25_000),
      headersWithin: period.prefault('10s'),
      requestWithin: period.prefault('2m'),
      stalled: period.prefault('60s'),
    })
    .prefault({}),
  drain: duration.prefault('25s'),
  secret: z
    .union([z.strictObject({ env: variable }), z.strictObject({ file: z.string().min(1) })], {
      error: worded(
        'must say where the secret is, never what it is: write secret: { env: SALLYPORT_SECRET } or secret: { file: /run/secrets/gate }',
      ),
    })
    .exactOptional(),
  redis: redisSchema.exactOptional(),
  rego: regoSpec,
  data: dataSpec,
  models: z
    .strictObject({
      workers: z
        .union([z.literal('auto'), z.int().min(1).max(256)], {
          error: worded('must be "auto" or a number of threads, such as 2'),
        })
        .default('auto'),
      queue: z.int().min(128).max(1_000_000).default(1024),
      deadline: period.prefault('1s'),
      server: modelServer.exactOptional(),
    })
    .prefault({}),
})

const SCRIPT = 'must be JavaScript of at most 65536 characters: write it in the lines below "|"'
const script = z
  .string({ error: worded(SCRIPT) })
  .min(1, { error: SCRIPT })
  .max(65_536, { error: SCRIPT })
const ENDPOINT = 'must be a path of this gate of at most 256 characters, such as /v1/generate'
const inputGuardSpec = z
  .strictObject({
    target_endpoint: z
      .string({ error: worded(ENDPOINT) })
      .regex(/^\/[\x21-\x7e]{0,255}$/, { error: ENDPOINT }),
    pre_processing_hook: script.exactOptional(),
    post_processing_hook: script.exactOptional(),
  })
  .refine(
    ({ pre_processing_hook: pre, post_processing_hook: post }) => pre !== undefined || post !== undefined,
    { error: 'must have a hook: write pre_processing_hook or post_processing_hook' },
  )

const document = <K extends string, S extends z.ZodType>(kind: K, spec: S, apiVersion = 'sallyport.dev/v1') =>
  z.strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata: z.strictObject({ name }),
    spec,
  })

/** The documents of this version, by kind. */
export const SCHEMAS = {
  Gate: document('Gate', gateSpec),
  Upstream: document('Upstream', upstreamSpec),
  Boundary: document('Boundary', boundarySpec),
  Consumer: document('Consumer', consumerSpec),
  Policy: document('Policy', policySpec),
  InputGuardPolicy: document('InputGuardPolicy', inputGuardSpec, 'security.policy/v1'),
}

export type Gate = z.output<typeof gateSpec>
export type UpstreamSpec = { name: string } & z.output<typeof upstreamSpec>
export type BoundarySpec = z.output<typeof boundarySpec>
export type InputGuardSpec = z.output<typeof inputGuardSpec>
export type Consumer = { name: string } & z.output<typeof consumerSpec>
/** What holds when there is no `Gate` document. */
export const defaultGate = (): Gate => gateSpec.parse({})
