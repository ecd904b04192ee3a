import { expect, test } from 'vitest'
import { bench, call, used } from '../../../test/checkpoints.ts'
import type { Entry, Price } from '../../core/types.ts'
import { budget } from './index.ts'

const DAY = 86_400_000
const prices = (...list: [string, Price][]) => ({ prices: () => new Map(list) })
const cheap: Price = { input: 1, output: 2 }
const dear: Price = { input: 10, output: 20, cachedInput: 1 }

/** Whether a call of so many tokens in and none out still fits, at 1 a million. */
const fits = (checkpoint: ReturnType<ReturnType<typeof bench>['open']>, tokens: number) => {
  const entry = checkpoint.enter(
    call({ ...prices(['u', cheap]), estimate: () => ({ inputTokens: tokens, outputTokens: 0 }) }),
  ) as Entry
  void entry.settle!(used(0, 0, { admitted: false, reached: false }))
  return entry.objections.length === 0
}

test('money is taken for the dearest upstream that may serve, and settled by the one that did', () => {
  const { open } = bench()
  const checkpoint = open(budget, { money: '0.001/day' })
  const entry = checkpoint.enter(call(prices(['a', cheap], ['b', dear]))) as Entry
  // 10 in and 20 out cost 500 millionths at most.
  expect(fits(checkpoint, 500)).toBe(true)
  expect(fits(checkpoint, 501)).toBe(false)
  void entry.settle!(used(10, 20, { upstream: 'a' }))
  expect(fits(checkpoint, 950)).toBe(true)
  expect(fits(checkpoint, 951)).toBe(false)
})

test('input that was read before has a price of its own, and is never more than the input', () => {
  for (const [cached, cost] of [
    [5, 55],
    [99, 10],
  ] as const) {
    const { open } = bench()
    const checkpoint = open(budget, { money: '0.001/day' })
    const entry = checkpoint.enter(call(prices(['b', dear]))) as Entry
    void entry.settle!(used(10, 0, { upstream: 'b', cachedTokens: cached }))
    expect(fits(checkpoint, 1000 - cost)).toBe(true)
    expect(fits(checkpoint, 1000 - cost + 1)).toBe(false)
  }
})

test('an answer that nobody saw costs what was taken, one that was refused nothing', () => {
  const { open } = bench()
  const checkpoint = open(budget, { money: '0.001/day' })
  const enter = () => checkpoint.enter(call(prices(['a', cheap]))) as Entry
  void enter().settle!(used(10, undefined, { upstream: 'a' }))
  void enter().settle!(used(10, 20, { upstream: 'a', reached: false }))
  expect(fits(checkpoint, 950)).toBe(true)
  expect(fits(checkpoint, 951)).toBe(false)
})

test('begins anew with the day, not a day after the first call', async () => {
  const { open, clock } = bench()
  const checkpoint = open(budget, { tokens: '100/day' })
  await clock.pass(DAY - 1000)
  const tokens = (inputTokens: number) =>
    checkpoint.enter(call({ estimate: () => ({ inputTokens, outputTokens: 0 }) })) as Entry
  tokens(100)
  expect(tokens(1).objections).toMatchObject([
    { code: 'budget.exceeded', reason: '100 tokens a day by tenant are used up', retryAfter: 1000 },
  ])
  await clock.pass(1000)
  expect(tokens(100).objections).toEqual([])
})

test('what is settled after the day has ended costs nothing of the next', async () => {
  const { open, clock } = bench()
  const checkpoint = open(budget, { tokens: '100/day' })
  const tokens = (inputTokens: number) =>
    checkpoint.enter(call({ estimate: () => ({ inputTokens, outputTokens: 0 }) })) as Entry
  const late = tokens(100)
  await clock.pass(DAY)
  tokens(60)
  void late.settle!(used(0, 0, { reached: false }))
  expect(tokens(50).objections).toHaveLength(1)
  expect(tokens(40).objections).toHaveLength(0)
})

test('is the tenant’s, unless the boundary says otherwise', () => {
  const { open } = bench()
  const checkpoint = open(budget, { tokens: '30/day' })
  const by = (tenant: string, subject: string) =>
    (checkpoint.enter(call({ caller: { tenant, subject, roles: [] } })) as Entry).objections.length
  expect([by('acme', 'ada'), by('acme', 'bob'), by('umbrella', 'ada')]).toEqual([0, 1, 0])
})
