import type { Counter } from '../core/ports.ts'

/** A counter that is chosen after what asks it has been made: the policy that says which one is built with it. */
export function chosenCounter(first: Counter): Counter & { choose(counter: Counter): void } {
  let chosen = first
  return {
    choose(counter) {
      chosen = counter
    },
    take: (...args) => chosen.take(...args),
    correct: (...args) => chosen.correct(...args),
    hold: (...args) => chosen.hold(...args),
  }
}
