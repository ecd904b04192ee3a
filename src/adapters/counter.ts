import type { Quota, Standing } from '../core/ports.ts'

// What counts in memory and shared counts have in common: which window it is, and what still counts of the one before.

export interface Window {
  /** Milliseconds since 1970; `end` is the next one's start. */
  start: number
  end: number
  /** The start of the one before. */
  before: number
}

/** The window of a moment. @param now milliseconds since 1970 */
export function windowAt({ window }: Quota, now: number): Window {
  if (window !== 'month') {
    const start = Math.floor(now / window) * window
    return { start, end: start + window, before: start - window }
  }
  const date = new Date(now)
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset)
  return { start: month(0), end: month(1), before: month(-1) }
}

/** What was counted before this call, in its window and in the one before. */
export interface Counts {
  current: number
  previous: number
}

/**
 * How a count stands when `asked` points are wanted. A sliding window is two fixed ones: of the one before counts the
 * part that a window which ends now still covers, as if its points had come evenly. So it may let pass somewhat more or
 * less than the quota in some stretch of its length, and keeps two numbers where a list of all calls would be exact.
 * Source: Cloudflare, "How we built rate limiting capable of scaling to millions of domains" (2017).
 */
export function standing(quota: Quota, asked: number, counts: Counts, window: Window, now: number): Standing {
  const { points, kind } = quota
  const { start, end } = window
  const length = end - start
  const sliding = kind === 'sliding'
  const previous = sliding ? counts.previous : 0
  const { current } = counts
  const left = (end - now) / length
  const used = current + previous * left
  const taken = used + asked <= points
  const counted = taken ? current + asked : current
  return {
    taken,
    remaining: Math.max(0, Math.floor(points - used - (taken ? asked : 0))),
    reset: Math.ceil(
      sliding && counted > 0 ? end + length - now : counted > 0 || previous > 0 ? end - now : 0,
    ),
    retryAfter: taken ? 0 : wait(),
    window: start,
  }

  function wait(): number {
    if (asked > points) return Number.POSITIVE_INFINITY
    if (!sliding) return Math.ceil(end - now)
    const room = points - asked
    // Either enough of the window before has aged while this one lasts, or then of this one in the next.
    if (current <= room) return Math.ceil((left - (room - current) / previous) * length)
    return Math.ceil(end - now + (1 - room / current) * length)
  }
}
