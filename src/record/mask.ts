/** What of a decision is not to be kept: a place in it, taken out, or another value in its place. */
export type MaskRule =
  | string
  | { op: 'remove'; path: string }
  | { op: 'upsert'; path: string; value: unknown }

export interface Masked {
  /** As in OPA's decision logs. */
  erased: string[]
  masked: string[]
}

type Tree = Record<string, unknown>

/**
 * Applies the rules, in their order, to `input` and `result` of an event, as the mask rules of OPA's decision logs do. What a
 * rule names and is not there is left alone.
 */
export function mask(event: Tree, rules: readonly MaskRule[]): Masked {
  const found: Masked = { erased: [], masked: [] }
  for (const written of rules) {
    const rule = typeof written === 'string' ? { op: 'remove' as const, path: written } : written
    const steps = rule.path.slice(1).split('/').map(unescaped)
    const key = steps.pop()!
    const within = walk(event, steps, rule.op === 'upsert')
    if (within === undefined) continue
    if (rule.op === 'upsert') {
      if (!put(within, key, structuredClone(rule.value))) continue
      found.masked.push(rule.path)
    } else if (take(within, key)) found.erased.push(rule.path)
  }
  return found
}

/** The way to a step may be written with `%2F` for a slash in it, as OPA takes it. */
function unescaped(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

/** @param make objects on the way that are not there, but not `input` or `result` itself */
function walk(event: Tree, steps: readonly string[], make: boolean): Tree | unknown[] | undefined {
  let at: unknown = event
  for (const [index, step] of steps.entries()) {
    let next = isHolder(at) && Object.hasOwn(at, step) ? (at as Tree)[step] : undefined
    if (next === undefined && make && index > 0 && isHolder(at) && !Array.isArray(at)) {
      next = {}
      put(at, step, next)
    }
    at = next
  }
  return isHolder(at) ? at : undefined
}

const isHolder = (value: unknown): value is Tree | unknown[] => typeof value === 'object' && value !== null

function take(within: Tree | unknown[], key: string): boolean {
  if (!Object.hasOwn(within, key)) return false
  if (!Array.isArray(within)) return delete within[key]
  if (!/^[0-9]+$/.test(key)) return false
  within.splice(Number(key), 1)
  return true
}

function put(within: Tree | unknown[], key: string, value: unknown): boolean {
  if (Array.isArray(within) && !(/^[0-9]+$/.test(key) && Object.hasOwn(within, key))) return false
  Object.defineProperty(within, key, { value, enumerable: true, writable: true, configurable: true })
  return true
}
