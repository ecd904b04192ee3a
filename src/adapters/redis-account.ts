import type { Quota, Standing } from '../core/ports.ts'
import { standing, type Window, windowAt } from './counter.ts'

/** What this process knows of a count that gates share: what it took itself, and what all had taken when Redis last said. */
export interface Account {
  /** In Redis. */
  readonly name: string
  quota: Quota
  start: number
  before: number
  /** Taken by this process, in this window and in the one before: what Redis is told when it has lost it. */
  own: number
  ownBefore: number
  /** Taken by all, as Redis said last. */
  known: number
  knownBefore: number
  /** Taken by this process and not in `known`. */
  since: number
  sinceBefore: number
  /** The circuit's epoch in which Redis knows `own`; -1 when it does not. */
  told: number
  /** Questions under way, and the end of the last of them. */
  pending: number
  last: Promise<unknown>
  telling?: Promise<boolean>
}

export function account(name: string, quota: Quota, { start, before }: Window): Account {
  return {
    name,
    quota,
    start,
    before,
    own: 0,
    ownBefore: 0,
    known: 0,
    knownBefore: 0,
    since: 0,
    sinceBefore: 0,
    told: -1,
    pending: 0,
    last: Promise.resolve(),
  }
}

/** Moves it on to a later window; to an earlier one, of a clock that was set back, it does not. */
export function moveOn(on: Account, { start, before }: Window): void {
  if (start <= on.start) return
  const next = on.start === before
  on.ownBefore = next ? on.own : 0
  on.knownBefore = next ? on.known : 0
  on.sinceBefore = next ? on.since : 0
  on.own = on.known = on.since = 0
  on.start = start
  on.before = before
}

/** Nothing of it counts any more. */
export function isOver({ quota, start }: Account, now: number): boolean {
  const { end } = windowAt(quota, start)
  return now >= (quota.kind === 'sliding' ? end + (end - start) : end)
}

/** Notes what was taken, or corrected, in a window. @param confirmed whether Redis counts it too */
export function note(on: Account, points: number, window: number, confirmed: boolean): void {
  if (window > on.start) moveOn(on, windowAt(on.quota, window))
  if (window === on.start) {
    on.own = Math.max(0, on.own + points)
    if (confirmed) return
    const rest = on.since + points
    on.since = Math.max(0, rest)
    on.known = Math.max(0, on.known + Math.min(0, rest))
  } else if (window === on.before) {
    on.ownBefore = Math.max(0, on.ownBefore + points)
    if (confirmed) return
    const rest = on.sinceBefore + points
    on.sinceBefore = Math.max(0, rest)
    on.knownBefore = Math.max(0, on.knownBefore + Math.min(0, rest))
  }
}

/**
 * Takes without asking anybody: of what was left when Redis last said, this process may take one part in `replicas`, and
 * at least one point.
 */
export function takeAlone(on: Account, asked: number, replicas: number, now: number): Standing {
  const { quota } = on
  moveOn(on, windowAt(quota, now))
  // A clock that was set back stands still until it has caught up.
  const at = Math.max(now, on.start)
  const window = windowAt(quota, at)
  const left = quota.kind === 'sliding' ? (window.end - at) / (window.end - window.start) : 0
  const room = Math.max(0, quota.points - on.known - on.knownBefore * left)
  const points = Math.min(room, Math.max(1, Math.floor(room / replicas)))
  const counts = { current: on.since, previous: on.sinceBefore }
  const stands = standing({ ...quota, points }, asked, counts, window, at)
  if (stands.taken) note(on, asked, on.start, false)
  else if (stands.retryAfter === Number.POSITIVE_INFINITY && asked <= quota.points)
    stands.retryAfter = Math.ceil(window.end - at)
  return { ...stands, degraded: true }
}
