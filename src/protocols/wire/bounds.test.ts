import { describe, expect, it } from 'vitest'
import {
  answerNow,
  bytes,
  chat,
  checks,
  DONE,
  exchange,
  finds,
  request,
  rule,
  streamNow,
} from '../../../test/drive.ts'

// What costs far more than its size. Each of these once took seconds or hundreds of megabytes.

const deep = (inside: string): string => `${`{"${'a'.repeat(32)}":`.repeat(90)}${inside}${'}'.repeat(90)}`

describe('many small things below what is long or deep', () => {
  const key = 'k'.repeat(1_000_000)
  const keys = Array.from({ length: 3000 }, (_, i) => `"a${i}":1`).join()
  const on = checks([rule('input', 'block', finds('zz'))])

  it('keys below a key of a megabyte, in a request', async () => {
    const began = performance.now()
    const { block } = await request(on, `{"model":"m","messages":[],"x":{"${key}":{${keys},"zz":1}}}`)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(block?.places[0]?.path).toBe('x.*.*')
  })

  it('keys below a key of a megabyte, in an answer and in a stream', () => {
    const outputs = checks([rule('output', 'block', finds('zz'))])
    const answer = `{"choices":[],"x":{"${key}":{${keys},"b":"zz"}}}`
    const began = performance.now()
    expect(answerNow(exchange(outputs), JSON.parse(answer)).block?.code).toBe('test.word')
    const reader = chat.answer({})
    // The same key again is the same place.
    const units = [`{"x":{"${key}":{"b":"z"}}}`, `{"x":{"${key}":{"b":"z"}}}`].flatMap((json) =>
      reader.push(bytes(`data: ${json}\n\n`)),
    )
    expect(performance.now() - began).toBeLessThan(2000)
    const parts = units.map(({ writes }) => writes.find(({ value }) => value === 'z')?.part)
    expect(parts[0]).toBe(parts[1])
    expect(parts[0]).toBeDefined()
  })

  it('texts below ninety keys do not each hold all of their names', () => {
    const list = `[${'"a",'.repeat(10_000)}"zz"]`
    const unit = chat.request(`{"model":"m","messages":[],"x":${deep(list)}}`).unit
    expect(Math.max(...unit.writes.map(({ path }) => path.length))).toBeLessThan(300)
  })

  it('nor those of a tool call’s arguments', async () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: deep('["a","zz"]') } }
    const { block } = await request(on, {
      model: 'm',
      messages: [{ role: 'assistant', content: '', tool_calls: [call] }],
    })
    const [place] = block?.places ?? []
    expect(place?.path).toMatch(/^messages\[0\]\.tool_calls\[0\]\.function\.arguments\.a{32}\./)
    expect(place!.path.length).toBeLessThan(300)
  })
})

describe('an answer of many small things', () => {
  const on = checks([rule('output', 'transform', finds('zz', { replace: '[X]' }))])

  it('offsets behind as many edits', () => {
    const n = 10_000
    const citations = Array.from({ length: n }, (_, i) => ({
      type: 'url_citation',
      url_citation: { start_index: i * 4, end_index: i * 4 + 2 },
    }))
    const message = { content: 'zz \u{1f511}'.repeat(n), annotations: citations }
    const began = performance.now()
    const { out } = answerNow(exchange(on), { choices: [{ index: 0, message }] })
    expect(performance.now() - began).toBeLessThan(2000)
    const { annotations } = JSON.parse(out).choices[0].message
    const { start_index: start, end_index: end } = annotations.at(-1).url_citation
    expect([start, end]).toEqual([(n - 1) * 5, (n - 1) * 5 + 3])
  })

  it('an event of as many lines of data', () => {
    const lines = 'data: "a",\n'.repeat(60_000)
    const began = performance.now()
    const { out } = streamNow(exchange(on), [bytes(`data: {"x":[\n${lines}data: "zz"]}\n\n`), bytes(DONE)])
    expect(performance.now() - began).toBeLessThan(3000)
    expect(out).toContain('data: "[X]"]}')
  })
})
