import { z } from 'zod'
import type { OpaServer } from '../../core/ports.ts'

const URL_FORM =
  'must be where a server of OPA listens, such as https://opa.internal:8181 or unix:///run/opa.sock'
const KEY =
  'must say where the key is, never what it is: write key: { env: OPA_TOKEN } or key: { file: /run/secrets/token }'

/** `engine:`, the server of OPA that is asked in place of the policy's own Rego. */
export const engine = z
  .strictObject({
    url: z
      .string({ error: URL_FORM })
      .regex(/^(?:https?:\/\/[^\s/?#@\\]{1,253}(?:\/[^\s?#\\]{0,512})?|unix:\/\/\/[^\s?#]{1,100})$/, {
        error: URL_FORM,
      })
      .refine((url) => URL.canParse(url), { error: URL_FORM })
      .transform((url) => url.replace(/\/+$/, '')),
    key: z
      .union(
        [
          z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/) }),
          z.strictObject({ file: z.string().min(1) }),
        ],
        { error: KEY },
      )
      .exactOptional(),
    tls: z.strictObject({ ca: z.string().min(1) }).exactOptional(),
  })
  .refine(({ url, tls }) => tls === undefined || url.startsWith('https:'), {
    error: '"tls" is for an address with https: write https in "url"',
  })
  .transform(
    ({ url, key, tls }): OpaServer => ({
      url,
      ...(key !== undefined && { key }),
      ...(tls !== undefined && { ca: tls.ca }),
    }),
  )
