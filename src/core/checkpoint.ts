import { after, type MaybePromise } from './after.ts'
import type { Exchange } from './exchange.ts'
import type {
  CheckpointModule,
  CheckpointRule,
  Entry,
  Finding,
  Meter,
  Objection,
  Outcome,
  ReadonlyExchange,
  Stage,
} from './types.ts'

/** Checks a checkpoint's own configuration type, then forgets it, so that checkpoints of all kinds fit one list. */
export const defineCheckpoint = <C>(checkpoint: CheckpointModule<C>): CheckpointModule => checkpoint

/** The way of one exchange through the checkpoints of its boundary. */
export interface Passage {
  /** What the checkpoints say of the counts that this exchange is counted in. */
  readonly meters: readonly Meter[]
  /** Every checkpoint of the stage in its order, up to one that blocks: its finding. Rejects with the signal's reason. */
  enter(stage: Stage): MaybePromise<Finding | undefined>
  /** Settles what was entered, and what is entered later. Only the first call counts; never throws. */
  settle(outcome: Outcome): void
}

const NOTHING: readonly CheckpointRule[] = []
const NO_OBJECTION: Entry = { objections: [] }

/**
 * The one place that calls checkpoints: each is timed and bounded, a failure is a finding, and what it let in is
 * settled exactly once.
 * @param warn told when settling failed
 */
export function openPassage(
  exchange: Exchange,
  about: Omit<ReadonlyExchange, 'stage' | 'counted'>,
  warn: (error: unknown) => void,
): Passage {
  const { checks, clock, timings } = exchange
  const { signal } = about
  // One for all: an object for each checkpoint would cost more than most of them do.
  const seen: { -readonly [K in keyof ReadonlyExchange]: ReadonlyExchange[K] } = {
    stage: 'admit',
    boundary: about.boundary,
    caller: about.caller,
    model: about.model,
    signal,
    estimate: about.estimate,
    prices: about.prices,
    counted: [],
  }
  const meters: Meter[] = []
  let entered: Entry[] = []
  let over: Outcome | undefined

  function settleOne({ settle }: Entry, outcome: Outcome): void {
    try {
      const settling = settle?.(outcome)
      if (settling instanceof Promise) settling.catch(warn)
    } catch (error) {
      warn(error)
    }
  }

  /** Of an entry that nobody waited for, what it took is given back at once. */
  function keep(entry: Entry, late: boolean): void {
    if (late || over !== undefined) settleOne(entry, over ?? REFUSED)
    else entered.push(entry)
  }

  function ask(rule: CheckpointRule): MaybePromise<Entry> {
    const began = clock.now()
    const timed = () => timings.set(rule, (timings.get(rule) ?? 0) + clock.now() - began)
    let answer: MaybePromise<Entry>
    try {
      answer = rule.checkpoint.enter(seen)
    } catch {
      timed()
      return failed(rule, 'it threw an error')
    }
    if (!(answer instanceof Promise)) {
      timed()
      return take(rule, answer, false)
    }
    const promise = answer
    return new Promise((resolve, reject) => {
      let late = false
      const end = (settle: () => void) => {
        if (late) return
        late = true
        cancel()
        signal.removeEventListener('abort', leave)
        timed()
        settle()
      }
      const leave = () => end(() => reject(signal.reason))
      const limit = rule.timeout + (rule.checkpoint.waits ?? 0)
      const cancel = clock.after(limit, () =>
        end(() => resolve(failed(rule, `it took longer than ${limit} ms`))),
      )
      signal.addEventListener('abort', leave)
      promise.then(
        (entry) => {
          const taken = take(rule, entry, late)
          end(() => resolve(taken))
        },
        () => end(() => resolve(failed(rule, 'it threw an error'))),
      )
      if (signal.aborted) leave()
    })
  }

  function take(rule: CheckpointRule, entry: Entry, late: boolean): Entry {
    if (!Array.isArray(entry?.objections)) return failed(rule, 'it gave no valid answer')
    keep(entry, late)
    return entry
  }

  function judge(rule: CheckpointRule, objection: Objection): Finding {
    const { code, reason, status, retryAfter } = objection
    const finding: Finding = {
      code,
      reason,
      score: 1,
      guard: rule.name,
      stage: rule.stage,
      action: rule.actions.get(code) ?? 'block',
      places: [],
      ...(status !== undefined && { status }),
      ...(retryAfter !== undefined && { retryAfter }),
    }
    exchange.find(finding)
    return finding
  }

  function go(rules: readonly CheckpointRule[], index: number): MaybePromise<Finding | undefined> {
    for (let at = index; at < rules.length; at++) {
      const rule = rules[at]!
      const entry = ask(rule)
      if (entry instanceof Promise)
        return entry.then((late) => after(heed(rule, late), (block) => block ?? go(rules, at + 1)))
      const block = heed(rule, entry)
      if (block !== undefined) return block
    }
    return undefined
  }

  /** The first of its objections that blocks. */
  function heed(rule: CheckpointRule, { objections, meters: told }: Entry): Finding | undefined {
    if (told !== undefined) meters.push(...told)
    let block: Finding | undefined
    for (const objection of objections) {
      const finding = judge(rule, objection)
      if (finding.action === 'block' && (!checks.shadow || rule.unshadowed)) block ??= finding
    }
    return block
  }

  return {
    meters,
    enter(stage) {
      seen.stage = stage
      return go(checks.checkpoints?.[stage] ?? NOTHING, 0)
    },
    settle(outcome) {
      if (over !== undefined) return
      over = outcome
      const all = entered
      entered = []
      for (const entry of all) settleOne(entry, outcome)
    },
  }
}

/** Of an exchange that went no further. */
export const REFUSED: Outcome = {
  admitted: false,
  reached: false,
  upstream: undefined,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
}

function failed(rule: CheckpointRule, how: string): Entry {
  return {
    ...NO_OBJECTION,
    objections: [{ code: 'guard.failed', reason: `${rule.name} could not judge this: ${how}` }],
  }
}
