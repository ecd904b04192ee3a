import { describe, expect, test } from 'vitest'
import { PROTOCOLS } from '../index.ts'
import { openaiMeters } from './meters.ts'

const requests = (remaining: number, reset: number) => ({
  of: 'requests' as const,
  limit: 60,
  remaining,
  reset,
})

describe('headers of counts', () => {
  test('say times as OpenAI does', () => {
    const reset = (ms: number) => openaiMeters([requests(1, ms)])['x-ratelimit-reset-requests']
    expect([0, 1, 999, 1000, 1001, 60_000, 359_001, 3_600_000, 86_399_999].map(reset)).toEqual([
      '0s',
      '1ms',
      '999ms',
      '1s',
      '2s',
      '1m0s',
      '6m0s',
      '1h0m0s',
      '24h0m0s',
    ])
  })

  test('are those of the count that has least left', () => {
    const headers = openaiMeters([requests(9, 1000), requests(2, 5000), requests(4, 9000)])
    expect(headers).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '2',
      'x-ratelimit-reset-requests': '5s',
    })
  })

  test('are none where nothing is counted', () => {
    for (const { meters } of PROTOCOLS) expect(meters([], 0)).toEqual({})
  })
})

test('each protocol says how much output a call asks for at most', () => {
  const asked = (name: string, body: object) =>
    PROTOCOLS.find((protocol) => protocol.name === name)!.request(JSON.stringify({ model: 'm', ...body }))
      .maxOutput
  expect(asked('openai-chat', { messages: [], max_tokens: 5 })).toBe(5)
  expect(asked('openai-chat', { messages: [], max_tokens: 5, max_completion_tokens: 9, n: 3 })).toBe(27)
  expect(asked('openai-completions', { prompt: 'x', max_tokens: 5, n: 2, best_of: 4 })).toBe(20)
  expect(asked('openai-responses', { input: 'x', max_output_tokens: 7 })).toBe(7)
  expect(asked('anthropic-messages', { messages: [], max_tokens: 8 })).toBe(8)
  expect(asked('generate', { prompt: 'x', max_tokens: 4 })).toBe(4)
  // To some servers these mean all that there is.
  for (const max_tokens of [0, -1, null, '5'])
    expect(asked('openai-chat', { messages: [], max_tokens })).toBe(undefined)
  expect(asked('openai-chat', { messages: [], max_tokens: 5, n: -3 })).toBe(5)
})
