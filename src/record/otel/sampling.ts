import { randomFillSync } from 'node:crypto'
import { readTraceparent, type Trace } from '../../core/trace.ts'
import type { Sampler } from './settings.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Digits that a decision reads: the last ones of an id are those that are random. */
const DIGITS = 13

/** Places exchanges in traces, and decides which are sampled. */
export function tracePlaces(sampler: Sampler): (exchange: string, headers: Headers) => Trace {
  const threshold = sampler.ratio * 16 ** DIGITS
  const chosen = (id: string) => Number.parseInt(id.slice(-DIGITS), 16) < threshold
  const newSpan = spanIds()
  return (exchange, headers) => {
    const parent = readTraceparent(headers.traceparent)
    // Whoever has the id of an exchange has that of its trace.
    const id = parent?.id ?? exchange.slice(-32)
    const sampled = parent !== undefined && sampler.parent ? parent.sampled : chosen(id)
    const trace: Trace = { id, span: newSpan(), sampled }
    if (parent !== undefined) trace.parent = parent.span
    return trace
  }
}

const BYTES = 8

/** Ids of spans: 16 digits, never only zeros. Many are drawn at once. */
export function spanIds(): () => string {
  const random = Buffer.alloc(BYTES * 512)
  let used = random.length
  return function next(): string {
    if (used === random.length) {
      randomFillSync(random)
      used = 0
    }
    used += BYTES
    const id = random.toString('hex', used - BYTES, used)
    return id === '0000000000000000' ? next() : id
  }
}
