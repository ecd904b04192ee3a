import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ExchangeRecord, Recorder } from '../core/record.ts'
import { bounded } from './labels.ts'
import { OPENMETRICS, openMetrics, takesOpenMetrics } from './openmetrics.ts'
import { counter, histogram } from './series.ts'

const ANSWER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
/** Gauges whose names would have them taken for counters; the same stand beside them by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]
const GUARD_SECONDS = [0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

export interface Metrics extends Recorder {
  /** An exchange began. */
  opened(): void
  /** One that began has ended. */
  closed(): void
  /** Documents of this version are served now; `at` is in milliseconds since 1970. */
  policyLoaded(version: string, at: number): void
  /** Changed documents were refused, and the ones before them stay. */
  policyRefused(): void
  /** A record could not be kept. */
  recordLost(): void
  /** Spans that did not reach whoever collects them. */
  spansLost(count: number): void
  /** Asked for the number of open connections of callers whenever somebody reads. */
  connections(count: () => Promise<number>): void
  /** Whom to ask how the upstreams are. */
  watchUpstreams(standings: () => readonly UpstreamStanding[]): void
  /** A limit that gates share was kept by this gate alone. */
  limitDegraded(): void
  /** In OpenMetrics with exemplars if `accept` has it, or in the Prometheus text format. */
  text(accept?: string): Promise<{ type: string; body: string }>
}

export interface UpstreamStanding {
  name: string
  state: 'closed' | 'half-open' | 'open'
  /** Models that it said are rate limited. */
  cooling: number
}
/** As numbers that rise with what is wrong. */
const STATES = { closed: 0, 'half-open': 1, open: 2 } as const

/**
 * Counts and times for Prometheus. No label holds what a caller wrote, but for the names of models that answered, and none
 * has more than 200 values. @param version of this package
 */
export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)

  const exchanges = counter(registry, {
    name: 'sallyport_exchanges_total',
    help: 'Exchanges that have ended',
    labels: ['boundary', 'verdict', 'status', 'ended'],
  })
  const duration = histogram(registry, {
    name: 'sallyport_exchange_duration_seconds',
    help: 'From the first byte of the request to the last of the answer',
    labels: ['boundary'],
    bounds: ANSWER_SECONDS,
  })
  const firstByte = histogram(registry, {
    name: 'sallyport_first_byte_seconds',
    help: 'From the first byte of the request to the first of the answer',
    labels: ['boundary'],
    bounds: ANSWER_SECONDS,
  })
  const findings = counter(registry, {
    name: 'sallyport_findings_total',
    help: 'Findings by what was made of them',
    labels: ['guard', 'code', 'action', 'stage'],
  })
  const shadow = counter(registry, {
    name: 'sallyport_shadow_findings_total',
    help: 'Of these, those that were only recorded, by what would have been made of them',
    labels: ['boundary', 'guard', 'code', 'action'],
  })
  const shadowed = counter(registry, {
    name: 'sallyport_shadow_exchanges_total',
    help: 'Exchanges that would have ended otherwise had what is only tried been enforced, by the verdict they would have had',
    labels: ['boundary', 'verdict'],
  })
  const guards = histogram(registry, {
    name: 'sallyport_guard_seconds',
    help: 'Time in one guard, per exchange and stage',
    labels: ['stage', 'guard'],
    bounds: GUARD_SECONDS,
  })
  const looks = counter(registry, {
    name: 'sallyport_looks_total',
    help: 'Looks of guards, by whether memory answered them',
    labels: ['remembered'],
  })
  // A share of what has not begun is none; of what is not there it would be unknown.
  looks(['true'], 0)
  looks(['false'], 0)
  const refusals = counter(registry, {
    name: 'sallyport_refusals_total',
    help: 'Errors that callers were told, by code',
    labels: ['boundary', 'code'],
  })
  const upstreams = histogram(registry, {
    name: 'sallyport_upstream_seconds',
    help: 'From asking a model to the headers of its answer, or until the try failed',
    labels: ['upstream'],
    bounds: ANSWER_SECONDS,
  })
  const tokens = counter(registry, {
    name: 'sallyport_tokens_total',
    help: 'Tokens that models say they used',
    labels: ['upstream', 'model', 'direction'],
  })
  const attempts = counter(registry, {
    name: 'sallyport_upstream_attempts_total',
    help: 'Tries to reach a model, by what came of them: ok, or the code of the error',
    labels: ['upstream', 'outcome'],
  })
  const retries = counter(registry, {
    name: 'sallyport_upstream_retries_total',
    help: 'Of these, those that were not the first of their exchange',
    labels: ['upstream'],
  })
  let standings: () => readonly UpstreamStanding[] = () => []
  new Gauge({
    name: 'sallyport_upstream_breaker_state',
    help: 'Circuit breaker of an upstream: 0 closed, 1 half-open, 2 open',
    labelNames: ['upstream'],
    registers,
    collect() {
      this.reset()
      for (const { name, state } of standings()) this.set({ upstream: upstreamLabel(name) }, STATES[state])
    },
  })
  new Gauge({
    name: 'sallyport_upstream_models_cooling',
    help: 'Models that an upstream said are rate limited, until its retry-after is over',
    labelNames: ['upstream'],
    registers,
    collect() {
      this.reset()
      for (const { name, cooling } of standings()) this.set({ upstream: upstreamLabel(name) }, cooling)
    },
  })
  let underWay = 0
  new Gauge({
    name: 'sallyport_exchanges_open',
    help: 'Exchanges under way',
    registers,
    collect() {
      this.set(underWay)
    },
  })
  let connections = async () => 0
  new Gauge({
    name: 'sallyport_connections_open',
    help: 'Connections of callers',
    registers,
    async collect() {
      this.set(await connections())
    },
  })
  new Gauge({
    name: 'sallyport_build_info',
    help: 'What runs here; always 1',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1)
  const policy = new Gauge({
    name: 'sallyport_policy_info',
    help: 'When the documents that are served were loaded, in seconds since 1970',
    labelNames: ['version'],
    registers,
  })
  const refused = new Counter({
    name: 'sallyport_policy_refused_total',
    help: 'Changed documents that were refused',
    registers,
  })
  const lost = new Counter({
    name: 'sallyport_records_lost_total',
    help: 'Records that could not be kept',
    registers,
  })
  const degraded = new Counter({
    name: 'sallyport_limits_degraded_total',
    help: 'Times that a limit was kept by this gate alone, since what gates share could not be asked',
    registers,
  })

  const lostSpans = new Counter({
    name: 'sallyport_spans_lost_total',
    help: 'Spans that did not reach the collector',
    registers,
  })

  const boundaryLabel = bounded()
  const modelLabel = bounded()
  const guardLabel = bounded()
  const codeLabel = bounded()
  const statusLabel = bounded()
  const upstreamLabel = bounded()

  function tokensUsed({ upstream, model, usage }: ExchangeRecord): void {
    // A name that a model answered to; any other is just what a caller wrote.
    if (usage === undefined || upstream === undefined || model === undefined) return
    const labels = [upstreamLabel(upstream), modelLabel(model)]
    tokens([...labels, 'input'], usage.inputTokens ?? 0)
    tokens([...labels, 'output'], usage.outputTokens ?? 0)
  }

  return {
    record(entry) {
      const boundary = boundaryLabel(entry.boundary ?? 'none')
      const status = statusLabel(String(entry.status))
      exchanges([boundary, entry.verdict, status, entry.ended])
      const at = Date.now()
      duration([boundary], entry.duration / 1000, entry, at)
      if (entry.firstByte !== undefined) firstByte([boundary], entry.firstByte / 1000, entry, at)
      if (entry.code !== undefined) refusals([boundary, codeLabel(entry.code)])
      tokensUsed(entry)
      for (const finding of entry.findings) {
        const { action, stage } = finding
        const guard = guardLabel(finding.guard)
        const code = codeLabel(finding.code)
        findings([guard, code, action, stage])
        if (finding.shadow === true) shadow([boundary, guard, code, action])
      }
      const would = entry.shadowVerdict ?? (entry.shadow === true ? entry.verdict : 'allow')
      if (would === 'block' || would === 'transform') shadowed([boundary, would])
      for (const place in entry.timings) {
        const slash = place.indexOf('/')
        if (slash === -1) continue
        const guard = guardLabel(place.slice(slash + 1))
        guards([place.slice(0, slash), guard], entry.timings[place]! / 1000, entry, at)
      }
      let again = false
      for (const { upstream, took, code, status } of entry.attempts ?? []) {
        const name = upstreamLabel(upstream)
        upstreams([name], took / 1000, entry, at)
        attempts([name, code ?? (status === undefined ? 'left' : 'ok')])
        if (again) retries([name])
        again = true
      }
      if (entry.looks === undefined) return
      const { remembered, all } = entry.looks
      if (remembered > 0) looks(['true'], remembered)
      if (all > remembered) looks(['false'], all - remembered)
    },
    opened() {
      underWay++
    },
    closed() {
      underWay--
    },
    policyLoaded(version, at) {
      policy.reset()
      policy.set({ version }, at / 1000)
    },
    policyRefused: () => refused.inc(),
    recordLost: () => lost.inc(),
    spansLost: (count) => lostSpans.inc(count),
    connections(count) {
      connections = count
    },
    async text(accept) {
      return takesOpenMetrics(accept)
        ? { type: OPENMETRICS, body: await openMetrics(registry) }
        : { type: registry.contentType, body: await registry.metrics() }
    },
    watchUpstreams(ask) {
      standings = ask
    },
    limitDegraded: () => degraded.inc(),
  }
}
