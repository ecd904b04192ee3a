import type { Meter } from '../../core/types.ts'

/**
 * How full counts are, as OpenAI's API says it; of several counts of a kind the one that has least left.
 * Source: OpenAI documentation, "Rate limits", "Rate limits in headers".
 */
export function openaiMeters(meters: readonly Meter[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { of, limit, remaining, reset } of tightest(meters)) {
    headers[`x-ratelimit-limit-${of}`] = String(limit)
    headers[`x-ratelimit-remaining-${of}`] = String(remaining)
    headers[`x-ratelimit-reset-${of}`] = duration(reset)
  }
  return headers
}

/** Of each kind the count that has least left. */
export function tightest(meters: readonly Meter[]): readonly Meter[] {
  if (meters.length < 2) return meters
  const least = new Map<Meter['of'], Meter>()
  for (const meter of meters)
    if (meter.remaining < (least.get(meter.of)?.remaining ?? Number.POSITIVE_INFINITY))
      least.set(meter.of, meter)
  return [...least.values()]
}

/** As Go writes one: `120ms`, `1s`, `6m0s`, `1h0m0s`; whole seconds from a second on, rounded up. */
function duration(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`
  const seconds = Math.ceil(ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  if (h > 0) return `${h}h${m}m${s}s`
  return m > 0 ? `${m}m${s}s` : `${s}s`
}
