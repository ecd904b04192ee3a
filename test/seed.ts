import fc from 'fast-check'

/**
 * What every test draws from, the same in each run, so that one is red for what was changed and not by luck. `SEED=random` (of which
 * `vitest.config.ts` makes a number) or `SEED=7` draws other things.
 */
export const SEED = Number(process.env.SEED ?? 0)
const RUNS = Number(process.env.RUNS ?? 1)

/** How often a property is tried: `RUNS` times as often. */
export const times = (usual: number): number => Math.ceil(usual * RUNS)

fc.configureGlobal({ seed: SEED, numRuns: times(100) })
