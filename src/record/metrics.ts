import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Recorder } from '../core/record.ts'
import { bounded } from './labels.ts'

const ANSWER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
const GUARD_SECONDS = [0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

export interface Metrics extends Recorder {
  /** An exchange began; the returned function says that it has ended. */
  opened(): () => void
  /** Documents of this version are served now; `at` is in milliseconds since 1970. */
  policyLoaded(version: string, at: number): void
  /** Changed documents were refused, and the ones before them stay. */
  policyRefused(): void
  /** A record could not be kept. */
  recordLost(): void
  contentType: string
  /** In the Prometheus text format. */
  text(): Promise<string>
}

/** Counts and times for Prometheus. No label holds what a caller wrote, and none has more than 200 values. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const exchanges = new Counter({
    name: 'sallyport_exchanges_total',
    help: 'Exchanges that have ended',
    labelNames: ['boundary', 'verdict', 'status', 'ended'],
    registers,
  })
  const duration = new Histogram({
    name: 'sallyport_exchange_duration_seconds',
    help: 'From the first byte of the request to the last of the answer',
    labelNames: ['boundary'],
    buckets: ANSWER_SECONDS,
    registers,
  })
  const firstByte = new Histogram({
    name: 'sallyport_first_byte_seconds',
    help: 'From the first byte of the request to the first of the answer',
    labelNames: ['boundary'],
    buckets: ANSWER_SECONDS,
    registers,
  })
  const findings = new Counter({
    name: 'sallyport_findings_total',
    help: 'Findings by what was made of them',
    labelNames: ['guard', 'code', 'action', 'stage'],
    registers,
  })
  const guards = new Histogram({
    name: 'sallyport_guard_seconds',
    help: 'Time in one guard, per exchange and stage',
    labelNames: ['stage', 'guard'],
    buckets: GUARD_SECONDS,
    registers,
  })
  const looks = new Counter({
    name: 'sallyport_looks_total',
    help: 'Looks of guards, by whether memory answered them',
    labelNames: ['remembered'],
    registers,
  })
  const open = new Gauge({ name: 'sallyport_exchanges_open', help: 'Exchanges under way', registers })
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

  const boundaryLabel = bounded()
  const guardLabel = bounded()
  const codeLabel = bounded()
  const statusLabel = bounded()

  return {
    record(entry) {
      const boundary = boundaryLabel(entry.boundary ?? 'none')
      const status = statusLabel(String(entry.status))
      exchanges.inc({ boundary, verdict: entry.verdict, status, ended: entry.ended })
      duration.observe({ boundary }, entry.duration / 1000)
      if (entry.firstByte !== undefined) firstByte.observe({ boundary }, entry.firstByte / 1000)
      for (const { guard, code, action, stage } of entry.findings) {
        findings.inc({ guard: guardLabel(guard), code: codeLabel(code), action, stage })
      }
      for (const [place, spent] of Object.entries(entry.timings)) {
        const slash = place.indexOf('/')
        if (slash === -1) continue
        guards.observe(
          { stage: place.slice(0, slash), guard: guardLabel(place.slice(slash + 1)) },
          spent / 1000,
        )
      }
      if (entry.looks !== undefined) {
        looks.inc({ remembered: 'true' }, entry.looks.remembered)
        looks.inc({ remembered: 'false' }, entry.looks.all - entry.looks.remembered)
      }
    },
    opened() {
      open.inc()
      let ended = false
      return () => {
        if (!ended) open.dec()
        ended = true
      }
    },
    policyLoaded(version, at) {
      policy.reset()
      policy.set({ version }, at / 1000)
    },
    policyRefused: () => refused.inc(),
    recordLost: () => lost.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}
