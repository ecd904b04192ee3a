import { describe, expect, test } from 'vitest'
import { buildPolicy } from './build.ts'
import { readData } from './data.ts'
import { packageOf } from './sources.ts'

const doc = (kind: string, spec: object) =>
  `---\n${JSON.stringify({ apiVersion: 'sallyport.dev/v1', kind, metadata: { name: 'a' }, spec })}\n`

async function told(...documents: string[]): Promise<string[]> {
  const source = documents.join('')
  const loaded = await buildPolicy(
    { dir: 'd', files: [{ file: 'f', source }], problems: [], digest: '' },
    {
      modules: [],
      ports: { secret: () => '' },
      paths: [],
      packageVersion: '1',
    },
  )
  const found = 'errors' in loaded ? loaded.errors : loaded.warnings
  return found.map(({ message }) => message)
}

describe('what documents say of sources', () => {
  const url = 'https://opa.example.com/b'
  test.each([
    [{ sources: [{ path: 'a', url, file: 'x' }] }, 'must have one of "url" and "file"'],
    [{ bundle: {} }, 'must have one of "url" and "file"'],
    [{ sources: [{ path: 'data.a.', url }] }, 'must be the name of a package or rule'],
    [
      { sources: [{ path: 'a', url: 'https://me:secret@a.example' }] },
      'must be an http or https address without user',
    ],
    [
      { sources: [{ path: 'a', url: 'http://127.0.0.1/', tls: { ca: 'x' } }] },
      '"tls" is for an address with https',
    ],
    [{ sources: [{ path: 'a', file: 'x', key: { env: 'K' } }] }, '"key" is for "url" alone'],
    [{ sources: [{ path: 'a', url, key: 'secret' }] }, 'must say where the key is, never what it is'],
    [{ bundle: { url, poll: { min: '2m', max: '1m' } } }, '"min" must be at most "max"'],
    [{ bundle: { url, verify: { keys: [{ id: 'k', algorithm: 'none', key: { env: 'K' } }] } } }, 'none'],
  ])('%j is refused', async (spec, message) => {
    expect((await told(doc('Policy', spec))).join('\n')).toContain(message)
  })

  test('and what is logged', async () => {
    const logs = (decisions: object) => told(doc('Gate', { rego: { decisions } }))
    expect(await logs({ mask: ['/output'] })).toEqual([
      expect.stringContaining('must be a place in what is logged'),
    ])
    expect(await logs({ url: 'http://opa.internal' })).toEqual([expect.stringContaining('in the clear')])
    expect(
      await logs({
        url: 'https://opa.internal',
        mask: ['/input/a', { op: 'upsert', path: '/result', value: {} }],
      }),
    ).toEqual([])
  })

  test('an address that anybody on the way can answer for is told of', async () => {
    const clear = 'http://opa.internal/b'
    const verify = { keys: [{ id: 'k', algorithm: 'RS256', key: { file: 'k.pem' } }] }
    expect(
      await told(doc('Policy', { bundle: { url: clear }, sources: [{ path: 'a', url: clear }] })),
    ).toHaveLength(2)
    expect(
      await told(doc('Policy', { bundle: { url: clear, verify }, sources: [{ path: 'a', url }] })),
    ).toEqual([])
  })
})

test.each([
  ['package a', ['a']],
  ['# c\n\n \t# package x\npackage a.b_c.d # e\n', ['a', 'b_c', 'd']],
  ['package a["b-c"].d;allow := 1', ['a', 'b-c', 'd']],
  ['package a.b[c]', undefined],
  ['package a["\\u0062"]', undefined],
  ['import data.x\npackage a', undefined],
  ['packagea', undefined],
  ['', undefined],
])('the package of %j', (source, steps) => {
  expect(packageOf(source)).toEqual(steps)
})

test('data are read as they will be compared', () => {
  const read = (source: string, yaml = false) => {
    const found = readData('f', source, yaml)
    return 'problems' in found ? found.problems[0]!.message : found.value
  }
  expect(read('{"n": 9007199254740991, "f": 0.1234567890123456789}')).toEqual({
    n: 9007199254740991,
    f: 0.12345678901234568,
  })
  expect(read('{"n": 9007199254740993}')).toMatch(/too long to be kept exactly/)
  expect(read('{"a": 1, "a": 2}')).toMatch(/is no good JSON/)
  expect(read('a: on\n', true)).toMatch(/YAML 1\.1/)
  expect(read('a: 1\n---\nb: 2\n', true)).toMatch(/more than one document/)
})
