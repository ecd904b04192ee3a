import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../test/virtual-clock.ts'
import { cancellation } from '../../core/cancellation.ts'
import { lines } from './line.ts'

/** A resource of so many places, and everybody who stood in line for one. */
function setUp(waits: number, places: number, slow = 0) {
  const clock = virtualClock()
  const open = lines<string | undefined>(clock, waits)
  let free = places
  const log: string[] = []
  const tries: string[] = []
  const release = () => {
    free++
    open.wake('k')
  }
  const stand = (name: string) => {
    const cancel = cancellation()
    const answer = Promise.resolve(
      open.stand('k', {
        signal: cancel.signal,
        attempt(left) {
          tries.push(name)
          const value = free > 0 ? name : undefined
          if (value !== undefined) free--
          const tried = value === undefined && left >= 100 ? { value, again: 100 } : { value }
          return slow === 0 ? tried : new Promise((resolve) => clock.after(slow, () => resolve(tried)))
        },
        drop(value) {
          if (value !== undefined) release()
        },
      }),
    ).then(
      (value) => void log.push(`${name} ${value === undefined ? 'refused' : 'passed'}`),
      () => void log.push(`${name} left`),
    )
    return { cancel, answer }
  }
  return { clock, open, stand, release, log, tries, free: () => free }
}

for (const slow of [0, 3])
  describe(slow === 0 ? 'counted at once' : 'counted elsewhere', () => {
    test('first come, first served', async () => {
      const { clock, stand, release, log } = setUp(1000, 1, slow)
      for (const name of ['a', 'b', 'c']) {
        stand(name)
        await clock.pass(10)
      }
      expect(log).toEqual(['a passed'])
      release()
      await clock.pass(10)
      release()
      await clock.pass(10)
      expect(log).toEqual(['a passed', 'b passed', 'c passed'])
    })

    test('nobody overtakes', async () => {
      const { clock, stand, release, log, tries } = setUp(1000, 1, slow)
      for (const name of ['a', 'b']) {
        stand(name)
        await clock.pass(10)
      }
      stand('c')
      expect(tries).not.toContain('c')
      release()
      await clock.pass(10)
      expect(log).toEqual(['a passed', 'b passed'])
    })

    test('who waited too long is refused, and who left makes room', async () => {
      const { clock, stand, release, log, free } = setUp(1000, 0, slow)
      stand('a')
      await clock.pass(300)
      const b = stand('b')
      stand('c')
      await clock.pass(300)
      b.cancel.abort('left')
      await clock.pass(500)
      expect(log).toEqual(['b left', 'a refused'])
      release()
      await clock.pass(10)
      expect(log).toEqual(['b left', 'a refused', 'c passed'])
      expect(free()).toBe(0)
    })

    test('who left before he came is not let in', async () => {
      const { clock, stand, log, open, free } = setUp(1000, 0, slow)
      stand('a')
      await clock.pass(10)
      const cancel = cancellation()
      cancel.abort('gone')
      const late = Promise.resolve(
        open.stand('k', { signal: cancel.signal, attempt: () => expect.fail(), drop() {} }),
      )
      await expect(late).rejects.toBe('gone')
      await clock.pass(2000)
      expect(log).toEqual(['a refused'])
      expect(free()).toBe(0)
    })

    test('a place that came to who had just left goes to the next', async () => {
      const { clock, stand, release, log } = setUp(1000, 0, slow)
      const a = stand('a')
      await clock.pass(10)
      stand('b')
      release()
      a.cancel.abort('left')
      await clock.pass(100)
      expect(log.filter((line) => line.endsWith('passed'))).toHaveLength(1)
    })
  })

test('no more than a hundred wait for one key', async () => {
  const { clock, stand, log, tries } = setUp(1000, 0)
  for (let i = 0; i < 150; i++) stand(String(i))
  await clock.pass(1)
  expect(log).toHaveLength(50)
  expect(log.every((line) => line.endsWith('refused'))).toBe(true)
  expect(new Set(tries)).toEqual(new Set(['0']))
  await clock.pass(2000)
  expect(log).toHaveLength(150)
})

test('no place is lost or given twice, whoever comes, leaves and gives back when', async () => {
  const step = fc.record({
    do: fc.constantFrom('stand', 'leave', 'release', 'pass' as const),
    which: fc.nat(20),
    ms: fc.nat(400),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom(0, 3),
      fc.integer({ min: 1, max: 3 }),
      async (steps, slow, places) => {
        const { clock, stand, release, log, free } = setUp(500, places, slow)
        const all: ReturnType<typeof stand>[] = []
        let released = 0
        for (const { do: what, which, ms } of steps) {
          const passed = log.filter((line) => line.endsWith('passed')).length
          if (what === 'stand') all.push(stand(String(all.length)))
          else if (what === 'leave') all[which]?.cancel.abort('left')
          else if (what === 'pass') await clock.pass(ms)
          else if (passed > released) {
            released++
            release()
          }
        }
        await clock.pass(2000)
        await Promise.all(all.map(({ answer }) => answer))
        const passed = log.filter((line) => line.endsWith('passed')).length
        expect(log).toHaveLength(all.length)
        expect(free()).toBe(places - passed + released)
      },
    ),
    { numRuns: 200 },
  )
})
