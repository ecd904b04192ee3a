import { after, type MaybePromise } from '../core/after.ts'
import type { Counter, Quota, Standing } from '../core/ports.ts'
import type { Code, Entry, Meter, Objection, Outcome, ReadonlyExchange } from '../core/types.ts'
import type { Amount, Per } from './amount.ts'

/** One thing that is counted of an exchange. */
export interface Count {
  code: Code
  /** `60 requests a minute by subject`: what is used up. */
  name: string
  key: string
  quota: Quota
  /** Points that are taken on the way in; none: it is not counted at all. */
  points: number
  meter?: Meter['of']
  /** What it used in the end; undefined leaves it at what was taken. */
  used(outcome: Outcome): number | undefined
}

/** A count that was asked. */
interface Asked {
  count: Count
  stands: Standing
  /** Another line of the boundary has taken of the same count already: this one only looks at it. */
  again: boolean
}

export interface Taken {
  asked: readonly Asked[]
  /** Milliseconds after which all that was refused may be free; 0 when nothing was. */
  wait: number
  counted: Counted
}

type Counted = ReadonlyExchange['counted']

const UNITS: Readonly<Record<Per, string>> = {
  s: 'second',
  min: 'minute',
  h: 'hour',
  day: 'day',
  month: 'month',
}

export function quotaOf({ points, window }: Amount, kind: Quota['kind']): Quota {
  return { points, window, kind }
}

/** `60 requests a minute by subject` */
export function nameOf({ points, per }: Pick<Amount, 'points' | 'per'>, what: string, by: string): string {
  return `${points} ${what} ${per === 'h' ? 'an' : 'a'} ${UNITS[per]} by ${by}`
}

/**
 * Asks every count, also when one has refused: which of them block is for the boundary to say. All are asked at the same
 * time, so that several cost a call no more than one.
 * @param counted what the exchange is counted in already; what is taken here is added
 */
export function take(counter: Counter, counts: readonly Count[], counted: Counted): MaybePromise<Taken> {
  const wanted = counts.filter(({ points }) => points !== 0)
  const again = wanted.map((count) => counted.some((known) => same(known, count)))
  const answers = wanted.map(({ key, points, quota }, i) => counter.take(key, again[i] ? 0 : points, quota))
  const taken = (stands: readonly Standing[]): Taken => {
    const asked = wanted.map((count, i) => ({ count, stands: stands[i]!, again: again[i]! }))
    for (const { count, stands, again } of asked) if (stands.taken && !again) counted.push(count)
    return { asked, wait: Math.max(0, ...stands.map(({ retryAfter }) => retryAfter)), counted }
  }
  return answers.every((answer) => !(answer instanceof Promise))
    ? taken(answers as Standing[])
    : Promise.all(answers).then(taken)
}

/** Two limits of one count differ in their amount only. */
function same(a: Counted[number], b: Counted[number]): boolean {
  return a.key === b.key && a.quota.window === b.quota.window && a.quota.kind === b.quota.kind
}

/** Gives all of it back. */
export function undo(counter: Counter, { asked, counted }: Taken): MaybePromise<void> {
  for (const { count, stands, again } of asked)
    if (stands.taken && !again) counted.splice(counted.indexOf(count), 1)
  return correct(counter, asked, () => 0)
}

/** What counts that were asked say of the exchange. */
export function entryOf(counter: Counter, { asked }: Taken): Entry {
  const objections: Objection[] = []
  const meters: Meter[] = []
  for (const { count, stands } of asked) {
    const { taken, remaining, reset, degraded } = stands
    if (!taken) objections.push(objectionOf(count, stands))
    if (degraded && !objections.some(({ code }) => code === DEGRADED.code)) objections.push(DEGRADED)
    if (count.meter !== undefined)
      meters.push({ of: count.meter, limit: count.quota.points, remaining, reset })
  }
  return {
    objections,
    meters,
    settle: (outcome) => correct(counter, asked, (count) => (outcome.admitted ? count.used(outcome) : 0)),
  }
}

/** The same whatever is limited, and said once. */
export const DEGRADED: Objection = {
  code: 'limit.degraded',
  reason: 'gates cannot ask what they share: this one counts its part by itself',
}

function objectionOf({ code, name, points }: Count, { retryAfter }: Standing): Objection {
  return Number.isFinite(retryAfter)
    ? { code, reason: `${name} are used up`, retryAfter }
    : { code, reason: `${name} can never take a call of ${points}` }
}

function correct(
  counter: Counter,
  asked: readonly Asked[],
  used: (count: Count) => number | undefined,
): MaybePromise<void> {
  const waiting: Promise<void>[] = []
  for (const { count, stands, again } of asked) {
    const really = used(count)
    if (!stands.taken || again || really === undefined || really === count.points) continue
    const corrected = counter.correct(count.key, really - count.points, count.quota, stands.window)
    if (corrected instanceof Promise) waiting.push(corrected)
  }
  return waiting.length === 0 ? undefined : after(Promise.all(waiting), () => undefined)
}

/** All tokens that were asked for or used; undefined when the output is not known and no other is given for it. */
export function tokensOf(tokens: Tokens, output: number): number
export function tokensOf(tokens: Tokens, output?: number): number | undefined
export function tokensOf(
  { reached, inputTokens, outputTokens }: Tokens,
  output?: number,
): number | undefined {
  if (reached === false) return 0
  const out = outputTokens ?? output
  return out === undefined ? undefined : whole(whole(inputTokens) + whole(out))
}

type Tokens = Pick<Outcome, 'inputTokens' | 'outputTokens'> & { reached?: boolean }

/** A whole number of points, however little sense a count makes. */
export function whole(points: number): number {
  return Number.isFinite(points) && points > 0 ? Math.min(Math.ceil(points), MAX_POINTS) : 0
}

/** Far more than any call uses, and small enough that sums stay exact. */
const MAX_POINTS = 2 ** 50
