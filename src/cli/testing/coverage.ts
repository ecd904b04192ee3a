import { after } from '../../core/after.ts'
import type { CheckpointRule, Checks, Code, Counting, Guard, Look, Rule, Stage } from '../../core/types.ts'
import { showPlace } from '../../policy/problem.ts'
import type { BuiltUse } from '../../policy/rules.ts'
import { STAGES } from '../../policy/schema.ts'
import type { BuiltBoundary, Policy } from '../../policy/types.ts'

/** What one `use:` line did in all cases. */
interface Seen {
  looked: boolean
  codes: Set<Code>
}

export interface Coverage {
  /** The policy, whose rules tell what they do. */
  policy: Policy
  /** What no case reached, a line each. @param named boundaries that cases name */
  lines(named: ReadonlySet<string>): string[]
}

export function coverage(policy: Policy, uses: ReadonlyMap<string, readonly BuiltUse[]>): Coverage {
  const seen = new Map<BuiltUse, Seen>()
  const boundaries = policy.boundaries.map((boundary) => {
    const own = new Map<Rule | CheckpointRule, Seen>()
    for (const use of uses.get(boundary.name) ?? []) {
      // Several boundaries may have the hook of one document.
      const what: Seen = seen.get(use) ?? { looked: false, codes: new Set() }
      seen.set(use, what)
      for (const rule of use.rules) own.set(rule, what)
    }
    return observed(boundary, own)
  })
  return {
    policy: { ...policy, boundaries },
    lines: (named) =>
      boundaries.flatMap(({ name }) => {
        if (!named.has(name)) return [`boundary "${name}": no case names it`]
        const listed = (uses.get(name) ?? []).filter(({ unlisted }) => unlisted !== true)
        return STAGES.flatMap((stage) => missed(name, stage, listed, seen))
      }),
  }
}

type Watched = ReadonlyMap<Rule | CheckpointRule, Seen>

function observed(boundary: BuiltBoundary, seen: Watched): BuiltBoundary {
  const { checks, checksAt } = boundary
  return {
    ...boundary,
    checks: observedChecks(checks, seen),
    ...(checksAt && {
      checksAt: new Map([...checksAt].map(([path, checks]) => [path, observedChecks(checks, seen)])),
    }),
  }
}

function observedChecks(checks: Checks, seen: Watched): Checks {
  const { rules, checkpoints } = checks
  return {
    ...checks,
    rules: byStage((stage) => rules[stage].map((rule) => observedRule(rule, seen.get(rule)!))),
    ...(checkpoints && {
      checkpoints: byStage((stage) =>
        (checkpoints[stage] ?? []).map((rule) => observedCheckpoint(rule, seen.get(rule)!)),
      ),
    }),
  }
}

const byStage = <T>(of: (stage: Stage) => T): Record<Stage, T> => ({
  admit: of('admit'),
  input: of('input'),
  context: of('context'),
  policy: of('policy'),
  output: of('output'),
  tool: of('tool'),
})

function observedRule(rule: Rule, seen: Seen): Rule {
  const { guard } = rule
  const observe =
    (of: { inspect: Look }): Look =>
    (view) => {
      seen.looked = true
      return after(of.inspect(view), (opinion) => {
        for (const { code } of opinion.hits) seen.codes.add(code)
        return opinion
      })
    }
  const own: Guard =
    guard.scope === 'part'
      ? { ...guard, inspect: observe(guard) }
      : {
          ...guard,
          begin(state, asked) {
            const counting = guard.begin(state, asked)
            const seeing: Counting = { inspect: observe(counting) }
            if (counting.state !== undefined) seeing.state = () => counting.state!()
            return seeing
          },
        }
  return { ...rule, guard: own }
}

function observedCheckpoint(rule: CheckpointRule, seen: Seen): CheckpointRule {
  const { checkpoint } = rule
  return {
    ...rule,
    checkpoint: {
      ...checkpoint,
      enter(exchange) {
        seen.looked = true
        return after(checkpoint.enter(exchange), (entry) => {
          for (const { code, under } of entry.objections) seen.codes.add(under ?? code)
          return entry
        })
      },
    },
  }
}

function missed(
  boundary: string,
  stage: Stage,
  listed: readonly BuiltUse[],
  seen: ReadonlyMap<BuiltUse, Seen>,
): string[] {
  const own = listed.filter((use) => use.stage === stage)
  const idle = own.filter((use) => !seen.get(use)!.looked)
  if (own.length > 0 && idle.length === own.length)
    return [`boundary "${boundary}": no case reaches ${stage}: ${own.map(({ use }) => use.use).join(', ')}`]
  return own.flatMap((use) => {
    const { looked, codes } = seen.get(use)!
    const place = `${showPlace(use.place(['use']))}: ${stage}/${use.use.use}`
    // Of a guard that waits for words of its own: no text holds any.
    if (!looked) return [`${place} never looked at anything`]
    const all = codesOf(use)
    const rest = all.filter((code) => !codes.has(code))
    if (rest.length === 0 || (codes.size > 0 && all.every((code) => ITS_OWN.test(code)))) return []
    if (rest.length === all.length && all.length > 1) return [`${place} never found anything (${some(rest)})`]
    return [`${place} never found ${some(rest)}`]
  })
}

const FAULTS: readonly Code[] = ['guard.failed', 'limit.degraded', 'policy.undefined', 'hook.failed']
/** Which of these are ever found is up to the policy's own code. */
const ITS_OWN = /^(?:policy|hook)\./

/** Without what only a fault brings about. */
function codesOf({ use, rules }: BuiltUse): Code[] {
  const engines = new Set([...FAULTS, ...(use.use === 'content' ? [] : ['content.uninspected'])])
  return [...(rules[0]?.actions.keys() ?? [])].filter((code) => !engines.has(code))
}

const MOST = 8

function some(codes: readonly Code[]): string {
  const shown = codes.slice(0, MOST).join(', ')
  return codes.length <= MOST ? shown : `${shown} and ${codes.length - MOST} more`
}
