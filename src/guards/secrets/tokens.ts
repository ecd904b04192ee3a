import { inRun, type Reading, type Sink, startsAt } from './reading.ts'
import { AI } from './shapes/ai.ts'
import { BUSINESS } from './shapes/business.ts'
import { CLOUD } from './shapes/cloud.ts'
import { CODE } from './shapes/code.ts'
import { PEOPLE } from './shapes/people.ts'
import type { Shape } from './shapes/shape.ts'
import { isFiller } from './value.ts'

export const SHAPES: readonly Shape[] = [...CLOUD, ...CODE, ...AI, ...PEOPLE, ...BUSINESS]
/** The most characters that stand before a needle. */
const MOST_BACK = Math.max(...SHAPES.map(({ back }) => back))

/** A token of a known form whose needle begins at `at`. */
export function token(shape: Shape, reading: Reading, at: number, { found, open }: Sink): void {
  const { text, lower, from, final } = reading
  let start = at
  while (start > 0 && at - start < shape.back && inBack(lower.charCodeAt(start - 1))) start--
  if (start + shape.lead < from || !startsAt(reading, start)) return
  const end = reading.runEnd(start)
  if (end === lower.length && !final) {
    open(start)
    return
  }
  shape.pattern.lastIndex = start
  const match = shape.pattern.exec(text)?.[0]
  if (match === undefined) return
  const proven = shape.proof?.(match)
  if (proven !== true && isFiller(match)) return
  found({
    code: `secret.${shape.provider}`,
    start: start + shape.lead,
    end: start + match.length,
    score: proven === undefined ? 0.9 : proven ? 1 : 0.6,
    rank: 0,
  })
}

/** What stands in a token before its needle: `=:|@$` do not. */
const inBack = (unit: number): boolean =>
  inRun(unit) && unit !== 61 && unit !== 58 && unit !== 124 && unit !== 64 && unit !== 36

/** Where a token may have begun whose needle is still to come, or not whole: at `open`, or where what stands before it begins. */
export function pending({ lower, from }: Reading, open: number): number {
  let at = open
  while (at > from && open - at < MOST_BACK && inBack(lower.charCodeAt(at - 1))) at--
  return at
}
