import { afterAll, describe, expect, test } from 'vitest'
import type { RegoAsk, RegoProgram, RegoSource } from '../../core/ports.ts'
import { regoEngine } from './index.ts'

const MEMORY = 384 * 1024 * 1024
const lost: string[] = []
// A thread that takes another's place is slow to start from source.
const engine = regoEngine({ memory: MEMORY, patience: 10_000, warn: (message) => lost.push(message) })
afterAll(() => engine.close())

const source = (text: string, ...asks: RegoAsk[]): RegoSource => ({
  modules: [{ file: 'a.rego', source: text }],
  data: '{}',
  asks,
})

async function compiled(text: string | RegoSource, ...asks: RegoAsk[]): Promise<RegoProgram> {
  const result = await engine.compile(typeof text === 'string' ? source(text, ...asks) : text)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.program
}

async function problems(given: string | RegoSource, ...asks: RegoAsk[]): Promise<object[]> {
  const result = await engine.compile(typeof given === 'string' ? source(given, ...asks) : given)
  return 'problems' in result ? [...result.problems] : []
}

const ALLOW = { query: 'data.a.allow' }
/** Endless, as far as anybody waits. */
const ENDLESS = `package a

allow if count([1 | some x in numbers.range(1, 9000); some y in numbers.range(1, 9000); x * y == 0]) == 0
`
describe('compiling', () => {
  test('says file, line and column', async () => {
    expect(await problems('package a\n\nallow if nope(input.x)\n')).toEqual([
      { file: 'a.rego', line: 3, column: 10, message: 'undefined function nope' },
    ])
    expect(await problems('package a\n\nallow if {\n')).toMatchObject([{ file: 'a.rego', line: 4 }])
    expect(await problems('package a\n\nallow { input.x }\n')).toMatchObject([{ file: 'a.rego', line: 3 }])
    expect(await problems('')).toEqual([{ file: 'a.rego', line: 1, column: 1, message: 'empty module' }])
  })

  test('is strict', async () => {
    expect(await problems('package a\n\nimport data.b\n\nallow if true\n')).toMatchObject([
      { line: 3, message: expect.stringContaining('unused') },
    ])
  })

  test('tells types from the schema of the input', async () => {
    const schema = JSON.stringify({
      type: 'object',
      properties: { tokens: { type: 'number' } },
      additionalProperties: false,
    })
    const with_ = (text: string) => ({ ...source(text, ALLOW), schema })
    expect(await problems(with_('package a\n\nallow if input.tokens < 5\n'))).toEqual([])
    expect(await problems(with_('package a\n\nallow if input.token < 5\n'))).toMatchObject([
      { file: 'a.rego', line: 3, column: 10, message: expect.stringContaining('write `tokens`') },
    ])
    expect(await problems({ ...source('package a\n'), schema: '{' })).toMatchObject([{ file: '' }])
  })

  test.each(['http.send({"url": input.u, "method": "get"})', 'net.lookup_ip_addr(input.u)', 'opa.runtime()'])(
    'refuses %s',
    async (call) => {
      expect(await problems(`package a\n\nallow if ${call}\n`)).toMatchObject([
        { line: 3, message: expect.stringContaining('unsafe built-in') },
      ])
      expect(await problems(`package a\n\nf(_) := 1\n\nallow if f(1) == 1 with f as ${call}\n`)).not.toEqual(
        [],
      )
    },
  )

  test('refuses what nests too deep, and goes on', async () => {
    const before = lost.length
    for (const text of [
      `package a\n\nallow if ${'['.repeat(5000)}${']'.repeat(5000)} == 1\n`,
      `package a\n\nallow if ${'('.repeat(100_000)}`,
    ])
      expect(await problems(text)).toMatchObject([{ file: 'a.rego', line: 3 }])
    expect(lost.length).toBe(before)
    expect(await (await compiled('package a\n\nallow := 1\n', ALLOW)).decide(0, '{}', 20)).toEqual({
      value: 1,
    })
  })

  test('takes chains or refuses them, and goes on', async () => {
    const chain = (link: string, count: number) => `package a\n\nallow if 1 ${link.repeat(count)} > 0\n`
    await engine.compile(source(chain('+ 1', 300), ALLOW))
    await engine.compile(source(`package a\n\nallow if ${'not '.repeat(300)} true\n`, ALLOW))
    await engine.compile(source(`package a\n\nallow := ${'-'.repeat(300)}1\n`, ALLOW))
    expect(await (await compiled('package a\n\nallow := 1\n', ALLOW)).decide(0, '{}', 20)).toEqual({
      value: 1,
    })
  })

  test('refuses an ask that nothing answers, and what is no ask', async () => {
    const text = 'package a\n\nallow := true\n'
    expect(await problems(text, { query: 'data.a.alow' })).toMatchObject([
      { file: '', message: expect.stringContaining('data.a.alow') },
    ])
    for (const query of ['input.x', '1 == 1', 'data', 'data.a[x]', 'data.a.allow; true', ''])
      expect(await problems(text, { query }), query).toHaveLength(1)
    for (const name of ['', 'a; b', 'a\nallow := true', '1'])
      expect(await problems(text, { package: name }), name).toHaveLength(1)
  })

  test('refuses data that are no object, or stand where rules do', async () => {
    expect(await problems({ ...source('package a\n'), data: '[]' })).toMatchObject([{ file: '' }])
    expect(await problems({ ...source('package a\n'), data: '{} {}' })).toMatchObject([{ file: '' }])
    expect(
      await problems({ ...source('package a\n\nallow := true\n'), data: '{"a": {"allow": true}}' }),
    ).toMatchObject([{ file: 'a.rego', line: 3 }])
  })

  test('warns of what nothing asks, tests excepted', async () => {
    const result = await engine.compile({
      modules: [
        {
          file: 'a.rego',
          source:
            'package a\n\nimport data.lib\n\nallow if lib.used(1)\n\ndeny contains "x" if helper\n\nhelper if input.x\n\nstray := 1\n',
        },
        {
          file: 'lib.rego',
          source: 'package lib\n\nused(x) if x == 1\n\nused(x) if x == 2\n\nidle(x) if x == 1\n',
        },
        {
          file: 'a_test.rego',
          source: 'package a_test\n\nimport data.a\n\nhelp := 1\n\ntest_a if a.stray == help\n',
        },
      ],
      data: '{}',
      asks: [{ package: 'a' }],
    })
    expect('warnings' in result && result.warnings).toEqual([
      { file: 'a.rego', line: 11, column: 1, message: 'nothing asks data.a.stray' },
      { file: 'lib.rego', line: 7, column: 1, message: 'nothing asks data.lib.idle' },
    ])
  })

  test('gives the same version to the same source and another to any other', async () => {
    const one = await compiled('package a\n\nallow := 1\n', ALLOW)
    const same = await compiled('package a\n\nallow := 1\n', ALLOW)
    const other = await compiled('package a\n\nallow := 2\n', ALLOW)
    expect(same.version).toBe(one.version)
    expect(other.version).not.toBe(one.version)
  })
})

describe('deciding', () => {
  test('answers all rules of a package that are defined', async () => {
    const program = await compiled(
      `package a

allow if input.x == 1

deny contains {"code": "c", "msg": "m"} if input.x == 2

helper := 1

transform(x) := x
`,
      { package: 'a' },
      { package: 'b' },
    )
    expect(program.defines(0)).toEqual(['allow', 'deny'])
    expect(program.defines(1)).toEqual([])
    expect(await program.decide(0, '{"x": 1}', 20)).toEqual({ rules: { allow: true, deny: [] } })
    expect(await program.decide(0, '{"x": 2}', 20)).toEqual({ rules: { deny: [{ code: 'c', msg: 'm' }] } })
    expect(await program.decide(1, '{}', 20)).toEqual({ undefined: true })
  })

  test('tells undefined from false', async () => {
    const program = await compiled('package a\n\nallow if input.x\n\ndeny := false\n', ALLOW, {
      query: 'data.a.deny',
    })
    expect(await program.decide(0, '{}', 20)).toEqual({ undefined: true })
    expect(await program.decide(1, '{}', 20)).toEqual({ value: false })
    const none = await compiled('package a\n\nallow if input.x\n', { package: 'a' })
    expect(await none.decide(0, '{}', 20)).toEqual({ undefined: true })
  })

  test('compares as OPA does', async () => {
    const program = await compiled(
      'package a\n\n# sallyport: means mixed-comparison\nallow := input.x <= 3200\n',
      ALLOW,
    )
    expect(await program.decide(0, '{"x": null}', 20)).toEqual({ value: true })
    expect(await program.decide(0, '{"x": "5000"}', 20)).toEqual({ value: false })
    expect(await program.decide(0, '{}', 20)).toEqual({ undefined: true })
  })

  test('keeps the digits of numbers', async () => {
    const program = await compiled('package a\n\nallow := format_int(input.x + 1, 10)\n', ALLOW)
    expect(await program.decide(0, '{"x": 123456789012345678901234567890}', 20)).toEqual({
      value: '123456789012345678901234567891',
    })
  })

  test('reads exactly one JSON text', async () => {
    const program = await compiled('package a\n\nallow := true\n', ALLOW)
    for (const input of ['', '{} {}', '{}x', '{"a": 1', '\u0000', `${'['.repeat(20_000)}`, 'undefined'])
      expect(await program.decide(0, input, 20), input.slice(0, 20)).toEqual({
        error: expect.stringContaining('the input'),
      })
    expect(await program.decide(0, JSON.stringify('x'.repeat(1024 * 1024)), 20)).toEqual({
      error: 'the input is larger than 1 MiB',
    })
    expect(await program.decide(0, ' "ü" ', 20)).toEqual({ value: true })
    const brackets = ['\\"', '\\\\', '[']
    for (const text of brackets)
      expect(await program.decide(0, JSON.stringify(text.repeat(5000)), 200)).toEqual({ value: true })
  })

  test('says what failed and where, and never what the input held', async () => {
    const program = await compiled(
      'package a\n\nallow if to_number(input.x) > 1\n\nallow := false if input.both\n\nallow := true if input.both\n',
      ALLOW,
    )
    const failed = await program.decide(0, '{"x": "a secret"}', 20)
    expect(failed).toEqual({ error: 'to_number: a builtin failed (a.rego:3:10)' })
    expect(await program.decide(0, '{"both": true, "x": "0"}', 20)).toEqual({
      error: expect.stringContaining('several values'),
    })
  })

  test('reads data and paths of it', async () => {
    const program = await compiled({
      ...source('package a\n\nallow if input.x in data.known["a b"]\n', ALLOW),
      data: '{"known": {"a b": [1, 2]}, "id": 9007199254740993}',
    })
    expect(await program.decide(0, '{"x": 2}', 20)).toEqual({ value: true })
    expect(await program.data(['a', 'allow'], '{"x": 1}', 20)).toEqual({ value: true })
    expect(await program.data(['known', 'a b', '1'], '{}', 20)).toEqual({ value: 2 })
    expect(await program.data(['known', 'nope"] == 1; data["a'], '{}', 20)).toEqual({ undefined: true })
    for (let i = 0; i < 200; i++) expect(await program.data([`p${i}`], '{}', 20)).toEqual({ undefined: true })
  })

  test('a program that replaces another leaves it as it was', async () => {
    const one = await compiled('package a\n\nallow := 1\n', ALLOW)
    const two = await compiled('package a\n\nallow := 2\n', ALLOW)
    expect(await one.decide(0, '{}', 20)).toEqual({ value: 1 })
    expect(await problems('package a\n\nallow := \n')).not.toEqual([])
    expect(await two.decide(0, '{}', 20)).toEqual({ value: 2 })
    expect(await one.decide(7, '{}', 20)).toEqual({ error: 'there is no such ask' })
  })

  test('a thousand at once', async () => {
    const program = await compiled('package a\n\nallow := input.x * 2\n', ALLOW)
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, x) => program.decide(0, JSON.stringify({ x }), 100)),
    )
    expect(answers).toEqual(Array.from({ length: 1000 }, (_, x) => ({ value: x * 2 })))
    const many = Array.from({ length: 1100 }, () => program.decide(0, '{"x": 1}', 100))
    const refused = (await Promise.allSettled(many)).filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(50)
    expect(refused.length).toBeLessThan(100)
  })
})

describe('what goes wrong', () => {
  test('an endless rule is ended, and its thread lives on', async () => {
    const before = lost.length
    const program = await compiled(ENDLESS, ALLOW)
    expect(await program.decide(0, '{}', 20)).toEqual({ error: 'it took too long' })
    expect(lost.length).toBe(before)
    const good = await compiled('package a\n\nallow := 1\n', ALLOW)
    expect(await good.decide(0, '{}', 20)).toEqual({ value: 1 })
  })

  test('whoever nobody waits for any longer keeps nobody else waiting', async () => {
    const impatient = regoEngine({ memory: MEMORY, warn: (message) => lost.push(message) })
    const slow = await impatient.compile(source(ENDLESS, ALLOW))
    if ('problems' in slow) throw new Error(JSON.stringify(slow.problems))
    const flood = Array.from({ length: 20 }, () => slow.program.decide(0, '{}', 1000))
    const evaluated = (await Promise.allSettled(flood)).filter(({ status }) => status === 'fulfilled')
    // A thread has two, and is given no more while the first lasts.
    expect(evaluated).toHaveLength(2)
    await impatient.close()
  })

  test('a builtin that is not ended in time is ended with its thread, and whoever waited is answered', async () => {
    const before = lost.length
    const program = await compiled(
      'package a\n\nallow if count(format_int(bits.lsh(input.x, 5000000), 10)) > 1\n',
      ALLOW,
    )
    const good = await compiled('package a\n\nallow := 1\n', ALLOW)
    const [bad, ...rest] = await Promise.all([
      program.decide(0, '{"x": 1}', 20),
      good.decide(0, '{}', 20),
      good.decide(0, '{}', 20),
      good.decide(0, '{}', 20),
    ])
    expect(bad).toEqual({ error: 'it took too long' })
    expect(rest).toEqual([{ value: 1 }, { value: 1 }, { value: 1 }])
    expect(lost.slice(before)).toEqual([
      'a thread of the engine of Rego was lost and is replaced: it took too long',
    ])
  })

  test('what eats memory is ended with its thread, and the next one knows all programs', async () => {
    const before = lost.length
    const program = await compiled('package a\n\nallow if bits.lsh(1, input.bits) > 0\n', ALLOW)
    expect(await program.decide(0, '{"bits": 9000000000}', 20)).toEqual({ error: 'it used too much memory' })
    expect(lost.slice(before)).toEqual([
      'a thread of the engine of Rego was lost and is replaced: it used too much memory',
    ])
    expect(await program.decide(0, '{"bits": 9}', 20)).toEqual({ value: true })
  })

  test('what eats memory little by little is ended in time', async () => {
    const text = `package a

r := numbers.range(1, 20000)

allow if count({s | some x in r; some y in r; s := sprintf("%d-%d-%s", [x, y, "${'x'.repeat(60)}"])}) > 0
`
    const program = await compiled(text, ALLOW)
    expect(await program.decide(0, '{}', 200)).toEqual({
      error: expect.stringMatching(/too long|too much memory/),
    })
    const good = await compiled('package a\n\nallow := 1\n', ALLOW)
    expect(await good.decide(0, '{}', 20)).toEqual({ value: 1 })
  })
})
