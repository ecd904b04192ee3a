import { expect, it } from 'vitest'
import { bytes, checks, exchange, finds, rule } from '../../../test/drive.ts'
import { openSession, type Release } from '../../core/session.ts'
import type { Checks } from '../../core/types.ts'
import { answerReader, readRequest } from './codec.ts'
import {
  array,
  at,
  byField,
  captured,
  end,
  fixedText,
  media,
  named,
  nested,
  number,
  object,
  oneOf,
  part,
  scope,
  text,
} from './shape.ts'

const block = object({
  said: part('model', text, { at: 'blocks' }),
  thought: part('model', fixedText),
  input: nested('model'),
  place: media('map', object({ name: text })),
})
const body = object({ blocks: part('model', array(block)) })
const event = byField('is', {
  begin: object({ is: oneOf('begin'), n: number, block: at('blocks[n]', scope(block)) }),
  more: object({
    is: oneOf('more'),
    n: number,
    more: at('blocks[n]', scope(object({ json: named('input', nested('model')) }))),
  }),
  end: object({ is: oneOf('end'), n: at('blocks[n]', scope(end(number))) }),
  last: object({ is: at('blocks', scope(end(oneOf('last')))) }),
  usage: object({
    is: oneOf('usage'),
    in: captured('number', 'inputTokens'),
    read: captured('number', 'cacheReadTokens'),
    write: captured('number', 'cacheWriteTokens'),
  }),
})

const masks = checks([
  rule('output', 'transform', finds('secret', { replace: '[X]' })),
  rule('tool', 'transform', finds('hidden', { replace: '[Y]' })),
])
const drops = checks([rule('output', 'transform', finds('secret', { drop: true }))])

/** What leaves of a body, or the code that blocks it. */
function whole(json: string, on: Checks = masks): string | undefined {
  const session = openSession(exchange(on), { direction: 'answer', stream: false })
  session.push(answerReader({ body, event }, {}).body(json))
  const { units, block } = session.end() as Release
  return block?.code ?? units.map((unit) => unit.text).join('')
}

/** What has left after each event. */
function streamed(events: readonly string[], on: Checks = masks) {
  const session = openSession(exchange(on), { direction: 'answer', stream: true })
  const reader = answerReader({ body, event, ordered: true }, {})
  const steps: string[] = []
  let blocked: string | undefined
  const take = ({ units, block }: Release) => {
    steps.push(units.map((unit) => unit.text).join(''))
    blocked ??= block?.code
  }
  for (const each of events) for (const unit of reader.push(bytes(each))) take(session.push(unit) as Release)
  if (blocked === undefined) take(session.end() as Release)
  return { steps, out: steps.join(''), blocked, usage: reader.usage() }
}
const events = (...all: object[]) => all.map((each) => `data: ${JSON.stringify(each)}\n\n`)

it('arguments that are an object are read as those in a string are, and edited where they stand', () => {
  const args = (input: string) => `{"blocks":[ {"input" : ${input} } ]}`
  expect(whole(args('{"a":\t["a secr\\u0065t"], "n":1.50,\n"hidden": "hidden"}'))).toBe(
    // A key cannot be edited: what is found there blocks.
    'test.word',
  )
  expect(whole(args('{"a":\t["a secr\\u0065t"], "n":1.50,\n"b": "hidden"}'))).toBe(
    args('{"a":\t["a [X]"], "n":1.50,\n"b": "[Y]"}'),
  )
  expect(whole(args('{}'))).toBe(args('{}'))
  expect(whole(args('["plain" ]'))).toBe(args('["plain" ]'))
})

it('arguments that are dropped are still an object', () => {
  expect(whole('{"blocks":[{"input":{"a":"secret"}}]}', drops)).toBe(
    '{"blocks":[{"input":{"removed":"[removed by policy]"}}]}',
  )
})

it('an empty object that pieces follow is not part of what they make', () => {
  const { out } = streamed(
    events(
      { is: 'begin', n: 0, block: { input: {} } },
      { is: 'more', n: 0, more: { json: '{"a":"sec' } },
      { is: 'more', n: 0, more: { json: 'ret"}' } },
      { is: 'end', n: 0 },
    ),
  )
  expect(out).toContain('"more":{"json":"{\\"a\\":\\"[X]"}')
})

it('one that is not empty is read with what follows, and neither can be edited', () => {
  const twice = (first: string, then: string) =>
    streamed(
      events(
        { is: 'begin', n: 0, block: { input: { a: first } } },
        { is: 'more', n: 0, more: { json: `{"b":"${then}"}` } },
        { is: 'end', n: 0 },
      ),
    ).blocked
  expect([twice('secret', 'x'), twice('x', 'secret'), twice('x', 'x')]).toEqual([
    'test.word',
    'test.word',
    undefined,
  ])
})

it('an edit of arguments on several lines of data leaves them lines of data', () => {
  const lines = (word: string, gap: string) =>
    `data: {"is":"begin","n":0,"block":{"input":{"a":"${word}",${gap}"b":1}}}\n\n`
  const { out } = streamed([lines('secret', '\ndata: '), ...events({ is: 'end', n: 0 })])
  expect(out).toBe(lines('[X]', ' ') + events({ is: 'end', n: 0 })[0])
  const plain = lines('plain', '\ndata: ')
  expect(streamed([plain, ...events({ is: 'end', n: 0 })]).steps.join('')).toContain(plain)
})

it('a signed text passes or blocks; it is never rewritten', () => {
  expect(whole('{"blocks":[{"thought":"plain"}]}')).toBe('{"blocks":[{"thought":"plain"}]}')
  expect(whole('{"blocks":[{"thought":"a secret"}]}')).toBe('test.word')
})

it('one part over several blocks: a word that they cut is found, and it ends with the last', () => {
  const { steps } = streamed(
    events(
      { is: 'begin', n: 0, block: { said: 'a sec' } },
      { is: 'end', n: 0 },
      { is: 'begin', n: 1, block: { said: 'ret' } },
      { is: 'end', n: 1 },
      { is: 'begin', n: 2, block: { said: 'and a sec' } },
      { is: 'last' },
    ),
  )
  expect(steps.slice(0, 2)).toEqual(['', ''])
  expect(steps[2]).toContain('"said":"a [X]"')
  expect(steps[4]).toBe('')
  expect(steps[5]).toContain('"said":"and a sec"')
  expect(whole('{"blocks":[{"said":"a sec"},{"said":"ret"}]}')).toBe(
    '{"blocks":[{"said":"a [X]"},{"said":""}]}',
  )
})

it('what can be read beside what cannot is read', () => {
  const { unit } = readRequest('{"place":{"name":"Bern","x":"y"}}', block)
  expect(unit.opens.filter(({ kind }) => kind === 'media')).toMatchObject([{ medium: 'map' }])
  expect(unit.writes.map(({ value }) => value)).toEqual(['Bern', 'x', 'y'])
})

it('input that a cache gave counts, also when a later count leaves it out', () => {
  const counted = (...all: object[]) =>
    streamed(events(...all.map((each) => ({ is: 'usage', ...each })))).usage?.inputTokens
  expect(counted({ in: 3, read: 10, write: 100 })).toBe(113)
  expect(counted({ in: 3, read: 10, write: null }, { in: 4 })).toBe(14)
})
