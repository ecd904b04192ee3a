import type { Target } from '../types.ts'

/**
 * The next place for a call: of the lowest order of which any is fit, one by weight. Of those that the call has not
 * tried yet if there is one, else of those that it has; undefined when none is fit.
 * @param random 0 to 1, exclusive
 */
export function pick(
  targets: readonly Target[],
  tried: ReadonlySet<Target>,
  random: () => number = Math.random,
): { target: Target; again: boolean } | undefined {
  const fit = targets.filter(({ upstream, model }) => upstream.health.wait(model) === 0)
  const fresh = fit.filter((target) => !tried.has(target))
  const again = fresh.length === 0
  const choices = again ? fit : fresh
  const [first] = choices
  if (first === undefined) return undefined
  return {
    target: byWeight(
      choices.filter(({ order }) => order === first.order),
      random,
    ),
    again,
  }
}

/** Where a call goes first. When none is fit, the one that is so soonest: a call is never refused for its health. */
export function pickFirst(targets: readonly Target[], random?: () => number): Target {
  const only = targets[0]!
  if (targets.length === 1) return only
  return pick(targets, NONE, random)?.target ?? soonest(targets)
}

const NONE: ReadonlySet<Target> = new Set()

function byWeight(choices: readonly Target[], random: () => number): Target {
  let rest = random() * choices.reduce((sum, { weight }) => sum + weight, 0)
  for (const target of choices) {
    rest -= target.weight
    if (rest < 0) return target
  }
  return choices.at(-1)!
}

function soonest(targets: readonly Target[]): Target {
  const wait = ({ upstream, model }: Target) => upstream.health.wait(model)
  return targets.reduce((best, target) => (wait(target) < wait(best) ? target : best))
}
