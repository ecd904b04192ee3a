import { describe, expect, test } from 'vitest'
import { cancellation } from '../../../core/cancellation.ts'
import { type WatchedUpstream, watched } from '../../../upstreams/health/index.ts'
import type { Upstream } from '../../../upstreams/types.ts'
import type { Call } from '../call.ts'
import type { Target } from '../types.ts'
import { budget } from './budget.ts'
import { reach } from './index.ts'
import { pick, pickFirst } from './pick.ts'

describe('a budget', () => {
  const spent = (one: ReturnType<typeof budget>) => {
    let count = 0
    while (count < 1_000 && one.spend()) count++
    return count
  }

  test('is a share of the calls, and a few', () => {
    let now = 0
    const one = budget(0.25, () => now)
    expect(spent(one)).toBe(10)
    for (let i = 0; i < 40; i++) one.earn()
    expect(spent(one)).toBe(10)
    now = 3_000
    expect(spent(one)).toBe(3)
    now = 3_600_000
    expect(spent(one)).toBe(10)
  })

  test('saves up no more than a hundred', () => {
    const one = budget(1, () => 0)
    for (let i = 0; i < 10_000; i++) one.earn()
    expect(spent(one)).toBe(100)
  })

  test('of nothing lets nothing be tried again', () => {
    expect(spent(budget(0, () => 0))).toBe(0)
  })
})

describe('the choice', () => {
  const target = (name: string, order: number, weight = 1, wait = 0): Target => ({
    upstream: { name, health: { wait: () => wait } } as unknown as WatchedUpstream,
    model: 'm',
    order,
    weight,
  })
  const [a, b, c, d] = [target('a', 1, 1), target('b', 1, 3), target('c', 2), target('d', 2, 1, 500)]
  const all = [a, b, c, d]
  const name = (found: ReturnType<typeof pick>) =>
    found && `${found.target.upstream.name}${found.again ? ' again' : ''}`

  test('is by weight within the lowest order', () => {
    const picked = [0, 0.2499, 0.25, 0.9999].map((random) => pickFirst(all, () => random).upstream.name)
    expect(picked).toEqual(['a', 'a', 'b', 'b'])
  })

  test.each([
    [[a], 'b'],
    [[a, b], 'c'],
    [[c], 'a'],
    // What is unfit is not tried, not even as the last.
    [[a, b, c], 'a again'],
  ])('is not what was tried, while there is another', (tried, expected) => {
    expect(name(pick(all, new Set(tried), () => 0))).toBe(expected)
  })

  test('is the one that is fit soonest, when none is', () => {
    const unfit = [target('x', 1, 1, 300), target('y', 2, 1, 200)]
    expect(pick(unfit, new Set())).toBeUndefined()
    expect(pickFirst(unfit).upstream.name).toBe('y')
  })
})

test('what became unfit while the call was inspected is not tried', async () => {
  const sent: string[] = []
  const targets = ['a', 'b'].map((name): Target => {
    const upstream = {
      name,
      total: 1_000,
      send: () => Promise.resolve({ status: 200, headers: {}, body: {} }),
    } as unknown as Upstream
    return { upstream: watched(upstream), model: 'm', order: 1, weight: 1 }
  })
  const call = {
    deps: { clock: { now: () => performance.now() } },
    cancel: cancellation(),
    bytes: {},
    started: 0,
  } as unknown as Call
  const route = { targets, retries: { attempts: 0, backoff: 1 }, budget: budget(0) }
  const first = targets[0]!
  first.upstream.health.cool('m', 60_000)
  await reach(call, route, first, {
    path: '/',
    headers: {},
    stream: false,
    body(target) {
      sent.push(target.upstream.name)
      return ''
    },
  })
  expect(sent).toEqual(['b'])
})
