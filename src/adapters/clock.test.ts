import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

test('now never goes back', () => {
  const first = systemClock.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(first)
})

test('runs once, later', async () => {
  let runs = 0
  await new Promise<void>((resolve) => {
    systemClock.after(1, () => {
      runs++
      setTimeout(resolve, 10)
    })
    expect(runs).toBe(0)
  })
  expect(runs).toBe(1)
})

test('does not run when it was cancelled, or when it lies further away than a timer can count', async () => {
  let runs = 0
  const count = () => {
    runs++
  }
  systemClock.after(1, count)()
  const cancel = systemClock.after(2 ** 40, count)
  await new Promise((resolve) => setTimeout(resolve, 20))
  cancel()
  expect(runs).toBe(0)
})
