import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bench, call, later, used } from '../../../test/checkpoints.ts'
import { cancellation } from '../../core/cancellation.ts'
import type { Counter } from '../../core/ports.ts'
import type { Entry } from '../../core/types.ts'
import { rateLimit } from './index.ts'

const codes = ({ objections }: Entry) => objections.map(({ code }) => code)
const REFUSED = used(0, 0, { admitted: false, reached: false })

describe('tokens', () => {
  test('are taken on an estimate and settled by what was used', () => {
    const { open } = bench()
    const limit = open(rateLimit, { tokens: '100/min' })
    const left = () => {
      const entry = limit.enter(call({ estimate: () => ({ inputTokens: 1, outputTokens: 0 }) })) as Entry
      entry.settle!(REFUSED)
      return entry.meters![0]!.remaining + 1
    }
    const settle = (outcome: Parameters<NonNullable<Entry['settle']>>[0]) =>
      (limit.enter(call()) as Entry).settle!(outcome)
    expect(left()).toBe(100)
    settle(used(5, 6))
    expect(left()).toBe(89)
    settle(used(5, 6, { reached: false }))
    settle(REFUSED)
    expect(left()).toBe(89)
    // Nobody saw the answer: what was taken for it stays.
    settle(used(5, undefined))
    expect(left()).toBe(59)
    settle(used(300, 0))
    expect(left()).toBe(1)
    expect(codes(limit.enter(call()) as Entry)).toEqual(['limit.tokens'])
  })

  test('that no output is said for are taken for as many as the boundary says', () => {
    const { open } = bench()
    const enter = (config: object) =>
      open(rateLimit, { tokens: '10k/min', ...config }).enter(
        call({ estimate: () => ({ inputTokens: 10, outputTokens: undefined }) }),
      ) as Entry
    expect(enter({ by: 'subject' }).meters![0]!.remaining).toBe(10_000 - 1034)
    expect(enter({ by: 'tenant', outputTokens: 0 }).meters![0]!.remaining).toBe(10_000 - 10)
  })

  test('of a call that asks nothing of a model are not counted, and cannot run out', () => {
    const { open } = bench()
    const limit = open(rateLimit, { tokens: '30/min' })
    limit.enter(call())
    const none = call({ estimate: () => ({ inputTokens: 0, outputTokens: 0 }) })
    expect((limit.enter(none) as Entry).objections).toEqual([])
  })

  test('however senseless what an upstream says it used is, the count stays one', () => {
    for (const senseless of [Number.NaN, Number.POSITIVE_INFINITY, -5, 1e300]) {
      const { open } = bench()
      const limit = open(rateLimit, { tokens: '100/min' })
      void (limit.enter(call()) as Entry).settle!(used(senseless, senseless))
      const { remaining } = (limit.enter(call()) as Entry).meters![0]!
      expect(remaining === 70 || remaining === 0).toBe(true)
    }
  })
})

describe('two lines', () => {
  test('that limit the same count it once: a soft limit below a hard one', () => {
    const { open } = bench()
    const soft = open(rateLimit, { requests: '2/min' })
    const hard = open(rateLimit, { requests: '4/min' })
    const said = [1, 2, 3, 4, 5].map(() => {
      const exchange = call()
      const entries = [soft, hard].map((limit) => limit.enter(exchange) as Entry)
      for (const { settle } of entries) void settle!(used(1, 1))
      return entries.map((entry) => codes(entry).length)
    })
    expect(said).toEqual([
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 0],
      [1, 1],
    ])
  })

  test('of other times count by themselves', () => {
    const { open } = bench()
    const minute = open(rateLimit, { requests: '9/min' })
    const hour = open(rateLimit, { requests: '9/h' })
    const exchange = call()
    for (const limit of [minute, hour]) expect((limit.enter(exchange) as Entry).meters![0]!.remaining).toBe(8)
  })
})

test('a change of the amount does not begin a new count', () => {
  const { open } = bench()
  open(rateLimit, { requests: '2/min' }).enter(call())
  expect((open(rateLimit, { requests: '5/min' }).enter(call()) as Entry).meters![0]!.remaining).toBe(3)
})

test('counts that gates do not share for the moment are said once', () => {
  const { open } = bench((counter) => ({
    ...counter,
    take: (...of) => ({ ...(counter.take(...of) as object), degraded: true }) as never,
    hold: (...of) => ({ ...(counter.hold(...of) as object), degraded: true }) as never,
  }))
  const limit = open(rateLimit, { requests: '1/min', tokens: '100/min', concurrent: 1 })
  expect(codes(limit.enter(call()) as Entry)).toEqual(['limit.degraded'])
  expect(codes(limit.enter(call()) as Entry).sort()).toEqual([
    'limit.concurrency',
    'limit.degraded',
    'limit.requests',
  ])
})

test('a full window is waited for only if it ends in time', async () => {
  const { open, clock } = bench()
  const limit = open(rateLimit, { requests: '1/min', window: 'fixed', wait: '10s' })
  limit.enter(call())
  await clock.pass(40_000)
  expect(codes((await limit.enter(call())) as Entry)).toEqual(['limit.requests'])
  await clock.pass(15_000)
  let entry: Entry | undefined
  void Promise.resolve(limit.enter(call())).then((entered) => {
    entry = entered
  })
  await clock.pass(4000)
  expect(entry).toBeUndefined()
  await clock.pass(1000)
  expect(codes(entry!)).toEqual([])
})

for (const [how, wrap] of [
  ['at once', (counter: Counter) => counter],
  ['over a network', later],
] as const)
  test(`whoever comes and goes when, all that was taken comes back but for what was used (counted ${how})`, async () => {
    const exchange = fc.record({
      at: fc.nat(3000),
      lasts: fc.nat(2000),
      leaves: fc.option(fc.nat(2000)),
      ending: fc.constantFrom('used', 'unseen', 'unreached', 'refused'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(exchange, { maxLength: 12 }), fc.boolean(), async (exchanges, waits) => {
        const { open, clock } = bench(wrap)
        const limit = open(rateLimit, {
          requests: '1000/day',
          tokens: '100/day',
          window: 'fixed',
          concurrent: 2,
          ...(waits && { wait: '1s' }),
        })
        let tokens = 0
        let requests = 0
        let under = 0
        let most = 0
        const running = exchanges.map(async ({ at, lasts, leaves, ending }) => {
          await new Promise<void>((go) => clock.after(at, go))
          const { signal, abort } = cancellation()
          if (leaves !== null) clock.after(leaves, () => abort('left'))
          let entry: Entry
          try {
            entry = await limit.enter(call({ signal }))
          } catch {
            return
          }
          const blocked = entry.objections.length > 0
          if (!blocked) most = Math.max(most, ++under)
          if (!blocked) await new Promise<void>((go) => clock.after(lasts, go))
          if (!blocked) under--
          if (blocked || ending === 'refused') return entry.settle?.(REFUSED)
          requests++
          tokens += ending === 'used' ? 3 : ending === 'unseen' ? 30 : 0
          return entry.settle?.(
            ending === 'used' ? used(1, 2) : used(10, undefined, { reached: ending === 'unseen' }),
          )
        })
        await clock.pass(10_000)
        await Promise.all(running)
        await clock.pass(1)
        expect(most).toBeLessThanOrEqual(2)
        const entry = await limit.enter(call({ estimate: () => ({ inputTokens: 1, outputTokens: 0 }) }))
        const remaining = entry.meters!.map((meter) => meter.remaining)
        expect(remaining[0]).toBe(1000 - requests - 1)
        if (tokens < 100) expect(remaining[1]).toBe(100 - tokens - 1)
        expect(codes(entry)).not.toContain('limit.concurrency')
      }),
      { numRuns: 150 },
    )
  })
