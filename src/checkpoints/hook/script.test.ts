// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold templates
import { Script } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SourceError } from '../../core/errors.ts'
import { lex } from './lexer.ts'
import { readScript } from './script.ts'

/** Statements that each push what they find to `out`; in some of them a line of `#` is no comment. */
const STATEMENTS = [
  "out.push('# no')",
  'out.push("it\'s # \\" no")',
  'out.push(`\n# kept\n`)',
  'out.push(`a ${ [1, `\n  # kept ${2}\n# kept`].join("}") } \n# kept`)',
  "out.push(`${ {\n# gone it's `\na: 1 }.a }`)",
  'out.push(/[/#"`]/.test("#"))',
  'if (true) /`/.test("x") || out.push(1)',
  "for (const x of [1]) /{'`/.test(x) || out.push(x)",
  'out.push(8 / 2 / 1)',
  'out.push((8) / 2 /1); var b = [4][0] / 2; out.push(b++ / 2 /1)',
  'if (true) /"/.test("x") || out.push(1)',
  'for (var i of [/`/]) out.push(i.test("`"))',
  '/*\n# inside\n`"*/ out.push(2)',
  '// it\'s `\n/a/.test("a") && out.push(3)',
  'class A { #f = 1; g() { return #f in this }\n#h = 2; i() { return this\n.#h / 2 } }\nout.push(new A().g(), new A().i())',
  'var o = { a: 1, "b": { c: 2 }, return: 3 }; out.push(o.a / o.b.c / o.return / 1)',
  'out.push((() => { return /}/ })().source)',
  'out.push("a\\\n# kept")',
  "switch (1) { case 1: { out.push(/'/.source) } }",
  'out.push(typeof /`/, 0x1e+1, 1e+1 / 2, .5 / 1, 1_0 / 2)',
  'function f() {} /`/.test("`"); out.push(f.name)',
  'out.push(((a) => a / 2)(3), `\\`${1}\\${`, "\\\\")',
  'do /`/.test(""); while (false) out.push(4)',
  'out.push(true ? /\'/.source : 1, [..."ab"].length / 2)',
  'label: { out.push({}.x?.y ?? 5) }',
  'out.push(o1 = {} / 2, 6); var o1',
  'var x = 1\nout.push(x\n/ 2)',
]
const COMMENT = fc.constantFrom('#', '# it\'s a "quote', '  # `${', '\t# /* ', ' # // \\', '# */ }) ]')

const outcome = (code: string): string =>
  JSON.stringify(new Script(`(() => { const out = []; ${code}\n; return out })()`).runInThisContext())

describe('lines of #', () => {
  test('each statement is valid and says something', () => {
    for (const statement of STATEMENTS.filter((each) => !each.includes('gone')))
      expect(() => outcome(statement), statement).not.toThrow()
  })

  test('are comments where JavaScript is, and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...STATEMENTS), { maxLength: 8 }),
        fc.array(COMMENT),
        (some, comments) => {
          const plain = some.map((each) => each.replace(/# gone.*/, ''))
          const commented = some.flatMap((each, i) => [comments[i] ?? '', `{ ${each}\n}`])
          const read = readScript(commented.join('\n'))
          expect(read.split('\n').length).toBe(commented.join('\n').split('\n').length)
          expect(outcome(read)).toBe(outcome(plain.map((each) => `{ ${each}\n}`).join('\n')))
          expect(readScript(read)).toBe(read)
        },
      ),
    )
  })

  test('whatever is written, lines stay and only such lines change', () => {
    const piece = fc.constantFrom(
      '\n',
      '# ',
      '#',
      '`',
      '${',
      '}',
      '{',
      '"',
      "'",
      '/',
      '*',
      '\\',
      '(',
      ')',
      '[',
      ']',
      'a',
      ' ',
      '<!--',
      '-->',
      '1',
      '\u2028',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const source = pieces.join('')
        let read: string
        try {
          read = readScript(source)
        } catch (error) {
          expect(error).toBeInstanceOf(SourceError)
          return
        }
        const before = source.split('\n')
        for (const [i, line] of read.split('\n').entries())
          if (line !== before[i]) {
            expect(before[i]).toMatch(/^\s*#(?:\s|$)/)
            expect(line.trim()).toBe('')
          }
        expect(read.split('\n').length).toBe(before.length)
      }),
      { numRuns: 2000 },
    )
  })

  test('each character is passed a bounded number of times', () => {
    for (const piece of ['=/[', '`${', '"\\', '/*', '\n#a', ' ', '(', 'a\\u{', '<!-', '# \n', "'\n"]) {
      const { tokens } = lex(piece.repeat(200_000 / piece.length))
      expect(tokens.length).toBeLessThanOrEqual(200_001)
    }
  }, 20_000)
})

describe('codes of REJECT', () => {
  test.each([
    ['return {status: "REJECT", code: 200}', '1:33'],
    ["return {\n  code: 503,\n  status: 'REJECT' }", '2:9'],
    ['return {"status": `REJECT`, "code": 0x1F5, reason: {}}', '1:37'],
    ['return {reason: `${f({})}`, status: "REJECT", code: 500}', '1:53'],
    ['return [{status: "REJECT", code: 4_00.5e1}]', '1:34'],
  ])('%s is refused at %s', (script, place) => {
    const failed = (() => {
      try {
        return readScript(script)
      } catch (error) {
        return error as SourceError
      }
    })() as SourceError
    expect(`${failed.line}:${failed.column}`).toBe(place)
    expect(failed.message).toContain('write one from 400 to 499')
  })

  test.each([
    'return {status: "REJECT", code: 400}',
    'return {status: "REJECT", code: 499, reason: "200"}',
    'return {status: "REJECT", code}',
    'return {status: "REJECT", code: 200 + 213}',
    'return {status: "ALLOW", code: 200}',
    'return {status: "REJECT", inner: {code: 200}}',
    'return x ? {status: "REJECT"} : {code: 200}',
  ])('%s is not', (script) => expect(readScript(script)).toBe(script))
})

test('a bracket that closes nothing is refused with its place', () => {
  expect(() => readScript('return 1\n}); (function () {')).toThrow('closes nothing')
  expect(() => readScript('return (1]')).toThrow('closes nothing')
})
