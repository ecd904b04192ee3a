import type { Action } from './types.ts'

const SEVERITY: Readonly<Record<Action, number>> = { allow: 0, flag: 1, transform: 2, block: 3 }

/** The most severe of two actions: what policy makes of all findings together. */
export function worse(a: Action, b: Action): Action {
  return SEVERITY[b] > SEVERITY[a] ? b : a
}
