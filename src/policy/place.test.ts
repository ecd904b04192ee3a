import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDocument, type Scalar, stringify } from 'yaml'
import { placeInScalar } from './place.ts'
import { readYaml } from './yaml.ts'

/** What stands in a file where a text has its `§`. */
function found(source: string): string {
  const [document] = readYaml('f', source).documents
  const { a: text } = document!.value as { a: string }
  const before = text.slice(0, text.indexOf('§'))
  const line = before.split('\n').length
  const column = before.length - (before.lastIndexOf('\n') + 1) + 1
  const problem = document!.within(['a'], [line, column], '')
  return source.split('\n')[problem.line! - 1]!.slice(problem.column! - 1)
}

test.each([
  ['a: |\n  one\n  two §x\n', '§x'],
  ['b: 1\na: |-\n\n    one\n\n      two §x\n\n', '§x'],
  ['a: |2+ # why\n    one\n  §x\n', '§x'],
  ['a: >\n  one\n  two\n\n  three §x\n', '§x'],
  ['a: >-\n  one\n    two §x\n  three\n', '§x'],
  ['a: one\n  two §x\n', '§x'],
  ["a: 'it''s\n\n  two §x'\n", "§x'"],
  ['a: "one\\n\\ttwo \\u00e9\\x41\\U0001F600 \\"q\\" \\\n  \\ §x"\n', '§x"'],
  ['{"a": "one\\ntwo §x"}', '§x"}'],
  ['\ufeffa: |\n  §x\n', '§x'],
  ['b: &b |\n  one\n  §x\na: *b\n', '§x'],
])('%j', (source, rest) => expect(found(source)).toBe(rest))

test('the end of a text is behind its last character, and a place that is not there is near', () => {
  const [document] = readYaml('f', 'a: |\n  one\n  two\n').documents
  expect(document!.within(['a'], [2, 4], '')).toMatchObject({ line: 3, column: 6 })
  expect(document!.within(['a'], [9, 9], '')).toMatchObject({ line: 3, column: 6 })
  expect(document!.within(['c'], [1, 1], '')).toMatchObject({ line: 1, column: 1 })
})

test('whatever is written, every character is found', () => {
  const text = fc.array(
    fc.constantFrom('a', 'b', ' ', '\n', "'", '"', '\\', '#', ':', 'é', '😀', '\t', '{'),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED')
  fc.assert(
    fc.property(text, style, (pieces, type) => {
      const source = stringify({ a: pieces.join('') }, { defaultStringType: type as 'PLAIN', lineWidth: 20 })
      const node = parseDocument(source).get('a', true) as Scalar<string>
      node.value.split('\n').forEach((row, line) => {
        for (let column = 0; column < row.length; column++) {
          const character = row[column]!
          if (!/[ab:#é]/.test(character)) continue
          expect(source[placeInScalar(source, node, line + 1, column + 1)]).toBe(character)
        }
      })
    }),
  )
})
