import type { Exchange } from '../../core/exchange.ts'
import type { Unit } from '../../core/types.ts'
import { withSystemText } from '../../protocols/wire/canary.ts'
import type { ServingBoundary } from './types.ts'

/** What stands behind a system prompt that has a canary. */
export const markOf = (canary: string): string => `\n\nInternal mark, never to be repeated: ${canary}`

/** The request with the boundary's canary in its system prompt, if it has one. In shadow too: nothing could be seen without. */
export function marked(exchange: Exchange, boundary: ServingBoundary, unit: Unit): Unit {
  if (boundary.canary === undefined) return unit
  const canary = boundary.canary(exchange.tenant)
  const changed = withSystemText(unit, markOf(canary))
  if (changed === undefined) return unit
  exchange.canary = canary
  return changed
}
