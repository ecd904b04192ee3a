import { describe, expect, it } from 'vitest'
import { bodies, spoken } from './bodies.ts'
import { listFields } from './fields.ts'
import { complaints, write } from './program.ts'
import { typeTree } from './walk.ts'

let count = 0
/** The tree of the type `T` of a module. */
const tree = (source: string) => typeTree(write(`walk-${++count}.ts`, source), 'T')
const fields = (source: string) =>
  listFields(tree(source)).map((leaf) =>
    leaf.is === 'literals' ? `${leaf.field}: ${leaf.values.join(' ')}` : `${leaf.field}: ${leaf.is}`,
  )
const texts = (source: string) => bodies(tree(source), { marker: (i) => `m ${i}` }).map(({ text }) => text)

describe('the tree of a type', () => {
  it.each([
    ['a known value beside any string', '(string & {}) | "a" | "b"', ['x: string']],
    ['known values', '"b" | "a" | null', ['x: a b']],
    ['a template', '`a-$' + '{string}`', ['x: string']],
    ['anything', 'unknown', ['x: string']],
    ['nothing in particular', '{}', ['x: string']],
    ['a number', '2 | 1', ['x: number']],
    ['a switch', 'boolean | null', ['x: boolean']],
    ['known values before numbers', '"auto" | number', ['x: auto']],
    ['an array', 'Array<string>', ['x[]: string']],
    [
      'arrays of this or that',
      'readonly { a: string }[] | { b: string }[]',
      ['x[](A).a: string', 'x[](B).b: string'],
    ],
    ['a tuple', '[string, "a"]', ['x[0]: string', 'x[1]: a']],
    ['a record', 'Record<string, string>', ['x{key}: key', 'x{}: string']],
    [
      'a record beside fields',
      '{ a: string; [key: string]: string }',
      ['x.a: string', 'x{key}: key', 'x{}: string'],
    ],
    ['an intersection', '{ a: string } & { b?: "c" }', ['x.a: string', 'x.b: c']],
    ['a function', '(() => void) | string', ['x: string']],
    ['a binary', 'Uint8Array | string', ['x: string']],
    ['null', 'null', []],
  ])('%s', (_, type, expected) => {
    const found = fields(`export interface T { x: ${type} }`)
    // Types without a name are told by their place.
    const unnamed = expected.map((line, i) => line.replace(/\((A|B)\)/, `(__type #${i + 1})`))
    expect(found).toEqual(unnamed)
  })

  it('variants are told by a field of one value, then by name', () => {
    const source = `
      interface A { type: 'a'; one: string }
      interface B { role: 'x'; type: 'b'; two: string }
      interface C { kind: string; three: string }
      interface D { type: 'a'; four: string }
      export type T = A | B | C | D`
    expect(fields(source).filter((field) => /one|two|three|four/.test(field))).toEqual([
      '(type=a A).one: string',
      '(type=b).two: string',
      '(C).three: string',
      '(type=a D).four: string',
    ])
  })

  it('a type is followed into itself four times', () => {
    const source = 'export interface T { a: string; of?: T[] }'
    expect(fields(source)).toEqual([
      'a: string',
      'of[].a: string',
      'of[].of[].a: string',
      'of[].of[].of[].a: string',
    ])
    expect(texts(source)).toHaveLength(1)
    expect(JSON.parse(texts(source)[0]!).of[0].of[0].of[0]).toEqual({ a: 'm 4', of: [] })
  })

  it('what is sent as a header is no field', () => {
    const source = `export interface T {
      /** Body param: a */
      a: string
      /** Header param: b */
      b?: string
    }`
    expect(fields(source)).toEqual(['a: string'])
  })

  it('what cannot be found is said', () => {
    expect(() => typeTree('openai/nowhere', 'T')).toThrow('there is no module openai/nowhere')
    expect(() => typeTree('openai/resources/embeddings', 'Nothing')).toThrow('exports no Nothing')
    expect(() => tree('export interface T { x: Nowhere }')).toThrow('cannot be resolved inside of T')
  })
})

describe('bodies', () => {
  it('one with everything, then one for each further variant', () => {
    const source = `
      interface A { type: 'a'; text: string; note?: string; more?: number[] }
      interface B { type: 'b'; mode: 'x' | 'y' }
      export interface T { model: string; items: (A | B)[]; user?: string; flag: false }`
    expect(texts(source)).toEqual([
      '{"model":"m 1","items":[{"type":"a","text":"m 2","note":"m 3","more":[1]}],"user":"m 4","flag":false}',
      '{"model":"m 1","items":[{"type":"b","mode":"x"}],"flag":false}',
      '{"model":"m 1","items":[{"type":"b","mode":"y"}],"flag":false}',
    ])
  })

  it('says where each value stands', () => {
    const [body] = bodies(tree('export interface T { a: Record<string, string[]>; n: 2; args: string }'), {
      marker: spoken,
      special: { '^args$': (marker) => JSON.stringify({ q: marker }) },
    })
    const value = JSON.parse(body!.text)
    expect(value.args).toBe('{"q":"mark 3 end"}')
    expect(
      body!.filled.map(({ field, is, at, value: says, span }) => [
        field,
        is,
        at,
        says,
        body!.text.slice(...span),
      ]),
    ).toEqual([
      ['a{key}', 'key', ['a', 'mark 1 end'], 'mark 1 end', 'mark 1 end'],
      ['a{}[]', 'string', ['a', 'mark 1 end', 0], 'mark 2 end', 'mark 2 end'],
      ['n', 'number', ['n'], '2', '2'],
      ['args', 'string', ['args'], 'mark 3 end', '{\\"q\\":\\"mark 3 end\\"}'],
    ])
  })

  it('the compiler complains of one that is not of its type', () => {
    const body = (type: string) =>
      `{ messages: [{ role: 'user', content: [{ type: '${type}', text: 'x' }] }], model: 'm' }`
    const check = (type: string) => {
      const name = `complaint-${type}.ts`
      const imported =
        "import type { ChatCompletionCreateParamsNonStreaming as T } from 'openai/resources/chat/completions'"
      write(name, `${imported}\nexport const b: T = ${body(type)}\n`)
      return complaints(name).length
    }
    expect([check('text'), check('image_url')]).toEqual([0, 1])
  })
})
