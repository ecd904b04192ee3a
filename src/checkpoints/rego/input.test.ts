import { expect, test } from 'vitest'
import { NO_CONTENT } from '../../core/content.ts'
import type { ReadonlyExchange } from '../../core/types.ts'
import { inputOf } from './input.ts'

const PRICES = new Map([['model', { input: 2, output: 10 }]])

function estimateOf(outputTokens: number | undefined) {
  const exchange = {
    stage: 'policy',
    boundary: 'chat',
    caller: { subject: 'a', tenant: 'acme', roles: [] },
    upstreams: [],
    enforced: {},
    findings: [],
    request: NO_CONTENT,
    answer: undefined,
    estimate: () => ({ inputTokens: 1000, outputTokens }),
    prices: () => PRICES,
  } as unknown as ReadonlyExchange
  return (JSON.parse(inputOf(exchange, { texts: false, reads: undefined, now: 0 })) as { estimate: object })
    .estimate
}

test('what a call may cost is known where it is known how much may be said', () => {
  expect(estimateOf(500)).toEqual({ input_tokens: 1000, output_tokens: 500, cost: 0.007 })
  expect(estimateOf(0)).toEqual({ input_tokens: 1000, output_tokens: 0, cost: 0.002 })
  expect(estimateOf(undefined)).toEqual({ input_tokens: 1000 })
})
