import { expect, test } from 'vitest'
import { z } from 'zod'
import { shaped } from './shaped.ts'

const made = (schema: object, text = 'Hello.'): unknown => JSON.parse(shaped({ ...schema }, text))

test('any JSON', () => {
  expect(made({})).toEqual({ answer: 'Hello.' })
})

test.each<[string, z.ZodType]>([
  ['plain', z.object({ title: z.string(), done: z.boolean(), count: z.int().min(3), rest: z.null() })],
  [
    'nested',
    z.object({ list: z.array(z.object({ name: z.string().nullable() })).min(2), more: z.object({}) }),
  ],
  [
    'choices',
    z.object({ kind: z.enum(['a', 'b']), one: z.literal(1), either: z.union([z.string(), z.number()]) }),
  ],
  ['optional', z.object({ a: z.string().optional(), b: z.number().gt(4).lt(9), c: z.number().max(-3) })],
  ['formats', z.object({ a: z.email(), b: z.uuid(), c: z.url(), d: z.iso.date(), e: z.iso.datetime() })],
  ['short', z.object({ name: z.string().max(3) })],
  ['bare', z.object({})],
])('zod accepts what is made of its schema: %s', (_, schema) => {
  const value = made(z.toJSONSchema(schema))
  expect(schema.safeParse(value)).toMatchObject({ success: true })
})

test('strings are what was said', () => {
  const schema = z.toJSONSchema(z.object({ a: z.string(), b: z.array(z.string()) }))
  expect(made(schema, 'ahoy')).toEqual({ a: 'ahoy', b: ['ahoy'] })
})

test('a schema that holds itself ends', () => {
  interface Tree {
    name: string
    left: Tree | null
    rest: Tree[]
  }
  const tree: z.ZodType<Tree> = z.lazy(() =>
    z.object({ name: z.string(), left: tree.nullable(), rest: z.array(tree) }),
  )
  expect(z.object({ tree }).safeParse(made(z.toJSONSchema(z.object({ tree }))))).toMatchObject({
    success: true,
  })
})

test('a schema that asks for more than there is memory ends', () => {
  const wide = { type: 'array', minItems: 1e9, items: { $ref: '#' } }
  expect(JSON.stringify(made(wide)).length).toBeLessThan(100_000)
  const ref = { $ref: '#' }
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const deep = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, ref])),
    required: names,
  }
  expect(JSON.stringify(made(deep)).length).toBeLessThan(100_000)
})
