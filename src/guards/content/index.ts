import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'

const config = z.strictObject({ allow: z.array(z.string()).optional() })

/** Says of every part that cannot be read what it is. */
export const content = defineGuard<z.infer<typeof config>>({
  name: 'content',
  stages: ['input', 'context', 'output'],
  always: true,
  config,
  codes: () => ({ 'content.uninspected': { edits: false } }),
  open({ allow = [] }) {
    const allowed = new Set(allow)
    return {
      scope: 'part',
      hold: 0,
      lookbehind: 0,
      kinds: ['media', 'opaque'],
      inspect({ part, offset, text }) {
        const settled = offset + text.length
        if (part.kind !== 'media' && part.kind !== 'opaque') return { hits: [], settled }
        const medium = part.medium ?? part.kind
        if (allowed.has(medium)) return { hits: [], settled }
        return {
          hits: [
            {
              code: 'content.uninspected',
              reason: `${medium} cannot be inspected`,
              score: 1,
              span: [0, 0],
            },
          ],
          settled,
        }
      },
    }
  },
})
