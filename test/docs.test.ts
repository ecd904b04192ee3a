import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorsFile, errorsPage, schemaFile, schemaPage } from '../scripts/docs.ts'
import { CODES } from '../src/core/codes.ts'

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

test('docs/errors.md is what `npm run docs` makes of the codes', () => {
  expect(readFileSync(errorsFile, 'utf8')).toBe(errorsPage(CODES))
})

test('every code has one row, and a message cannot break the table', () => {
  const entry = { default: 'block', status: 418, message: 'Send <a> | *b*.', retryable: true } as const
  const rows = errorsPage({ 'x.y': entry, 'z.*': { ...entry, retryable: false } })
    .split('\n')
    .slice(-3)
  expect(rows).toEqual([
    '| `x.y` | block | 418 | yes | Send &lt;a> \\| \\*b\\*. |',
    '| `z.*` | block | 418 | no | Send &lt;a> \\| \\*b\\*. |',
    '',
  ])
})

test('docs/rego-input.schema.json is what modules are checked against', () => {
  expect(readFileSync(schemaFile, 'utf8')).toBe(schemaPage())
})

test('docs/dependencies.md gives a reason for every dependency, and for nothing else', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    string,
    Record<string, string>
  >
  const [, production = '', engine = '', development = ''] = read('docs/dependencies.md').split(/^## .*$/m)
  const named = (section: string): (string | undefined)[] =>
    [...section.matchAll(/^- `([^`]+)`: \S.*$/gm)].map(([, name]) => name)
  expect(named(production)).toEqual(Object.keys(dependencies ?? {}))
  expect(named(development)).toEqual(Object.keys(devDependencies ?? {}))
  const direct = read('rego/go.mod')
    .split('\n')
    .filter((line) => /^(?:require )?\s*\S+\/\S+ v\S+$/.test(line))
  expect(direct.map((line) => line.replace('require', '').trim().split(' ')[0])).toEqual(named(engine))
})

type Lock = { packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }> }
const lock = Object.entries((JSON.parse(read('package-lock.json')) as Lock).packages)

test.each(['package-lock.json', 'bench/peers/portkey/package-lock.json'])(
  '%s names no registry, so that an install uses the one of whoever installs',
  (name) => {
    const packages = Object.values((JSON.parse(read(name)) as Lock).packages)
    expect(packages.length).toBeGreaterThan(50)
    expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([])
  },
)

test('package-lock.json has the packages of every platform; `npm ci` refuses it otherwise', () => {
  const held = new Set(
    lock.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  )
  const wanted = lock.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies))
  expect(wanted.length).toBeGreaterThan(20)
  expect(wanted.filter((name) => !held.has(name))).toEqual([])
})
