import type { Registry } from 'prom-client'
import type { Sample } from './series.ts'

export const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Whether a scraper takes OpenMetrics. @param accept its `accept` header, where it sent one */
export function takesOpenMetrics(accept = ''): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((word) => word.trim().toLowerCase())
    const says = (name: string) =>
      parameters.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
    return (
      type === 'application/openmetrics-text' &&
      (says('version') ?? '1.0.0') === '1.0.0' &&
      Number(says('q') ?? 1) > 0
    )
  })
}

interface Told {
  name: string
  help: string
  type: string
  values: readonly Sample[]
}

/**
 * All metrics as OpenMetrics text, which has exemplars.
 *
 * `prom-client` writes it too, but takes `_total` off the names of its counters for good when it does, also for those who
 * ask for the other format. Source: OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec/.
 */
export async function openMetrics(registry: Registry): Promise<string> {
  const metrics = await Promise.all(
    registry.getMetricsAsArray().map((metric) => (metric as unknown as { get(): unknown }).get()),
  )
  return `${(metrics as Told[]).map(family).join('')}# EOF\n`
}

function family({ name, help, type, values }: Told): string {
  const counter = type === 'counter'
  const base = counter ? name.replace(/_total$/, '') : name
  let text = `# TYPE ${base} ${type}\n# HELP ${base} ${escaped(help)}\n`
  for (const { metricName, labels, value, exemplar } of values) {
    text += `${counter ? `${base}_total` : (metricName ?? name)}${labelled(labels)} ${number(value)}`
    if (exemplar)
      text += ` # ${labelled(exemplar.labels) || '{}'} ${number(exemplar.value)} ${exemplar.at / 1000}`
    text += '\n'
  }
  return text
}

function labelled(labels: Sample['labels'] = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}
