import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { regoEngine } from './index.ts'

const lost: string[] = []
const engine = regoEngine({ warn: (message) => lost.push(message) })
afterAll(() => engine.close())

const POLICY = `package a

import data.limits

deny contains "too many" if {
	is_number(input.tokens)
	input.tokens == limits.tokens + 1
}

deny contains "night" if {
	input.hour == 6
	input.env == "prod"
}
`
const TESTS = `package a_test

import data.a

test_many if "too many" in a.deny with input as {"tokens": 5}

test_wrong if {
	print("deny is", a.deny)
	count(a.deny) == 7 with input as {"tokens": 5}
}

test_broken if to_number("x") == 1

todo_test_later if false
`
const BOTH = [
  { file: 'a.rego', source: POLICY },
  { file: 'a_test.rego', source: TESTS },
]
const DATA = '{"limits": {"tokens": 4}}'

test('formats as OPA does', async () => {
  const { modules, problems } = await engine.format([
    { file: 'a.rego', source: 'package a\nallow   if input.x==1\n' },
    { file: 'b.rego', source: 'package b\nallow if {\n' },
    { file: 'c.rego', source: POLICY },
  ])
  expect(modules).toEqual([
    { file: 'a.rego', source: 'package a\n\nallow if input.x == 1\n' },
    { file: 'c.rego', source: POLICY },
  ])
  expect(problems).toMatchObject([{ file: 'b.rego', line: 3 }])
})

test('checks, and says of what only a strict reading refuses that it is seldom meant', async () => {
  const source = { modules: [{ file: 'a.rego', source: 'package a\n\nimport data.b\n' }], data: '{}' }
  const unused = [{ file: 'a.rego', line: 3, column: 1, message: expect.stringContaining('unused') }]
  expect(await engine.check(source, true)).toEqual({ problems: unused, warnings: [] })
  expect(await engine.check(source, false)).toEqual({ problems: [], warnings: unused })
  expect(await engine.check({ modules: BOTH, data: DATA }, true)).toEqual({ problems: [], warnings: [] })
  const schema =
    '{"type": "object", "properties": {"tokens": {"type": "number"}}, "additionalProperties": false}'
  expect(await engine.check({ modules: BOTH.slice(0, 1), data: DATA, schema }, true)).toMatchObject({
    problems: [
      { file: 'a.rego', line: 11 },
      { file: 'a.rego', line: 12 },
    ],
  })
})

test('refuses the traps of Rego with their place and the corrected module, and lists those that are meant', async () => {
  const source = (text: string) => ({ modules: [{ file: 'a.rego', source: text }], data: '{}' })
  const { problems } = await engine.check(
    source('package a\n\ncontext_limit: 3200\n\nviolation_check { input.tokens > context_limit }\n'),
    true,
  )
  expect(problems).toMatchObject([
    { file: 'a.rego', line: 3, message: expect.stringContaining('is_number(input.tokens)') },
  ])
  const meant = 'package a\n\n# sallyport: means mixed-comparison\nallow if input.tokens < 5\n'
  expect(await engine.check(source(meant), true)).toMatchObject({
    problems: [],
    warnings: [{ file: 'a.rego', line: 4, column: 10 }],
  })
})

test('tests, and says which lines none reached', async () => {
  const result = await engine.test({ modules: BOTH, data: DATA }, true)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  expect(result.tests).toMatchObject([
    { package: 'data.a_test', name: 'test_many', file: 'a_test.rego', line: 5, outcome: 'pass' },
    { name: 'test_wrong', line: 7, outcome: 'fail', output: 'deny is set()\n' },
    { name: 'test_broken', line: 12, outcome: 'error', message: expect.stringContaining('to_number') },
    { name: 'todo_test_later', line: 14, outcome: 'skip' },
  ])
  expect(result.coverage).toEqual({
    percent: 50,
    files: [{ file: 'a.rego', percent: 50, covered: [[5, 7]], notCovered: [[10, 12]] }],
  })
})

test('a test reaches no network either', async () => {
  const source = 'package a\n\ntest_a if http.send({"url": "http://127.0.0.1", "method": "get"})\n'
  expect(await engine.test({ modules: [{ file: 'a.rego', source }], data: '{}' }, false)).toMatchObject({
    problems: [{ file: 'a.rego', line: 3 }],
  })
})

test('no text of Rego ends a thread, whatever it is', async () => {
  const good = await engine.compile({
    modules: BOTH,
    data: DATA,
    asks: [{ package: 'a' }],
  })
  if ('problems' in good) throw new Error(JSON.stringify(good.problems))
  const pieces = fc.constantFrom(
    ...['if', '{', '}', '(', ')', '[', ']', ':=', '=', '==', 'not', 'every', 'some', 'x in', 'input', 'data'],
    ...[
      'with',
      'as',
      'else',
      'default',
      'import',
      'package',
      '.',
      ',',
      ';',
      '|',
      '&',
      '"',
      '`',
      '$"{',
      '#',
      '\n',
    ],
    ...['\u0000', '\ud800', '𝒳', '1e999', '-', '_', 'sprintf("%d", [x])', 'walk(input)', 'contains', 'null'],
  )
  const cut = fc.tuple(fc.nat(), fc.nat(40), fc.array(pieces, { maxLength: 6 }))
  const mutated = fc
    .tuple(fc.constantFrom<string>(POLICY, TESTS), fc.array(cut, { minLength: 1, maxLength: 4 }))
    .map(([text, cuts]) =>
      cuts.reduce((source, [at, length, words]) => {
        const start = at % source.length
        return `${source.slice(0, start)}${words.join(' ')}${source.slice(start + length)} `
      }, text),
    )
  await fc.assert(
    fc.asyncProperty(mutated, async (text) => {
      const modules = [{ file: 'a.rego', source: text }]
      const result = await engine.compile({ modules, data: DATA, asks: [{ package: 'a' }] })
      if ('problems' in result) expect(result.problems.length).toBeGreaterThan(0)
      else await result.program.decide(0, '{"tokens": 5}', 50)
      await engine.format(modules)
      expect(await good.program.decide(0, '{"tokens": 5}', 50)).toEqual({ rules: { deny: ['too many'] } })
    }),
    { numRuns: 40 },
  )
  expect(lost).toEqual([])
})
