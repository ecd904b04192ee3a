import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventReader } from './sse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

interface Read {
  /** What was read, to the byte. */
  text: string
  data: string[]
}

function read(chunks: readonly Uint8Array[]): Read[] {
  const reader = eventReader()
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()].map(({ text, data }) => ({
    text,
    data: data.map(([start, end]) => text.slice(start, end)),
  }))
}

const datas = (text: string): string[][] => read([bytes(text)]).map(({ data }) => data)

/** WHATWG HTML 9.2.6, written as plainly as can be: what a reader of the whole stream makes of it, without its last, unended event. */
function dispatched(text: string): string[] {
  const out: string[] = []
  let data: string[] = []
  const lines = text.split(/\r\n|\r|\n/)
  lines.pop() // what no line end follows
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) out.push(data.join('\n'))
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
  }
  return out
}

const STREAM = [
  'data: {"a":1}\n\n',
  ': a comment\n\n',
  'event: x\ndata:{"b":\ndata:  2}\nid: 7\n\n',
  'data\n\n',
  'datax: no\n\n',
  'data: é👍"\\u00e9\n\n',
  '\n',
  'data: [DONE]\n\n',
].join('')

const ENDINGS: Record<string, string> = {
  LF: STREAM,
  CRLF: STREAM.replaceAll('\n', '\r\n'),
  CR: STREAM.replaceAll('\n', '\r'),
  mixed: [...STREAM].map((c, i) => (c === '\n' ? ['\n', '\r\n', '\r'][i % 3] : c)).join(''),
}

describe('eventReader', () => {
  for (const [name, stream] of Object.entries(ENDINGS))
    it(`${name}: every cut and every pair of cuts gives the same events, whose texts are the input`, () => {
      const all = bytes(stream)
      const whole = read([all])
      expect(whole.map(({ text }) => text).join('')).toBe(stream)
      expect(whole.filter(({ data }) => data.length > 0).map(({ data }) => data.join('\n'))).toEqual(
        dispatched(stream),
      )
      for (let a = 0; a <= all.length; a++)
        for (let b = a; b <= all.length; b++)
          expect(read([all.subarray(0, a), all.subarray(a, b), all.subarray(b)])).toEqual(whole)
    })

  it('reads any stream as the standard does, however it is cut', () => {
    const piece = fc.constantFrom(
      ...[
        'data',
        'data:',
        'data: ',
        'da',
        ':',
        ' ',
        'x',
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        'é',
        '👍',
        'id: 1',
        'data:\n',
      ],
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }),
        fc.array(fc.nat(100), { maxLength: 4 }),
        (pieces, cuts) => {
          const text = pieces.join('')
          const all = bytes(text)
          const at = [...new Set(cuts.map((cut) => Math.min(cut, all.length)))].sort((a, b) => a - b)
          const chunks = [0, ...at].map((from, i) => all.subarray(from, at[i] ?? all.length))
          const got = read(chunks)
          expect(got.map((event) => event.text).join('')).toBe(text)
          expect(got).toEqual(read([all]))
          const events = got.filter(({ data }) => data.length > 0).map(({ data }) => data.join('\n'))
          const standard = dispatched(text)
          expect(events.slice(0, standard.length)).toEqual(standard)
          // One more at most: the last, which no blank line ended.
          expect(events.length - standard.length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('joins the data lines of one event, with or without a space, with or without a colon', () => {
    expect(datas('data: a\ndata:b\ndata:  c\ndata\n\n')).toEqual([['a', 'b', ' c', '']])
  })

  it('gives an event that no blank line ended, which a lenient reader would take', () => {
    expect(datas('data: a\n\ndata: b')).toEqual([['a'], ['b']])
    expect(datas('data: a\n\ndata: b\n')).toEqual([['a'], ['b']])
    expect(datas('data: a\n\ndata: b\r')).toEqual([['a'], ['b']])
  })

  it('gives an event as soon as its blank line is whole', () => {
    const reader = eventReader()
    expect(reader.push(bytes('data: a\n'))).toEqual([])
    expect(reader.push(bytes('\n'))).toHaveLength(1)
  })

  it('refuses a byte order mark, which some readers strip, at the beginning of any line', () => {
    for (const text of ['\ufeffdata: a\n\n', ': x\n\ufeffdata: a\n\n', 'data: a\n\n\ufeffdata: b', '\ufeff'])
      expect(() => read([bytes(text)])).toThrow('cannot be read')
    expect(datas('data: \ufeffa\n\n')).toEqual([['\ufeffa']])
  })

  it('refuses what is not UTF-8, and a character that the end cuts off', () => {
    expect(() => read([Uint8Array.of(0x64, 0xff, 0x0a)])).toThrow('cannot be read')
    expect(() => read([bytes('data: '), Uint8Array.of(0xf0, 0x9f)])).toThrow('cannot be read')
    expect(() => read([Uint8Array.of(0xed, 0xa0, 0xbd)])).toThrow('cannot be read')
  })

  it('reads a long event that comes in small pieces as fast as one that comes whole', () => {
    const reader = eventReader()
    reader.push(bytes('data: '))
    // Copying what has come with each piece would take minutes.
    for (let i = 0; i < 50_000; i++) expect(reader.push(bytes('x'.repeat(100)))).toEqual([])
    expect(reader.push(bytes('\n\n'))[0]!.text).toHaveLength(6 + 5_000_000 + 2)
  })

  it('refuses an event without an end before it has grown large', () => {
    const reader = eventReader()
    const piece = bytes(`data: ${'x'.repeat(1024 * 1024)}`)
    expect(() => {
      for (let i = 0; i < 9; i++) reader.push(piece)
    }).toThrow('cannot be read')
  })
})
