import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, Unsupported } from './check.ts'
import { compile } from './compile.ts'
import { interpret } from './interpret.ts'
import { type Json, keyOf, parse } from './parse.ts'

type Schema = boolean | { [key: string]: unknown }

const judge = (schema: unknown, value: unknown): boolean =>
  interpret(check(schema as Json), value as Json) === undefined

// Few names and values, so that schemas and values meet.
const name = fc.constantFrom('a', 'b', 'toString', 'é')
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(null, true, false, 0, -0, 1, 2, 1.5, -3, 1e20, '', 'a', 'ab', '😀', '2024-02-29'),
  fc.constantFrom('10:00:00Z', '127.0.0.1', 'a@b.io', 'P1D', '2024-02-29T10:00:00Z'),
)
const values = (name: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    ),
  })).value
// ajv passes over `__proto__` in a schema, which is why ours may not say it.
const value = values(fc.oneof(name, fc.constant('__proto__')))
const plain = values(name)

const count = fc.integer({ min: 0, max: 3 })
const bound = fc.constantFrom(-1, 0, 1, 1.5, 2)
const names = fc.uniqueArray(name, { maxLength: 2 })
const schema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema; small: Schema }>((tie) => {
  const list = fc.array(tie('schema'), { minLength: 1, maxLength: 3 })
  const all: Record<string, fc.Arbitrary<unknown>> = {
    type: fc.oneof(
      fc.constantFrom('null', 'boolean', 'object', 'array', 'number', 'integer', 'string'),
      fc.constant(['string', 'integer', 'object']),
    ),
    enum: fc.uniqueArray(plain, { minLength: 1, maxLength: 3, selector: keyOf }),
    const: plain,
    properties: fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
    patternProperties: fc.dictionary(fc.constantFrom('^a', '.', 'é$'), tie('schema'), { maxKeys: 2 }),
    additionalProperties: tie('schema'),
    propertyNames: tie('schema'),
    required: names,
    dependentRequired: fc.dictionary(name, names, { maxKeys: 2 }),
    dependentSchemas: fc.dictionary(name, tie('schema'), { maxKeys: 2 }),
    items: tie('schema'),
    prefixItems: list,
    contains: tie('schema'),
    uniqueItems: fc.boolean(),
    pattern: fc.constantFrom('^a+$', 'b', '^.$', '\\d{4}'),
    format: fc.constantFrom('date', 'time', 'date-time', 'duration', 'email', 'ipv4'),
    multipleOf: fc.constantFrom(1, 0.5, 3),
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: tie('schema'),
    $ref: fc.constantFrom('#/$defs/a', '#/$defs/b~1%C3%A9'),
  }
  for (const each of ['Length', 'Items', 'Properties'])
    for (const end of ['min', 'max']) all[end + each] = count
  for (const each of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']) all[each] = bound
  const one = fc.constantFrom(...Object.keys(all)).chain((key) => all[key]!.map((says) => ({ [key]: says })))
  const choice = fc.record(Object.fromEntries(['if', 'then', 'else'].map((each) => [each, tie('schema')])))
  const counted = fc.record({
    contains: tie('schema'),
    minContains: fc.constantFrom(0, 1),
    maxContains: fc.constantFrom(1, 2),
  })
  return {
    small: fc.boolean(),
    schema: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      { weight: 1, arbitrary: fc.boolean() },
      { weight: 4, arbitrary: one },
      {
        weight: 6,
        arbitrary: fc.array(one, { minLength: 2, maxLength: 4 }).map((all) => Object.assign({}, ...all)),
      },
      { weight: 1, arbitrary: choice },
      { weight: 1, arbitrary: counted },
    ),
  }
}).schema

/** As they come of JSON: `__proto__` is a key like others. */
const json = <T>(given: T): T => JSON.parse(JSON.stringify(given)) as T

describe('the interpreter', () => {
  it('says of every schema and value what ajv says', () => {
    let fitting = 0
    let unfit = 0
    fc.assert(
      fc.property(
        schema,
        schema,
        schema,
        fc.array(value, { minLength: 4, maxLength: 4 }),
        (root, a, b, values) => {
          const whole = json({
            ...(typeof root === 'object' ? root : { allOf: [root] }),
            $defs: { a, 'b/é': b },
          })
          let oracle: ReturnType<typeof compile>
          try {
            oracle = compile(whole)
          } catch (error) {
            // A $ref that is nothing but a $ref to itself.
            expect((error as Error).message).toMatch(/call stack/)
            return
          }
          const checked = check(whole as Json)
          for (const each of values) {
            const at = json(each)
            let got: boolean
            try {
              got = interpret(checked, at) === undefined
            } catch (error) {
              // Only a $ref that refers to itself.
              expect(error).toBeInstanceOf(Unsupported)
              continue
            }
            let expected: boolean
            try {
              expected = oracle(at) === undefined
            } catch (error) {
              // Again such a $ref, which ours did not come to.
              expect(error).toBeInstanceOf(RangeError)
              continue
            }
            if (expected) fitting++
            else unfit++
            expect(got).toBe(expected)
          }
        },
      ),
      { numRuns: 300, seed: 6 },
    )
    // It is no test when everything fits, or nothing does.
    expect(Math.min(fitting, unfit)).toBeGreaterThan(300)
  }, 60_000)

  it('says what ajv says of equal values, which ajv itself compares one by one', () => {
    const ajv = new Ajv2020({ strict: false })
    const unique = ajv.compile({ uniqueItems: true })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (items) => {
        const at = json(items)
        // ajv throws for it.
        fc.pre(!JSON.stringify(at).includes('toString'))
        expect(judge({ uniqueItems: true }, at)).toBe(unique(at))
        expect(compile({ uniqueItems: true })(at) === undefined).toBe(unique(at))
        const first = ajv.compile({ const: at[0] })
        for (const each of at) {
          expect(judge({ const: at[0] }, each)).toBe(first(each))
          expect(judge({ enum: [at[0]] }, each)).toBe(first(each))
        }
      }),
      { numRuns: 100, seed: 6 },
    )
  })

  it('reads a recursive schema', () => {
    const tree = {
      $defs: {
        node: { required: ['v'], properties: { v: { type: 'number' }, next: { $ref: '#/$defs/node' } } },
      },
      $ref: '#/$defs/node',
    }
    expect(judge(tree, { v: 1, next: { v: 2, next: { v: 3 } } })).toBe(true)
    expect(judge(tree, { v: 1, next: { v: 2, next: {} } })).toBe(false)
  })

  it('takes what generators of schemas write', () => {
    const pydantic = {
      $defs: { Color: { enum: ['red', 'green'], title: 'Color', type: 'string' } },
      properties: {
        color: { $ref: '#/$defs/Color' },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
      },
      required: ['color'],
      title: 'Car',
      type: 'object',
    }
    const zod = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: {
        a: { type: 'object', properties: { x: { type: 'string' } }, additionalProperties: false },
      },
      $ref: '#/definitions/a',
    }
    expect(judge(pydantic, { color: 'red', note: null })).toBe(true)
    expect(judge(pydantic, { color: 'blue' })).toBe(false)
    expect(judge(zod, { x: 'y' })).toBe(true)
    expect(judge(zod, { y: 'x' })).toBe(false)
  })

  const UNSUPPORTED: Record<string, unknown> = {
    'a remote $ref': { $ref: 'https://example.com/schema' },
    'a $ref to an anchor': { $defs: { a: { $anchor: 'x' } }, $ref: '#x' },
    'a $ref to nothing': { $ref: '#/$defs/a' },
    'a $ref to what is no schema': { title: 'x', $ref: '#/title' },
    'a $ref to what every object inherits': { $ref: '#/constructor' },
    'a $ref that is no URI': { $ref: '#/%' },
    'a schema of its own base': { properties: { a: { $id: 'https://x.io/', $ref: '#' } } },
    unevaluatedProperties: { unevaluatedProperties: false },
    'a dynamic reference': { $dynamicRef: '#a' },
    'an older way to write a tuple': { items: [{ type: 'string' }] },
    'an older way to write exclusive bounds': { minimum: 1, exclusiveMinimum: true },
    'dependencies, which were split': { dependencies: { a: ['b'] } },
    'a keyword that nobody knows': { maxWords: 3 },
    'a keyword that every object inherits': { toString: 3 },
    'nullable, which is none of JSON Schema': { type: 'string', nullable: true },
    'another dialect': { $schema: 'http://json-schema.org/draft-04/schema#' },
    'a format that is not checked': { format: 'regex' },
    'a type that there is not': { type: 'text' },
    'a pattern that looks ahead': { pattern: '^(?=a)' },
    'a pattern that refers back': { pattern: '(a)\\1' },
    'a pattern with large repetitions': { pattern: '((a{100}){10}){10}' },
    'a long pattern': { pattern: 'a'.repeat(600) },
    'many patterns': { anyOf: Array.from({ length: 70 }, (_, i) => ({ pattern: `a${i}` })) },
    'no schema': ['a'],
    'deep nesting': Array.from({ length: 40 }).reduce((at) => ({ not: at }), {}),
  }
  for (const [name, schema] of Object.entries(UNSUPPORTED))
    it(`does not judge by ${name}`, () => {
      expect(() => check(schema as Json)).toThrow(Unsupported)
    })

  const items = (n: number, of: unknown) => Array.from({ length: n }, () => of)
  const COSTLY: Record<string, [schema: unknown, value: unknown]> = {
    'schemas that double with every step': [
      {
        $defs: Object.fromEntries(
          items(20, 0).map((_, i) => [`d${i}`, { allOf: items(2, { $ref: `#/$defs/d${i + 1}` }) }]),
        ),
        $ref: '#/$defs/d0',
      },
      1,
    ],
    'a $ref to itself': [{ $ref: '#' }, 1],
    'two that refer to each other': [
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
      1,
    ],
    'many items': [{ items: { type: 'number' } }, items(20_000, 1)],
    'many names for many items': [{ items: { required: items(4000, 'x') } }, items(9000, { x: 1 })],
    'a large enum of a large value': [{ items: { enum: ['y'.repeat(200)] } }, items(5000, 'y'.repeat(200))],
    'a large pattern on a long text': [{ pattern: '(a|b|c|d|e){1,150}$' }, 'abcde'.repeat(100_000)],
    'many keys and patterns': [
      { patternProperties: Object.fromEntries(items(60, 0).map((_, i) => [`x${i}$`, true])) },
      Object.fromEntries(items(20_000, 0).map((_, i) => [`key${i}`, 0])),
    ],
  }
  // The last of those has a schema for what it leads to.
  Object.assign((COSTLY['schemas that double with every step']![0] as { $defs: object }).$defs, { d20: true })
  for (const [name, [schema, value]] of Object.entries(COSTLY))
    it(`stops at ${name}`, () => {
      const checked = check(schema as Json)
      const began = performance.now()
      expect(() => interpret(checked, value as Json)).toThrow(Unsupported)
      expect(performance.now() - began).toBeLessThan(3000)
    })
})

it('equal values have equal keys', () => {
  expect(keyOf({ a: 1, b: [0, { c: null }] })).toBe(keyOf({ b: [-0, { c: null }], a: 1 }))
  expect(keyOf({ a: 1 })).not.toBe(keyOf({ a: '1' }))
  expect(keyOf(['a,b'])).not.toBe(keyOf(['a', 'b']))
})

it('an answer of a megabyte is read, however it is nested', () => {
  expect(parse('['.repeat(1 << 20))).toEqual({ deep: true })
  expect(parse(`[${'0,'.repeat(1 << 19)}0]`)).toHaveProperty('value')
})
