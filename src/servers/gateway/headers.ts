import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { GateError } from '../../core/errors.ts'
import type { PassedHeader } from '../../protocols/types.ts'

// Lists of what passes, and not of what does not: a header that nobody thought of stays outside.
const TO_UPSTREAM = ['accept', 'traceparent', 'tracestate']
const TO_CALLER = ['x-request-id', 'request-id', 'openai-processing-ms', 'openai-version']

const NONE: readonly PassedHeader[] = []

/** Throws `GateError` `request.invalid` where a header of the protocol's does not look like one. */
export function upstreamHeaders(
  headers: IncomingHttpHeaders,
  tenant: string,
  own: readonly PassedHeader[] = NONE,
): Record<string, string> {
  const out: Record<string, string> = { 'content-type': 'application/json' }
  for (const name of TO_UPSTREAM) {
    const value = headers[name]
    if (typeof value === 'string') out[name] = value
  }
  const once = headers['idempotency-key']
  // All tenants share the gate's key: with the same text of two of them, one would get the other's answer.
  if (typeof once === 'string') out['idempotency-key'] = hash('sha256', JSON.stringify([tenant, once]))
  for (const { name, like, otherwise } of own) {
    const value = headers[name] ?? otherwise
    if (value === undefined) continue
    if (typeof value !== 'string' || !like.test(value))
      throw new GateError('request.invalid', {
        detail: `The header ${name} does not look like one.`,
        param: name,
      })
    out[name] = value
  }
  return out
}

export function callerHeaders(headers: Record<string, string | string[]>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const name of TO_CALLER) {
    const value = headers[name]
    if (typeof value === 'string') out[name] = value
  }
  return out
}

/** `retry-after` of an answer in seconds, where it says any. */
export function retryAfter(headers: Record<string, string | string[]>): number | undefined {
  const value = headers['retry-after']
  if (typeof value !== 'string') return undefined
  const seconds = /^[0-9]{1,6}$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined
}
