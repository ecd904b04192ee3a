import { traceSettings } from './settings.ts'
import type { Tracing, TracingPorts } from './types.ts'

/** Tracing as the `OTEL_*` variables say; without them nothing of it is loaded. */
export async function openTracing(
  env: Readonly<Record<string, string | undefined>>,
  ports: TracingPorts,
): Promise<Tracing | undefined> {
  const settings = traceSettings(env, ports.warn)
  if (settings === undefined) return undefined
  const { startTracing } = await import('./export.ts')
  return startTracing(settings, ports)
}
