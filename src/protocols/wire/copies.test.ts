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
  grows,
  nestedCopy,
  nestedKept,
  number,
  object,
  offset,
  oneOf,
  part,
  repeat,
  text,
  textCopy,
  whole,
  withheld,
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

describe('what is whole', () => {
  const about = object({ name: any, notes: part('tool', any), words: part('system', text) })
  const shape = byField(
    'type',
    {
      about: object({ type: oneOf('about'), about: at('', whole(about)) }),
      add: object({ type: oneOf('add'), text: at('said', part('model', text)) }),
    },
    any,
  )
  const about1 = { name: 'a secret name', notes: { deep: ['a sec', { more: 'ret', n: 12345678 }] } }
  const read = (events: object[]) => {
    const reader = answerReader({ body: any, event: shape, ordered: true }, {})
    return events.map((each) => reader.push(bytes(`data: ${JSON.stringify(each)}\n\n`))[0]!)
  }
  const leaves = (events: object[], on = masks) => {
    const session = openSession(exchange(on), { direction: 'answer', stream: true })
    return read(events).map((unit) => {
      const { units } = session.push(unit) as Release
      return units.map((each) => JSON.parse(each.text.slice(6)))
    })
  }

  it('is read once, however often it comes, and edited every time', () => {
    const said = { type: 'about', about: about1 }
    const edited = {
      type: 'about',
      about: { name: 'a [X] name', notes: { deep: ['a [X]', { more: '', n: 12345678 }] } },
    }
    expect(leaves([said, said, said])).toEqual([[edited], [edited], [edited]])
    const units = read([said, said])
    expect(units[1]!.opens).toEqual([])
    expect(units[1]!.writes.every(({ copy }) => copy)).toBe(true)
    expect(units[1]!.writes.map(({ value }) => value)).toEqual(['a secret name', 'a sec', 'ret', '12345678'])
  })

  it('is read anew where it differs, in a part of its own', () => {
    const other = { ...about1, notes: { deep: ['another sec', { zz: 'ret' }] } }
    const out = leaves([
      { type: 'about', about: about1 },
      { type: 'about', about: other },
      { type: 'about', about: other },
      { type: 'about', about: about1 },
    ])
    const second = { name: 'a [X] name', notes: { deep: ['another [X]', { zz: '' }] } }
    expect(out[1]).toEqual([{ type: 'about', about: second }])
    expect(out[2]).toEqual([{ type: 'about', about: second }])
    expect(out[3]).toEqual([
      { type: 'about', about: { name: 'a [X] name', notes: { deep: ['a [X]', { more: '', n: 12345678 }] } } },
    ])
  })

  it('is read anew where it differs in a letter', () => {
    const said = (name: string) => ({ type: 'about', about: { name } })
    expect(leaves([said('a secrel'), said('a secret')])).toEqual([[said('a secrel')], [said('a [X]')]])
  })

  it('keeps its origin when it is read anew', () => {
    const units = read([
      { type: 'about', about: { notes: 'one', words: 'two' } },
      { type: 'about', about: { notes: 'three', words: 'four' } },
    ])
    const origins = units.map(({ opens }) => opens.map(({ origin }) => origin))
    expect(origins).toEqual([
      ['tool', 'system'],
      ['tool', 'system'],
    ])
  })

  it('has its keys read, also where they are new', () => {
    const blocks = checks([rule('output', 'block', finds('secret'))])
    const keyed = (key: string) => ({ type: 'about', about: { notes: { [key]: 1 } } })
    expect(
      leaves([keyed('plain'), keyed('plain'), keyed('a secret')], blocks).map((out) => out.length),
    ).toEqual([1, 1, 0])
  })

  it('holds nothing back, whatever it ends with', () => {
    const out = leaves([
      { type: 'about', about: { name: 'a sec', zz: 'a sec' } },
      { type: 'add', text: 'hello' },
    ])
    expect(out.map((each) => each.length)).toEqual([1, 1])
  })
})

describe('the elements of an array that a reader reads as one', () => {
  const joined = (of: typeof text) => part('model', of, { kept: 'text', elements: true })
  const element = (of: typeof text) =>
    cites(
      'text',
      object({ text: joined(of), notes: array(object({ from: offset('start'), to: offset('end') })) }),
    )
  const shape = byField(
    'type',
    {
      add: object({ type: oneOf('add'), n: number, text: at('items[0].parts[n].text', joined(text)) }),
      part: object({
        type: oneOf('part'),
        n: number,
        part: at('items[0].parts[n]', whole(grows(element(textCopy)))),
      }),
      item: object({
        type: oneOf('item'),
        item: at('items[0]', whole(object({ parts: array(element(textCopy)) }))),
      }),
    },
    any,
  )
  const run = (events: object[], on = masks) => {
    const session = openSession(exchange(on), { direction: 'answer', stream: true })
    const reader = answerReader({ body: any, event: shape, ordered: true }, {})
    return events.flatMap((each) => {
      const unit = reader.push(bytes(`data: ${JSON.stringify(each)}\n\n`))[0]!
      return (session.push(unit) as Release).units.map(({ text }) => JSON.parse(text.slice(6)))
    })
  }
  const plus = (n: number, text: string) => ({ type: 'add', n, text })
  const part_ = (n: number, text: string, notes: object[] = []) => ({
    type: 'part',
    n,
    part: { text, notes },
  })
  const item = (...texts: string[]) => ({ type: 'item', item: { parts: texts.map((text) => ({ text })) } })

  it('are one text, and each copy says its share', () => {
    const out = run([
      plus(0, 'a sec'),
      part_(0, 'a sec'),
      plus(1, 'ret here'),
      part_(1, 'ret here'),
      item('a sec', 'ret here'),
    ])
    expect(out).toEqual([
      plus(0, 'a [X]'),
      part_(0, 'a [X]'),
      plus(1, ' here'),
      part_(1, ' here'),
      item('a [X]', ' here'),
    ])
  })

  it('have offsets of their own', () => {
    const at = (from: number, to: number) => [{ from, to }]
    const out = run([
      plus(0, '\u{1f511} secret. '),
      plus(1, '\u{1f511}\u{1f511} secret, here'),
      part_(1, '\u{1f511}\u{1f511} secret, here', at(11, 15)),
      item('\u{1f511} secret. ', '\u{1f511}\u{1f511} secret, here'),
    ])
    expect(out[2]).toEqual(part_(1, '\u{1f511}\u{1f511} [X], here', at(8, 12)))
  })

  it('that come in turns have copies that are read anew', () => {
    const out = run([plus(0, 'a '), plus(1, 'sec'), plus(0, 'b'), item('a b', 'sec')])
    expect(out).toEqual([plus(0, 'a '), plus(1, 'sec'), plus(0, 'b'), item('a b', 'sec')])
    const hidden = run([plus(0, 'a secr'), plus(1, 'x'), plus(0, 'et'), item('a secret', 'x')])
    expect(hidden.at(-1)).toEqual(item('a [X]', 'x'))
  })

  it('that only the last copy has are read with it', () => {
    const out = run([plus(0, 'hello'), item('hello', 'a sec', 'ret')])
    expect(out.at(-1)).toEqual(item('hello', 'a [X]', ''))
    const late = run([plus(0, 'hello'), item('hello'), item('hello', 'a sec', 'ret')])
    expect(late.at(-1)).toEqual(item('hello', 'a [X]', ''))
  })
})

it('what is withheld does not leave', () => {
  const shape = object({ error: object({ code: oneOf('bad'), message: withheld('"nothing"') }) })
  const reader = answerReader({ body: shape, event: shape }, {})
  const said = '{"error":{"code":"bad","message":"sk-1 \\"x\\" failed"}}'
  const { splices, writes } = reader.body(said)
  expect([writes, splices.map(({ text }) => text)]).toEqual([[], ['"nothing"']])
  expect(said.slice(...splices[0]!.span)).toBe('"sk-1 \\"x\\" failed"')
})

it('a repeat that is a list goes as a list, and an empty one stays', () => {
  const shape = object({ again: repeat })
  const spliced = (again: unknown) =>
    answerReader({ body: shape, event: shape }, { withoutRepeats: true })
      .body(JSON.stringify({ again }))
      .splices.map(({ text }) => text)
  expect([[1], { a: 1 }, 'x', [], null].map(spliced)).toEqual([['[]'], ['null'], ['null'], [], []])
})
