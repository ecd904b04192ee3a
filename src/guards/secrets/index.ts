import { createHash } from 'node:crypto'
import { z } from 'zod'
import { settledBefore } from '../../core/canonical/index.ts'
import { label } from '../../core/codes.ts'
import { defineGuard } from '../../core/guard.ts'
import type { Code, Hit, View } from '../../core/types.ts'
import { chosen, looks, PROVIDERS } from './find.ts'
import { MOST_KEY } from './keys.ts'
import { type Found, GAP, LEFT, type Reading, reading } from './reading.ts'
import { pending } from './tokens.ts'

const config = z.strictObject({
  providers: z.array(z.enum([...PROVIDERS])).optional(),
  generic: z.boolean().default(true),
  allow: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'write the SHA-256 of the value, in small hexadecimal digits'))
    .optional(),
})
type Config = z.infer<typeof config>

const REASONS: Readonly<Record<Code, string>> = {
  'secret.private_key': 'a private key',
  'secret.jwt': 'a JSON Web Token',
  'secret.connection_string': 'a password in a connection string or URL',
  'secret.generic': 'a secret, by its name',
}

const codesOf = ({ providers = [...PROVIDERS], generic }: Config): Code[] => [
  ...providers.map((provider) => `secret.${provider}`),
  'secret.private_key',
  'secret.jwt',
  'secret.connection_string',
  ...(generic ? ['secret.generic'] : []),
]

/** Finds API keys, tokens, private keys, passwords and what else gives access. */
export const secrets = defineGuard<Config>({
  name: 'secrets',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: (config) => Object.fromEntries(codesOf(config).map((code) => [code, { edits: true }])),
  open({ providers = [...PROVIDERS], generic, allow = [] }) {
    const { needles, looks: look } = looks(new Set(providers), generic)
    const allowed = new Set(allow)
    const known = (value: string): boolean =>
      allowed.size > 0 && allowed.has(createHash('sha256').update(value).digest('hex'))

    const find = (view: View, read: Reading): { all: Found[]; tail: number } => {
      const all: Found[] = []
      let tail = view.final ? read.lower.length : pending(read, view.needles().open)
      const sink = {
        found(one: Found) {
          if (!known(read.text.slice(one.start, one.end))) all.push(one)
        },
        open(at: number) {
          if (at < tail) tail = at
        },
      }
      for (const { needle, start, end } of view.needles().found) look[needle]!(read, start, end, sink)
      return { all, tail }
    }

    return {
      scope: 'part',
      // Twice: a canonical character can stand for two units or carry marks.
      hold: 2 * MOST_KEY + 128,
      lookbehind: LEFT + GAP + 64,
      needles,
      decode: 'runs',
      decodeAnswers: true,
      inspect(view) {
        const canonical = view.canonical()
        const { all, tail } = find(view, reading(view))
        const hits = chosen(all).map(({ code, start, end, score }): Hit => {
          const reason = REASONS[code] ?? `a secret of ${code.slice(code.indexOf('.') + 1)}`
          return {
            code,
            reason,
            score,
            span: canonical.span(start, end),
            edit: { replace: `[${label(code)}]` },
          }
        })
        if (view.final) return { hits, settled: view.offset + view.text.length }
        let settled = Math.max(view.from, settledBefore(canonical, tail, view.offset))
        // What does not count because it overlaps another may do so yet: what one of them still waits for, all of them do.
        const spans = all.map(({ start, end }) => canonical.span(start, end)).sort((a, b) => b[0] - a[0])
        for (const [start, end] of spans) if (start < settled && end > settled) settled = start
        return { hits: hits.filter((hit) => hit.span[1] <= settled), settled }
      },
    }
  },
})
