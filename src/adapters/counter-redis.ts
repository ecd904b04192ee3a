import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MaybePromise } from '../core/after.ts'
import type { Counter, Place, Quota, SecretRef, Standing } from '../core/ports.ts'
import { standing, windowAt } from './counter.ts'
import { type Account, account, isOver, moveOn, note, takeAlone } from './redis-account.ts'
import { type Batch, batch } from './redis-batch.ts'
import { type Answer, type Circuit, circuit, within } from './redis-circuit.ts'
import { type RedisClient, type RedisPlace, reasonOf, redisClient } from './redis-client.ts'
import { type Places, places } from './redis-places.ts'

/** Accounts of this process, of some 300 bytes. What comes when all are taken shares one, and so is still limited. */
const MAX_ACCOUNTS = 100_000
const OTHERS = ''
/** The parts that keys of a cluster are in, each with a circuit, so that a node that is lost costs its part alone. */
const PARTS = 64
/** Accounts that are told of at the same time. */
const TOLD_AT_ONCE = 64
/** How long a start waits for Redis, in milliseconds. */
const START = 1000
/** Milliseconds between two lines about the same thing. */
const QUIET = 10_000

export interface RedisCounterOptions extends RedisPlace {
  /** The longest that a call waits, in milliseconds. */
  timeout: number
  /** Among how many gates a limit is divided while Redis is lost. */
  replicas: number
  /** What every key begins with. */
  prefix: string
  secret(ref: SecretRef): string
  /** A limit was kept by this process alone. */
  degraded(): void
  /** For the operator: Redis was lost, or is back. */
  told(message: string, lost: boolean): void
  /** After how many milliseconds a place comes back whose process has died. */
  lease?: number
}

/** What Redis says of a count: see `redis-scripts.ts`. */
type CountReply = [
  taken: number,
  start: number,
  sum: number,
  sumBefore: number,
  own: number,
  ownBefore: number,
  now: number,
]

interface Part {
  tag: string
  circuit: Circuit
  batch: Batch
  accounts: Map<string, Account>
  places: Places
}

/**
 * Counts that gates share through Redis. While Redis is lost this process counts its share of what was left, and says so;
 * when it is back, Redis is told what was taken meanwhile, and what it has forgotten, before it is asked again.
 * Resolves when Redis is there, or after a second in which it was not. @throws Error when a secret is not there
 */
export async function redisCounter(options: RedisCounterOptions): Promise<Counter & { close(): void }> {
  const { timeout, replicas, prefix, degraded, lease = 10_000 } = options
  const gate = randomBytes(6).toString('base64url')
  const client: RedisClient = redisClient(options, options.secret)
  const parts = Array.from({ length: options.cluster === undefined ? 1 : PARTS }, (_, i) => part(`{${i}}`))
  const maxAccounts = MAX_ACCOUNTS / parts.length
  let closing = false
  let reason = ''
  /** Redis' clock less this one, so that gates whose clocks differ count in the same window. */
  let ahead = 0
  const now = () => Date.now() + ahead

  client.on('error', (error: unknown) => {
    reason = reasonOf(error)
  })
  client.on('node error', (error: unknown) => {
    reason = reasonOf(error)
  })
  client.on('close', () => {
    if (!closing) for (const { circuit } of parts) circuit.failed('disconnected', false)
  })
  const teller = tellOf(options.told, () => parts.every(({ circuit }) => circuit.closed))
  const renewal = setInterval(() => {
    for (const { circuit, places } of parts) if (circuit.closed) void places.renew()
  }, lease / 3).unref()

  function part(tag: string): Part {
    const asked = batch({
      send: (keys, questions) => client.ask(keys.length, ...keys, gate, lease, questions),
      timeout,
      reasonOf,
      answered(answer) {
        if ('value' in answer) one.circuit.worked()
        else one.circuit.failed(answer.reason, answer.late)
      },
    })
    const one: Part = {
      tag,
      batch: asked,
      accounts: new Map(),
      places: places({
        keyOf: (key) => `${prefix}${tag}:p:${key}`,
        gate,
        replicas,
        ask: asked.ask,
        closed: () => one.circuit.closed,
      }),
      circuit: circuit({
        look: () => look(tag),
        async tell() {
          return (await tellAll(one)) && one.places.renew()
        },
        opened: (why) => teller.lost(reason || why),
        closed() {
          reason = ''
          teller.back()
        },
      }),
    }
    return one
  }

  /** Whether Redis does what it is asked, which is to write. */
  async function look(tag: string): Promise<boolean> {
    const answer = await within(timeout, client.set(`${prefix}${tag}:look`, '1', 'PX', 1000), reasonOf)
    return 'value' in answer
  }

  /** What is counted of one caller is in one part, and so asked in one go. */
  function partOf(key: string): Part {
    if (parts.length === 1) return parts[0]!
    return parts[hash(key.slice(key.lastIndexOf(' ') + 1)) % parts.length]!
  }

  function find(key: string, quota: Quota, make: boolean): { of: Part; on: Account } | undefined {
    const of = partOf(key)
    const own = nameOf(key, quota)
    let name = own
    let on = of.accounts.get(name)
    if (on === undefined) {
      makeRoom(of.accounts)
      if (of.accounts.size >= maxAccounts) name = nameOf(OTHERS, quota)
      on = of.accounts.get(name)
      if (on === undefined) {
        if (!make) return undefined
        on = account(`${prefix}${of.tag}:${name}`, quota, windowAt(quota, now()))
        of.accounts.set(name, on)
        // Nobody was told anything yet, and there is nothing to tell.
        on.told = of.circuit.epoch
      }
    }
    on.quota = quota
    return { of, on }
  }

  /** Forgets what is over, two at a time as one comes. */
  function makeRoom(accounts: Map<string, Account>): void {
    let looked = 0
    for (const [name, on] of accounts) {
      if (looked++ === 2) return
      accounts.delete(name)
      if (on.pending > 0 || on.telling !== undefined || !isOver(on, now())) accounts.set(name, on)
    }
  }

  function ask(
    of: Part,
    on: Account,
    at: number,
    mode: 'take' | 'correct' | 'tell',
    x: number,
    y: number,
  ): Promise<Answer<CountReply>> {
    const { start, end, before } = windowAt(on.quota, at)
    const slides = on.quota.kind === 'sliding'
    const keep = Math.ceil(end - at + (slides ? end - start : 0)) + 1000
    const weight = slides ? (end - at) / (end - start) : -1
    return of.batch.ask(on.name, ['count', start, before, keep, weight, mode, x, y])
  }

  /** Notes what Redis says. Whether it has of this process what this process has taken. */
  function heard(of: Part, on: Account, reply: CountReply): boolean {
    const [, start, sum, sumBefore, has, hasBefore, at] = reply
    ahead = at - Date.now()
    if (start > on.start) moveOn(on, windowAt(on.quota, start))
    if (start !== on.start) return true
    const own = on.own - has
    const ownBefore = on.ownBefore - hasBefore
    // Before all gates have told it, Redis says too little: the share that was reckoned when it was lost stays in force.
    if (of.circuit.closed) {
      on.known = sum
      on.knownBefore = sumBefore
      on.since = own
      on.sinceBefore = ownBefore
    }
    return Math.abs(own) < 1e-6 && (on.quota.kind === 'fixed' || Math.abs(ownBefore) < 1e-6)
  }

  /** Tells Redis what this process has taken, once all that is under way has ended. */
  function tell(of: Part, on: Account): Promise<boolean> {
    const run = async (): Promise<boolean> => {
      // What is taken meanwhile has to be told again.
      for (let round = 0; round < 3; round++) {
        while (on.pending > 0) await on.last
        const { epoch } = of.circuit
        const at = Math.max(now(), on.start)
        moveOn(on, windowAt(on.quota, at))
        const answer = await ask(of, on, at, 'tell', on.own, on.ownBefore)
        if (!('value' in answer)) return false
        if (!heard(of, on, answer.value)) continue
        on.told = epoch
        return true
      }
      return false
    }
    on.telling ??= run().finally(() => {
      delete on.telling
    })
    return on.telling
  }

  async function tellAll(of: Part): Promise<boolean> {
    let batch: Promise<boolean>[] = []
    const at = now()
    for (const on of of.accounts.values()) {
      if (on.told === of.circuit.epoch || isOver(on, at)) continue
      batch.push(tell(of, on))
      if (batch.length < TOLD_AT_ONCE) continue
      if (!(await Promise.all(batch)).every(Boolean)) return false
      batch = []
    }
    return (await Promise.all(batch)).every(Boolean)
  }

  /** Runs a question that changes a count; it has ended when `done` has run with the answer. */
  function change<T>(
    on: Account,
    question: Promise<Answer<CountReply>>,
    done: (answer: Answer<CountReply>) => T,
  ): Promise<T> {
    on.pending++
    const end = question.then((answer) => {
      on.pending--
      return done(answer)
    })
    on.last = end
    return end
  }

  function alone(on: Account, points: number, quota: Quota): Standing {
    on.told = -1
    on.quota = quota
    degraded()
    return takeAlone(on, points, replicas, now())
  }

  function take(key: string, points: number, quota: Quota): MaybePromise<Standing> {
    const { of, on } = find(key, quota, true)!
    if (!of.circuit.closed) return alone(on, points, quota)
    return on.told === of.circuit.epoch
      ? takeShared(of, on, points, quota)
      : takeUntold(of, on, points, quota)
  }

  /** Tells Redis first what it does not know. */
  async function takeUntold(of: Part, on: Account, points: number, quota: Quota): Promise<Standing> {
    const began = performance.now()
    const told = await within(timeout, tell(of, on), reasonOf)
    const rest = timeout - (performance.now() - began)
    return 'value' in told && told.value && rest >= 1 && of.circuit.closed
      ? takeShared(of, on, points, quota, rest)
      : alone(on, points, quota)
  }

  /** @param rest milliseconds that may still be waited, when some have passed */
  function takeShared(of: Part, on: Account, points: number, quota: Quota, rest?: number): Promise<Standing> {
    const sent = now()
    const asked = ask(of, on, sent, 'take', points, quota.points)
    const question = rest === undefined ? asked : within(rest, asked, reasonOf).then(flat)
    return change(on, question, (answer) => {
      if (!('value' in answer)) return alone(on, points, quota)
      const [taken, start, sum, sumBefore] = answer.value
      if (taken === 1) note(on, points, start, true)
      if (!heard(of, on, answer.value)) on.told = -1
      // Another gate has begun a later window: Redis has counted as at its beginning.
      const at = Math.max(sent, start)
      const counts = { current: sum - taken * points, previous: sumBefore }
      const stands = standing(quota, points, counts, windowAt(quota, at), at)
      stands.taken = taken === 1
      stands.retryAfter = taken === 1 ? 0 : Math.max(1, stands.retryAfter)
      return stands
    })
  }

  async function correct(key: string, points: number, quota: Quota, window: number): Promise<void> {
    const found = find(key, quota, false)
    if (found === undefined) return
    const { of, on } = found
    if (of.circuit.closed && on.told === of.circuit.epoch) {
      return change(on, ask(of, on, now(), 'correct', points, window), (answer) => {
        const there = 'value' in answer
        note(on, points, window, there)
        if (!there || !heard(of, on, answer.value)) on.told = -1
      })
    }
    note(on, points, window, false)
    on.told = -1
    if (of.circuit.closed) await within(timeout, tell(of, on), reasonOf)
  }

  async function hold(key: string, limit: number): Promise<Place> {
    const place = await partOf(key).places.hold(key, limit)
    if (place.degraded === true) degraded()
    return place
  }

  const late = performance.now() + START
  await Promise.all(
    parts.map(async ({ tag, circuit }) => {
      while (!(await look(tag))) {
        if (performance.now() > late) return circuit.failed('timeout', false)
        await sleep(50)
      }
    }),
  )

  return {
    take,
    correct,
    hold,
    close() {
      closing = true
      clearInterval(renewal)
      teller.stop()
      for (const { circuit, batch } of parts) {
        batch.flush()
        circuit.stop()
      }
      client.disconnect()
    },
  }
}

/** Says once that Redis is lost, and once that all of it is back; when it comes and goes, not more often than `QUIET`. */
function tellOf(told: RedisCounterOptions['told'], whole: () => boolean) {
  let said = false
  let last = Number.NEGATIVE_INFINITY
  let later: NodeJS.Timeout | undefined
  return {
    lost(reason: string) {
      if (said || later !== undefined) return
      const say = () => {
        later = undefined
        said = true
        last = performance.now()
        told(`Redis is lost (${reason}): limits are kept by this gate's share`, true)
      }
      const wait = last + QUIET - performance.now()
      if (wait <= 0) say()
      else later = setTimeout(say, wait).unref()
    },
    back() {
      if (!whole()) return
      clearTimeout(later)
      later = undefined
      if (said) told('Redis is back: limits are shared again', false)
      said = false
    },
    stop: () => clearTimeout(later),
  }
}

/** One key may be counted by several quotas, and gates with another policy must not share its window. */
function nameOf(key: string, { window, kind }: Quota): string {
  return `${kind === 'sliding' ? 's' : 'f'}${window}:${key}`
}

function flat<T>(answer: Answer<Answer<T>>): Answer<T> {
  return 'value' in answer ? answer.value : answer
}

/** FNV-1a. */
function hash(key: string): number {
  let found = 0x811c9dc5
  for (let i = 0; i < key.length; i++) found = Math.imul(found ^ key.charCodeAt(i), 0x01000193)
  return found >>> 0
}
