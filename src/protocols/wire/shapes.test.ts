import { describe, expect, it } from 'vitest'
import { bytes, checks, exchange, finds, rule } from '../../../test/drive.ts'
import { openSession, type Release } from '../../core/session.ts'
import type { Unit } from '../../core/types.ts'
import { answerReader, readRequest } from './codec.ts'
import {
  any,
  array,
  base64,
  complete,
  end,
  failure,
  forms,
  map,
  media,
  number,
  numbers,
  object,
  oneOf,
  part,
  type Shape,
  scope,
  text,
  whole,
} from './shape.ts'

const asked = (shape: Shape, body: unknown): Unit => readRequest(JSON.stringify(body), shape).unit
const texts = (unit: Unit): string[] => unit.writes.map(({ value }) => value)
const mediums = (unit: Unit): (string | undefined)[] => unit.opens.flatMap(({ medium }) => medium ?? [])
const sse = (event: object): string => `data: ${JSON.stringify(event)}\n\n`

describe('a map', () => {
  const shape = object({ bias: map(/^[0-9]{1,6}$/, number) })

  it('needs no reading where its keys are what they should be', () => {
    expect(asked(shape, { bias: { '50256': -100, '7': 1 } }).opens).toEqual([])
  })

  it('is read where they are not', () => {
    expect(texts(asked(shape, { bias: { 'say it': 1, '4111111111111111': 1 } }))).toEqual([
      'say it',
      '4111111111111111',
    ])
    expect(texts(asked(shape, { bias: { '7': 'say it' } }))).toEqual(['say it'])
    expect(texts(asked(shape, { bias: { x: { y: 'say it' } } }))).toEqual(['x', 'y', 'say it'])
    expect(texts(asked(shape, { bias: 'say it' }))).toEqual(['say it'])
  })

  it('keeps what callers wrote out of paths', () => {
    const { writes } = asked(shape, { bias: { 'say it': 'aloud' } })
    expect(writes.map(({ path }) => path)).toEqual(['bias.*', 'bias.*'])
  })
})

describe('an array of numbers', () => {
  const one = part('user', text)
  const tokens = media('tokens')
  const shape = object({
    prompt: forms({
      string: one,
      number: tokens,
      numbers: tokens,
      array: array(forms({ string: one, number: tokens, numbers: tokens })),
    }),
  })
  const of = (prompt: unknown) => {
    const unit = asked(shape, { prompt })
    return [mediums(unit), texts(unit)]
  }

  it('is one thing, however many they are', () => {
    expect(of(Array.from({ length: 100_000 }, (_, i) => i))).toEqual([['tokens'], []])
    expect(
      of([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([['tokens', 'tokens'], []])
  })

  it('hides no text among them', () => {
    expect(of([1, 'a', 2])).toEqual([['tokens', 'tokens'], ['a']])
    expect(of([[1, 'a']])[1]).toEqual(['a'])
    expect(of(['a', 'b'])).toEqual([[], ['a', 'b']])
    expect(of([])).toEqual([[], []])
    expect(of(7)).toEqual([['tokens'], []])
  })
})

describe('numbers and base64', () => {
  const shape = object({ data: forms({ string: base64, array: numbers }) })
  it('are exempt while they are what they should be', () => {
    expect(asked(shape, { data: [0.123456789, 4111111111111111] }).opens).toEqual([])
    expect(asked(shape, { data: 'QUJD+/-_==' }).opens).toEqual([])
    expect(texts(asked(shape, { data: [1, 'a', 4111111111111111] }))).toEqual(['a', '4111111111111111'])
    expect(texts(asked(shape, { data: 'say it' }))).toEqual(['say it'])
    expect(texts(asked(shape, { data: 'QUJ\u00e9' }))).toEqual(['QUJ\u00e9'])
    expect(texts(asked(shape, { data: [[1234567]] }))).toEqual(['1234567'])
  })
})

it('what cannot be inspected may say something that can', () => {
  const shape = object({ search: media('web_search', object({ city: text })) })
  const unit = asked(shape, { search: { city: 'Bern', zz: 'more' } })
  expect([mediums(unit), texts(unit).sort()]).toEqual([['web_search'], ['Bern', 'more', 'zz']])
  expect(asked(shape, { search: null }).opens).toEqual([])
})

/** What leaves of a stream, one entry an event. */
function passed(event: Shape, sent: string, action: 'transform' | 'block'): string[] {
  const on = checks([rule('output', action, finds('secret', { replace: '[X]' }))])
  const session = openSession(exchange(on), { direction: 'answer', stream: true })
  const reader = answerReader({ body: any, event, done: '[DONE]' }, {})
  return [...reader.push(bytes(sent)), ...reader.end()].map((unit) =>
    (session.push(unit) as Release).units.map((released) => released.text).join(''),
  )
}

describe('in a stream', () => {
  const finish = complete(end(oneOf('stop')))
  const item = scope(
    object({
      notes: whole(array(object({ title: text }))),
      spoken: part('model', object({ words: text, sound: media('audio') })),
      finish,
    }),
  )
  const event = object({ items: array(item), error: failure })
  const noted = (title: string, more = {}) => sse({ items: [{ notes: [{ title, ...more }] }] })

  it('what is whole is not continued by what comes at the same place', () => {
    const sent = [noted('a sec', { extra: 'sec' }), noted('ret', { extra: 'ret' }), noted('a secret')]
    const out = passed(event, sent.join(''), 'transform')
    // Each leaves at once, although it ends as a word begins that may not pass.
    expect(out).toEqual([sent[0], sent[1], noted('a [X]')])
  })

  it('a sound leaves no sooner than the words before it', () => {
    const words = (words: string) => sse({ items: [{ spoken: { words } }] })
    const sound = sse({ items: [{ spoken: { sound: 'QUJD' } }] })
    const [first, second, third] = [words('a sec'), sound, words('ond')]
    expect(passed(event, first + second + third, 'transform')).toEqual(['', '', first + second + third])
    expect(passed(event, first + second + words('ret'), 'block').join('')).toBe('')
  })

  it('what came before a failure is read, however the bytes are cut', () => {
    const sent = bytes(
      noted('one') + noted('two') + sse({ error: { message: 'sk-secret' } }) + noted('three'),
    )
    for (let cut = 0; cut < sent.length; cut++) {
      const reader = answerReader({ body: any, event }, {})
      const read: string[] = []
      const run = () => {
        for (const chunk of [sent.subarray(0, cut), sent.subarray(cut)])
          read.push(...reader.push(chunk).flatMap(texts))
        read.push(...reader.end().flatMap(texts))
      }
      expect(run).toThrow('not available')
      expect([cut, read]).toEqual([cut, ['one', 'two']])
    }
  })
})
