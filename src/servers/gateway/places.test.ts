import { expect, test } from 'vitest'
import type { Clock } from '../../core/ports.ts'
import { places } from './places.ts'

const clock = () => {
  const timers = new Set<() => void>()
  const made: Clock = {
    now: () => 0,
    after(_, run) {
      timers.add(run)
      return () => timers.delete(run)
    },
  }
  return {
    made,
    timers,
    expire: () => {
      for (const run of timers) run()
    },
  }
}
const LIMITS = { exchanges: 2, queue: 2, queueWait: 1000 }
const overloaded = expect.objectContaining({ code: 'gate.overloaded', status: 503, retryAfter: 1 })
const nobody = () => {}

test('who comes when all places are taken waits in turn; past the queue nobody waits', async () => {
  const { made, timers } = clock()
  const room = places(made)
  const first = room.take(LIMITS, nobody) as () => void
  const second = room.take(LIMITS, nobody) as () => void
  const order: string[] = []
  const third = Promise.resolve(room.take(LIMITS, nobody)).then((leave) => {
    order.push('third')
    return leave
  })
  const fourth = Promise.resolve(room.take(LIMITS, nobody)).then(() => order.push('fourth'))
  expect(() => room.take(LIMITS, nobody)).toThrow(overloaded)
  first()
  first()
  await third
  expect(order).toEqual(['third'])
  // It was handed on, so that none is free.
  expect(() => {
    room.take(LIMITS, nobody)
    room.take(LIMITS, nobody)
  }).toThrow(overloaded)
  second()
  await fourth
  expect(order).toEqual(['third', 'fourth'])
  expect(timers.size).toBe(1)
})

test('who waits too long, or leaves, keeps no place', async () => {
  const { made, timers, expire } = clock()
  const room = places(made)
  const held = [room.take(LIMITS, nobody), room.take(LIMITS, nobody)] as (() => void)[]
  const late = Promise.resolve(room.take(LIMITS, nobody))
  const told = expect(late).rejects.toThrow(overloaded)
  expire()
  await told
  timers.clear()
  let leave = nobody
  const gone = Promise.resolve(
    room.take(LIMITS, (forget) => {
      leave = forget
    }),
  )
  const refused = expect(gone).rejects.toThrow(overloaded)
  leave()
  await refused
  expect(timers.size).toBe(0)
  for (const give of held) give()
  expect([room.take(LIMITS, nobody), room.take(LIMITS, nobody)]).toEqual([
    expect.any(Function),
    expect.any(Function),
  ])
})
