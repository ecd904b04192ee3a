/** Where spans go and which are made, as the `OTEL_*` variables say. */
export interface Settings {
  /** Where batches are posted. */
  url: string
  protocol: 'http/protobuf' | 'http/json'
  headers: Readonly<Record<string, string>>
  gzip: boolean
  /** Milliseconds for one batch, tries of it included. */
  timeout: number
  /** Of whoever sends: `service.name` and what else the operator says. */
  resource: Readonly<Record<string, string>>
  sampler: Sampler
  /** Spans that wait at most, spans in a batch, and milliseconds until one that is not full leaves. */
  queue: { spans: number; batch: number; delay: number }
  /** Whether attributes that were renamed are written under their old name too. */
  oldNames: boolean
}

export interface Sampler {
  /** Whether what the caller decided holds; if not, or where it says nothing, `ratio` does. */
  parent: boolean
  /** 0 to 1. */
  ratio: number
}

type Environment = Readonly<Record<string, string | undefined>>

const ENDPOINT = 'http://localhost:4318'
const SAMPLERS: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => ({ parent: false, ratio: 1 }),
  always_off: () => ({ parent: false, ratio: 0 }),
  traceidratio: (ratio) => ({ parent: false, ratio }),
  parentbased_always_on: () => ({ parent: true, ratio: 1 }),
  parentbased_always_off: () => ({ parent: true, ratio: 0 }),
  parentbased_traceidratio: (ratio) => ({ parent: true, ratio }),
}

/**
 * Reads the standard variables. Nothing is traced unless one of them names an endpoint or the exporter `otlp`. What cannot
 * be understood is told to `warn`, without its value, and its default holds, as the specification has it; where there is
 * no way to send, nothing is traced.
 * Source: OpenTelemetry specification, "Environment Variable Specification" and "OTLP Exporter".
 */
export function traceSettings(env: Environment, warn: (message: string) => void): Settings | undefined {
  /** An empty variable is one that is not set. */
  const said = (name: string) => (env[name]?.trim() === '' ? undefined : env[name]?.trim())
  const otlp = (name: string) =>
    said(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? said(`OTEL_EXPORTER_OTLP_${name}`)
  const exporter = said('OTEL_TRACES_EXPORTER')
  if (said('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  if (exporter === 'none' || (exporter ?? otlp('ENDPOINT')) === undefined) return undefined
  const off = (message: string) => {
    warn(`${message}; nothing is traced`)
    return undefined
  }
  if (exporter !== undefined && exporter !== 'otlp') return off('OTEL_TRACES_EXPORTER takes otlp or none')
  const protocol = otlp('PROTOCOL') ?? 'http/protobuf'
  if (protocol !== 'http/protobuf' && protocol !== 'http/json')
    return off('OTEL_EXPORTER_OTLP_PROTOCOL takes http/protobuf or http/json (port 4318 of a collector)')
  const url =
    said('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? below(said('OTEL_EXPORTER_OTLP_ENDPOINT') ?? ENDPOINT)
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    return off('OTEL_EXPORTER_OTLP_ENDPOINT takes an address such as http://collector:4318')

  function number(name: string, value: string | undefined, otherwise: number, most: number): number {
    if (value === undefined) return otherwise
    const read = /^[0-9.]+$/.test(value) ? Number(value) : Number.NaN
    if (read <= most) return read
    warn(`${name} takes a number up to ${most}; ${otherwise} holds`)
    return otherwise
  }
  function pairs(name: string, value: string | undefined): Record<string, string> {
    const read: Record<string, string> = {}
    for (const pair of (value ?? '').split(',')) {
      if (pair.trim() === '') continue
      const at = pair.indexOf('=')
      try {
        if (at < 1) throw new Error('no name')
        read[pair.slice(0, at).trim()] = decodeURIComponent(pair.slice(at + 1).trim())
      } catch {
        warn(`${name} takes name=value,name=value, each value percent-encoded; one of them is left out`)
      }
    }
    return read
  }
  const headers: Record<string, string> = {}
  const told = otlp('HEADERS')
  for (const [name, value] of Object.entries(pairs('OTEL_EXPORTER_OTLP_HEADERS', told))) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)) headers[name] = value
    else warn('OTEL_EXPORTER_OTLP_HEADERS has one that is no header; it is left out')
  }
  const compression = otlp('COMPRESSION') ?? 'none'
  if (compression !== 'none' && compression !== 'gzip')
    warn('OTEL_EXPORTER_OTLP_COMPRESSION takes gzip or none; none holds')
  const samplerName = said('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on'
  const sampler = Object.hasOwn(SAMPLERS, samplerName) ? SAMPLERS[samplerName] : undefined
  if (sampler === undefined)
    warn(`OTEL_TRACES_SAMPLER takes ${Object.keys(SAMPLERS).join(', ')}; parentbased_always_on holds`)
  const ratio = number('OTEL_TRACES_SAMPLER_ARG', said('OTEL_TRACES_SAMPLER_ARG'), 1, 1)
  const spans = number('OTEL_BSP_MAX_QUEUE_SIZE', said('OTEL_BSP_MAX_QUEUE_SIZE'), 4096, 100_000)
  const batch = number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', said('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'), 512, 100_000)
  const resource = pairs('OTEL_RESOURCE_ATTRIBUTES', said('OTEL_RESOURCE_ATTRIBUTES'))
  return {
    url,
    protocol,
    headers,
    gzip: compression === 'gzip',
    timeout: number('OTEL_EXPORTER_OTLP_TIMEOUT', otlp('TIMEOUT'), 10_000, 600_000),
    resource: {
      ...resource,
      'service.name': said('OTEL_SERVICE_NAME') ?? resource['service.name'] ?? 'sallyport',
    },
    sampler: (sampler ?? SAMPLERS.parentbased_always_on!)(ratio),
    queue: {
      spans: Math.max(1, Math.floor(spans)),
      batch: Math.max(1, Math.min(Math.floor(batch), Math.floor(spans))),
      delay: number('OTEL_BSP_SCHEDULE_DELAY', said('OTEL_BSP_SCHEDULE_DELAY'), 5000, 600_000),
    },
    oldNames: !(said('OTEL_SEMCONV_STABILITY_OPT_IN') ?? '')
      .split(',')
      .some((name) => name.trim() === 'gen_ai_latest_experimental'),
  }
}

/** The path below an endpoint that serves all signals. */
function below(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`
}
