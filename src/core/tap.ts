import { after, type MaybePromise } from './after.ts'
import type { Run } from './edits.ts'
import type { Filter, Step } from './filter.ts'
import type { FilterContext } from './panel.ts'

/** What a part's text passes in a stage. */
export type Sieve = Pick<Filter, 'push'>

/** What rules that are only tried see of their session: they leave findings and nothing else. */
export function shadowContext(context: FilterContext): FilterContext {
  return {
    look: (rule, inspect, view) => context.look(rule, inspect, view),
    inspector: (rule) => context.inspector(rule),
    recall: (part, text, slow) => context.recall(part, text, slow),
    remembered: () => context.remembered(),
    find: (finding) => context.find(finding),
    turn: context.turn,
    drop() {},
    streamed: context.streamed,
    shadow: true,
    holdCharacters: context.holdCharacters,
    decode: context.decode,
  }
}

/** Shows what passes a stage to rules that are only tried as well. Nothing waits for them but the end of the part. */
export function tapped(stage: Sieve, tried: Sieve): Sieve {
  let before: MaybePromise<unknown>
  const show = (runs: readonly Run[], final: boolean): MaybePromise<Step> => tried.push(runs, final)
  return {
    push(runs, final) {
      before = before instanceof Promise ? before.then(() => show(runs, final)) : show(runs, final)
      return after(stage.push(runs, final), (step) => {
        const seen = before
        return final && seen instanceof Promise ? seen.then(() => step) : step
      })
    },
  }
}
