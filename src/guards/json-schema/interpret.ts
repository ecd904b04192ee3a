import { type Checked, Unsupported } from './check.ts'
import { type Format, hasFormat } from './formats.ts'
import { isObject, type Json, keyOf, MAX_DEPTH } from './parse.ts'

/** Times that a schema is applied to a value. */
const STEPS = 10_000
/** What may happen in a step: names that are compared, and the like. */
const WORK = 64
/** Characters times steps of a pattern's program, for one of these. */
const MATCHED = 16

type Schema = { [key: string]: Json }

/**
 * Judges a value by a schema of JSON Schema 2020-12, in bounded time and without making code of it.
 * `format` is checked, as ajv-formats does.
 * @returns a keyword that the value does not fit, or undefined
 * @throws Unsupported when it took too many steps
 */
export function interpret({ root, refs, patterns, enums }: Checked, value: Json): string | undefined {
  let left = STEPS * WORK

  function spend(work: number): void {
    left -= work
    if (left < 0) throw new Unsupported(`it takes more than ${STEPS} steps`)
  }

  /** @param within how many schemas are being applied to this same value */
  function judge(schema: Json, at: Json, within: number): string | undefined {
    spend(WORK)
    if (typeof schema === 'boolean') return schema ? undefined : 'false'
    if (within > MAX_DEPTH) throw new Unsupported('its $refs go round in circles')
    const rules = schema as Schema
    return (
      (rules.type !== undefined && !isOf(rules.type, at) ? 'type' : undefined) ??
      among(rules, at) ??
      (typeof at === 'number' ? number(rules, at) : undefined) ??
      (typeof at === 'string' ? string(rules, at) : undefined) ??
      (Array.isArray(at) ? array(rules, at) : undefined) ??
      (isObject(at) ? object(rules, at, within) : undefined) ??
      applied(rules, at, within + 1)
    )
  }

  const fits = (schema: Json, at: Json, within = 0): boolean => judge(schema, at, within) === undefined

  function among(rules: Schema, at: Json): string | undefined {
    const known = rules.enum === undefined ? undefined : enums.get(rules.enum)
    if (known === undefined && !Object.hasOwn(rules, 'const')) return undefined
    const key = keyOf(at)
    spend(key.length)
    if (known?.has(key) === false) return 'enum'
    return Object.hasOwn(rules, 'const') && keyOf(rules.const!) !== key ? 'const' : undefined
  }

  function matches(source: string, text: string): boolean {
    const { size, test } = patterns.get(source)!
    spend((text.length * size) / MATCHED)
    return test(text)
  }

  function string(rules: Schema, at: string): string | undefined {
    const { minLength, maxLength, pattern, format } = rules
    if (minLength !== undefined || maxLength !== undefined) {
      spend(at.length / MATCHED)
      const wrong = counted(points(at), minLength, maxLength)
      if (wrong !== undefined) return `${wrong}Length`
    }
    if (format !== undefined && !hasFormat(format as Format, at)) return 'format'
    return pattern !== undefined && !matches(pattern as string, at) ? 'pattern' : undefined
  }

  function array(rules: Schema, at: Json[]): string | undefined {
    const { prefixItems, items, contains, minContains = 1, maxContains, minItems, maxItems } = rules
    const wrong = counted(at.length, minItems, maxItems)
    if (wrong !== undefined) return `${wrong}Items`
    const prefix = (prefixItems ?? []) as Json[]
    if (prefixItems !== undefined || items !== undefined)
      for (const [i, each] of at.entries()) {
        const schema = prefix[i] ?? items
        const failed = schema === undefined ? undefined : judge(schema, each, 0)
        if (failed !== undefined) return failed
      }
    if (contains !== undefined) {
      const found = at.filter((each) => fits(contains, each)).length
      if (counted(found, minContains, maxContains) !== undefined) return 'contains'
    }
    if (rules.uniqueItems !== true) return undefined
    const keys = at.map(keyOf)
    spend(keys.reduce((sum, key) => sum + key.length, 0))
    return new Set(keys).size < keys.length ? 'uniqueItems' : undefined
  }

  function object(rules: Schema, at: Schema, within: number): string | undefined {
    const names = Object.keys(at)
    spend(names.length)
    const wrong = counted(names.length, rules.minProperties, rules.maxProperties)
    if (wrong !== undefined) return `${wrong}Properties`
    if (rules.required !== undefined && !hasAll(rules.required, at)) return 'required'
    for (const [name, needed] of Object.entries(rules.dependentRequired ?? {}))
      if (Object.hasOwn(at, name) && !hasAll(needed, at)) return 'dependentRequired'
    for (const name of names) {
      if (rules.propertyNames !== undefined && !fits(rules.propertyNames, name)) return 'propertyNames'
      const failed = property(rules, name, at[name]!)
      if (failed !== undefined) return failed
    }
    for (const [name, schema] of Object.entries(rules.dependentSchemas ?? {})) {
      spend(1)
      const failed = Object.hasOwn(at, name) ? judge(schema, at, within + 1) : undefined
      if (failed !== undefined) return failed
    }
    return undefined
  }

  function property(rules: Schema, name: string, at: Json): string | undefined {
    const { properties, patternProperties, additionalProperties } = rules
    let known = false
    if (properties !== undefined && Object.hasOwn(properties as Schema, name)) {
      known = true
      const failed = judge((properties as Schema)[name]!, at, 0)
      if (failed !== undefined) return failed
    }
    for (const [source, schema] of Object.entries(patternProperties ?? {})) {
      if (!matches(source, name)) continue
      known = true
      const failed = judge(schema, at, 0)
      if (failed !== undefined) return failed
    }
    if (known || additionalProperties === undefined) return undefined
    return fits(additionalProperties, at) ? undefined : 'additionalProperties'
  }

  function hasAll(names: Json, at: Schema): boolean {
    spend((names as string[]).length)
    return (names as string[]).every((name) => Object.hasOwn(at, name))
  }

  /** What other schemas say of the same value. */
  function applied(rules: Schema, at: Json, within: number): string | undefined {
    const { $ref, allOf, anyOf, oneOf, not } = rules
    if ($ref !== undefined) {
      const failed = judge(refs.get($ref as string)!, at, within)
      if (failed !== undefined) return failed
    }
    for (const each of (allOf ?? []) as Json[]) {
      const failed = judge(each, at, within)
      if (failed !== undefined) return failed
    }
    if (anyOf !== undefined && !(anyOf as Json[]).some((each) => fits(each, at, within))) return 'anyOf'
    if (oneOf !== undefined && (oneOf as Json[]).filter((each) => fits(each, at, within)).length !== 1)
      return 'oneOf'
    if (not !== undefined && fits(not, at, within)) return 'not'
    if (rules.if === undefined) return undefined
    const then = fits(rules.if, at, within) ? rules.then : rules.else
    return then === undefined ? undefined : judge(then, at, within)
  }

  return judge(root, value, 0)
}

function isOf(types: Json, at: Json): boolean {
  return (Array.isArray(types) ? types : [types]).some((type) => {
    if (type === 'null') return at === null
    if (type === 'array') return Array.isArray(at)
    if (type === 'object') return isObject(at)
    if (type === 'integer') return Number.isInteger(at)
    return typeof at === type
  })
}

function counted(count: number, least: Json | undefined, most: Json | undefined): 'min' | 'max' | undefined {
  if (least !== undefined && count < (least as number)) return 'min'
  return most !== undefined && count > (most as number) ? 'max' : undefined
}

/** Characters as JSON Schema counts them: code points. */
function points(text: string): number {
  let low = 0
  for (let i = 0; i < text.length; i++) if (text.codePointAt(i)! > 0xffff) low++
  return text.length - low
}

function number(rules: Schema, at: number): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = rules as Record<
    string,
    number | undefined
  >
  if (minimum !== undefined && at < minimum) return 'minimum'
  if (maximum !== undefined && at > maximum) return 'maximum'
  if (exclusiveMinimum !== undefined && at <= exclusiveMinimum) return 'exclusiveMinimum'
  if (exclusiveMaximum !== undefined && at >= exclusiveMaximum) return 'exclusiveMaximum'
  return multipleOf !== undefined && !Number.isInteger(at / multipleOf) ? 'multipleOf' : undefined
}
