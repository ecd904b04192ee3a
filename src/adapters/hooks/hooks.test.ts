import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Hook, HookSource } from '../../core/ports.ts'
import { hookEngine } from './index.ts'

/** Others may have the processor. */
const engine = hookEngine(30_000)
const impatient = hookEngine()
afterAll(() => Promise.all([engine.close(), impatient.close()]))

const SECRET = 'swordfish-4539'

/** In ten times the usual time, as other tests have the processor as well. */
async function hook(script: string, more: Partial<HookSource> = {}, by = engine): Promise<Hook> {
  const opened = await by.open({ script, time: 100, memory: 16 * 1024 * 1024, clock: false, ...more })
  if ('problem' in opened) throw new Error(`${opened.problem.line}: ${opened.problem.message}`)
  return opened.hook
}
const input = (more: object = {}) => JSON.stringify({ request: { body: { prompt: SECRET }, ...more } })
const value = async (script: string, more?: Partial<HookSource>): Promise<unknown> =>
  JSON.parse(await (await hook(script, more)).run(input()))

describe('what a script returns', () => {
  test('is what it made of what it is shown', async () => {
    expect(await value('return {a: request.body.prompt.length, b: typeof answer}')).toEqual({
      a: SECRET.length,
      b: 'undefined',
    })
    const asks = await hook('return answer.text + request.n')
    expect(await asks.run('{"request":{"n":1},"answer":{"text":"x"}}')).toBe('"x1"')
  })

  test('whatever characters it has', async () => {
    const echo = await hook('return request.text')
    for (const text of ['\0', '\ud800', '😀"\\', '\u2028', 'x'.repeat(100_000)])
      expect(JSON.parse(await echo.run(JSON.stringify({ request: { text } })))).toBe(text)
  })

  test('a call leaves nothing behind for the next', async () => {
    const counts = await hook(`
      globalThis.n = (globalThis.n || 0) + 1
      Object.prototype.polluted = (Object.prototype.polluted || 0) + 1
      Array.prototype.push = null
      String.prototype.includes = () => true
      return [n, {}.polluted]`)
    for (let i = 0; i < 3; i++) expect(await counts.run(input())).toBe('[1,1]')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('what it is shown is frozen all the way down', async () => {
    const deep = { a: [{ b: [1] }] }
    const frozen = await hook(`
      const all = (v) => typeof v !== 'object' || v === null || (Object.isFrozen(v) && Object.values(v).every(all))
      return all(request)`)
    expect(await frozen.run(input(deep))).toBe('true')
    await expect((await hook('request.a[0].b.push(2); return 1')).run(input(deep))).rejects.toThrow(
      'TypeError',
    )
    expect(await (await hook('return request.__proto__.x === undefined')).run(input())).toBe('true')
    const own = '{"request":{"__proto__":{"status":"x"}}}'
    expect(await (await hook('return [{}.status === undefined, Object.keys(request)]')).run(own)).toBe(
      '[true,["__proto__"]]',
    )
  })
})

const FAILS: [name: string, script: string, why: RegExp][] = [
  ['an endless loop', 'for (;;);', /longer than 10 ms/],
  ['one that catches', 'for (;;) try { for (;;); } catch {} finally { continue }', /longer than 10 ms/],
  ['a memory bomb', 'let a = "x"; for (;;) a += a + a', /memory|longer|threw (?:Internal|Range)Error/],
  ['a bomb of objects', 'const a = []; for (;;) a.push(new Array(100000).fill(a))', /memory|longer|threw/],
  ['a bomb that catches', 'const a = []; for (;;) try { a.push("x".repeat(1e6)) } catch {}', /longer|memory/],
  [
    'a regular expression that backtracks',
    'return /^(a+)+$/.test("a".repeat(60) + "!")',
    /longer than 10 ms/,
  ],
  ['a getter that throws', 'return { get status() { throw request.body.prompt } }', /threw something/],
  ['toJSON that throws', 'return { toJSON() { throw new Error(request.body.prompt) } }', /threw Error/],
  ['toJSON that never ends', 'return { toJSON() { for (;;); } }', /longer than 10 ms/],
  [
    'a proxy that throws',
    'return new Proxy({}, { ownKeys() { throw new TypeError("x") } })',
    /threw TypeError/,
  ],
  ['a proxy that never ends', 'return new Proxy({}, { get() { for (;;); } })', /longer than 10 ms/],
  ['a large return value', 'return "x".repeat(1024 * 1024)', /more than 1 MiB|longer/],
  ['deep recursion', 'const f = () => f() + 1; return f()', /threw (?:Range|Internal)Error/],
  ['deep nesting', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a', /threw|longer|memory/],
  ['a circle', 'const a = {}; a.a = a; return a', /threw TypeError/],
  ['nothing', 'request.body', /returned nothing/],
  ['a function', 'return () => 1', /returned nothing/],
  ['a symbol', 'return Symbol()', /returned nothing/],
  ['a number too large for JSON', 'return 1n', /threw TypeError/],
  ['what it throws is a text', 'throw request.body.prompt', /threw something$/],
  ['null thrown', 'throw null', /threw something$/],
  ['a name of its own', 'const e = new Error(); e.name = request.body.prompt; throw e', /threw something/],
  [
    'a stack of its own',
    'throw { name: "Error", stack: "hook:999999:1 " + request.body.prompt }',
    /threw Error$/,
  ],
  ['a field that is not there', 'return 1 +\nrequest.body.query.length', /threw TypeError in line 2$/],
  ['numbers that take seconds', 'let a = 3n; for (;;) a *= a', /longer|memory|threw/],
  [
    'a built-in that runs on and on',
    'return "a".repeat(3e6).lastIndexOf("b" + "a".repeat(1e6))',
    /longer than 10 ms/,
  ],
  // For hours: its thread is ended.
  ['one that never asks', 'return "a".repeat(4e6).includes("a".repeat(2e6) + "b")', /longer than 10 ms/],
  ['code out of text', 'return Function("return 1")()', /threw/],
  ['the same by another way', 'return (() => {}).constructor("return 1")()', /threw TypeError/],
  ['and by generators', 'return (function* () {}).constructor("yield 1")()', /threw TypeError/],
  ['eval', 'return eval("1")', /threw ReferenceError/],
  ['chance', 'return Math.random()', /threw TypeError/],
  ['a clock', 'return Date.now()', /threw TypeError/],
  ['another clock', 'return new Date()', /threw TypeError/],
  ['a clock by its back door', 'return new Date(0).constructor.now()', /threw TypeError/],
  ['a third clock', 'return performance.now()', /threw ReferenceError/],
  ['a timer', 'return setTimeout(() => {}, 1)', /threw ReferenceError/],
  ['a file', 'return require("fs")', /threw ReferenceError/],
]

describe('what fails', () => {
  test.each(FAILS)('%s', async (_, script, why) => {
    const bad = await hook(script, why.source.includes('longer') ? { time: 10 } : {})
    const failure = await bad.run(input()).then(
      (returned) => expect.fail(`returned ${returned.slice(0, 100)}`),
      (error: Error) => error,
    )
    expect(failure).toBeInstanceOf(Error)
    expect(failure.message).toMatch(why)
    expect(failure.message).not.toContain(SECRET)
    expect(await value('return "next"')).toBe('next')
    // The same script is asked again in the same context, put back.
    await expect(bad.run(input())).rejects.toThrow(why)
  })

  test('a promise and a generator say nothing by themselves', async () => {
    expect(await value('return (async () => ({status: "ALLOW"}))()')).toEqual({})
    expect(await value('return (function* () { yield 1 })()')).toEqual({})
  })

  test('input that is too large for its memory', async () => {
    await expect((await hook('return 1')).run(input({ text: 'x'.repeat(5e6) }))).rejects.toThrow('too large')
    const more = await hook('return request.text.length', { memory: 64 * 1024 * 1024 })
    expect(await more.run(input({ text: 'x'.repeat(5e6) }))).toBe('5000000')
    expect(await more.run(input({ text: '' }))).toBe('0')
  })
})

describe('what a script may have', () => {
  test('more time', async () => {
    const slow = 'let n = 0; for (let i = 0; i < 1e6; i++) n += i; return n'
    await expect((await hook(slow, { time: 10 })).run(input())).rejects.toThrow('longer than 10 ms')
    expect(await value(slow, { time: 1000 })).toBe(499999500000)
  })

  test('a clock', async () => {
    const now = (await value('return [Date.now(), new Date().getTime()]', { clock: true })) as number[]
    for (const time of now) expect(Math.abs(time - Date.now())).toBeLessThan(60_000)
  })

  test('dates without one', async () => {
    expect(
      await value('return [new Date(0).toISOString(), Date.UTC(1970, 0, 2), new Date(0) instanceof Date]'),
    ).toEqual(['1970-01-01T00:00:00.000Z', 86_400_000, true])
  })
})

describe('what is no script', () => {
  test.each([
    ['return {', 1, 9],
    ['return {}}', 1, 11],
    ['let a = 1\nlet b = ;\nreturn a', 2, 9],
    ['await 1', 1, 7],
  ])('%j', async (script, line, column) => {
    const opened = await engine.open({ script, time: 10, memory: 16 * 1024 * 1024, clock: false })
    expect(opened).toEqual({ problem: { line, column: expect.any(Number), message: expect.any(String) } })
    if ('problem' in opened) expect(Math.abs(opened.problem.column - column)).toBeLessThan(3)
  })
})

test('a thousand calls at once, and more than may wait', async () => {
  const quick = await hook('return request.body.prompt.length')
  const all = await Promise.all(Array.from({ length: 1000 }, () => quick.run(input())))
  expect(new Set(all)).toEqual(new Set([String(SECRET.length)]))
  const slow = await hook('for (;;);', { time: 10 }, impatient)
  const other = await hook('return 2', {}, impatient)
  const flood = Array.from({ length: 1200 }, () => slow.run(input()).catch((error: Error) => error.message))
  expect(await other.run(input())).toBe('2')
  const why = await Promise.all(flood)
  expect(why).toContain('too many calls wait for it already')
  expect(why).toContain('it took longer than 10 ms')
  expect(why).toContain('it waited longer than 900 ms for its turn')
}, 30_000)

test('more scripts than a thread keeps', async () => {
  const hooks = await Promise.all(Array.from({ length: 70 }, (_, i) => hook(`return ${i}`)))
  for (let round = 0; round < 2; round++)
    expect(await Promise.all(hooks.map((each) => each.run(input())))).toEqual(hooks.map((_, i) => String(i)))
}, 30_000)

test('whatever a script is, it is refused or answers, and nothing else suffers', async () => {
  const good = await hook('return 1')
  const piece = fc.constantFrom(
    ...[
      'return',
      'request',
      '.body',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ';',
      '\n',
      '=>',
      'x',
      '=',
      '1',
      '"a"',
      '`',
      '${',
      '/',
      '*',
    ],
    ...[
      'function',
      'class',
      'async',
      'await',
      'yield',
      'for(;;)',
      'throw',
      'new',
      'Proxy',
      'delete',
      'this',
      ',',
      '...',
      '#',
      '\0',
    ],
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const script = pieces.join(' ')
      const opened = await engine.open({ script, time: 10, memory: 2 * 1024 * 1024, clock: false })
      if ('problem' in opened) expect(opened.problem.line).toBeLessThanOrEqual(script.split('\n').length)
      else
        await opened.hook.run(input()).then(
          (returned) => JSON.parse(returned),
          (error) => expect(error).toBeInstanceOf(Error),
        )
      expect(await good.run(input())).toBe('1')
    }),
    { numRuns: 60 },
  )
}, 60_000)
