import type { Checks, Rule, Stage } from '../src/core/types.ts'

/** What a boundary with these rules in one stage, and nothing else, would check. */
export function checksOf(stage: Stage, rules: readonly Rule[]): Checks {
  const none: Rule[] = []
  const byStage = {
    admit: none,
    input: none,
    context: none,
    policy: none,
    output: none,
    tool: none,
    [stage]: rules,
  }
  return { rules: byStage, shadow: false, marks: [], restore: new Set(), guardsText: true }
}
