/** A step into claims: a key, an entry of a list, or every entry of it. */
type Step = string | number | typeof EACH
const EACH = Symbol('each')

/** The way to a claim. */
export type ClaimPath = readonly Step[]

const MAX_PATH = 256
const MAX_STEPS = 16
/** Providers name claims of their own by an address, whose dots are no steps. */
const NAMESPACED = /^https?:\/\/[^[\]"\s]+/
const STEP = /\.([^.[\]"\s]+)|\[([0-9]{1,4})\]|(\[\])|\["([^"\\]+)"\]/y

/**
 * `org`, `realm_access.roles`, `groups[0]`, `teams[].name`, `https://acme.example/tenant` (one key), and
 * `["kubernetes.io"].namespace` for a key with dots in it.
 * @returns undefined when it is none of these
 */
export function claimPath(text: string): ClaimPath | undefined {
  if (text.length > MAX_PATH) return undefined
  const steps: Step[] = []
  const namespaced = NAMESPACED.exec(text)?.[0]
  if (namespaced !== undefined) steps.push(namespaced)
  // The first name has no dot before it.
  const rest =
    namespaced !== undefined ? text.slice(namespaced.length) : /^[.[]/.test(text) ? text : `.${text}`
  if (text.startsWith('.')) return undefined
  for (STEP.lastIndex = 0; STEP.lastIndex < rest.length; ) {
    const found = STEP.exec(rest)
    if (found === null) return undefined
    const [, name, index, each, quoted] = found
    steps.push(each !== undefined ? EACH : index !== undefined ? Number(index) : (name ?? quoted)!)
  }
  return steps.length === 0 || steps.length > MAX_STEPS || typeof steps[0] !== 'string' ? undefined : steps
}

/** What stands there; undefined when nothing does. After `[]`, a list of what stands there in each entry that has it. */
export function claimAt(claims: unknown, path: ClaimPath): unknown {
  let value = claims
  for (const [index, step] of path.entries()) {
    if (step === EACH) {
      if (!Array.isArray(value)) return undefined
      const rest = path.slice(index + 1)
      return value.flatMap((entry) => claimAt(entry, rest) ?? [])
    }
    if (typeof step === 'number') {
      if (!Array.isArray(value)) return undefined
    } else if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value as object, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
