import { z } from 'zod'
import { settledBefore } from '../../core/canonical/index.ts'
import { defineGuard } from '../../core/guard.ts'
import type { Hit } from '../../core/types.ts'
import { chosen, isKnown, unknown } from './chosen.ts'
import { contextWords } from './context.ts'
import { isRegion } from './entities/phone.ts'
import type { Match } from './entity.ts'
import { masked } from './mask.ts'
import { LEFT, reading } from './reading.ts'
import { walker } from './walk.ts'

const config = z
  .strictObject({
    entities: z
      .array(z.string().refine(isKnown, { error: ({ input }) => unknown(String(input)) }))
      .min(1)
      .optional(),
    regions: z
      .array(
        z.string().refine(isRegion, { error: 'write ISO 3166 codes of two capital letters, such as US' }),
      )
      .max(16)
      .optional(),
    mask: z.enum(['label', 'last4', 'hash', 'token']).optional(),
    key: z
      .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })])
      .optional(),
  })
  .refine(({ mask, key }) => (mask === 'hash') === (key !== undefined), {
    error:
      'mask: hash needs a key, written as key: { env: NAME } or key: { file: PATH }, and no other mask takes one',
  })

/** Whose national telephone numbers are looked for unless the policy says. */
const REGIONS = ['US', 'GB', 'DE'] as const

/** The longest address with the card number that can overlap its beginning. */
const HOLD = 400

/** Finds numbers and addresses that tell of a person. */
export const pii = defineGuard<z.infer<typeof config>>({
  name: 'pii',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: ({ entities }) =>
    Object.fromEntries(chosen(entities).map(({ name }) => [`pii.${name}`, { edits: true }])),
  check: ({ mask }, stage) =>
    mask === 'token' && (stage === 'output' || stage === 'tool')
      ? 'mask: token gives values back that a request brought, so it belongs in input and context: write mask: label here'
      : undefined,
  open({ entities: words, mask = 'label', key, regions = REGIONS }, ports) {
    const secret = key ? ports.secret(key) : ''
    if (key && secret === '')
      throw new Error('key: it is empty; write a secret of 16 characters or more there')
    const entities = chosen(words)
    const walk = walker(entities, { named: ({ name }) => words?.includes(name) ?? false, regions })
    const contexts = contextWords(entities)
    return {
      scope: 'part',
      hold: HOLD,
      lookbehind: LEFT + 4,
      decode: 'runs',
      inspect(view) {
        const canonical = view.canonical()
        const read = reading(view)
        const hits: Hit[] = []
        const add = (index: number, { start, end, value, score }: Match): void => {
          const entity = entities[index]!
          const code = `pii.${entity.name}`
          const edit = masked(mask, secret, entity, value)
          hits.push({ code, reason: entity.reason, score, span: canonical.span(start, end), edit })
        }
        let tail = walk(read, contexts(read), (one) => add(one.entity, one))
        for (const [index, entity] of entities.entries())
          if ('find' in entity)
            tail = Math.min(
              tail,
              entity.find(read, (one) => add(index, one)),
            )

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
