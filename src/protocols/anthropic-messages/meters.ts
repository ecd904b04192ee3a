import type { Meter } from '../../core/types.ts'
import { tightest } from '../wire/meters.ts'

/**
 * How full counts are, as Anthropic's API says it; of several counts of a kind the one that has least left.
 * Source: Anthropic documentation, "Rate limits", "Response headers".
 */
export function anthropicMeters(meters: readonly Meter[], now: number): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { of, limit, remaining, reset } of tightest(meters)) {
    headers[`anthropic-ratelimit-${of}-limit`] = String(limit)
    headers[`anthropic-ratelimit-${of}-remaining`] = String(remaining)
    headers[`anthropic-ratelimit-${of}-reset`] = rfc3339(now + reset)
  }
  return headers
}

/** In whole seconds, rounded up. */
function rfc3339(at: number): string {
  return new Date(Math.ceil(at / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
