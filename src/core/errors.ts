import { codeEntry } from './codes.ts'
import type { Code } from './types.ts'

/** A call that cannot be served, or that policy does not let pass, as its caller is told. */
export class GateError extends Error {
  readonly code: Code
  readonly status: number
  readonly retryable: boolean
  /** The path in the body that it is about. */
  readonly param: string | undefined
  /** Seconds, for `retry-after`. */
  readonly retryAfter: number | undefined

  /** @param detail replaces the code's message; it must not hold anything secret. */
  constructor(
    code: Code,
    options: { detail?: string; param?: string; status?: number; retryAfter?: number; cause?: unknown } = {},
  ) {
    const entry = codeEntry(code)
    super(options.detail ?? entry?.message ?? code, { cause: options.cause })
    this.name = 'GateError'
    this.code = code
    this.status = options.status ?? entry?.status ?? 500
    this.retryable = entry?.retryable ?? false
    this.param = options.param
    this.retryAfter = options.retryAfter
  }
}

/** A field of a configuration holds code in which something is wrong at a place of its own. Lines and columns from 1. */
export class SourceError extends Error {
  override name = 'SourceError'
  readonly field: string
  readonly line: number
  readonly column: number

  constructor(field: string, line: number, column: number, message: string) {
    super(message)
    this.field = field
    this.line = line
    this.column = column
  }
}
