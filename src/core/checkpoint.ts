import { after, type MaybePromise } from './after.ts'
import type { Exchange } from './exchange.ts'
import type {
  CheckpointModule,
  CheckpointRule,
  Checks,
  Content,
  Entry,
  Finding,
  Meter,
  Objection,
  Outcome,
  ReadonlyExchange,
  Span,
  Stage,
} from './types.ts'

/** Checks a checkpoint's own configuration type, then forgets it, so that checkpoints of all kinds fit one list. */
export const defineCheckpoint = <C>(checkpoint: CheckpointModule<C>): CheckpointModule => checkpoint

/** The way of one exchange through the checkpoints of its boundary. */
export interface Passage {
  /** What the checkpoints say of the counts that this exchange is counted in. */
  readonly meters: readonly Meter[]
  /** From here on checkpoints see this content. */
  show(content: { request: Content } | { answer: Content }): void
  /**
   * Every checkpoint of the stage in its order, up to one that blocks: its finding. Rejects with the signal's reason.
   * @param early those above the stage's guards, or the others
   */
  enter(stage: Stage, early?: boolean): MaybePromise<Finding | undefined>
  /** What is to be changed in the content that was shown last, and under which rule; asked once. */
  changes(): readonly Change[]
  /** Settles what was entered, and what is entered later. Only the first call counts; never throws. */
  settle(outcome: Outcome): void
}

/** A text that is to be another. */
export interface Change {
  rule: CheckpointRule
  path: string
  span?: Span
  text: string
}

const NOTHING: readonly CheckpointRule[] = []
const NO_CHANGES: readonly Change[] = []
const NO_OBJECTION: Entry = { objections: [] }

/**
 * The one place that calls checkpoints: each is timed and bounded, a failure is a finding, and what it let in is
 * settled exactly once.
 * @param warn told when settling failed
 */
export function openPassage(
  exchange: Exchange,
  about: Omit<ReadonlyExchange, 'stage' | 'counted' | 'findings' | 'answer' | 'enforced'>,
  warn: (error: unknown) => void,
): Passage {
  const { checks, clock, timings } = exchange
  const { signal } = about
  // One for all: an object for each checkpoint would cost more than most of them do.
  const seen: { -readonly [K in keyof ReadonlyExchange]: ReadonlyExchange[K] } = {
    id: about.id,
    stage: 'admit',
    boundary: about.boundary,
    caller: about.caller,
    model: about.model,
    signal,
    estimate: about.estimate,
    prices: about.prices,
    counted: [],
    path: about.path,
    contextTokens: about.contextTokens,
    upstreams: about.upstreams,
    stream: about.stream,
    enforced: enforcedBy(checks),
    findings: exchange.findings,
    request: about.request,
    answer: undefined,
  }
  const meters: Meter[] = []
  let changes: Change[] | undefined
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
    const { code, under, reason, status, said, place, retryAfter } = objection
    const finding: Finding = {
      code,
      reason,
      score: 1,
      guard: rule.name,
      stage: rule.stage,
      action: rule.actions.get(code) ?? rule.actions.get(under ?? code) ?? 'block',
      places: place === undefined ? [] : [{ path: place.path, span: place.span ?? [0, 0] }],
      ...(status !== undefined && { status }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(isTried(checks, rule) && { shadow: true }),
    }
    exchange.find(finding)
    // For the caller alone: it may say again what the caller said.
    return said === undefined ? finding : { ...finding, said }
  }

  function go(
    rules: readonly CheckpointRule[],
    index: number,
    early: boolean,
  ): MaybePromise<Finding | undefined> {
    for (let at = index; at < rules.length; at++) {
      const rule = rules[at]!
      if ((rule.early === true) !== early) continue
      const entry = ask(rule)
      if (entry instanceof Promise)
        return entry.then((late) => after(heed(rule, late), (block) => block ?? go(rules, at + 1, early)))
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
      if (finding.shadow === true) continue
      const { place, replacement } = objection
      if (finding.action === 'block') block ??= finding
      else if (finding.action === 'transform' && place !== undefined && replacement !== undefined) {
        changes ??= []
        changes.push({ rule, ...place, text: replacement })
      }
    }
    return block
  }

  return {
    meters,
    show(content) {
      Object.assign(seen, content)
    },
    enter(stage, early = false) {
      seen.stage = stage
      return go(checks.checkpoints?.[stage] ?? NOTHING, 0, early)
    },
    changes() {
      const made = changes ?? NO_CHANGES
      changes = undefined
      return made
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

/** Whether what a checkpoint says has no consequence. */
export function isTried({ shadow }: Pick<Checks, 'shadow'>, rule: CheckpointRule): boolean {
  return rule.shadow === true || (shadow && rule.unshadowed !== true)
}

const ENFORCED = new WeakMap<Checks, ReadonlyExchange['enforced']>()

function enforcedBy(checks: Checks): ReadonlyExchange['enforced'] {
  let known = ENFORCED.get(checks)
  if (known === undefined) {
    const names = (stage: Stage): string[] => {
      if (checks.shadow) return []
      const rules = [...checks.rules[stage], ...(checks.checkpoints?.[stage] ?? NOTHING)]
      return [...new Set(rules.filter(({ shadow }) => shadow !== true).map(({ name }) => name))]
    }
    known = {
      admit: names('admit'),
      input: names('input'),
      context: names('context'),
      policy: names('policy'),
      output: names('output'),
      tool: names('tool'),
    }
    ENFORCED.set(checks, known)
  }
  return known
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
