import { type Fields, fields, list } from './fields.ts'

/** Texts that are right for a `format`, which what was asked is not. */
const EXAMPLES = new Map<unknown, string>([
  ['date', '2024-01-31'],
  ['date-time', '2024-01-31T12:00:00Z'],
  ['email', 'ada.archer@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
])
/** A schema may hold itself. From here on, lists are empty and what need not be there is not. */
const DEEP = 6
const DEEPEST = 12
/** Callers write schemas, and a short one can ask for more values than there is memory. */
const MOST_VALUES = 500
const LONGEST = 20_000

/** JSON that fits the schema as far as its types go; every string that may be anything is `text`. */
export function shaped(schema: Fields, text: string): string {
  if (Object.keys(schema).length === 0) return JSON.stringify({ answer: text })
  let values = 0

  function fitting(given: unknown, depth: number): unknown {
    const part = fields(given)
    if (++values > MOST_VALUES || depth > DEEPEST) return null
    if (typeof part.$ref === 'string') return fitting(referred(part.$ref, schema), depth + 1)
    if (part.const !== undefined) return part.const
    if (Array.isArray(part.enum)) return part.enum[0]
    const choices = [...list(part.anyOf), ...list(part.oneOf), ...list(part.allOf)]
    if (choices.length > 0) {
      const nothing = choices.find((choice) => fields(choice).type === 'null')
      return fitting(depth < DEEP ? choices[0] : (nothing ?? choices[0]), depth + 1)
    }
    switch (Array.isArray(part.type) ? part.type[0] : part.type) {
      case 'string':
        return stringOf(part, text)
      case 'integer':
      case 'number':
        return numberOf(part)
      case 'boolean':
        return true
      case 'null':
        return null
      case 'array':
        return listOf(part, depth)
    }
    return objectOf(part, depth)
  }

  function listOf(part: Fields, depth: number): unknown[] {
    const least = typeof part.minItems === 'number' ? part.minItems : depth < DEEP ? 1 : 0
    const items: unknown[] = []
    while (items.length < least && values < MOST_VALUES) items.push(fitting(part.items, depth + 1))
    return items
  }

  function objectOf(part: Fields, depth: number): Fields {
    const required = new Set(list(part.required))
    const entries = Object.entries(fields(part.properties))
      .filter(([name]) => depth < DEEP || required.has(name))
      .map(([name, property]) => [name, fitting(property, depth + 1)])
    return Object.fromEntries(entries)
  }

  return JSON.stringify(fitting(schema, 0))
}

function stringOf({ format, maxLength }: Fields, text: string): string {
  const example = EXAMPLES.get(format)
  if (example !== undefined) return example
  return text.slice(0, typeof maxLength === 'number' ? Math.min(maxLength, LONGEST) : LONGEST)
}

function numberOf({ minimum, maximum, exclusiveMinimum }: Fields): number {
  if (typeof exclusiveMinimum === 'number') return exclusiveMinimum + 1
  for (const bound of [minimum, maximum]) if (typeof bound === 'number') return bound
  return 0
}

/** What `#/$defs/name` and the like point to. */
function referred(ref: string, root: Fields): unknown {
  let found: unknown = root
  for (const step of ref.split('/').slice(1)) found = fields(found)[step]
  return found
}
