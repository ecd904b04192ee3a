import { z } from 'zod'
import { address, period, secret, worded } from './scalars.ts'

const PASSWORD =
  'must say where the password is, never what it is: write { env: REDIS_PASSWORD } or { file: /run/secrets/redis }'
const password = secret(PASSWORD).exactOptional()
const nodes = z.array(address).min(1).max(100)

/** Where gates keep the limits that they share. */
export const redisSchema = z
  .strictObject({
    url: secret(
      'must say where the address is, since it may hold a password: write { env: REDIS_URL } or { file: /run/secrets/redis-url }',
    ).exactOptional(),
    cluster: nodes.exactOptional(),
    sentinel: z
      .strictObject({
        master: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, {
          error: 'must be the name by which the sentinels know the master, such as mymaster',
        }),
        nodes,
        password,
      })
      .exactOptional(),
    user: z.string().min(1).max(256).exactOptional(),
    password,
    tls: z
      .union([z.literal(true), z.strictObject({ ca: z.string().min(1) })], {
        error: worded('must be true, or { ca: FILE } with the certificates to trust'),
      })
      .exactOptional(),
    timeout: period
      .refine((ms) => ms <= 5000, { error: 'must be at most 5s: calls wait for so long: write 50ms' })
      .prefault('50ms'),
    replicas: z
      .int({ error: worded('must be the number of gates that share the limits, such as 3') })
      .min(1)
      .max(10_000)
      .default(3),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9:._-]{1,64}$/, { error: 'must be letters, digits and : . _ - only' })
      .default('sallyport:'),
  })
  .check(({ value, issues }) => {
    const complain = (path: string[], message: string) =>
      void issues.push({ code: 'custom', input: value, path, message })
    const places = [value.url, value.cluster, value.sentinel].filter((place) => place !== undefined)
    if (places.length !== 1) complain([], 'must have one of "url", "cluster" and "sentinel"')
    if (value.url === undefined) return
    for (const field of ['user', 'password'] as const)
      if (value[field] !== undefined)
        complain([field], `must be left out: the address of "url" has it, as redis://user:password@host`)
    if (value.tls === true)
      complain(['tls'], 'must be left out: an address that begins with rediss:// encrypts')
  })
