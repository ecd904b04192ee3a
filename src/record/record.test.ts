import { describe, expect, test } from 'vitest'
import type { ExchangeRecord } from '../core/record.ts'
import { fan } from './fan.ts'
import { bounded } from './labels.ts'
import { createLog, recordLog } from './log.ts'
import { createMetrics } from './metrics.ts'

const entry: ExchangeRecord = {
  exchange: 'ex-1',
  time: '2026-01-02T03:04:05.678Z',
  duration: 1_500,
  method: 'POST',
  path: '/v1/chat/completions',
  boundary: 'support-bot',
  verdict: 'transform',
  findings: [
    {
      code: 'pii.email',
      reason: 'an email address',
      score: 1,
      guard: 'pii',
      stage: 'input',
      action: 'transform',
      places: [{ path: 'messages[0].content', span: [3, 20] }],
    },
  ],
  status: 200,
  ended: 'complete',
  timings: { input: 0.5, 'input/pii': 0.25 },
  firstByte: 30,
  bytes: { requestIn: 1, requestOut: 2, answerIn: 3, answerOut: 4 },
  looks: { remembered: 3, all: 5 },
  attempts: [
    { upstream: 'one', began: 1, took: 2, status: 503, code: 'upstream.unavailable' },
    { upstream: 'two', began: 3, took: 2, status: 200 },
    { upstream: 'two', began: 3, took: 2 },
  ],
}

/** The samples whose name begins with `sallyport_`, by name and labels. */
async function samples(metrics: ReturnType<typeof createMetrics>): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('sallyport_'))
  return Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]))
}

describe('the record log', () => {
  test('writes one line an exchange that holds the whole record', () => {
    const lines: string[] = []
    const log = recordLog({ write: (line: string) => lines.push(line) })
    log.record(entry)
    log.record({ ...entry, exchange: 'ex-2\n{}' })
    expect(lines).toHaveLength(2)
    expect(lines.map((line) => line.indexOf('\n'))).toEqual(lines.map((line) => line.length - 1))
    expect(JSON.parse(lines[0] ?? '')).toEqual({ kind: 'exchange', ...entry })
    expect(JSON.parse(lines[1] ?? '').exchange).toBe('ex-2\n{}')
  })
})

test('the operator’s log has time, level and message', () => {
  const lines: string[] = []
  const log = createLog({ write: (line: string) => lines.push(line) })
  log.info('started', { port: 8080 })
  log.warn('slow')
  log.error('failed', new Error('no such file'))
  const written = lines.map((line) => JSON.parse(line))
  expect(written[0]).toMatchObject({ level: 'info', message: 'started', port: 8080 })
  expect(Date.parse(written[0].time)).not.toBeNaN()
  expect(written[1]).toMatchObject({ level: 'warn', message: 'slow' })
  expect(written[2]).toMatchObject({ level: 'error', message: 'failed', error: { message: 'no such file' } })
})

describe('fan', () => {
  test('a recorder that throws costs neither the caller nor the other recorders anything', () => {
    const kept: ExchangeRecord[] = []
    let lost = 0
    const broken = {
      record() {
        throw new Error('disk full')
      },
    }
    const all = fan([broken, { record: (record) => kept.push(record) }, broken], () => lost++)
    all.record(entry)
    expect(kept).toEqual([entry])
    expect(lost).toBe(2)
  })
})

describe('metrics', () => {
  test('count exchanges, findings and looks, and time guards', async () => {
    const metrics = createMetrics()
    metrics.record(entry)
    metrics.record(entry)
    const seen = await samples(metrics)
    expect(seen).toMatchObject({
      'sallyport_exchanges_total{boundary="support-bot",verdict="transform",status="200",ended="complete"}': 2,
      'sallyport_exchange_duration_seconds_bucket{le="1",boundary="support-bot"}': 0,
      'sallyport_exchange_duration_seconds_bucket{le="2.5",boundary="support-bot"}': 2,
      'sallyport_exchange_duration_seconds_sum{boundary="support-bot"}': 3,
      'sallyport_first_byte_seconds_count{boundary="support-bot"}': 2,
      'sallyport_first_byte_seconds_sum{boundary="support-bot"}': 0.06,
      'sallyport_findings_total{guard="pii",code="pii.email",action="transform",stage="input"}': 2,
      'sallyport_guard_seconds_count{stage="input",guard="pii"}': 2,
      'sallyport_guard_seconds_sum{stage="input",guard="pii"}': 0.0005,
      'sallyport_upstream_attempts_total{upstream="one",outcome="upstream.unavailable"}': 2,
      'sallyport_upstream_attempts_total{upstream="two",outcome="ok"}': 2,
      'sallyport_upstream_attempts_total{upstream="two",outcome="left"}': 2,
      'sallyport_upstream_retries_total{upstream="two"}': 4,
      'sallyport_looks_total{remembered="true"}': 6,
      'sallyport_looks_total{remembered="false"}': 4,
    })
    expect(Object.keys(seen).filter((name) => name.startsWith('sallyport_guard_seconds_count'))).toHaveLength(
      1,
    )
  })

  test('count exchanges that failed before a boundary was chosen', async () => {
    const metrics = createMetrics()
    const { boundary: _, firstByte: __, looks: ___, ...bare } = entry
    metrics.record({ ...bare, status: 401, verdict: 'allow', ended: 'refused', findings: [], timings: {} })
    expect(await samples(metrics)).toMatchObject({
      'sallyport_exchanges_total{boundary="none",verdict="allow",status="401",ended="refused"}': 1,
    })
  })

  test('show what is under way and what is served', async () => {
    const metrics = createMetrics()
    metrics.opened()
    metrics.opened()
    metrics.closed()
    metrics.policyLoaded('abc', 1_000)
    metrics.policyLoaded('def', 2_000)
    metrics.policyRefused()
    metrics.recordLost()
    const seen = await samples(metrics)
    expect(seen).toMatchObject({
      sallyport_exchanges_open: 1,
      'sallyport_policy_info{version="def"}': 2,
      sallyport_policy_refused_total: 1,
      sallyport_records_lost_total: 1,
    })
    expect(seen['sallyport_policy_info{version="abc"}']).toBeUndefined()
    expect(await metrics.text()).toContain('process_cpu_seconds_total')
  })

  test('do not grow without end when labels do', async () => {
    const metrics = createMetrics()
    for (let at = 0; at < 1_000; at++) {
      const [finding] = entry.findings
      if (finding === undefined) throw new Error('no finding')
      const findings = [{ ...finding, code: `keywords.${at}`, guard: `guard-${at}` }]
      metrics.record({ ...entry, boundary: `b${at}`, findings, timings: { [`input/guard-${at}`]: 1 } })
    }
    const seen = Object.keys(await samples(metrics))
    const series = (name: string) => seen.filter((sample) => sample.startsWith(name))
    expect(series('sallyport_exchanges_total')).toHaveLength(201)
    expect(series('sallyport_findings_total')).toHaveLength(201)
    expect(series('sallyport_guard_seconds_count')).toHaveLength(201)
    expect(series('sallyport_exchanges_total{boundary="other"')).toHaveLength(1)
  })

  test('of two gates in one process are apart', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.policyRefused()
    expect(await samples(other)).toMatchObject({ sallyport_policy_refused_total: 0 })
  })
})

test('a label takes so many values, and those it took stay', () => {
  const label = bounded(2)
  expect(['a', 'b', 'c', 'a', 'd'].map(label)).toEqual(['a', 'b', 'other', 'a', 'other'])
})
