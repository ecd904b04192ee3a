import type { Exchange } from '../../core/exchange.ts'
import { openSession, passesAll } from '../../core/session.ts'
import type { Unit } from '../../core/types.ts'
import { blocked } from './call.ts'

/** A whole body with the verdict's edits in it. Throws `GateError` with the code of what blocks it. */
export async function judged(
  exchange: Exchange,
  direction: 'request' | 'answer',
  unit: Unit,
): Promise<string> {
  if (passesAll(exchange, direction, unit)) return unit.text
  const session = openSession(exchange, { direction, stream: false })
  session.push(unit)
  const ended = session.end()
  // Most guards answer at once: a turn of the event loop for each body would cost more than they do.
  const { units, block } = ended instanceof Promise ? await ended : ended
  if (block !== undefined) throw blocked(block)
  return units.map(({ text }) => text).join('')
}
