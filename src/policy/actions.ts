import { codeEntry } from '../core/codes.ts'
import type { Action, Code } from '../core/types.ts'
import { suggest } from './nearest.ts'
import type { Use } from './schema.ts'

/**
 * The action of every code: what the boundary says of the code, else of its family, else the code's default.
 * @param engine codes of the engine's own, beside those that the guard can yield
 */
export function settleActions(
  codes: Readonly<Record<Code, { edits: boolean }>>,
  engine: readonly Code[],
  written: Use['actions'],
  complain: (code: Code, message: string, key: boolean) => void,
): ReadonlyMap<Code, Action> {
  const known = new Map([
    ...engine.map((code) => [code, { edits: false }] as const),
    ...Object.entries(codes),
  ])
  const families = new Set(Object.keys(codes).map(familyOf))
  for (const [key, action] of Object.entries(written)) {
    const meant = [...known].filter(([code]) => code === key || (families.has(key) && familyOf(code) === key))
    if (meant.length === 0)
      complain(key, `unknown code "${key}": ${suggest(key, [...known.keys(), ...families])}`, true)
    const fixed = meant.find(([, { edits }]) => !edits)
    if (action === 'transform' && fixed !== undefined)
      complain(
        key,
        `"${fixed[0]}" cannot be transformed, as there is nothing to put in its place: write allow, flag or block`,
        false,
      )
  }
  const actions = new Map<Code, Action>()
  for (const [code, { edits }] of known) {
    const usual = codeEntry(code)?.default
    const action = written[code] ?? written[familyOf(code)] ?? usual
    actions.set(
      code,
      action === undefined || action === 'refuse' || (action === 'transform' && !edits) ? 'block' : action,
    )
  }
  return actions
}

/** Which line of `actions:` decides of a code: its own, that of its family, or none: then its default holds. */
export function decidedBy(code: Code, written: Use['actions']): string | undefined {
  return [code, familyOf(code)].find((key) => written[key] !== undefined)
}

/** `pii.email` → `pii.*`. */
const familyOf = (code: Code): string => `${code.slice(0, code.indexOf('.'))}.*`

/** What an action allows that is seldom meant. @param codes those of the guard itself */
export function warnOfActions(
  use: Use,
  codes: ReadonlySet<Code>,
  add: (message: string, code: Code) => void,
): void {
  for (const [code, action] of Object.entries(use.actions)) {
    if (code === 'guard.failed' && action !== 'block')
      add(`"guard.failed: ${action}" lets a call pass unchecked when this guard fails`, code)
    else if (code === 'content.uninspected' && !codes.has(code))
      add(`"${code}" is never found by "${use.use}", so this line does nothing`, code)
    else if (action === 'allow') add(`"${code}: allow" lets everything through that this guard finds`, code)
  }
}
