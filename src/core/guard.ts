import type { GuardModule } from './types.ts'

/** Checks a guard's own configuration type, then forgets it, so that guards of all kinds fit one list. */
export const defineGuard = <C>(guard: GuardModule<C>): GuardModule => guard
