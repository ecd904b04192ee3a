import { describe, expect, it } from 'vitest'
import { checks, exchange, finds, rule } from '../../../test/drive.ts'
import { type Json, seen, unseen } from '../../../test/markers.ts'
import { openSession, passesAll } from '../../core/session.ts'
import type { Unit } from '../../core/types.ts'
import { openaiEmbeddings } from './index.ts'

const DOCUMENTED: { [key: string]: Json } = {
  model: 'text-embedding-3-small',
  input: ['one', 'two'],
  dimensions: 256,
  encoding_format: 'float',
  user: 'u1',
}
const answered = (embedding: Json): { [key: string]: Json } => ({
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 3, total_tokens: 3 },
})
const request = (text: string): Unit => openaiEmbeddings.request(text).unit
const body = (text: string): Unit => openaiEmbeddings.answer({}).body(text)

describe('what is read of embeddings', () => {
  it('a marker at every place is read, whatever stands there instead of what should', () => {
    expect(unseen(DOCUMENTED, request)).toEqual([])
    expect(unseen(answered([0.25, -0.5]), body)).toEqual([])
    expect(unseen(answered('QUJD'), body)).toEqual([])
  })

  it('every text of a batch is one of its own', () => {
    const input = Array.from({ length: 2048 }, (_, i) => `text ${i}`)
    const { opens, writes } = request(JSON.stringify({ model: 'm', input }))
    expect([opens.length, writes.length]).toEqual([2048, 2048])
    expect(writes.at(-1)).toMatchObject({ path: 'input[2047]', value: 'text 2047', part: opens.at(-1)!.id })
  })

  it('token numbers cannot be read, nor can images', () => {
    const of = (input: Json) => seen(request(JSON.stringify({ model: 'm', input })))
    expect(of([1, 2, 3]).media).toEqual(['user tokens'])
    expect(of([[1], [2], 'a'])).toEqual({ media: ['user tokens', 'user tokens'], texts: ['a'] })
    const image = { type: 'image_url', image_url: { url: 'https://x.example/a.png' } }
    expect(of([image]).media).toEqual(['user image'])
    const messages = [{ role: 'user', content: [image, { type: 'text', text: 'a' }] }]
    expect(seen(request(JSON.stringify({ model: 'm', messages })))).toEqual({
      media: ['user image'],
      texts: ['a'],
    })
  })
})

describe('what leaves of embeddings', () => {
  const on = checks([rule('output', 'block', finds('x'))])

  it.each([
    ['floats', [0.0123456789, -4.111111111111111e-2]],
    ['base64', Buffer.from(new Float32Array([0.5, 1]).buffer).toString('base64')],
  ])('%s are no text, and leave as they came', (_, embedding) => {
    const text = JSON.stringify(answered(embedding), null, 1)
    const unit = body(text)
    expect([unit.opens, unit.writes, unit.splices]).toEqual([[], [], []])
    expect(passesAll(exchange(checks([])), 'answer', unit)).toBe(true)
    const session = openSession(exchange(on), { direction: 'answer', stream: false })
    session.push(unit)
    expect(session.end()).toEqual({ units: [{ text, content: false, calls: false }] })
  })

  it('what is neither is read', () => {
    expect(seen(body(JSON.stringify(answered('a text')))).texts).toEqual(['a text'])
    expect(seen(body(JSON.stringify(answered([0.5, 'a text'])))).texts).toEqual(['a text'])
  })

  it('there are no streams', () => {
    const reader = openaiEmbeddings.answer({})
    expect(() => reader.push(new Uint8Array())).toThrow('cannot be read')
  })

  it('says how many tokens were used', () => {
    const reader = openaiEmbeddings.answer({})
    reader.body(JSON.stringify(answered([1])))
    expect(reader.usage()).toEqual({ inputTokens: 3 })
  })
})
