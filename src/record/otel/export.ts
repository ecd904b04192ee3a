import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ExchangeRecord } from '../../core/record.ts'
import { spanIds, tracePlaces } from './sampling.ts'
import type { Settings } from './settings.ts'
import { type Span, spansOf } from './spans.ts'
import type { Tracing, TracingPorts } from './types.ts'

const COMPLAIN_EVERY = 60_000
/** On stopping, what still waits has this long to leave. */
const LAST_EXPORT = 3_000

/** What the exporters of the two protocols have in common. */
interface Exporter {
  /** `code` is 0 when the batch arrived. */
  export(spans: Span[], done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
}

async function exporterOf(settings: Settings): Promise<Exporter> {
  const { url, headers, timeout, gzip, protocol } = settings
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  const compression = (gzip ? 'gzip' : 'none') as NonNullable<
    ConstructorParameters<typeof OTLPTraceExporter>[0]
  >['compression']
  return new OTLPTraceExporter({ url, headers, timeoutMillis: timeout, compression: compression! })
}

/** Sends spans in batches, one at a time. What finds no room, or does not arrive, is lost and counted. */
export function batches(
  exporter: Exporter,
  { queue, timeout }: Pick<Settings, 'queue' | 'timeout'>,
  ports: TracingPorts,
) {
  let waiting: Span[] = []
  let sending = 0
  let closing = false
  let complained = Number.NEGATIVE_INFINITY
  let idle: (() => void) | undefined

  function lost(count: number, why: string): void {
    ports.lost(count)
    if (performance.now() - complained < COMPLAIN_EVERY) return
    complained = performance.now()
    ports.warn(`spans are lost: ${why}`)
  }

  function send(): void {
    if (sending > 0) return
    if (waiting.length === 0) return idle?.()
    const batch = waiting.splice(0, queue.batch)
    sending = batch.length
    let open = true
    const done = (why?: string) => {
      if (!open) return
      open = false
      clearTimeout(late)
      sending = 0
      if (why !== undefined) lost(batch.length, why)
      // Not at once: an exporter that fails at once would be called from within itself, batch upon batch.
      if (closing || waiting.length >= queue.batch) setImmediate(send)
    }
    // The exporter has a limit of its own, which a collector that answers byte by byte could draw out.
    const late = setTimeout(done, timeout * 2, 'the collector does not answer')
    late.unref()
    try {
      exporter.export(batch, ({ code, error }) => done(code === 0 ? undefined : reason(error)))
    } catch (error) {
      done(reason(error))
    }
  }

  const often = setInterval(send, queue.delay)
  often.unref()
  return {
    /** Takes the spans of one exchange: all or none. */
    add(spans: readonly Span[]): void {
      if (closing || waiting.length + spans.length > queue.spans)
        return lost(spans.length, 'the collector is slower than calls come')
      waiting.push(...spans)
      if (waiting.length >= queue.batch) send()
    },
    async close(within = LAST_EXPORT): Promise<void> {
      closing = true
      clearInterval(often)
      let late: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        idle = resolve
        late = setTimeout(resolve, within)
        send()
      })
      clearTimeout(late)
      const left = sending + waiting.length
      waiting = []
      if (left > 0) lost(left, 'the collector did not take them before the gate stopped')
      void exporter.shutdown().catch(() => undefined)
    },
  }
}

/** Of a refused connection to a name with several addresses, the message is empty. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'the collector does not take them'
  const { message, code } = error as NodeJS.ErrnoException
  return [code, message].filter((word) => word !== undefined && word !== '').join(' ') || error.name
}

export async function startTracing(settings: Settings, ports: TracingPorts): Promise<Tracing> {
  const sender = batches(await exporterOf(settings), settings, ports)
  const options = {
    resource: resourceFromAttributes({ 'service.version': ports.version, ...settings.resource }),
    scope: { name: 'sallyport', version: ports.version },
    oldNames: settings.oldNames,
    newSpan: spanIds(),
  }
  return {
    place: tracePlaces(settings.sampler),
    record(entry: ExchangeRecord) {
      if (entry.trace?.sampled === true) sender.add(spansOf(entry, entry.trace, options))
    },
    close: () => sender.close(),
  }
}
