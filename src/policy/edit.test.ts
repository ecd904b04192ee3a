import { describe, expect, test } from 'vitest'
import { EditError, withKeys } from './edit.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const C = 'c'.repeat(64)
const SOON = '2030-01-02T00:00:00.000Z'
const doc = (name: string, keys: string) =>
  `apiVersion: sallyport.dev/v1\nkind: Consumer   # who calls\nmetadata: { name: "${name}" }\nspec:\n  tenant: 't'\n${keys}\n  roles: [a,b]  # odd  spacing\n`

const BLOCK = `  # the keys
  keys:
  # the old one
  - sha256: "${A}"   # since May
    # a remark
  # the new one
  - expires: "2031-01-01T00:00:00Z"
    sha256: ${B.toUpperCase()} # loud
  # last remark`
const FLOW = `  keys: [{ sha256: "${A}" }, {sha256: ${B}, expires: "2031-01-01T00:00:00Z"}] # both`
const JSON_FLOW = `  keys: [{"sha256":"${A}"},{"sha256":"${B}","expires":"2031-01-01T00:00:00Z"}]`
const LINES = `  keys:
    [
      { sha256: "${A}" },
      { sha256: "${B}", expires: "2031-01-01T00:00:00Z" },
    ]`

describe.each([
  ['in block style', BLOCK],
  ['in flow style', FLOW],
  ['as JSON', JSON_FLOW],
  ['over several lines', LINES],
])('%s', (_, keys) => {
  const before = doc('x', '  keys: [{ sha256: "d" }]')
  const after = `---\n# the next\n${doc('z', `  keys: [{ sha256: "${C}" }]`)}`
  const source = `# head\n${before}---\n${doc('n', keys)}${after}`
  const around = (text: string) => {
    expect(text.startsWith(`# head\n${before}---\n`)).toBe(true)
    expect(text.endsWith(after)).toBe(true)
    return text.slice(`# head\n${before}---\n`.length, -after.length)
  }
  const list = (text: string) =>
    [...text.matchAll(/[abc]{64}|[AB]{64}|20[0-9T:.Z-]+/g)].map(([found]) => found.toLowerCase())

  test('one is taken out', () => {
    const first = around(withKeys(source, 'n', [{ sha256: B, expires: '2031-01-01T00:00:00Z' }]))
    expect(first).not.toContain(A)
    expect(first.toLowerCase()).toContain(B)
    const second = around(withKeys(source, 'n', [{ sha256: A }]))
    expect(list(second)).toEqual([A])
    for (const text of [first, second]) {
      expect(text).toContain('kind: Consumer   # who calls\n')
      expect(text).toContain('  roles: [a,b]  # odd  spacing\n')
    }
  })

  test('one expires, and one is new: all else stays', () => {
    const wanted = [{ sha256: A, expires: SOON }, { sha256: B, expires: SOON }, { sha256: C }]
    const text = around(withKeys(source, 'n', wanted))
    expect(list(text).sort()).toEqual([A, B, C, SOON, SOON].map((each) => each.toLowerCase()).sort())
    for (const comment of keys.match(/#.*/g) ?? []) expect(text).toContain(comment)
    // Back again it is what it was.
    const rest = text
      .replaceAll(/,? *"?expires"?: *"2030[^"]*"|,? *-? *\{ "?sha256"?: "c{64}" \}/g, '')
      .replaceAll(/\s/g, '')
    const was = doc('n', keys)
      .replaceAll(/,? *"?expires"?: *"2031[^"]*"/g, '')
      .replaceAll(/\s/g, '')
    expect([...rest].sort()).toEqual([...was].sort())
  })

  test('without a key the document goes, and only that', () => {
    expect(withKeys(source, 'n', [])).toBe(`# head\n${before}${after}`)
  })
})

test('line breaks of Windows stay', () => {
  const source = doc('n', BLOCK).replaceAll('\n', '\r\n')
  const text = withKeys(source, 'n', [
    { sha256: A, expires: SOON },
    { sha256: B, expires: '2031-01-01T00:00:00Z' },
    { sha256: C },
  ])
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  expect(text).toContain(C)
})

test.each([
  ['an alias', `  keys: *all`],
  ['an alias among them', `  keys: [*one, { sha256: "${B}" }]`],
  ['an anchor, which others may stand for', `  keys: [&k { sha256: "${A}" }, { sha256: "${B}" }]`],
])('%s is changed by hand', (_, keys) => {
  const source = `apiVersion: sallyport.dev/v1\nkind: Consumer\nmetadata: { name: n }\nx: [&all [{ sha256: "${A}" }], &one { sha256: "${A}" }]\nspec:\n${keys}\n`
  expect(() => withKeys(source, 'n', [{ sha256: B }])).toThrow(EditError)
})

test('a name that only another kind has', () => {
  expect(() => withKeys(doc('n', FLOW).replace('Consumer', 'Upstream'), 'n', [])).toThrow(EditError)
})
