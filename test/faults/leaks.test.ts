import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

interface Rest {
  heap: number
  resources: Record<string, number>
}

test('after a thousand faults no socket, no timer and no memory is left of them', async () => {
  const program = fileURLToPath(new URL('leaks.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', program])
  const { calls, before, after } = JSON.parse(stdout) as { calls: number; before: Rest; after: Rest }
  expect(calls).toBeGreaterThan(1000)
  expect(after.resources).toEqual(before.resources)
  expect(after.heap - before.heap).toBeLessThan(calls * 1024)
}, 240_000)
