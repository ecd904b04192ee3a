import { z } from 'zod'
import { after } from '../../core/after.ts'
import { defineCheckpoint } from '../../core/checkpoint.ts'
import type { CheckpointPorts } from '../../core/ports.ts'
import type { Checkpoint, Price, ReadonlyExchange } from '../../core/types.ts'
import { amount } from '../amount.ts'
import { by, describe, keyOf } from '../by.ts'
import { type Count, entryOf, nameOf, quotaOf, take, tokensOf, whole } from '../counts.ts'

const PERS = ['h', 'day', 'month'] as const
/** Money is counted in millionths, so that what a million tokens cost is what points one costs. */
const MILLIONTHS = 1_000_000

const config = z
  .strictObject({
    money: amount(PERS, '50/day', MILLIONTHS).exactOptional(),
    tokens: amount(PERS, '10M/month').exactOptional(),
    by: by.prefault('tenant'),
    outputTokens: z.int().min(0).max(10_000_000).default(1024),
  })
  .refine(({ money, tokens }) => money !== undefined || tokens !== undefined, {
    error: 'must limit something: write money: 50/day or tokens: 10M/month',
  })
type Config = z.output<typeof config>

/** How much money or how many tokens callers may use in an hour, day or month of UTC. Enforced in shadow too. */
export const budget = defineCheckpoint<Config>({
  name: 'budget',
  stages: ['admit'],
  config,
  codes: () => ({ 'budget.exceeded': { edits: false }, 'limit.degraded': { edits: false } }),
  unshadowed: true,
  priced: ({ money }) => money !== undefined,
  open,
})

function open(
  { money, tokens, by: of, outputTokens }: Config,
  { counter, digest }: CheckpointPorts,
): Checkpoint {
  const whose = describe(of)
  const code = 'budget.exceeded'
  const ofMoney = money && {
    name: nameOf({ ...money, points: money.points / MILLIONTHS }, 'of money', whose),
    quota: quotaOf(money, 'fixed'),
  }
  const ofTokens = tokens && { name: nameOf(tokens, 'tokens', whose), quota: quotaOf(tokens, 'fixed') }

  function countsOf(exchange: ReadonlyExchange, key: string): Count[] {
    const counts: Count[] = []
    const estimate = exchange.estimate()
    // Field by field: to spread them would cost as much as all the rest.
    if (ofTokens !== undefined)
      counts.push({
        code,
        name: ofTokens.name,
        key: `budget tokens ${key}`,
        quota: ofTokens.quota,
        points: tokensOf(estimate, outputTokens),
        used: tokensOf,
      })
    if (ofMoney !== undefined) {
      const prices = exchange.prices()
      const asked = estimate.outputTokens ?? outputTokens
      counts.push({
        code,
        name: ofMoney.name,
        key: `budget money ${key}`,
        quota: ofMoney.quota,
        points: dearest(prices, estimate.inputTokens, 0, asked),
        used({ reached, upstream, inputTokens, cachedTokens, outputTokens: said = asked }) {
          if (!reached) return 0
          const price = upstream === undefined ? undefined : prices.get(upstream)
          return price === undefined
            ? dearest(prices, inputTokens, cachedTokens, said)
            : cost(price, inputTokens, cachedTokens, said)
        },
      })
    }
    return counts
  }

  return {
    enter(exchange) {
      const key = keyOf(exchange, of, digest)
      return after(take(counter, countsOf(exchange, key), exchange.counted), (taken) =>
        entryOf(counter, taken),
      )
    },
  }
}

function cost(price: Price, input: number, cached: number, output: number): number {
  const before = Math.min(whole(cached), whole(input))
  const { cachedInput = price.input } = price
  return whole((whole(input) - before) * price.input + before * cachedInput + whole(output) * price.output)
}

/** What it may cost, whichever upstream serves it. */
function dearest(prices: ReadonlyMap<string, Price>, input: number, cached: number, output: number): number {
  let most = 0
  for (const price of prices.values()) most = Math.max(most, cost(price, input, cached, output))
  return most
}
