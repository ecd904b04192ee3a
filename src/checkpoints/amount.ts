import { z } from 'zod'
import type { Quota } from '../core/ports.ts'

/** So much in so long. `per` names the time, for those who read it. */
export interface Amount extends Pick<Quota, 'points' | 'window'> {
  per: Per
}

const WINDOWS = { s: 1000, min: 60_000, h: 3_600_000, day: 86_400_000, month: 'month' } as const
export type Per = keyof typeof WINDOWS
const TIMES: Readonly<Record<string, number>> = { '': 1, k: 1000, M: 1_000_000 }

const worded = (message: string) => (issue: { input?: unknown }) =>
  issue.input === undefined ? undefined : message

/**
 * `60/min`, `100k/min`, `1M/day` → an amount. `k` is a thousand, `M` a million; fractions of the whole are rounded down.
 * @param example what to write instead
 * @param scale points to one of what is written
 */
export function amount(pers: readonly Per[], example: string, scale = 1) {
  const error = `must be an amount and a time (${pers.join(', ')}): write ${example}`
  const form = new RegExp(`^([0-9]{1,12}(?:\\.[0-9]{1,6})?)([kM]?)/(${pers.join('|')})$`)
  return z
    .string({ error: worded(error) })
    .regex(form, { error, abort: true })
    .transform((text): Amount => {
      const [, number, times, per] = form.exec(text)!
      // Rounded once before: 1.1 * 1000000 is not quite what it says.
      const points = Math.floor(Math.round(Number(number) * TIMES[times!]! * scale * 1000) / 1000)
      return { points, window: WINDOWS[per as Per], per: per as Per }
    })
    .refine(({ points }) => points >= 1 && points <= Number.MAX_SAFE_INTEGER, {
      error: `must be more than nothing, and no more than can be counted: write ${example}`,
    })
}
