import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { times } from '../../test/seed.ts'
import { distance, nearest, suggest } from './nearest.ts'
import { ambiguity } from './plain.ts'
import { type Problem, showProblem } from './problem.ts'
import { readYaml } from './yaml.ts'

const read = (source: string) => {
  const { documents, problems, whole } = readYaml('f', source)
  return { values: documents.map(({ value }) => value), problems: problems.map(showProblem), whole }
}
const problems = (source: string) => read(source).problems
const differ = (word: string, instead: string) =>
  `"${word}" is not the same to YAML 1.1 and YAML 1.2: put it in quotes, or write ${instead}`

describe('what is read', () => {
  test('documents, values and places', () => {
    const source = '# c\na: [1, "on", 1.5, ~]\nb:\n  c: x\n---\nd: true\n---\n'
    expect(read(source)).toEqual({
      values: [{ a: [1, 'on', 1.5, null], b: { c: 'x' } }, { d: true }],
      problems: [],
      whole: true,
    })
    const [first] = readYaml('f', source).documents
    const place = (path: (string | number)[], key?: string) => showProblem(first!.problem(path, 'm', key))
    expect(place(['a', 1])).toBe('f:2:8: m')
    expect(place(['b', 'c'])).toBe('f:4:6: m')
    expect(place(['b'], 'c')).toBe('f:4:3: m')
    expect(place(['b', 'none', 'deeper'])).toBe('f:4:3: m')
    expect(place([])).toBe('f:2:1: m')
  })

  test('documents alike but for words say together what each says alone, at the same places', () => {
    const piece = fc.constantFrom(
      ...[
        'a: ',
        'b: ',
        '- ',
        '? ',
        '{ ',
        ' }',
        '[',
        ']',
        ', ',
        '{ c: ',
        '"k": ',
        '|\n ',
        '&x ',
        '*x',
        '!t ',
        ' # ',
      ],
      ...['\n', '\n', '\r\n', '  ', '"', "'", '\\', '1', '@', '0', '"1"', "'2'", '@', '0', '"1"', '@', '0'],
    )
    const words = ['word', 'x-1', 'a/b', 'No', 'true', 'null', 'e0', 'tRue']
    const text = fc.constantFrom(...words, '', 'two words', 'a, b', '# c', 'x: y', ' ')
    const fill = (form: string, [plain, quoted]: readonly string[]): string =>
      form.replace(/[@0]/g, () => plain!).replace(/[12]/g, () => quoted!)
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.tuple(fc.constantFrom(...words), text), { minLength: 4, maxLength: 4 }),
        (form, fillings) => {
          const texts = fillings.map((filling) => `---\n${fill(form.join(''), filling)}\n`)
          const alone = texts.map((each) => readYaml('f', each))
          const together = readYaml('f', texts.join(''))
          const values = ({ documents }: ReturnType<typeof readYaml>) => documents.map(({ value }) => value)
          expect(values(together)).toEqual(alone.flatMap(values))
          expect(together.whole).toBe(alone.every(({ whole }) => whole))
          const lines = texts.map((_, i) => texts.slice(0, i).join('').split('\n').length - 1)
          const moved = (i: number, { line = 0, ...problem }: Problem) => ({
            ...problem,
            line: line + lines[i]!,
          })
          expect(together.problems).toEqual(
            alone.flatMap((read, i) => read.problems.map((each) => moved(i, each))),
          )
          expect(together.documents.map((document) => document.problem(['a'], ''))).toEqual(
            alone.flatMap(({ documents }, i) => documents.map((each) => moved(i, each.problem(['a'], '')))),
          )
        },
      ),
      { numRuns: times(2000) },
    )
  })

  test('aliases stand for their anchor, and their fields have the place where they are written', () => {
    const { documents } = readYaml('f', 'a: &x { b: 1 }\nc: *x\n')
    expect(documents[0]?.value).toEqual({ a: { b: 1 }, c: { b: 1 } })
    expect(documents[0]?.problem(['c'], '')).toMatchObject({ line: 2, column: 4 })
    expect(documents[0]?.problem(['c', 'b'], '')).toMatchObject({ line: 1, column: 12 })
  })

  test('columns count UTF-16 units, and a byte order mark or CRLF moves nothing', () => {
    expect(problems('\ufeff"é😀": *x\r\nb: *y\r\n')).toEqual([
      'f:1:8: an alias (*name) without its anchor (&name): write the value itself',
      'f:2:4: an alias (*name) without its anchor (&name): write the value itself',
    ])
  })
})

describe('what is refused', () => {
  test.each([
    ['a: 1\nb: 2\na: 3\n', 'f:3:1: this field stands here twice: keep one'],
    ['a:\n\tb: 1\n', 'f:2:1: a tab cannot indent: use spaces'],
    ['a: b: c\n', 'f:1:4: a second ": " in one line: put the value in quotes, or begin a new line'],
    ['a: "x\n', 'f:2:1: not YAML: missing closing "quote'],
    ['@a: 1\n', 'f:1:1: not YAML: plain value cannot start with reserved character @'],
    ['? [1]\n: 2\n', 'f:1:3: this cannot be the name of a field: write a word'],
    ['? \n: 2\n', 'f:1:3: this cannot be the name of a field: write a word'],
    ['__proto__: 1\n', 'f:1:1: this cannot be the name of a field: write a word'],
    ['a: *x\n', 'f:1:4: an alias (*name) without its anchor (&name): write the value itself'],
    ['a: !!binary aGk=\n', 'f:1:13: a tag (!name) is not read here: leave it out, and put a text in quotes'],
    ['a: !foo x\n', 'f:1:9: a tag (!name) is not read here: leave it out, and put a text in quotes'],
    ['%YAML 1.1\n---\na: 1\n', 'f:1:1: a %YAML line is not read here: leave it out'],
    ['on: 1\n', `f:1:1: ${differ('on', 'true or false')}`],
    ['a: [x, No]\n', `f:1:8: ${differ('No', 'true or false')}`],
    ['<<: { a: 1 }\n', `f:1:1: ${differ('<<', 'a plain decimal number')}`],
    ['a: 0777\n', `f:1:4: ${differ('0777', 'a plain decimal number')}`],
    ['a: &x [*x]\n', 'f:1:8: nested more than 64 deep: write it flatter'],
  ])('%j', (source, message) => {
    expect(problems(source)).toEqual([message])
  })

  test('nesting, and aliases that multiply', () => {
    expect(problems(`a: ${'['.repeat(70)}${']'.repeat(70)}`)).toEqual([
      'f:1:68: nested more than 64 deep: write it flatter',
    ])
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    const bomb = read(lines.join('\n'))
    expect(bomb.problems).toHaveLength(1)
    expect(bomb.problems[0]).toMatch(
      /^f:\d+:\d+: more than 50000 values once aliases are followed: write fewer aliases$/,
    )
    expect(bomb).toMatchObject({ values: [], whole: false })
  })

  test('a document that cannot be read leaves the others', () => {
    expect(read('a: 1\n---\nb: "x" y\n---\nc: 3\n')).toEqual({
      values: [{ a: 1 }, { c: 3 }],
      problems: ['f:3:8: not YAML: unexpected scalar at node end'],
      whole: false,
    })
  })

  test.each([
    'y',
    'Y',
    'n',
    'yes',
    'off',
    'ON',
    '0o17',
    '010',
    '-010',
    '08',
    '1_000',
    '1_000.5',
    '1:30',
    '1:30:15.5',
    '0b11',
    '+0x1F',
    '0x1_F',
    '1e3',
    '1.5e3',
    '2030-01-01',
    '2030-01-01T00:00:00Z',
    '=',
    '._5',
  ])('the plain scalar %s', (word) => {
    expect(ambiguity(word)).toBeDefined()
    expect(problems(`a: ${word}`)).toHaveLength(1)
    expect(problems(`a: "${word}"`)).toEqual([])
    expect(problems(`a: '${word}'`)).toEqual([])
  })

  test.each([
    'true',
    'False',
    'null',
    '~',
    '0',
    '-1',
    '+12',
    '1.5',
    '.5',
    '01.5',
    '1.5e+3',
    '8080',
    '127.0.0.1:8080',
    '[::1]:80',
    '60/min',
    '2s',
    '20MiB',
    'gpt-4',
    '1:99',
    'one',
    'nope',
    '/v1/x',
    '0x1F',
  ])('but not %s', (word) => {
    expect(ambiguity(word)).toBeUndefined()
  })

  test('a scalar that is not refused is the same to a reader of YAML 1.1', () => {
    const scalar = fc.string({
      unit: fc.constantFrom(...'0123456789_+-.:exobXEyYnNoOfFsST~='),
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(scalar, (text) => {
        const { documents, problems } = readYaml('f', `a: [${text}]`)
        fc.pre(problems.length === 0 && documents.length === 1)
        fc.pre(typeof (documents[0]!.value as { a: unknown[] }).a[0] !== 'object')
        const options = { version: '1.1', logLevel: 'silent' } as const
        const old = parseYaml(`a: [${text}]`, options).a
        // The package takes `e0` for a number, against https://yaml.org/type/float.html, and makes NaN of it.
        fc.pre(!old.some(Number.isNaN))
        expect(documents[0]!.value).toEqual({ a: old })
      }),
      { numRuns: times(5000) },
    )
  })
})

describe('the nearest word', () => {
  test('counts insertions, deletions, replacements and swaps', () => {
    expect(distance('', 'abc')).toBe(3)
    expect(distance('abc', 'acb')).toBe(1)
    expect(distance('kitten', 'sitting')).toBe(3)
    expect(distance('same', 'same')).toBe(0)
    expect(distance('ca', 'abc')).toBe(3)
  })

  test('suggests what is near, and lists what there is otherwise', () => {
    expect(nearest('MATCH', ['watch', 'match'])).toBe('match')
    expect(nearest('x'.repeat(65), ['x'.repeat(64)])).toBeUndefined()
    expect(suggest('blok', ['allow', 'block'])).toBe('did you mean "block"?')
    expect(suggest('zzz', ['allow', 'block'])).toBe('write one of allow, block')
    expect(suggest('zzz', ['allow'])).toBe('write allow')
    expect(suggest('zzz', [])).toBe('there is none to name')
    expect(
      suggest(
        'zzz',
        Array.from({ length: 20 }, (_, i) => `word-${i}`),
      ),
    ).toMatch(/word-15, \.\.\.$/)
  })
})
