import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lineStream } from './recorder.ts'

let folder: string
let lost: number
const losing = () => {
  lost++
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'))
  lost = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

test('appends every line, in order, to a file of its owner alone', async () => {
  const file = join(folder, 'logs', 'records')
  for (const round of [0, 1]) {
    const stream = lineStream({ file }, losing)
    for (let line = 0; line < 5_000; line++) stream.write(`${round} ${line}\n`)
    await stream.close()
  }
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines).toHaveLength(10_001)
  expect(lines[0]).toBe('0 0')
  expect(lines.at(-2)).toBe('1 4999')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(lost).toBe(0)
})

test('drops and counts what does not fit while the disk is slow', async () => {
  const file = join(folder, 'records')
  const stream = lineStream({ file }, losing, 1_000)
  for (let line = 0; line < 20; line++) stream.write(`${'x'.repeat(99)}\n`)
  expect(lost).toBe(10)
  await stream.close()
  expect(readFileSync(file, 'utf8')).toHaveLength(1_000)
})

test('counts, and does not throw, after the stream was closed', async () => {
  const stream = lineStream({ file: join(folder, 'records') }, losing)
  await stream.close()
  stream.write('late\n')
  expect(lost).toBe(1)
})

test('a file that cannot be opened is an error at once', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => lineStream({ file: folder }, losing)).toThrow()
  expect(() => lineStream({ file: join(folder, 'file', 'below') }, losing)).toThrow()
})
