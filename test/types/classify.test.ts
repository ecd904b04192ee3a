import { describe, expect, it } from 'vitest'
import type { Unit } from '../../src/core/types.ts'
import { openaiChat } from '../../src/protocols/openai-chat/index.ts'
import { answerReader, readRequest } from '../../src/protocols/wire/codec.ts'
import {
  any,
  array,
  byField,
  forms,
  id,
  media,
  nested,
  number,
  object,
  oneOf,
  part,
  repeat,
  type Shape,
  text,
} from '../../src/protocols/wire/shape.ts'
import { bodies, idLike, spoken } from './bodies.ts'
import { classify } from './classify.ts'
import { lookup } from './lookup.ts'
import { write } from './program.ts'
import { SPECS, type Spec } from './specs.ts'
import { classification } from './table.ts'
import { typeTree } from './walk.ts'

const TYPE = `
  interface A { type: 'a'; text: string }
  interface B { type: 'b'; image: { url: string } }
  interface C { type: 'c'; other: string }
  export interface T {
    name: string
    mode: 'x' | 'y'
    items: (A | B | C)[]
    input: string | string[]
    args: string
    again: string
    limit: number
    metadata: Record<string, string>
    extra: { deep: string }
  }`
const SHAPE = object({
  name: id,
  mode: oneOf('x'),
  items: array(
    byField('type', {
      a: part('system', object({ type: oneOf('a'), text })),
      b: object({ type: oneOf('b'), image: media('image') }),
    }),
  ),
  input: forms({ string: part('user', text, { kind: 'tool_call' }) }),
  args: nested('model'),
  again: repeat,
  limit: number,
  metadata: part('tool', any),
})
const TAKEN = {
  name: ['id'],
  mode: ['enum', 'unknown'],
  'items[](type=a).type': ['enum'],
  'items[](type=a).text': ['text(system)'],
  'items[](type=b).type': ['enum'],
  'items[](type=b).image.url': ['media(image)'],
  'items[](type=c).type': ['unknown'],
  'items[](type=c).other': ['unknown'],
  input: ['tool_call(user)'],
  'input[]': ['unknown'],
  args: ['nested(model)'],
  again: ['repeat'],
  limit: ['number'],
  'metadata{key}': ['text(tool)'],
  'metadata{}': ['text(tool)'],
  'extra.deep': ['unknown'],
}

const tree = typeTree(write('classify.ts', TYPE), 'T')
const answer = (json: string): Unit =>
  answerReader({ body: SHAPE, event: SHAPE, done: '' }, { withoutRepeats: true }).body(json)

/** What each field is taken for, by the type's order, when markers look like that. */
function taken(marker: (index: number) => string, read: (json: string) => Unit): Record<string, string[]> {
  const special = { '^args$': (says: string) => JSON.stringify([says]) }
  const found: Record<string, string[]> = {}
  for (const body of bodies(tree, { marker, special }))
    for (const { filled, takenFor } of classify(body, read(body.text), SHAPE))
      found[filled.field] = [...new Set([...(found[filled.field] ?? []), takenFor])].sort()
  return found
}

describe('what a field is taken for', () => {
  it('of each kind', () => {
    expect(taken(idLike, answer)).toEqual(TAKEN)
    // What does not look like an identifier is read, as nobody's in particular.
    expect(taken(spoken, answer)).toEqual({ ...TAKEN, name: ['text(model)'] })
  })

  it('lost, when no write, no media and no repeat accounts for it', () => {
    // A request repeats nothing: what is not read there is lost.
    expect(taken(spoken, (json) => readRequest(json, SHAPE).unit).again).toEqual(['lost'])
    const without = (json: string): Unit => ({ ...answer(json), writes: [], opens: [], splices: [] })
    const lost = Object.values(taken(spoken, without)).flat()
    expect(lost.filter((as) => as !== 'lost')).toEqual(['enum', 'enum', 'number', 'enum'])
    const cut = (json: string): Unit => {
      const unit = answer(json)
      return { ...unit, writes: unit.writes.map((each) => ({ ...each, value: each.value.slice(1) })) }
    }
    expect(taken((i) => `${i} mark`, cut)['items[](type=a).text']).toEqual(['lost'])
  })

  it('arguments are lost when they are not read as JSON', () => {
    const [body] = bodies(tree, { marker: spoken, special: { '^args$': (says) => `{"q": "${says}` } })
    const args = classify(body!, answer(body!.text), SHAPE).find(({ filled }) => filled.field === 'args')
    expect(args?.takenFor).toBe('lost')
  })
})

it('a field of the SDK that the shape does not name is unknown', () => {
  const [spec] = SPECS.filter(({ protocol }) => protocol === openaiChat)
  const { types, shape } = spec!.documents.request!
  const known = shape as Extract<Shape, { is: 'object' }>
  const fields: typeof known.fields = (text, start, end) =>
    text.slice(start, end) === 'user' ? undefined : known.fields(text, start, end)
  const folded = new Set([...known.folded].filter((name) => name !== 'user'))
  const forgetful: Shape = { ...known, fields, folded }
  const protocol = { ...openaiChat, request: (json: string) => readRequest(json, forgetful) }
  const of = (tried: Spec) => classification(tried).find(({ field }) => field === 'user')?.takenFor
  expect(of(spec!)).toBe('id')
  expect(of({ ...spec!, protocol, documents: { request: { types, shape: forgetful } } })).toBe('unknown')
})

describe('what a shape says of a place', () => {
  it.each<[string, Shape, unknown, (string | number)[], string | undefined]>([
    ['a field', object({ a: text }), { a: 'x' }, ['a'], 'text'],
    ['no field', object({ a: text }), { b: 'x' }, ['b'], undefined],
    ['a field of another type', object({ a: text }), { a: ['x'] }, ['a', 0], undefined],
    ['an element', array(id), ['x'], [0], 'id'],
    ['in what is decided to be anything', object({ a: any }), { a: { b: 'x' } }, ['a', 'b'], 'any'],
    ['in media', object({ a: media('image') }), { a: { b: 'x' } }, ['a', 'b'], 'media'],
    ['a form', forms({ string: text, array: array(id) }), ['x'], [0], 'id'],
    ['no form', forms({ array: array(id) }), 'x', [], undefined],
    ['null has no form', forms({ object: object({}) }), null, [], undefined],
    ['a case', byField('t', { a: object({ b: id }) }), { t: 'a', b: 'x' }, ['b'], 'id'],
    ['no case', byField('t', { a: object({ b: id }) }), { t: 'c', b: 'x' }, ['b'], undefined],
    ['otherwise', byField('t', {}, object({ b: id })), { t: 'c', b: 'x' }, ['b'], 'id'],
    ['a number', object({ a: number }), { a: 1 }, ['a'], 'number'],
    ['no number', object({ a: number }), { a: 'x' }, ['a'], undefined],
    ['a key of the prototype', object({}), JSON.parse('{"constructor":"x"}'), ['constructor'], undefined],
  ])('%s', (_, shape, value, at, expected) => {
    expect(lookup(shape, value as never, at)?.is).toBe(expected)
  })
})
