import { describe, expect, it } from 'vitest'
import { bytes } from '../../../test/drive.ts'
import { seeded } from '../../../test/guard-law.ts'
import { type Slot, template, textIn } from './alike.ts'
import { answerReader } from './codec.ts'
import { any, at, byField, number, object, oneOf, part, text, varying } from './shape.ts'

/** A template of an event in which `‹n7›`, `‹iabc›` and `‹ttext›` mark a number, an identifier and a text. */
function like(marked: string) {
  const slots: Slot[] = []
  let event = ''
  let from = 0
  for (const { 0: all, 1: kind, 2: value, index } of marked.matchAll(/‹(.)([^›]*)›/g)) {
    event += marked.slice(from, index)
    const is = kind === 'n' ? 'number' : kind === 'i' ? 'id' : 'text'
    slots.push({ span: [event.length, event.length + value!.length], is })
    event += value
    from = index + all.length
  }
  event += marked.slice(from)
  // Slots are found in any order.
  const made = template(event, slots.reverse())
  return (other: string) => {
    const span = textIn(other, made)
    return span && other.slice(span[0], span[1])
  }
}

describe('an event that is like another', () => {
  const found = like('data: {"type":"d","text":"‹tone›","noise":"‹iaB3›","n":‹n4›}\n\n')
  const event = (text: string, noise = 'x', n = '5', rest = '') =>
    `data: {"type":"d","text":"${text}","noise":"${noise}","n":${n}}${rest}\n\n`

  it('differs in its text and in what counts', () => {
    expect(found(event('one', 'aB3', '4'))).toBe('one')
    expect(found(event('two \u{1f511} \u2028', 'zz_.:-9', '123456'))).toBe('two \u{1f511} \u2028')
    expect(found(event('', 'x', '0'))).toBe('')
  })

  it.each([
    ['an escape', event('a\\u0062')],
    ['an escaped quote', event('a\\"')],
    ['a control character', event('a\tb')],
    ['a line break', event('a\nb')],
    ['a second text', event('a","text":"b')],
    ['a text that ends the event', event('a"}\n\ndata: {"type":"d","text":"b')],
    ['another field before', `data: {"x":1,"type":"d","text":"a","noise":"x","n":5}\n\n`],
    ['another field behind', event('a', 'x', '5,"x":"b"')],
    ['another type', event('a').replace('"d"', '"e"')],
    ['words for an identifier', event('a', 'say it')],
    ['an identifier that ends early', event('a', 'x","more":"b')],
    ['an empty identifier', event('a', '')],
    ['an identifier that is too long', event('a', 'x'.repeat(129))],
    ['an escape in an identifier', event('a', '\\u0061')],
    ['a letter of another alphabet', event('a', '\u0430')],
    ['a string for a number', event('a', 'x', '"5"')],
    ['no number', event('a', 'x', '')],
    ['a number that is none', event('a', 'x', '05')],
    ['a fraction', event('a', 'x', '5.5')],
    ['an exponent', event('a', 'x', '5e3')],
    ['a negative number', event('a', 'x', '-5')],
    ['two numbers', event('a', 'x', '5 6')],
    ['digits of another alphabet', event('a', 'x', '\u0665')],
    ['more behind it', event('a', 'x', '5', ' ')],
    ['a second event', `${event('a')}${event('b')}`],
    ['a comment before', `: hi\n${event('a')}`],
    ['nothing', ''],
    ['its beginning', event('a').slice(0, -1)],
    ['its beginning, up to a slot', 'data: {"type":"d","text":"'],
  ])('is not: %s', (_, other) => {
    expect(found(other)).toBeUndefined()
  })

  it('an id is never read where a text was, nor a text where an id was', () => {
    const swapped = like('{"noise":"‹ia›","text":"‹tb›"}')
    expect(swapped('{"noise":"c","text":"say it"}')).toBe('say it')
    expect(swapped('{"noise":"say it","text":"c"}')).toBeUndefined()
  })
})

describe('of a stream', () => {
  const shape = byField('type', {
    add: object({
      type: oneOf('add'),
      seq: varying('number'),
      noise: varying('id'),
      n: number,
      delta: at('items[n].text', part('model', text, { kept: 'text' })),
    }),
  })
  /** What every event is read as, where all are read one by one and where each has one before it. */
  const both = (events: readonly string[]) => {
    const readAlone = events.map((event) => {
      const reader = answerReader({ body: any, event: shape }, {})
      return reader.push(bytes(event)).map(({ writes }) => writes.map(({ path, value }) => [path, value]))
    })
    const reader = answerReader({ body: any, event: shape }, {})
    const read = events.map((event) =>
      reader.push(bytes(event)).map(({ writes }) => writes.map(({ path, value }) => [path, value])),
    )
    return { read, readAlone }
  }
  const draw = seeded(1)
  const event = (delta: string, more = '') =>
    `data: {"type":"add","seq":${draw(1e6)},"noise":"${draw(2 ** 31).toString(36)}","n":0,"delta":${JSON.stringify(delta)}${more}}\n\n`

  it('every event is read as it would be read alone', () => {
    const events = [
      event('one'),
      event('two'),
      event('a "quoted" word'),
      event('three', ',"zz":"unknown"'),
      event('four'),
      event('five').replace('"n":0', '"n":1'),
      event('six').replace('"n":0', '"n":1'),
      event('seven').replace(/"noise":"\w+"/, '"noise":"some words"'),
      event('eight').replace(/"seq":\d+/, '"seq":"words"'),
      event('nine').replace(/"seq":\d+/, '"seq":1.5'),
      event('ten').replace('data: ', 'data:'),
    ]
    const { read, readAlone } = both(events)
    expect(read).toEqual(readAlone)
    expect(JSON.stringify(read)).toContain('some words')
  })
})
