import type { MaybePromise } from './after.ts'
import type { Memory } from './memory.ts'
import type { Clock } from './ports.ts'
import { worse } from './settle.ts'
import type { Action, Asked, Checks, Counting, Finding, Hit, Look, Opinion, Rule, View } from './types.ts'
import { type Vault, vault } from './vault.ts'

/** The evidence and the state of one call through the gate, shared by its sessions. */
export interface Exchange {
  readonly checks: Checks
  readonly tenant: string
  readonly clock: Clock
  readonly memory: Memory | undefined
  readonly holdCharacters: number
  readonly vault: Vault
  readonly findings: Finding[]
  /** Findings past the limit of what a record keeps. */
  omitted: number
  verdict: Action
  /** The most severe of what was only tried. */
  shadowed: Action
  readonly looks: { remembered: number; all: number }
  /** Milliseconds, by what took them. */
  readonly timings: Map<Pick<Rule, 'stage' | 'name' | 'silent'>, number>
  readonly counts: Map<Rule, Counting>
  /** Set when a request is judged, where a guard of its answer compares. */
  asked: Asked | undefined
  /** Set when it was put into the request. */
  canary: string | undefined
  find(finding: Finding): void
}

const MAX_FINDINGS = 1000

export function openExchange({
  checks,
  tenant,
  clock,
  memory,
  holdCharacters,
}: Pick<Exchange, 'checks' | 'tenant' | 'clock' | 'memory' | 'holdCharacters'>): Exchange {
  const exchange: Exchange = {
    checks,
    tenant,
    clock,
    memory,
    holdCharacters,
    vault: vault(),
    findings: [],
    omitted: 0,
    verdict: 'allow',
    shadowed: 'allow',
    looks: { remembered: 0, all: 0 },
    timings: new Map(),
    counts: new Map(),
    asked: undefined,
    canary: undefined,
    find(finding) {
      const { action, shadow } = finding
      if (shadow === true && !checks.shadow) exchange.shadowed = worse(exchange.shadowed, action)
      else exchange.verdict = worse(exchange.verdict, action)
      if (exchange.findings.length < MAX_FINDINGS) exchange.findings.push(finding)
      else exchange.omitted++
    },
  }
  return exchange
}

/** What a rule looks with: its guard, or for a guard that counts, the count of this exchange. */
export function inspector(exchange: Exchange, rule: Rule): Look {
  const { guard } = rule
  if (guard.scope === 'part') return guard.inspect
  let count = exchange.counts.get(rule)
  if (count === undefined) {
    try {
      count = guard.begin(undefined, exchange.asked)
    } catch {
      count = BEGUN_BADLY
    }
    exchange.counts.set(rule, count)
  }
  return count.inspect
}

/**
 * The one place that calls a guard: it is timed, bounded, and a failure is a finding that ends what it was to judge.
 */
export function look(exchange: Exchange, rule: Rule, inspect: Look, view: View): MaybePromise<Opinion> {
  const { clock, timings } = exchange
  const started = clock.now()
  const timed = () => {
    exchange.looks.all++
    timings.set(rule, (timings.get(rule) ?? 0) + clock.now() - started)
  }
  let answer: MaybePromise<Opinion>
  try {
    answer = inspect(view)
  } catch {
    timed()
    return failed(rule, view, 'it threw an error')
  }
  if (!(answer instanceof Promise)) {
    timed()
    return sound(answer, view) ? answer : failed(rule, view, 'it gave no valid opinion')
  }
  const promise = answer
  return new Promise((resolve) => {
    const cancel = clock.after(rule.timeout, () =>
      resolve(failed(rule, view, `it took longer than ${rule.timeout} ms`)),
    )
    const settle = (opinion: Opinion) => {
      cancel()
      timed()
      resolve(opinion)
    }
    promise.then(
      (opinion) => settle(sound(opinion, view) ? opinion : failed(rule, view, 'it gave no valid opinion')),
      () => settle(failed(rule, view, 'it threw an error')),
    )
  })
}

/** A guard that cannot even begin fails each look, as one that throws there does. */
const BEGUN_BADLY: Counting = {
  inspect() {
    throw new Error('it did not begin')
  },
}

function failed(rule: Rule, view: View, how: string): Opinion {
  const end = view.offset + view.text.length
  return {
    hits: [
      {
        code: 'guard.failed',
        reason: `${rule.name} could not judge this: ${how}`,
        score: 1,
        span: [view.from, end],
      },
    ],
    settled: end,
  }
}

/** Whether an opinion keeps to the contract: what is nowhere in the text, or straddles `settled`, could slip through. */
function sound(opinion: Opinion, { offset, text, final }: View): boolean {
  const end = offset + text.length
  const { settled, hits } = opinion ?? {}
  if (!Number.isInteger(settled) || settled > end || !Array.isArray(hits)) return false
  for (const hit of hits as readonly (Partial<Hit> | undefined)[]) {
    const [start, stop] = hit?.span ?? []
    if (typeof hit?.code !== 'string' || !Number.isInteger(start) || !Number.isInteger(stop)) return false
    if (start! < 0 || start! > stop! || stop! > end) return false
    if (!final && start! < settled && stop! > settled) return false
  }
  return true
}
