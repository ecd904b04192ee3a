import { z } from 'zod'
import { settledBefore } from '../../core/canonical/index.ts'
import { defineGuard } from '../../core/guard.ts'
import type { Hit } from '../../core/types.ts'
import { digits } from './digits.ts'
import { emails } from './email.ts'
import { masked } from './mask.ts'
import { type Entity, type Found, LEFT, reading } from './reading.ts'

const ENTITIES = ['credit_card', 'us_ssn', 'email'] as const satisfies readonly Entity[]

const config = z
  .strictObject({
    entities: z.array(z.enum(ENTITIES)).min(1).optional(),
    mask: z.enum(['label', 'last4', 'hash', 'token']).optional(),
    key: z
      .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })])
      .optional(),
  })
  .refine(({ mask, key }) => (mask === 'hash') === (key !== undefined), {
    error:
      'mask: hash needs a key, written as key: { env: NAME } or key: { file: PATH }, and no other mask takes one',
  })

const REASONS: Readonly<Record<Entity, string>> = {
  credit_card: 'a payment card number',
  us_ssn: 'a US social security number',
  email: 'an email address',
}

/** The longest address with the card number that can overlap its beginning. */
const HOLD = 400

/** Finds payment card numbers, US social security numbers and email addresses. */
export const pii = defineGuard<z.infer<typeof config>>({
  name: 'pii',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: ({ entities = ENTITIES }) =>
    Object.fromEntries(entities.map((entity) => [`pii.${entity}`, { edits: true }])),
  check: ({ mask }, stage) =>
    mask === 'token' && (stage === 'output' || stage === 'tool')
      ? 'mask: token gives values back that a request brought, so it belongs in input and context: write mask: label here'
      : undefined,
  open({ entities = ENTITIES, mask = 'label', key }, ports) {
    const wanted = new Set<Entity>(entities)
    const secret = key ? ports.secret(key) : ''
    if (key && secret === '')
      throw new Error('key: it is empty; write a secret of 16 characters or more there')
    const numbers = wanted.has('credit_card') || wanted.has('us_ssn')
    return {
      scope: 'part',
      hold: HOLD,
      lookbehind: LEFT + 4,
      decode: 'runs',
      inspect(view) {
        const canonical = view.canonical()
        const walk = reading(canonical, canonical.index(view.from), view.final)
        const all: Found[] = []
        const collect = (one: Found): void => void all.push(one)
        let tail = canonical.text.length
        if (numbers) tail = Math.min(tail, digits(walk, wanted, collect))
        if (wanted.has('email')) tail = Math.min(tail, emails(walk, collect))

        const hits = all.map((found): Hit => {
          const span = canonical.span(found.start, found.end)
          return {
            code: `pii.${found.entity}`,
            reason: REASONS[found.entity],
            score: found.score,
            span,
            edit: masked(mask, secret, found),
          }
        })
        hits.sort((a, b) => a.span[0] - b.span[0] || b.span[1] - a.span[1] || (a.code < b.code ? -1 : 1))
        if (view.final) return { hits, settled: view.offset + view.text.length }
        let settled = Math.max(view.from, settledBefore(canonical, tail, view.offset))
        // A card number can overlap the beginning of an address: what one of them still waits for, both wait for.
        for (const { span } of hits.toReversed())
          if (span[0] < settled && span[1] > settled) settled = span[0]
        return { hits: hits.filter((hit) => hit.span[1] <= settled), settled }
      },
    }
  },
})
