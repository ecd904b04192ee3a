import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { secretSource } from './secrets.ts'

let folder: string
let now = 0
let secret: ReturnType<typeof secretSource>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'))
  now = 0
  secret = secretSource({ now: () => now }, { KEY: 'value of KEY', EMPTY: '', TWO: 'two\nlines' })
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a variable', () => {
  test('is read', () => {
    expect(secret({ env: 'KEY' })).toBe('value of KEY')
  })

  test.each(['NONE', 'EMPTY'])('%s is missing, and named', (env) => {
    expect(() => secret({ env })).toThrow(`the environment variable ${env} is not set`)
  })

  test('of two lines is refused, unseen', () => {
    expect(() => secret({ env: 'TWO' })).toThrow(/^the environment variable TWO holds more than one line/)
  })
})

describe('a file', () => {
  const path = () => join(folder, 'key')

  test('is read without the white space at its end', () => {
    writeFileSync(path(), 'abc\r\n')
    expect(secret({ file: path() })).toBe('abc')
  })

  test('is read again when it has changed, a second later', () => {
    writeFileSync(path(), 'first')
    expect(secret({ file: path() })).toBe('first')
    writeFileSync(path(), 'the second')
    now = 999
    expect(secret({ file: path() })).toBe('first')
    now = 1_000
    expect(secret({ file: path() })).toBe('the second')
  })

  test('is seen to change behind links, as Kubernetes swaps them', () => {
    for (const version of ['1', '2']) {
      mkdirSync(join(folder, `..${version}`))
      writeFileSync(join(folder, `..${version}`, 'key'), `value ${version}`)
    }
    symlinkSync('..1', join(folder, '..data'))
    symlinkSync('..data/key', path())
    expect(secret({ file: path() })).toBe('value 1')
    symlinkSync('..2', join(folder, '..tmp'))
    renameSync(join(folder, '..tmp'), join(folder, '..data'))
    now = 1_000
    expect(secret({ file: path() })).toBe('value 2')
  })

  test('that has gone is no secret any more, and is one again when it is back', () => {
    writeFileSync(path(), 'first')
    secret({ file: path() })
    rmSync(path())
    now = 1_000
    expect(() => secret({ file: path() })).toThrow(`the secret file ${path()} cannot be read (ENOENT)`)
    writeFileSync(path(), 'second')
    expect(secret({ file: path() })).toBe('second')
  })

  test.each([
    ['empty', ' \n', 'is empty'],
    ['of two lines', 'swordfish\nswordfish', 'more than one line'],
    ['too long', 'swordfish'.repeat(10_000), 'is longer than'],
  ])('that is %s is refused, unseen', (_, content, complaint) => {
    writeFileSync(path(), content)
    const read = () => secret({ file: path() })
    expect(read).toThrow(complaint)
    expect(read).not.toThrow('swordfish')
  })

  test('that is a folder is refused', () => {
    expect(() => secret({ file: folder })).toThrow('is not a file')
  })
})
