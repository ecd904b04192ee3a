import { z } from 'zod'
import { ENCODINGS } from '../../core/decode/index.ts'
import { defineGuard } from '../../core/guard.ts'
import type { Part } from '../../core/types.ts'

const config = z.strictObject({ allow: z.array(z.enum(ENCODINGS)).default([]) })

/** Says that a text hides another; what that says is the other guards' concern. */
export const encoded = defineGuard<z.infer<typeof config>>({
  name: 'encoded',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: () => ({ 'encoded.payload': { edits: true } }),
  open({ allow }) {
    const allowed = new Set<string>(allow)
    return {
      scope: 'part',
      hold: 0,
      lookbehind: 0,
      decode: 'all',
      decodeAnswers: true,
      inspect({ part, text, from, offset }) {
        const settled = offset + text.length
        if (from > 0 || text === '' || !hides(part, allowed)) return { hits: [], settled }
        // The engine puts it on all of the encoded stretch and names the encoding.
        const end = text.codePointAt(0)! > 0xffff ? 2 : 1
        return {
          hits: [
            {
              code: 'encoded.payload',
              reason: 'a text hidden in an encoding',
              score: 1,
              span: [0, end],
              edit: { replace: '[REMOVED]' },
            },
          ],
          settled,
        }
      },
    }
  },
})

/** Said once of what hides in what hides: of the outermost that is not allowed. */
function hides({ derived }: Readonly<Part>, allowed: ReadonlySet<string>): boolean {
  if (derived === undefined || derived.legible) return false
  const names = derived.encoding.split(' ')
  const last = names.pop()!
  // The same stretch, turned word by word.
  return last !== 'reversed-words' && !allowed.has(last) && names.every((name) => allowed.has(name))
}
