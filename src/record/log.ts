import { type DestinationStream, pino } from 'pino'
import type { Recorder } from '../core/record.ts'

/** Records as lines of JSON, one an exchange: `kind` is `exchange`, the rest is the record. Throws only what the stream throws. */
export function recordLog(stream: DestinationStream): Recorder {
  // `pino` would look at each field for what these never hold (errors, streams, cycles), at twice the cost.
  return { record: (entry) => stream.write(`{"kind":"exchange",${JSON.stringify(entry).slice(1)}\n`) }
}

/** What an operator reads of the process: starts, stops, reloads, failures. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** `error` may name hosts: this is for the operator, and no caller sees it. */
  error(message: string, error?: unknown): void
}

/** Lines of JSON on standard error: `time` in ISO 8601, `level`, `message`. */
export function createLog(stream: DestinationStream = process.stderr): Log {
  const log = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      errorKey: 'error',
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  )
  return {
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, error) => log.error({ error }, message),
  }
}
