import type { Meter } from '../../core/types.ts'

const namesOf = (of: Meter['of']) => ({
  limit: `x-ratelimit-limit-${of}`,
  remaining: `x-ratelimit-remaining-${of}`,
  reset: `x-ratelimit-reset-${of}`,
})
/** Made once: a name that is put together anew is looked up letter by letter. */
const NAMES = { requests: namesOf('requests'), tokens: namesOf('tokens') }

/**
 * How full counts are, as OpenAI's API says it; of several counts of a kind the one that has least left.
 * Source: OpenAI documentation, "Rate limits", "Rate limits in headers".
 */
export function openaiMeters(meters: readonly Meter[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { of, limit, remaining, reset } of tightest(meters)) {
    const names = NAMES[of]
    headers[names.limit] = String(limit)
    headers[names.remaining] = String(remaining)
    headers[names.reset] = duration(reset)
  }
  return headers
}

/** Of each kind the count that has least left. */
export function tightest(meters: readonly Meter[]): readonly Meter[] {
  if (meters.length < 2 || (meters.length === 2 && meters[0]!.of !== meters[1]!.of)) return meters
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
