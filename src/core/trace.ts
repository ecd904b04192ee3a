/**
 * Where an exchange stands in a distributed trace. Ids are hex in lower case, as on the wire.
 * Source: W3C Trace Context, https://www.w3.org/TR/trace-context/.
 */
export interface Trace {
  /** 32 digits. */
  id: string
  /** 16 digits: the span of this exchange. */
  span: string
  /** The caller's span. */
  parent?: string
  /** Whether its spans are sent to whoever collects them. */
  sampled: boolean
}

/** What a caller says of the trace that its call belongs to. */
export type Parent = Pick<Trace, 'id' | 'span' | 'sampled'>

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/** Reads `traceparent`; nothing of one that does not keep to the specification. */
export function readTraceparent(value: unknown): Parent | undefined {
  if (typeof value !== 'string' || value.length > 512) return undefined
  const [, version, id, span, flags, more] = HEADER.exec(value) ?? []
  if (id === undefined || span === undefined || id === NO_TRACE || span === NO_SPAN) return undefined
  // Versions to come may say more at the end; this one does not.
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  return { id, span, sampled: (Number.parseInt(flags!, 16) & 1) === 1 }
}

/**
 * The span of one try to reach a model. It follows from the exchange's own, so that what the model is told and what is
 * recorded later agree without either being kept. @param index counts from 0; those past 254 share one
 */
export function attemptSpan({ span }: Pick<Trace, 'span'>, index: number): string {
  const last = Number.parseInt(span.slice(14), 16) ^ (Math.min(index, 254) + 1)
  return span.slice(0, 14) + last.toString(16).padStart(2, '0')
}

/** `traceparent` for one try to reach a model. */
export function traceparent(trace: Trace, attempt: number): string {
  return `00-${trace.id}-${attemptSpan(trace, attempt)}-${trace.sampled ? '01' : '00'}`
}
