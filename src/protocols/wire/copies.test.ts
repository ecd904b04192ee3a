import { describe, expect, it } from 'vitest'
import { bytes, checks, exchange, finds, rule } from '../../../test/drive.ts'
import { openSession, type Release } from '../../core/session.ts'
import { answerReader } from './codec.ts'
import {
  any,
  array,
  at,
  byField,
  citation,
  cites,
  complete,
  nestedCopy,
  nestedKept,
  number,
  object,
  offset,
  oneOf,
  part,
  text,
  textCopy,
  whole,
} from './shape.ts'

// A protocol as the newer ones are: events that add, and events that say again what was added.
const said = (of: typeof text) => part('model', of, { kept: 'text' })
const item = (of: typeof text, args: typeof text) =>
  object({
    text: said(of),
    args,
    notes: array(object({ from: offset('start'), to: offset('end') })),
  })
const event = byField(
  'type',
  {
    add: object({ type: oneOf('add'), n: number, text: at('items[n].text', said(text)) }),
    args: object({ type: oneOf('args'), n: number, text: at('items[n].args', nestedKept('model')) }),
    item: object({
      type: oneOf('item'),
      n: number,
      item: at('items[n]', whole(cites('text', item(textCopy, nestedCopy('model'))))),
    }),
    end: object({
      type: complete(oneOf('end')),
      items: array(whole(cites('text', item(textCopy, nestedCopy('model'))))),
    }),
    cite: object({ type: oneOf('cite'), of: citation('"gone"', object({ words: part('model', text) })) }),
  },
  any,
)

const masks = checks([
  rule('output', 'transform', finds('secret', { replace: '[X]' })),
  rule('tool', 'transform', finds('secret', { replace: '[Y]' })),
])

/** The events that leave, as JSON, up to a block. */
function passed(
  events: object[],
  on = masks,
  options = {},
): { out: Record<string, unknown>[]; blocked: boolean } {
  const session = openSession(exchange(on), { direction: 'answer', stream: true })
  const reader = answerReader({ body: any, event, ordered: true }, options)
  let out = ''
  let blocked = false
  const take = (release: Release) => {
    out += release.units.map((unit) => unit.text).join('')
    blocked ||= release.block !== undefined
  }
  for (const each of events)
    for (const unit of reader.push(bytes(`data: ${JSON.stringify(each)}\n\n`)))
      if (!blocked) take(session.push(unit) as Release)
  if (!blocked) take(session.end() as Release)
  return {
    out: out
      .split('\n\n')
      .filter(Boolean)
      .map((one) => JSON.parse(one.slice(6))),
    blocked,
  }
}

const add = (words: string, n = 0) => ({ type: 'add', n, text: words })
const args = (words: string, n = 0) => ({ type: 'args', n, text: words })

describe('a text that is said again', () => {
  it('is edited as it was', () => {
    const whole = { text: 'a secret, and a secret', args: '' }
    const { out } = passed([
      add('a sec'),
      add('ret, and a secret'),
      { type: 'item', n: 0, item: whole },
      { type: 'end', items: [whole] },
    ])
    const edited = { text: 'a [X], and a [X]', args: '' }
    expect(
      out
        .slice(0, 2)
        .map((each) => each.text)
        .join(''),
    ).toBe('a [X], and a [X]')
    expect(out[2]!.item).toEqual(edited)
    expect(out[3]!.items).toEqual([edited])
  })

  it('leaves as it came where nothing was edited', () => {
    const events = [add('plain \u00e9'), { type: 'item', n: 0, item: { text: 'plain \u00e9' } }]
    expect(passed(events).out).toEqual(events)
  })

  it('is a text of its own where it differs', () => {
    const { out } = passed([
      add('harmless'),
      { type: 'item', n: 0, item: { text: 'a secret' } },
      { type: 'end', items: [{ text: 'another secret' }] },
    ])
    expect(out[1]!.item).toEqual({ text: 'a [X]' })
    expect(out[2]!.items).toEqual([{ text: 'another [X]' }])
    const blocks = checks([rule('output', 'block', finds('secret'))])
    const { out: said, blocked } = passed(
      [add('harmless, and long enough'), { type: 'item', n: 0, item: { text: 'a secret' } }],
      blocks,
    )
    expect(blocked).toBe(true)
    expect(JSON.stringify(said)).not.toContain('secret')
  })

  it('is read where it was never said before', () => {
    const { out } = passed([
      { type: 'item', n: 0, item: { text: 'a secret' } },
      { type: 'end', items: [{ text: 'a secret' }] },
    ])
    expect(out).toEqual([
      { type: 'item', n: 0, item: { text: 'a [X]' } },
      { type: 'end', items: [{ text: 'a [X]' }] },
    ])
  })

  it('may be a tool call’s arguments', () => {
    const { out } = passed([
      args('{"to": "sec'),
      args('ret"}'),
      { type: 'item', n: 0, item: { args: '{"to": "secret"}' } },
    ])
    expect(
      out
        .slice(0, 2)
        .map((each) => each.text)
        .join(''),
    ).toBe('{"to": "[X]"}')
    expect(out[2]!.item).toEqual({ args: '{"to": "[X]"}' })
  })

  it('of one item is not taken for that of another', () => {
    const { out } = passed([
      add('a secret', 0),
      add('plain', 1),
      { type: 'end', items: [{ text: 'a secret' }, { text: 'plain' }] },
    ])
    expect(out[2]!.items).toEqual([{ text: 'a [X]' }, { text: 'plain' }])
  })
})

describe('an offset', () => {
  const notes = (...pairs: [number, number][]) => pairs.map(([from, to]) => ({ from, to }))
  const moved = (words: string, ...pairs: [number, number][]) => {
    const { out } = passed([
      add(words),
      { type: 'item', n: 0, item: { text: words, notes: notes(...pairs) } },
    ])
    return (out[1]!.item as { notes: object[] }).notes
  }

  it('moves with the text', () => {
    // "a secret here" becomes "a [X] here"
    expect(moved('a secret here', [0, 1], [9, 13])).toEqual(notes([0, 1], [6, 10]))
    expect(moved('nothing here', [0, 12])).toEqual(notes([0, 12]))
  })

  it('inside of what was edited says its beginning or its end', () => {
    expect(moved('a secret here', [4, 6], [2, 8])).toEqual(notes([2, 5], [2, 5]))
  })

  it('counts characters', () => {
    expect(moved('\u{1f511} secret here', [9, 13])).toEqual(notes([6, 10]))
  })
})

it('a citation goes once the request was edited', () => {
  const cited = { type: 'cite', of: { words: 'as written' } }
  expect(passed([cited]).out).toEqual([cited])
  expect(passed([cited], masks, { withoutCitations: true }).out).toEqual([{ type: 'cite', of: 'gone' }])
})
