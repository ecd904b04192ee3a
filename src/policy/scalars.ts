import { z } from 'zod'

/** A message for what is there but wrong; what is missing is said elsewhere. */
export const worded = (message: string) => (issue: { input?: unknown }) =>
  issue.input === undefined ? undefined : message

const DURATION = 'must be a duration of at most 24h: write 250ms, 2s, 5m or 1h'
const MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** Timers of Node overflow after 24 days and then fire at once. */
const MAX_DURATION = 24 * 3_600_000

/** `250ms`, `2s`, `5m`, `1h` → milliseconds. */
export const duration = z
  .string({ error: worded(DURATION) })
  .regex(/^[0-9]{1,9}(?:ms|s|m|h)$/, { error: DURATION, abort: true })
  .transform((text) => {
    const unit = text.replace(/^[0-9]+/, '')
    return Number(text.slice(0, -unit.length)) * MILLISECONDS[unit]!
  })
  .refine((ms) => ms <= MAX_DURATION, { error: DURATION })

/** A duration that is not nothing. */
export const period = duration.refine((ms) => ms > 0, {
  error: 'must be longer than nothing: write 250ms, 2s, 5m or 1h',
})

const RATE = 'must be so many in so long: write 20/min, 5/s or 100/h'
const WINDOWS: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000 }

/** `20/min` → how many, and in how many milliseconds. */
export const rate = z
  .string({ error: worded(RATE) })
  .regex(/^[1-9][0-9]{0,5}\/(?:s|min|h)$/, { error: RATE, abort: true })
  .transform((text) => {
    const [points, window] = text.split('/') as [string, string]
    return { points: Number(points), window: WINDOWS[window]! }
  })

const SIZE = 'must be a size of 1 byte to 1 GiB: write 20MiB, 64KiB or a number of bytes'
const BYTES: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** `20MiB`, `64KiB`, `1000` → bytes. */
export const size = z
  .union([z.number(), z.string().regex(/^[0-9]{1,12}(?:KiB|MiB|GiB)?$/, { error: SIZE })], {
    error: worded(SIZE),
  })
  .transform((written) => {
    if (typeof written === 'number') return written
    const unit = written.replace(/^[0-9]+/, '')
    return Number(written.slice(0, written.length - unit.length)) * (BYTES[unit] ?? 1)
  })
  .refine((bytes) => Number.isSafeInteger(bytes) && bytes >= 1 && bytes <= 1024 ** 3, { error: SIZE })

const LABEL = 'must be a name of at most 63 small letters, digits and hyphens, such as "support-bot"'
export const name = z
  .string({ error: worded(LABEL) })
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, { error: LABEL })

const WORD =
  'must be 1 to 128 letters, digits, dots, hyphens, underscores, colons or at signs, such as "acme"'
/** A tenant or a role: what an identity provider calls it. */
export const word = z.string({ error: worded(WORD) }).regex(/^[A-Za-z0-9._:@-]{1,128}$/, { error: WORD })

const MODEL = 'must be the name of a model (1 to 256 characters, no spaces), or "*" in quotes'
export const model = z.string({ error: worded(MODEL) }).regex(/^[\x21-\x7e]{1,256}$/, { error: MODEL })

const ADDRESS = 'must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080'
export interface Address {
  host: string
  port: number
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`. @throws Error that says what to write instead */
export function parseAddress(text: string): Address {
  const found = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253})):([0-9]{1,5})$/.exec(text)
  const port = Number(found?.[3])
  if (found === null || port > 65_535) throw new Error(ADDRESS)
  return { host: found[1] ?? found[2]!, port }
}

export const address = z.string({ error: worded(ADDRESS) }).transform((text, context): Address => {
  try {
    return parseAddress(text)
  } catch {
    context.addIssue({ code: 'custom', message: ADDRESS })
    return z.NEVER
  }
})

const URL_FORM =
  'must be an http or https address without user, query or #, such as https://api.example.com/v1'
const PLACEHOLDER =
  'must hold no braces but those of {model}, a whole step of its path: write https://api.example.com/deployments/{model}'
const ADDRESS_OF =
  'must be an http or https address without user or #, such as https://opa.example.com/bundles/acme'
/** Of one thing, which is asked for as it stands. */
export const url = z
  .string({ error: worded(ADDRESS_OF) })
  .max(2048)
  .refine(
    (text) => {
      if (!/^https?:\/\/[^\s#\\]+$/.test(text) || !URL.canParse(text)) return false
      const { username, password } = new URL(text)
      return username === '' && password === ''
    },
    { error: ADDRESS_OF },
  )

/** Without a slash at its end. `{model}` may be a step of its path. */
export const baseUrl = z.string({ error: worded(URL_FORM) }).transform((text, context): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    !/[?#\s\\]/.test(text)
  if (!plain) {
    context.addIssue({ code: 'custom', message: URL_FORM })
    return z.NEVER
  }
  const fixed = url.pathname.replaceAll(/\/%7Bmodel%7D(?=\/|$)/g, '')
  if (/[{}]|%7[bd]/i.test(url.host + fixed)) {
    context.addIssue({ code: 'custom', message: PLACEHOLDER })
    return z.NEVER
  }
  const href = url.href.replaceAll('%7Bmodel%7D', '{model}')
  return href.endsWith('/') ? href.slice(0, -1) : href
})

const VARIABLE = 'must be the name of an environment variable, such as SALLYPORT_KEY'
/** Where a secret is. @param what says what to write, when it is not that */
export const secret = (what: string) =>
  z.union(
    [
      z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, { error: VARIABLE }) }),
      z.strictObject({ file: z.string().min(1) }),
    ],
    {
      error: (issue) =>
        typeof issue.input === 'object' && issue.input !== null ? undefined : worded(what)(issue),
    },
  )
