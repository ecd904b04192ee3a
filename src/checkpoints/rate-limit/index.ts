import { z } from 'zod'
import { after, type MaybePromise } from '../../core/after.ts'
import { defineCheckpoint } from '../../core/checkpoint.ts'
import type { CheckpointPorts, Place } from '../../core/ports.ts'
import type { Checkpoint, Code, Entry, Meter, Objection, ReadonlyExchange } from '../../core/types.ts'
import { type Amount, amount } from '../amount.ts'
import { by, describe, keyOf } from '../by.ts'
import {
  type Count,
  DEGRADED,
  entryOf,
  nameOf,
  quotaOf,
  type Taken,
  take,
  tokensOf,
  undo,
} from '../counts.ts'
import { lines, type Try } from './line.ts'

const PERS = ['s', 'min', 'h', 'day'] as const
const WAIT = 'must be a wait of at most 60s: write 500ms or 2s'
/** How often it is asked whether a place is free that another gate may have given back. */
const PLACE_AGAIN = 100
/** When a caller may come again who found all places taken. */
const PLACE_LATER = 1000

const wait = z
  .string({ error: WAIT })
  .regex(/^[0-9]{1,5}(?:ms|s)$/, { error: WAIT, abort: true })
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : 1000))
  .refine((ms) => ms > 0 && ms <= 60_000, { error: WAIT })

const config = z
  .strictObject({
    requests: amount(PERS, '60/min').exactOptional(),
    tokens: amount(PERS, '100k/min').exactOptional(),
    concurrent: z.int().min(1).max(1_000_000).exactOptional(),
    by: by.prefault('subject'),
    window: z.enum(['sliding', 'fixed']).default('sliding'),
    wait: wait.exactOptional(),
    outputTokens: z.int().min(0).max(10_000_000).default(1024),
  })
  .refine(
    ({ requests, tokens, concurrent }) =>
      requests !== undefined || tokens !== undefined || concurrent !== undefined,
    { error: 'must limit something: write requests: 60/min, tokens: 100k/min or concurrent: 10' },
  )
type Config = z.output<typeof config>

/** How often, with how many tokens and how many at a time callers may call. Enforced in shadow too. */
export const rateLimit = defineCheckpoint<Config>({
  name: 'rate-limit',
  stages: ['admit'],
  config,
  codes: ({ requests, tokens, concurrent }) => ({
    ...(requests !== undefined && { 'limit.requests': { edits: false } }),
    ...(tokens !== undefined && { 'limit.tokens': { edits: false } }),
    ...(concurrent !== undefined && { 'limit.concurrency': { edits: false } }),
    'limit.degraded': { edits: false },
  }),
  unshadowed: true,
  open,
})

const once = (): number => 1

/** What one exchange holds of all that is limited. */
interface Held {
  taken: Taken
  place: Place | undefined
}

function open(settings: Config, { counter, clock, digest }: CheckpointPorts): Checkpoint {
  const { requests, tokens, concurrent, outputTokens } = settings
  const waits = settings.wait ?? 0
  const whose = describe(settings.by)
  const waiting = lines<Held>(clock, waits)
  const places = `${concurrent} calls at a time by ${whose}`
  const limited = (what: Meter['of'], limit: Amount | undefined) =>
    limit === undefined
      ? []
      : [
          {
            what,
            code: `limit.${what}`,
            name: nameOf(limit, what, whose),
            quota: quotaOf(limit, settings.window),
          },
        ]
  const quotas = [...limited('requests', requests), ...limited('tokens', tokens)]

  function countsOf(exchange: ReadonlyExchange, key: string): Count[] {
    // Field by field: to spread them would cost as much as all the rest.
    return quotas.map(({ what, code, name, quota }) => ({
      code,
      name,
      key: `${what} ${key}`,
      quota,
      points: what === 'requests' ? 1 : tokensOf(exchange.estimate(), outputTokens),
      meter: what,
      used: what === 'requests' ? once : tokensOf,
    }))
  }

  function attempt(
    counts: readonly Count[],
    key: string,
    counted: ReadonlyExchange['counted'],
    left: number,
  ): MaybePromise<Try<Held>> {
    // Of two limits each holds places of its own: they come back with the call, whatever the documents then say.
    const hold =
      concurrent === undefined ? undefined : counter.hold(`places ${concurrent} ${key}`, concurrent)
    const asked = take(counter, counts, counted)
    return after(hold, (place) =>
      after(asked, (taken) => {
        const value = { taken, place }
        const again = Math.max(taken.wait, place?.taken === false ? PLACE_AGAIN : 0)
        if (again === 0 || again > left) return { value }
        return after(giveBack(value), () => ({ value, again }))
      }),
    )
  }

  function giveBack({ taken, place }: Held): MaybePromise<void> {
    place?.release()
    return undo(counter, taken)
  }

  function entry({ taken, place }: Held, key: string): Entry {
    const counts = entryOf(counter, taken)
    const objections: Objection[] = [...counts.objections]
    if (place?.taken === false)
      objections.push({
        code: 'limit.concurrency',
        reason: `${places} are under way`,
        retryAfter: PLACE_LATER,
      })
    if (place?.degraded && !objections.includes(DEGRADED)) objections.push(DEGRADED)
    return {
      ...counts,
      objections,
      settle(outcome) {
        place?.release()
        const settling = counts.settle?.(outcome)
        if (waits > 0) waiting.wake(key)
        return settling
      },
    }
  }

  /** Nothing was asked of the counts, so that none of them can be said to have let it pass. */
  const turnedAway: Entry = {
    objections: [
      ...quotas.map(({ code }) => code),
      ...(concurrent === undefined ? [] : ['limit.concurrency']),
    ].map((code: Code) => ({
      code,
      reason: 'others by the same key wait already',
      retryAfter: Math.max(waits, PLACE_LATER),
    })),
  }

  return {
    waits,
    enter(exchange) {
      const key = keyOf(exchange, settings.by, digest)
      const counts = countsOf(exchange, key)
      if (waits === 0)
        return after(attempt(counts, key, exchange.counted, 0), ({ value }) => entry(value, key))
      const caller = {
        signal: exchange.signal,
        attempt: (left: number) => attempt(counts, key, exchange.counted, left),
        drop: (value: Held) => void giveBack(value),
      }
      return after(waiting.stand(key, caller), (held) => (held === undefined ? turnedAway : entry(held, key)))
    },
  }
}
