import type { z } from 'zod'
import { suggest } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { Yaml } from './yaml.ts'

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list: write [a, b]',
  tuple: 'a list: write [a, b]',
  object: 'a group of fields: write { field: value }',
  record: 'a group of fields: write { field: value }',
  undefined: 'left out',
}

const isMissing = (input: unknown): boolean => input === undefined || input === null

/** The words for what zod found; a schema's own message goes before it. */
const wording: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing'
      if (issue.input === null) return 'is empty: write a value, or leave the field out'
      return `must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'unrecognized_keys': {
      const def = issue.inst?._zod.def as { shape?: object } | undefined
      // Not a sentence: `problemsOf` makes one of it for each key.
      return Object.keys(def?.shape ?? {}).join('\n')
    }
    case 'invalid_value': {
      if (isMissing(issue.input)) return 'is missing'
      return choice(issue.input, issue.values.map(String))
    }
    case 'invalid_union': {
      if (issue.discriminator === undefined) return isMissing(issue.input) ? 'is missing' : ''
      const input = issue.input as Record<string, unknown>
      const chosen = input[issue.discriminator]
      return isMissing(chosen)
        ? 'is missing'
        : choice(chosen, ((issue.options ?? []) as readonly unknown[]).map(String))
    }
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum))
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum))
    case 'invalid_key':
      return 'cannot be the name of a field here'
    default:
      return undefined
  }
}

function choice(input: unknown, values: readonly string[]): string {
  if (typeof input !== 'string') return `must be ${values.join(' or ')}`
  return `cannot be "${input.slice(0, 64)}": ${suggest(input, values)}`
}

function bound(origin: string, which: string, limit: number): string {
  if (origin === 'string') return `must have ${which} ${limit} characters`
  if (origin === 'array' || origin === 'set')
    return `must have ${which} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  return `must be ${which} ${limit}`
}

/** The field's name as its reader sees it: `match`, `paths[0]`. */
function fieldOf(path: readonly PropertyKey[]): string {
  let field = ''
  for (const step of path) field = typeof step === 'number' ? `${field}[${step}]` : String(step)
  return field
}

/**
 * Parses `input`, which stands at `path` of a document. Everything that is wrong with it goes to `problems`.
 * @returns undefined when something is wrong
 */
export function parse<T>(
  schema: z.ZodType<T>,
  input: unknown,
  document: Yaml,
  path: readonly PropertyKey[],
  problems: Problem[],
): { value: T } | undefined {
  const result = schema.safeParse(input, { error: wording })
  if (result.success) return { value: result.data }
  for (const issue of result.error.issues) problems.push(...problemsOf(issue, document, path))
  return undefined
}

function problemsOf(issue: z.core.$ZodIssue, document: Yaml, prefix: readonly PropertyKey[]): Problem[] {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split('\n').filter((field) => field !== '')
    return issue.keys.map((key) =>
      document.problem(path, `unknown field "${key}": ${suggest(key, known)}`, key),
    )
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.message === '') {
    return nearestForm(issue.errors).flatMap((inner) => problemsOf(inner, document, path))
  }
  const field = fieldOf(path)
  // A guard's own words may be a sentence of their own.
  const colon = /^(?:must|is|cannot|has|stands) /.test(`${issue.message} `) ? '' : ':'
  return [document.problem(path, field === '' ? issue.message : `"${field}"${colon} ${issue.message}`)]
}

/** Of several forms, none of which fits, the one that most was done for: whose fields, at least, are known. */
function nearestForm(forms: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] {
  const unfit = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.filter(({ code, message }) => code === 'unrecognized_keys' || message === 'is missing').length
  return [...forms].sort((a, b) => unfit(a) - unfit(b) || a.length - b.length)[0] ?? []
}
