import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, document, onStop, post, startGate, stopAll, type TestGate, until } from '../gate.ts'
import { type Collector, startCollector } from '../otlp.ts'

const ALERTS = resolve('integrations/grafana/alerts.yaml')
const dashboard = JSON.parse(readFileSync('integrations/grafana/dashboard.json', 'utf8')) as {
  panels: { title: string; targets?: { expr: string }[] }[]
}
/** What Grafana puts in place of its variables. */
const QUERIES = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({
    title,
    query: expr
      .replaceAll('$__rate_interval', '4s')
      .replaceAll('$boundary', '.*')
      .replaceAll('$instance', '.*'),
  })),
)

let folder: string
let gate: TestGate
let collector: Collector
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-prometheus-'))
  onStop(async () => rmSync(folder, { recursive: true, force: true }))
  collector = await startCollector()
  onStop(() => collector.close())
  gate = await startGate({
    documents:
      document('Upstream', 'down', {
        protocol: 'openai',
        baseUrl: 'http://127.0.0.1:9/v1',
        models: [{ name: 'loopback' }],
      }) +
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }) +
      document('Boundary', 'chat', {
        upstreams: [{ name: 'down' }, { name: 'loopback', order: 2 }],
        input: [{ use: 'keywords', with: { words: ['forbidden'] } }, { use: 'pii' }],
        output: [{ use: 'pii' }],
      }),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  })
})
afterAll(stopAll)

async function calls(): Promise<void> {
  const ask = (content: string) =>
    post(gate, '/v1/chat/completions', { model: 'loopback', messages: [{ role: 'user', content }] })
  expect((await ask('Hello ada@example.com')).status).toBe(200)
  expect((await ask('forbidden')).status).toBe(403)
  expect((await call(`${gate.url}/v1/chat/completions`, { body: '{}' })).status).toBe(401)
}

/** Its output; fails with it when promtool does. */
function promtool(args: readonly string[], input?: string): string {
  return execFileSync('promtool', args, { encoding: 'utf8', input, cwd: 'integrations/grafana' })
}

test('promtool takes the rules, and each rings when it should', () => {
  expect(promtool(['check', 'rules', ALERTS])).toContain('SUCCESS')
  promtool(['test', 'rules', 'alerts.test.yaml'])
})

test('promtool takes the queries of the dashboard', () => {
  const rules = QUERIES.map(({ query }, index) => ({ record: `panel:${index}`, expr: query }))
  const path = join(folder, 'queries.yaml')
  writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
  expect(promtool(['check', 'rules', path])).toContain(`${rules.length} rules found`)
})

test('promtool has nothing to say against the metrics', async () => {
  await calls()
  const { text } = await call(`${gate.admin}/metrics`)
  expect(text).toContain('sallyport_exchanges_total{')
  expect(promtool(['check', 'metrics'], text)).toBe('')
})

test('Prometheus scrapes the gate, answers the dashboard, holds the alerts and leads to traces', async () => {
  const probe = createServer()
  await once(probe.listen(0, '127.0.0.1'), 'listening')
  const { port } = probe.address() as AddressInfo
  await once(probe.close(), 'close')
  const config = join(folder, 'prometheus.yaml')
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [ALERTS],
      scrape_configs: [{ job_name: 'sallyport', static_configs: [{ targets: [new URL(gate.admin).host] }] }],
    }),
  )
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let complained = ''
  prometheus.stderr.on('data', (text) => {
    complained += text
  })
  const exit = once(prometheus, 'exit')
  onStop(async () => {
    prometheus.kill('SIGKILL')
    await exit
  })
  const api = async (path: string, query: Record<string, string> = {}) => {
    const { text } = await call(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(query)}`)
    const { status, data, error } = JSON.parse(text)
    expect({ path, query, status, error }).toEqual({ path, query, status: 'success', error: undefined })
    return data
  }
  const value = async (query: string) => (await api('query', { query })).result.length
  await until(
    () =>
      call(`http://127.0.0.1:${port}/-/ready`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    30_000,
  )
  // A rate needs two scrapes with calls between them.
  await until(async () => {
    await calls()
    return (await value('sum(rate(sallyport_exchanges_total{status="403"}[4s])) > 0')) > 0
  }, 30_000)

  const empty: string[] = []
  for (const { title, query } of QUERIES) if ((await value(query)) === 0) empty.push(title)
  // Nothing of the kind has happened here.
  expect(empty).toEqual([
    'Guards that failed',
    'Guards that failed',
    'What shadow would have made of calls',
    'Findings in shadow',
  ])

  const { groups } = await api('rules')
  const rules = groups.flatMap((group: { rules: object[] }) => group.rules)
  expect(rules.length).toBeGreaterThan(10)
  await until(async () =>
    (await api('rules')).groups[0].rules.every(({ health }: { health: string }) => health === 'ok'),
  )

  const now = Date.now() / 1000
  const exemplars = await api('query_exemplars', {
    query: 'sallyport_exchange_duration_seconds_bucket',
    start: String(now - 60),
    end: String(now + 60),
  })
  const found = exemplars.flatMap(({ exemplars }: { exemplars: { labels: object }[] }) => exemplars)
  expect(found.length).toBeGreaterThan(0)
  const { trace_id, exchange } = found[0].labels
  expect(exchange).toBe(`ex_${trace_id}`)
  expect(collector.spans.some(({ trace }) => trace === trace_id)).toBe(true)
  expect(complained).toBe('')
})
