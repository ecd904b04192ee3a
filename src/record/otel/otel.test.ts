import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ExchangeRecord } from '../../core/record.ts'
import { batches } from './export.ts'
import { spanIds, tracePlaces } from './sampling.ts'
import { type Span, spansOf } from './spans.ts'

const options = {
  resource: {} as Span['resource'],
  scope: { name: 'sallyport' },
  oldNames: false,
  newSpan: spanIds(),
}
const trace = { id: 'a'.repeat(32), span: 'b'.repeat(16), sampled: true }
const entry: ExchangeRecord = {
  exchange: 'ex-1',
  time: '2026-01-02T03:04:05.678Z',
  duration: 1_500.25,
  method: 'POST',
  path: '/v1/messages',
  boundary: 'support',
  upstream: 'second',
  model: 'm',
  verdict: 'allow',
  findings: [],
  status: 200,
  ended: 'complete',
  timings: { request: 0.5, upstream: 700, answer: 750 },
  began: { request: 1, upstream: 2, answer: 702 },
  upstreamHeaders: 702,
  bytes: { requestIn: 1, requestOut: 2, answerIn: 3, answerOut: 4 },
  trace,
}
const named = (spans: readonly Span[], name: string) => spans.filter((span) => span.name === name)

test('every try to reach a model is a span, and the one that served has the usage and lasts as long as its answer', () => {
  const attempts = [
    { upstream: 'first', began: 2, took: 300, status: 503, code: 'upstream.unavailable' },
    { upstream: 'second', began: 400, took: 302, status: 200 },
  ]
  const tries = named(spansOf({ ...entry, attempts, usage: { inputTokens: 3 } }, trace, options), 'chat m')
  expect(
    tries.map(({ attributes, status, startTime, endTime }) => ({
      attributes,
      status: status.code,
      startTime,
      endTime,
    })),
  ).toEqual([
    {
      attributes: expect.objectContaining({
        'sallyport.upstream': 'first',
        'http.response.status_code': 503,
        'error.type': 'upstream.unavailable',
        'gen_ai.provider.name': 'anthropic',
      }),
      status: 2,
      startTime: [1767323045, 680_000_000],
      endTime: [1767323045, 980_000_000],
    },
    {
      attributes: expect.objectContaining({
        'sallyport.upstream': 'second',
        'http.request.resend_count': 1,
        'gen_ai.usage.input_tokens': 3,
      }),
      status: 0,
      startTime: [1767323046, 78_000_000],
      endTime: [1767323047, 130_000_000],
    },
  ])
  expect(tries[0]!.attributes).not.toHaveProperty(['gen_ai.usage.input_tokens'])
})

test('a record of many findings and guards stays small', () => {
  const finding = {
    code: 'pii.email',
    reason: 'canary',
    score: 1,
    guard: 'pii',
    stage: 'input',
    action: 'flag',
  } as const
  const findings = Array.from({ length: 1000 }, () => ({
    ...finding,
    places: [{ path: 'canary', span: [0, 1] as const }],
  }))
  const timings = {
    ...entry.timings,
    ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`input/g${i}`, 1])),
  }
  const spans = spansOf({ ...entry, findings, timings }, trace, options)
  const [inspection] = named(spans, 'inspect request')
  expect(inspection!.events).toHaveLength(32)
  expect(inspection!.droppedEventsCount).toBe(968)
  expect(Object.keys(inspection!.attributes).length).toBeLessThanOrEqual(64)
  expect(named(spans, 'POST /v1/messages')[0]!.attributes['sallyport.findings']).toBe(1000)
  expect(JSON.stringify(spans)).not.toContain('canary')
})

test('a ratio takes that share of new traces, the same traces everywhere', () => {
  const place = tracePlaces({ parent: true, ratio: 0.1 })
  const again = tracePlaces({ parent: false, ratio: 0.1 })
  const ids = Array.from({ length: 20_000 }, () => `ex_${randomBytes(16).toString('hex')}`)
  const sampled = ids.filter((id) => place(id, {}).sampled)
  expect(sampled.length).toBeGreaterThan(1600)
  expect(sampled.length).toBeLessThan(2400)
  expect(ids.filter((id) => again(id, {}).sampled)).toEqual(sampled)
})

test('ids of spans differ and look like some', () => {
  const next = spanIds()
  const ids = Array.from({ length: 2000 }, next)
  expect(new Set(ids).size).toBe(2000)
  for (const id of ids) expect(id).toMatch(/^(?!0{16})[0-9a-f]{16}$/)
})

test('an exporter that fails at once, or throws, costs what it was given and nothing else', async () => {
  const span = {} as Span
  let lost = 0
  let calls = 0
  const failing = {
    export(_: Span[], done: (result: { code: number }) => void) {
      calls++
      if (calls % 2 === 0) throw new Error('broken')
      done({ code: 1 })
    },
    shutdown: async () => {},
  }
  const warned: string[] = []
  const settings = { queue: { spans: 50_000, batch: 1, delay: 60_000 }, timeout: 1000 }
  const sender = batches(failing, settings, {
    version: '',
    warn: (message) => warned.push(message),
    lost: (count) => {
      lost += count
    },
  })
  for (let i = 0; i < 20_000; i++) sender.add([span])
  await sender.close(20_000)
  expect({ lost, calls }).toEqual({ lost: 20_000, calls: 20_000 })
  expect(warned).toHaveLength(1)
})
