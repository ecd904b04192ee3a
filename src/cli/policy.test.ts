import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { regoEngine } from '../adapters/rego/index.ts'
import { policy } from './policy.ts'

const rego = regoEngine({ warn: () => undefined })
afterAll(() => rego.close())

let dir: string
let out: string
let err: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-'))
})
afterEach(() => rm(dir, { recursive: true }))

const put = (name: string, text: string) => writeFile(join(dir, name), text)
function run(...args: string[]): Promise<number> {
  out = ''
  err = ''
  return policy(args, {
    rego,
    out: (text) => {
      out += text.replaceAll(dir, 'DIR')
    },
    err: (line) => {
      err += `${line.replaceAll(dir, 'DIR')}\n`
    },
  })
}

const UGLY = 'package a\nallow   if input.x==data.limit\n'
const NEAT = 'package a\n\nallow if input.x == data.limit\n'

test('fmt prints, lists or writes', async () => {
  await put('a.rego', UGLY)
  await put('b.rego', NEAT)
  await put('.c.rego', UGLY)
  await put('d.txt', UGLY)
  expect(await run('fmt', dir)).toBe(0)
  expect(out).toBe(NEAT + NEAT)
  expect(await run('fmt', '--check', dir)).toBe(1)
  expect(out).toBe('DIR/a.rego\n')
  expect(await readFile(join(dir, 'a.rego'), 'utf8')).toBe(UGLY)
  expect(await run('fmt', '--write', join(dir, 'a.rego'), join(dir, 'b.rego'))).toBe(0)
  expect(out).toBe('DIR/a.rego\n')
  expect(await readFile(join(dir, 'a.rego'), 'utf8')).toBe(NEAT)
  expect(await run('fmt', '--check', dir)).toBe(0)
  await put('a.rego', 'package a\n\nallow if\n')
  expect(await run('fmt', '--write', dir)).toBe(1)
  expect(err).toMatch(/^DIR\/a\.rego:4:1: /)
  expect(await readFile(join(dir, 'a.rego'), 'utf8')).toBe('package a\n\nallow if\n')
})

test('check says what is wrong, and strictly what would be refused', async () => {
  await put('a.rego', NEAT)
  expect(await run('check', dir)).toBe(0)
  expect(out).toBe('DIR: 1 module: good\n')
  await put('b.rego', 'package b\n\nimport data.a\n')
  expect(await run('check', dir)).toBe(0)
  expect(out).toMatch(/^warning: DIR\/b\.rego:3:1: .*unused\nDIR: 2 modules: good\n$/)
  expect(await run('check', '--strict', dir)).toBe(1)
  expect(err).toMatch(/^DIR\/b\.rego:3:1: .*unused\nDIR: 1 mistake\n$/)
  await writeFile(join(dir, 'b.rego'), Buffer.from([0x70, 0xff]))
  expect(await run('check', dir)).toBe(1)
  expect(err).toContain('DIR/b.rego:1:2: is not UTF-8')
})

test('test runs what begins with test_, with the data beside it', async () => {
  await put('a.rego', NEAT)
  await put('a_test.rego', 'package a_test\n\nimport data.a\n\ntest_a if a.allow with input as {"x": 3}\n')
  await put('data.yaml', 'limit: 3\n')
  expect(await run('test', dir)).toBe(0)
  expect(out).toBe('1 passed, 0 failed\n')
  expect(await run('test', '--coverage', dir)).toBe(0)
  expect(out).toBe('DIR/a.rego: 100 % of the lines\ncoverage: 100 %\n1 passed, 0 failed\n')
  expect(await run('test', '--json', dir)).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ tests: [{ name: 'test_a', outcome: 'pass' }] })

  await put('data.json', '{"limit": 4}')
  expect(await run('test', dir)).toBe(1)
  expect(err).toBe('DIR/data.yaml: data.limit is said elsewhere already: say it in one place\n')
  await rm(join(dir, 'data.yaml'))
  expect(await run('test', '--coverage', dir)).toBe(1)
  expect(out).toBe(
    'DIR/a_test.rego:5:1: data.a_test.test_a: fail\nDIR/a.rego: 50 % of the lines, not 3\ncoverage: 50 %\n0 passed, 1 failed\n',
  )
  await rm(join(dir, 'a_test.rego'))
  expect(await run('test', dir)).toBe(1)
  expect(err).toContain('there is no test')
})

test.each([
  [],
  ['lint', 'x'],
  ['fmt'],
  ['fmt', '--write', '--check', 'x'],
  ['check'],
  ['check', 'a', 'b'],
  ['check', '--stricter', 'x'],
  ['test', '--write', 'x'],
])('%s is no command line', async (...args) => {
  expect(await run(...args)).toBe(2)
  expect(err).toContain('usage: sallyport policy fmt')
})

test('a folder that is not there, or holds no module', async () => {
  expect(await run('check', join(dir, 'nope'))).toBe(1)
  expect(err).toMatch(/^DIR\/nope: there is no .rego file/)
  expect(await run('test', dir)).toBe(1)
  expect(err).toMatch(/^DIR: there is no .rego file/)
  expect(await run('fmt', join(dir, 'nope.rego'))).toBe(1)
  expect(err).toMatch(/^DIR\/nope.rego: there is no .rego file/)
})
