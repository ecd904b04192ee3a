import type { Caller } from '../core/types.ts'
import type { BuiltBoundary } from './types.ts'

/** A call as boundaries are chosen by it. */
export interface Asked {
  caller: Caller
  path: string
  model: string
}

/** Why a boundary is not for a call; nothing when it is. */
export function misfits({ name, match, require }: BuiltBoundary, { caller, path, model }: Asked): string[] {
  const reasons: string[] = []
  const about = (what: string, entries: readonly string[], value: string): void => {
    if (!entries.includes('*') && !entries.includes(value))
      reasons.push(`it is for ${what} ${entries.join(', ')}`)
  }
  about('path', match.paths, path)
  about('tenant', match.tenants, caller.tenant)
  about('model', match.models, model)
  const missing = require.roles.filter((role) => !caller.roles.includes(role))
  if (missing.length > 0) reasons.push(`it requires role ${missing.join(', ')}`)
  if (caller.boundaries !== undefined && !caller.boundaries.some((one) => one === '*' || one === name))
    reasons.push('the caller may not use it')
  return reasons
}

/** Which of path, tenant and model a boundary names, of those that it is for. */
export function named({ match }: BuiltBoundary, { caller, path, model }: Asked): string[] {
  return [
    ...(match.paths.includes(path) ? ['path'] : []),
    ...(match.tenants.includes(caller.tenant) ? ['tenant'] : []),
    ...(match.models.includes(model) ? ['model'] : []),
  ]
}
