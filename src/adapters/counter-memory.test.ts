import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Quota } from '../core/ports.ts'
import { windowAt } from './counter.ts'
import { memoryCounter } from './counter-memory.ts'

const MINUTE = 60_000
const fixed: Quota = { points: 10, window: MINUTE, kind: 'fixed' }
const sliding: Quota = { ...fixed, kind: 'sliding' }

function at(start: number, maxKeys?: number) {
  const time = { now: start }
  return {
    time,
    counter: memoryCounter({ now: () => time.now, ...(maxKeys === undefined ? {} : { maxKeys }) }),
  }
}

describe('a fixed window', () => {
  test('takes all points or none', () => {
    const { counter } = at(0)
    expect(counter.take('k', 7, fixed)).toMatchObject({ taken: true, remaining: 3, retryAfter: 0 })
    expect(counter.take('k', 4, fixed)).toMatchObject({ taken: false, remaining: 3, retryAfter: MINUTE })
    expect(counter.take('k', 3, fixed)).toMatchObject({ taken: true, remaining: 0, reset: MINUTE })
  })

  test('ends on the minute, whenever the first call came', () => {
    const { counter, time } = at(MINUTE * 5 + 59_000)
    expect(counter.take('k', 10, fixed)).toMatchObject({ taken: true, reset: 1000 })
    time.now += 1000
    expect(counter.take('k', 10, fixed)).toMatchObject({ taken: true })
  })

  test('a month is the calendar’s, in UTC', () => {
    const quota: Quota = { points: 10, window: 'month', kind: 'fixed' }
    const { counter, time } = at(Date.UTC(2028, 1, 29, 23, 59))
    expect(windowAt(quota, time.now)).toEqual({
      start: Date.UTC(2028, 1),
      end: Date.UTC(2028, 2),
      before: Date.UTC(2028, 0),
    })
    expect(counter.take('k', 10, quota)).toMatchObject({ taken: true, reset: MINUTE })
    expect(counter.take('k', 1, quota)).toMatchObject({ taken: false, retryAfter: MINUTE })
    time.now += MINUTE
    expect(counter.take('k', 1, quota)).toMatchObject({ taken: true })
  })
})

describe('a sliding window', () => {
  test('gives back as what was taken ages', () => {
    const { counter, time } = at(0)
    expect(counter.take('k', 10, sliding).taken).toBe(true)
    time.now = MINUTE
    expect(counter.take('k', 1, sliding)).toMatchObject({ taken: false, remaining: 0, retryAfter: 6000 })
    time.now = MINUTE + 6000
    expect(counter.take('k', 1, sliding)).toMatchObject({ taken: true, remaining: 0 })
    time.now = MINUTE * 3
    expect(counter.take('k', 10, sliding).taken).toBe(true)
  })

  test('what is refused is free after `retryAfter` and not much before', () => {
    const step = fc.record({ wait: fc.nat(90_000), points: fc.integer({ min: 1, max: 12 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(fixed, sliding), (steps, quota) => {
        const { counter, time } = at(1_000_000)
        for (const { wait, points } of steps) {
          time.now += wait
          const { taken, retryAfter } = counter.take('k', points, quota)
          expect(retryAfter === 0).toBe(taken)
          expect(retryAfter === Number.POSITIVE_INFINITY).toBe(points > 10)
          if (taken || points > 10) continue
          time.now += Math.max(0, retryAfter - 2)
          expect(counter.take('k', points, quota).taken).toBe(false)
          time.now += 4
          expect(counter.take('k', points, quota).taken).toBe(true)
        }
      }),
    )
  })

  test('never lets more than the quota into one aligned window, nor twice that into any', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 200 }), (waits) => {
        const { counter, time } = at(0)
        const passed: number[] = []
        for (const wait of waits) {
          time.now += wait
          if (counter.take('k', 1, sliding).taken) passed.push(time.now)
        }
        for (const from of passed)
          expect(
            passed.filter((moment) => moment >= from && moment < from + MINUTE).length,
          ).toBeLessThanOrEqual(20)
        for (const of of passed.map((moment) => Math.floor(moment / MINUTE)))
          expect(passed.filter((moment) => Math.floor(moment / MINUTE) === of).length).toBeLessThanOrEqual(10)
      }),
    )
  })
})

describe('a correction', () => {
  test('gives back, or takes past the limit', () => {
    const { counter } = at(0)
    const { window } = counter.take('k', 8, fixed)
    counter.correct('k', -6, fixed, window)
    expect(counter.take('k', 8, fixed)).toMatchObject({ taken: true, remaining: 0 })
    counter.correct('k', 50, fixed, window)
    counter.correct('k', -10, fixed, window)
    expect(counter.take('k', 1, fixed)).toMatchObject({ taken: false, remaining: 0 })
  })

  test('of a window that has ended does not give points in the next one', () => {
    const { counter, time } = at(0)
    const { window } = counter.take('k', 8, fixed)
    time.now = MINUTE
    counter.take('k', 10, fixed)
    counter.correct('k', -8, fixed, window)
    expect(counter.take('k', 1, fixed).taken).toBe(false)
  })

  test('of the window before counts for as much of it as still counts', () => {
    for (const asked of [true, false]) {
      const { counter, time } = at(0)
      const { window } = counter.take('k', 2, sliding)
      time.now = MINUTE
      if (asked) counter.take('k', 1, sliding)
      counter.correct('k', 8, sliding, window)
      time.now = MINUTE * 1.5
      expect(counter.take('k', asked ? 5 : 6, sliding).taken).toBe(false)
      expect(counter.take('k', asked ? 4 : 5, sliding).taken).toBe(true)
    }
  })

  test('never makes a count fall below nothing', () => {
    const { counter } = at(0)
    const { window } = counter.take('k', 1, fixed)
    counter.correct('k', -100, fixed, window)
    expect(counter.take('k', 11, fixed).taken).toBe(false)
  })
})

test('places are as many as the limit, and each comes back once', () => {
  const { counter } = at(0)
  const first = counter.hold('k', 2)
  const second = counter.hold('k', 2)
  expect(counter.hold('k', 2)).toMatchObject({ taken: false })
  first.release()
  first.release()
  expect(counter.hold('k', 2)).toMatchObject({ taken: true })
  expect(counter.hold('k', 2)).toMatchObject({ taken: false })
  second.release()
  expect(counter.hold('other', 2)).toMatchObject({ taken: true })
})

test('a clock that is set back gives nobody points', () => {
  const { counter, time } = at(MINUTE * 10)
  counter.take('k', 10, fixed)
  time.now = 0
  expect(counter.take('k', 1, fixed)).toMatchObject({ taken: false, retryAfter: MINUTE })
})

describe('keys', () => {
  test('are no more than the limit; those past it share one count and flush nobody else’s', () => {
    const { counter } = at(0, 50)
    expect(counter.take('victim', 10, fixed).taken).toBe(true)
    let taken = 0
    for (let i = 0; i < 5000; i++) if (counter.take(`invented ${i}`, 1, fixed).taken) taken++
    expect(taken).toBe(49 + 10)
    expect(counter.size).toBe(51)
    expect(counter.take('victim', 1, fixed).taken).toBe(false)
  })

  test('that are over make room', () => {
    const { counter, time } = at(0, 50)
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 50; i++) expect(counter.take(`${round} ${i}`, 10, sliding).taken).toBe(true)
      time.now += 2 * MINUTE
    }
    expect(counter.size).toBeLessThanOrEqual(51)
  })
})
