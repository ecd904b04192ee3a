import type { Entry, Objection } from '../../core/types.ts'
import { REFUSALS } from './script.ts'
import type { OwnWords } from './words.ts'

const STATUS = 403
const MAX_PARTS = 1000

export const failed = (why: string): Entry => ({ objections: [{ code: 'hook.failed', reason: why }] })

/** What a script's answer means. Whatever is none of the four is a failure. */
export function decide(json: string, own: OwnWords): Entry {
  const value: unknown = JSON.parse(json)
  const { status, code, reason, parts } = (value ?? {}) as Record<string, unknown>
  switch (status) {
    case 'ALLOW':
      return { objections: [] }
    case 'REJECT':
      return { objections: [told('hook.rejected', reason, own, isRefusal(code) ? code : STATUS)] }
    case 'FLAG':
      return { objections: [told('hook.flagged', reason, own)] }
    case 'TRANSFORM': {
      const edits = editsOf(parts)
      return edits === undefined ? failed('its TRANSFORM has no valid parts') : { objections: edits }
    }
    default:
      return failed('it returned no status that is known')
  }
}

function told(code: string, reason: unknown, own: OwnWords, status?: number): Objection {
  const said = own(reason)
  return {
    code,
    reason: said ?? 'the script gave no reason of its own',
    ...(said !== undefined && { said }),
    ...(status !== undefined && { status }),
  }
}

const isRefusal = (code: unknown): code is number =>
  Number.isInteger(code) && (code as number) >= REFUSALS.least && (code as number) <= REFUSALS.most

function editsOf(parts: unknown): Objection[] | undefined {
  if (!Array.isArray(parts) || parts.length > MAX_PARTS) return undefined
  const edits: Objection[] = []
  for (const { path, text } of parts.map((part: unknown) => (part ?? {}) as Record<string, unknown>)) {
    if (typeof path !== 'string' || typeof text !== 'string') return undefined
    edits.push({
      code: 'hook.transformed',
      reason: 'the script writes another text here',
      place: { path },
      replacement: text,
    })
  }
  return edits
}
