import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { until } from '../../test/gate.ts'
import type { ExchangeRecord } from '../core/record.ts'
import { fan } from './fan.ts'
import { bounded } from './labels.ts'
import { createLog, recordLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { takesOpenMetrics } from './openmetrics.ts'

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
  const lines = (await metrics.text()).body.split('\n').filter((line) => line.startsWith('sallyport_'))
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
    const metrics = createMetrics('1.2.3')
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
    const metrics = createMetrics('1.2.3')
    const { boundary: _, firstByte: __, looks: ___, ...bare } = entry
    metrics.record({ ...bare, status: 401, verdict: 'allow', ended: 'refused', findings: [], timings: {} })
    expect(await samples(metrics)).toMatchObject({
      'sallyport_exchanges_total{boundary="none",verdict="allow",status="401",ended="refused"}': 1,
    })
  })

  test('show what is under way and what is served', async () => {
    const metrics = createMetrics('1.2.3')
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
    expect((await metrics.text()).body).toContain('process_cpu_seconds_total')
  })

  test('do not grow without end when labels do', async () => {
    const metrics = createMetrics('1.2.3')
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

  test('count what callers were refused, how long tries took, and tokens of models that answered', async () => {
    const metrics = createMetrics('1.2.3')
    const tried = { ...entry, upstream: 'second', model: 'm' }
    metrics.record({
      ...tried,
      usage: { inputTokens: 7, outputTokens: 5 },
      attempts: [
        { upstream: 'first', began: 1, took: 9, code: 'upstream.timeout' },
        { upstream: 'second', began: 10, took: 20, status: 200 },
      ],
    })
    metrics.record({ ...tried, status: 502, code: 'upstream.unavailable', model: 'canary' })
    metrics.record({ ...entry, status: 401, code: 'auth.invalid' })
    const seen = await samples(metrics)
    expect(seen).toMatchObject({
      'sallyport_refusals_total{boundary="support-bot",code="upstream.unavailable"}': 1,
      'sallyport_refusals_total{boundary="support-bot",code="auth.invalid"}': 1,
      'sallyport_upstream_seconds_sum{upstream="first"}': 0.009,
      'sallyport_upstream_seconds_count{upstream="second"}': 1,
      'sallyport_tokens_total{upstream="second",model="m",direction="input"}': 7,
      'sallyport_tokens_total{upstream="second",model="m",direction="output"}': 5,
    })
    expect(Object.keys(seen).join()).not.toContain('canary')
  })

  test('ask for the number of connections when somebody reads, and say what runs', async () => {
    const metrics = createMetrics('1.2.3')
    let open = 3
    metrics.connections(async () => open)
    expect(await samples(metrics)).toMatchObject({
      sallyport_connections_open: 3,
      [`sallyport_build_info{version="1.2.3",node="${process.version}"}`]: 1,
    })
    open = 4
    metrics.spansLost(7)
    expect(await samples(metrics)).toMatchObject({
      sallyport_connections_open: 4,
      sallyport_spans_lost_total: 7,
    })
  })

  test('of two gates in one process are apart', async () => {
    const [one, other] = [createMetrics('1.2.3'), createMetrics('1.2.3')]
    one.policyRefused()
    expect(await samples(other)).toMatchObject({ sallyport_policy_refused_total: 0 })
  })
})

test('a label takes so many values, and those it took stay', () => {
  const label = bounded(2)
  expect(['a', 'b', 'c', 'a', 'd'].map(label)).toEqual(['a', 'b', 'other', 'a', 'other'])
})

describe('OpenMetrics', () => {
  const ACCEPT = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

  test('is written for whoever asks for it, and only then', () => {
    for (const accept of [
      ACCEPT,
      'application/openmetrics-text',
      'text/plain, Application/OpenMetrics-Text; q=0.2',
    ])
      expect(takesOpenMetrics(accept)).toBe(true)
    for (const accept of [
      undefined,
      '',
      '*/*',
      'text/plain',
      'application/openmetrics-text;q=0',
      'application/openmetrics-text;version=0.0.1',
      'x/application/openmetrics-text',
    ])
      expect(takesOpenMetrics(accept)).toBe(false)
  })

  test('has the last exchange of each bucket, by which its record and its trace are found', async () => {
    const metrics = createMetrics('1.2.3')
    const before = Date.now() / 1000
    metrics.record({ ...entry, duration: 1_400 })
    metrics.record({ ...entry, exchange: 'ex-2', trace: { id: 'abc', span: 'd', sampled: true } })
    metrics.record({ ...entry, exchange: 'ex-3', duration: 1_000_000 })
    const { type, body } = await metrics.text(ACCEPT)
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    const line = (start: string) => body.split('\n').find((text) => text.startsWith(start))
    const name = 'sallyport_exchange_duration_seconds_bucket'
    const labels = 'boundary="support-bot"'
    expect(line(`${name}{le="1",`)).toBe(`${name}{le="1",${labels}} 0`)
    const exemplar = /^(\S+) 2 # \{trace_id="abc",exchange="ex-2"\} 1\.5 ([0-9.]+)$/.exec(
      line(`${name}{le="2.5",`)!,
    )
    expect(exemplar?.[1]).toBe(`${name}{le="2.5",${labels}}`)
    expect(Number(exemplar?.[2])).toBeGreaterThanOrEqual(before)
    expect(line(`${name}{le="+Inf",`)).toMatch(/ 3 # \{exchange="ex-3"\} 1000 [0-9.]+$/)
  })

  test('keeps to its grammar, and leaves the other format as it was', async () => {
    const metrics = createMetrics('1.2.3')
    // Histograms that are not the gate's own are written as well.
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    await until(async () => (await metrics.text()).body.includes('nodejs_gc_duration_seconds_sum'))
    metrics.record({ ...entry, boundary: 'a"b\\c\nd' })
    const before = Object.keys(await samples(metrics))
    const { body } = await metrics.text(ACCEPT)
    expect(body.endsWith('\n# EOF\n')).toBe(true)
    expect(body.indexOf('# EOF')).toBe(body.length - '# EOF\n'.length)
    expect(body).toContain('boundary="a\\"b\\\\c\\nd"')
    const seen = new Set<string>()
    let family = ''
    let type = ''
    for (const line of body.split('\n').slice(0, -2)) {
      const head = /^# (?:TYPE (\w+) (\w+)|HELP (\w+) \S.*)$/.exec(line)
      if (head?.[1] !== undefined) {
        ;[, family = '', type = ''] = head
        expect(seen.has(family)).toBe(false)
        expect(type === 'counter' && family.endsWith('_total')).toBe(false)
        seen.add(family)
        continue
      }
      if (head !== null) {
        expect(head[3]).toBe(family)
        continue
      }
      const suffixes = { counter: '_total', gauge: '', histogram: '(_bucket|_sum|_count)' }[type]
      const value = '(NaN|[+-]Inf|-?[0-9.]+(e[+-]?[0-9]+)?)'
      const labels = String.raw`(\{\w+="([^"\\]|\\[n"\\])*"(,\w+="([^"\\]|\\[n"\\])*")*\})?`
      expect(line).toMatch(
        new RegExp(`^${family}${suffixes}${labels} ${value}( # ${labels} ${value} ${value})?$`),
      )
    }
    expect(seen.size).toBeGreaterThan(30)
    expect(Object.keys(await samples(metrics))).toEqual(before)
  })
})
