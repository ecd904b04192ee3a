import { Ajv2020, type CodeKeywordDefinition } from 'ajv/dist/2020.js'
import { FORMATS, hasFormat } from './formats.ts'
import { type Json, keyOf } from './parse.ts'
import { pattern } from './patterns.ts'

/** What a boundary's schema says of a value: where in the schema stands what it does not fit, or undefined. */
export type Compiled = (value: Json) => string | undefined

/**
 * Compiles a boundary's own schema.
 * @throws Error that says what is wrong with it, and what to write instead
 */
export function compile(schema: boolean | object): Compiled {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowMatchingProperties: true,
    // `required: [toString]` asks for a property and not for what every object inherits.
    ownProperties: true,
    addUsedSchema: false,
    logger: false,
    code: { regExp },
  })
  for (const format of FORMATS)
    ajv.addFormat(format, { type: 'string', validate: (text: string) => hasFormat(format, text) })
  // ajv's own compares every item with every other, and throws for an object with a key such as `toString`.
  for (const keyword of ['uniqueItems', 'enum', 'const']) ajv.removeKeyword(keyword)
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (wanted: boolean, items: Json[]) => !wanted || new Set(items.map(keyOf)).size === items.length,
  })
  ajv.addKeyword({ keyword: 'enum', schemaType: 'array', compile: (values: Json[]) => among(values) })
  ajv.addKeyword({ keyword: 'const', compile: (value: Json) => among([value]) })
  // Without a most, what ajv makes of it takes an empty array in a loop for what the array before it was.
  const contains = ajv.getKeyword('contains') as CodeKeywordDefinition
  ajv.removeKeyword('contains')
  ajv.addKeyword({
    ...contains,
    // Behind it, what ajv makes of it takes an empty array for one that was refused, and judges no further.
    before: 'prefixItems',
    code(context) {
      const parentSchema = { maxContains: 2 ** 31, ...context.parentSchema }
      contains.code(Object.assign(Object.create(context), { parentSchema }))
    },
  })
  JSON.stringify(schema, (key, value) => {
    // With the one, ajv judges later; over the other it passes.
    if (key === '$async' || key === '__proto__') throw new Error(`${key} cannot be judged by: leave it out`)
    return value
  })
  let validate: ReturnType<typeof ajv.compile>
  try {
    validate = ajv.compile(schema)
  } catch (error) {
    throw new Error(advice(error instanceof Error ? error.message : 'it is not valid'))
  }
  return (value) => {
    if (validate(value) === true) return undefined
    return (validate.errors?.[0]?.schemaPath ?? '#').slice(0, 200)
  }
}

function among(values: readonly Json[]): (value: Json) => boolean {
  const keys = new Set(values.map(keyOf))
  return (value) => keys.has(keyOf(value))
}

function regExp(source: string): { test(text: string): boolean; toString(): string } {
  // ajv tells patterns apart by what they are as strings.
  return { ...pattern(source), toString: () => source }
}
regExp.code = 'regExp'

function advice(message: string): string {
  const said = message.replace(/^(?:schema is invalid|strict mode): /, '')
  if (/can't resolve reference/.test(said))
    return `${said}: write the schema that it means under $defs, and $ref: "#/$defs/name"; nothing is fetched`
  if (/no schema with key or ref/.test(said))
    return `${said}: write $schema: https://json-schema.org/draft/2020-12/schema, or leave it out`
  if (/unknown format/.test(said)) return `${said}: write one of ${FORMATS.join(', ')}, or a pattern`
  return `${said}: write it as JSON Schema 2020-12 has it`
}
