import type { IncomingHttpHeaders } from 'node:http'
import type { Recorder } from '../../core/record.ts'
import type { Trace } from '../../core/trace.ts'

export interface TracingPorts {
  /** Of this package. */
  version: string
  warn(message: string): void
  /** Spans that nobody will see. */
  lost(count: number): void
}

/** Sends the spans of exchanges to a collector. */
export interface Tracing extends Recorder {
  /** Where an exchange stands in its caller's trace, or that it begins one. */
  place(exchange: string, headers: IncomingHttpHeaders): Trace
  /** Sends what still waits, for three seconds at most. */
  close(): Promise<void>
}
