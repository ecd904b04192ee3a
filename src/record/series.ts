import type { Metric, Registry } from 'prom-client'

/** The labels of one series, in the order of the metric's label names. */
type Labels = readonly string[]

interface Named {
  name: string
  help: string
  labels: readonly string[]
}

// `prom-client` finds a series by hashing its labels anew at every observation, which costs a call more than its
// inspection does. Here a series is a few numbers that are only added to, and `prom-client` writes them when it is asked.

/** An exchange that fell into a bucket: it leads from a figure to a record and its trace. */
export interface Exemplar {
  exchange: string
  trace?: { id: string }
}

/** What a metric says when it is asked, as `prom-client` has it; its own histograms say that an exemplar is null. */
export interface Sample {
  metricName?: string
  labels: Readonly<Record<string, string | number>>
  value: number
  exemplar?: { labels: Readonly<Record<string, string>>; value: number; at: number } | null
}

/** A counter. */
export function counter(registry: Registry, { name, help, labels }: Named) {
  const series = new Map<string, { labels: Labels; total: number }>()
  register(registry, { name, help, type: 'counter' }, () =>
    [...series.values()].map((one) => ({ labels: named(labels, one.labels), value: one.total })),
  )
  return (values: Labels, amount = 1): void => {
    const key = values.join('\0')
    const known = series.get(key)
    if (known === undefined) series.set(key, { labels: values, total: amount })
    else known.total += amount
  }
}

interface Spread {
  labels: Labels
  /** How many values fell into each bucket, the last being those above all bounds. */
  counts: Float64Array
  sum: number
  /** The last exchange in each bucket, its value and when it was, in milliseconds since 1970. */
  exchanges: string[]
  traces: (string | undefined)[]
  values: Float64Array
  times: Float64Array
}

/**
 * A histogram. @param bounds upper bounds of its buckets, rising
 * @returns observes a value, in the exchange `of` at `at`, milliseconds since 1970
 */
export function histogram(registry: Registry, { name, help, labels, bounds }: Named & { bounds: number[] }) {
  const series = new Map<string, Spread>()
  register(registry, { name, help, type: 'histogram' }, () =>
    [...series.values()].flatMap((one) => {
      const told = named(labels, one.labels)
      let count = 0
      const buckets = [...one.counts].map((of, i) => {
        count += of
        const sample: Sample = {
          metricName: `${name}_bucket`,
          labels: { le: bounds[i] ?? '+Inf', ...told },
          value: count,
        }
        const exchange = one.exchanges[i]
        if (exchange === undefined) return sample
        const trace = one.traces[i]
        const labels = { ...(trace === undefined ? {} : { trace_id: trace }), exchange }
        sample.exemplar = { labels, value: one.values[i]!, at: one.times[i]! }
        return sample
      })
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels: told, value: one.sum },
        { metricName: `${name}_count`, labels: told, value: count },
      ]
    }),
  )
  return (values: Labels, value: number, of?: Exemplar, at = 0): void => {
    const key = values.length === 1 ? values[0]! : values.join('\0')
    let one = series.get(key)
    if (one === undefined) {
      const buckets = bounds.length + 1
      one = {
        labels: values,
        counts: new Float64Array(buckets),
        sum: 0,
        exchanges: [],
        traces: [],
        values: new Float64Array(buckets),
        times: new Float64Array(buckets),
      }
      series.set(key, one)
    }
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    one.counts[bucket]!++
    one.sum += value
    if (of === undefined) return
    one.exchanges[bucket] = of.exchange
    one.traces[bucket] = of.trace?.id
    one.values[bucket] = value
    one.times[bucket] = at
  }
}

function register(
  registry: Registry,
  about: { name: string; help: string; type: string },
  values: () => unknown,
) {
  const metric = { ...about, get: async () => ({ ...about, aggregator: 'sum', values: values() }) }
  // What a registry asks of a metric, of which its type only knows `prom-client`'s own.
  registry.registerMetric(metric as unknown as Metric)
}

function named(names: readonly string[], values: Labels): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]))
}
