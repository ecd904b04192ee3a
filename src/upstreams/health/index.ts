import type { Upstream } from '../types.ts'
import { type Breaker, breaker, type Trying } from './breaker.ts'

/** What is told of an upstream's health. */
export interface Standing {
  state: Breaker['state']
  /** Models, as it knows them, that it said are rate limited. */
  cooling: number
}

/** Whether an upstream is fit for a call. It advises and never refuses: who has no other choice may try all the same. */
export interface Health {
  /** Milliseconds until a call for this model should be tried; 0 is now. */
  wait(model: string): number
  begin(): Trying
  /** It is rate limited for this model. */
  cool(model: string, ms: number): void
  standing(): Standing
}

/** An upstream, and how it is. */
export interface WatchedUpstream extends Upstream {
  health: Health
}

/** The longest that a word of a provider keeps calls from it. */
const LONGEST_COOLING = 60_000
/** Models of which it is kept: with `"*"`, callers choose their names. */
const MAX_COOLING = 256

export function watched(upstream: Upstream): WatchedUpstream {
  return { ...upstream, health: health() }
}

function health(): Health {
  const circuit = breaker()
  const until = new Map<string, number>()

  /** Limits are set per model, so that one that is used up says nothing of the others. */
  function cooling(model: string): number {
    const end = until.size === 0 ? undefined : until.get(model)
    if (end === undefined) return 0
    const left = end - Date.now()
    if (left > 0) return left
    until.delete(model)
    return 0
  }

  return {
    wait: (model) => Math.max(circuit.wait(), cooling(model)),
    begin: () => circuit.begin(),
    cool(model, ms) {
      until.delete(model)
      for (const oldest of until.keys()) if (until.size >= MAX_COOLING) until.delete(oldest)
      until.set(model, Date.now() + Math.min(ms, LONGEST_COOLING))
    },
    standing() {
      for (const model of [...until.keys()]) cooling(model)
      return { state: circuit.state, cooling: until.size }
    },
  }
}
