import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { times } from '../../../test/seed.ts'
import { GateError } from '../errors.ts'
import {
  ARRAY,
  type Document,
  ESCAPED,
  FALSE,
  literal,
  NULL,
  NUMBER,
  OBJECT,
  type ScanOptions,
  STRING,
  scan,
  stringAt,
  TRUE,
} from './scan.ts'

/** The value that the tape describes, made of nothing but the tape and its spans. */
function rebuild({ text, tape }: Document, node = 0): unknown {
  const start = tape[node + 1]!
  const end = tape[node + 2]!
  const stop = tape[node + 3]!
  switch (tape[node]) {
    case STRING:
    case ESCAPED:
      expect([text[start - 1], text[end]]).toEqual(['"', '"'])
      return stringAt(text, tape, node)
    case NUMBER:
      return Number(text.slice(start, end))
    case TRUE:
      expect(text.slice(start, end)).toBe('true')
      return true
    case FALSE:
      expect(text.slice(start, end)).toBe('false')
      return false
    case NULL:
      expect(text.slice(start, end)).toBe('null')
      return null
    case ARRAY: {
      expect([text[start], text[end - 1]]).toEqual(['[', ']'])
      const items: unknown[] = []
      for (let child = node + 4; child < stop; child = tape[child + 3]!)
        items.push(rebuild({ text, tape }, child))
      return items
    }
    case OBJECT: {
      expect([text[start], text[end - 1]]).toEqual(['{', '}'])
      const fields: [string, unknown][] = []
      for (let child = node + 4; child < stop; child = tape[child + 7]!) {
        expect(tape[child + 3]).toBe(child + 4)
        fields.push([stringAt(text, tape, child), rebuild({ text, tape }, child + 4)])
      }
      return Object.fromEntries(fields)
    }
  }
  throw new Error(`no type at ${node}`)
}

function refusal(text: string, options?: ScanOptions): string | undefined {
  try {
    scan(text, options)
    return undefined
  } catch (error) {
    if (error instanceof GateError) return error.code
    throw error
  }
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const SPACES = fc.constantFrom('', ' ', '\n', '\r\n', '\t', '  ')
// None is one escape and nothing else: V8 13.6 (Node 24) takes such a key for another of an object of the same shape.
const KEYS = fc.constantFrom('a', 'b', 'c', 'd', '', '__proto__x', 'é', 'a"', 'b\\', 'c\n', 'a/b', '👍')

/** A JSON text and not only its value: with white space, escapes that need not be, and all forms of numbers. */
const written: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => {
  const string = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .chain((value) => fc.tuple(fc.constant(value), fc.infiniteStream(fc.nat(5))))
    .map(([value, draws]) => {
      let out = ''
      for (const char of value) {
        const draw = draws.next().value
        out +=
          draw === 0
            ? [...Array(char.length).keys()]
                .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`)
                .join('')
            : char === '/' && draw === 1
              ? '\\/'
              : literal(char)
      }
      return `"${out}"`
    })
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.oneof(fc.constant('0'), fc.bigInt({ min: 1n, max: 10n ** 30n }).map(String)),
      fc.constantFrom('', '.0', '.5', '.000000000000000000001'),
      fc.constantFrom('', 'e1', 'E+2', 'e-3', 'e400'),
    )
    .map((pieces) => pieces.join(''))
  const spaced = (inner: fc.Arbitrary<string>) =>
    fc.tuple(SPACES, inner, SPACES).map((pieces) => pieces.join(''))
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      spaced(fc.oneof(string, number, fc.constantFrom('true', 'false', 'null'))),
      spaced(fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`)),
      spaced(
        fc
          .uniqueArray(fc.tuple(KEYS, SPACES, tie('value')), { maxLength: 4, selector: ([key]) => key })
          .map(
            (fields) => `{${fields.map(([key, s, v]) => `${s}${JSON.stringify(key)}${s}:${v}`).join(',')}}`,
          ),
      ),
    ),
  }
}).value

describe('scan', () => {
  it('reads what JSON.parse reads, at the places where it stands', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(rebuild(scan(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: times(1500) },
    )
  })

  it('accepts nothing that JSON.parse refuses, and refuses more only for what two parsers read differently', () => {
    const MORE = new Set(['body.duplicate_key', 'body.surrogate', 'body.depth'])
    const mutation = fc.tuple(
      written,
      fc.nat(),
      fc.constantFrom(
        '',
        ' ',
        '"',
        '\\',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '0',
        '-',
        '.',
        'e',
        '\u0000',
        '\u00a0',
        '\\u',
        'd',
      ),
      fc.nat(2),
    )
    fc.assert(
      fc.property(mutation, ([text, where, piece, drop]) => {
        const at = where % (text.length + 1)
        const mutated = text.slice(0, at) + piece + text.slice(at + drop)
        const code = refusal(mutated)
        if (code === undefined) expect(parses(mutated)).toBe(true)
        else if (parses(mutated)) expect(MORE).toContain(code)
      }),
      { numRuns: times(3000) },
    )
  })

  it('writes a literal that says what it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (value) => {
        const text = `"${literal(value)}"`
        const read = scan(text, { surrogates: 'allow' })
        expect(stringAt(text, read.tape, 0)).toBe(value)
      }),
    )
  })

  it('keeps what a number says, however long it is', () => {
    const digits = `-${'9'.repeat(100_000)}.${'1'.repeat(50)}e+${'3'.repeat(20)}`
    const { tape } = scan(`[${digits}]`)
    expect([tape[4], tape[5], tape[6]]).toEqual([NUMBER, 1, 1 + digits.length])
  })

  const REFUSED: Record<string, string[]> = {
    'body.not_json': [
      '',
      ' ',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,}',
      '{,}',
      "{'a':1}",
      '{a:1}',
      '[1,]',
      '[1 2]',
      '"a',
      '"a\n"',
      '"\u0000"',
      `"${'a'.repeat(40)}\n"`,
      `"${'a'.repeat(40)}`,
      '"\\',
      '"\\"',
      '"\\x41"',
      '"\\u12"',
      '"\\u12g4"',
      '"\\u{41}"',
      '-',
      '+1',
      '.5',
      '1.',
      '1e',
      '1e+',
      'NaN',
      'Infinity',
      'nul',
      'True',
      '// a\n1',
      ' \ufeff{}',
    ],
    'body.trailing': ['01a', '01', '{}{}', '1 2', '{}\u00a0', '{}\u0000'],
    'body.bom': ['\ufeff{}'],
    'body.duplicate_key': [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '{"\\u0061":1,"a":2}',
      '{"x":[{"\\/":1,"/":2}]}',
      '{"__proto__":1,"__proto__":2}',
      '{"":1,"":2}',
    ],
    'body.surrogate': [
      '"\\ud83d"',
      '"\\udc4d"',
      '"\\udc4d\\ud83d"',
      '"\\ud83dx"',
      '"\\ud83d\\n"',
      '"\\ud83d\\ud83d\\udc4d"',
      '{"\\ud83d":1}',
    ],
    'body.depth': [
      `${'['.repeat(101)}${']'.repeat(101)}`,
      `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`,
      '['.repeat(1_000_000),
    ],
  }
  for (const [code, texts] of Object.entries(REFUSED))
    it(`refuses ${code}`, () => {
      for (const text of texts) expect([text.slice(0, 80), refusal(text)]).toEqual([text.slice(0, 80), code])
    })

  it('refuses a key given twice among many', () => {
    const fields = Array.from({ length: 5000 }, (_, i) => `"k${i}":${i}`)
    expect(refusal(`{${fields.join(',')}}`)).toBeUndefined()
    expect(refusal(`{${fields.join(',')},"\\u006b7":0}`)).toBe('body.duplicate_key')
    expect(refusal(`{${fields.slice(0, 13).join(',')},"k12":0}`)).toBe('body.duplicate_key')
  })

  it('takes 100 levels, whole pairs, and equal keys in different objects', () => {
    expect(refusal(`${'['.repeat(100)}${']'.repeat(100)}`)).toBeUndefined()
    expect(refusal('"\\ud83d\\udc4d"')).toBeUndefined()
    expect(refusal('[{"a":{"a":1}},{"a":2}]')).toBeUndefined()
  })

  it('lets halves of pairs and equal keys be, where they are asked for', () => {
    expect(refusal('"\\ud83d"', { surrogates: 'allow' })).toBeUndefined()
    expect(refusal('{"a":1,"a":2}', { surrogates: 'allow' })).toBe('body.duplicate_key')
    const { tape } = scan('{"a":1,"a":2}', { duplicates: 'allow' })
    expect(tape[3]).toBe(4 * 5)
  })

  it('reads a long string, and a long one with an escape near its end', () => {
    const long = 'x'.repeat(5_000_000)
    expect(scan(`"${long}"`).tape[2]).toBe(1 + long.length)
    const text = `"${long}\\u0041"`
    expect(stringAt(text, scan(text).tape, 0)).toBe(`${long}A`)
  })

  it('is not disturbed by a scan that failed', () => {
    expect(refusal(`[${'{"a":[1,2,3]},'.repeat(10_000)}`)).toBe('body.not_json')
    expect(rebuild(scan('[{"a":1}]'))).toEqual([{ a: 1 }])
  })
})

it('more values than allowed, also after a scan that needed more room', () => {
  const list = (count: number) => `[${'1,'.repeat(count - 2)}1]`
  scan(list(500_000))
  for (const count of [4096, 8192]) {
    expect(() => scan(list(count), { values: 262_144 })).not.toThrow()
  }
  expect(() => scan(list(262_144), { values: 262_144 })).not.toThrow()
  expect(() => scan(list(262_145), { values: 262_144 })).toThrow(
    expect.objectContaining({ code: 'body.too_large' }),
  )
  expect(() => scan(list(300_000))).not.toThrow()
})
