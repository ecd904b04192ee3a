import { GateError } from '../../../core/errors.ts'

/** Where a call may be tried again after a try that failed. */
export type Again = 'no' | 'elsewhere' | 'anywhere'

/** What a try that ended without an answer, or with an error for one, means. */
export interface Outcome {
  again: Again
  /** The upstream's own fault. */
  failed: boolean
}

const SERVED: Outcome = { again: 'no', failed: false }
const FAULT: Outcome = { again: 'no', failed: true }
const PASSING: Outcome = { again: 'anywhere', failed: true }
const SLOW: Outcome = { again: 'elsewhere', failed: true }
const LIMITED: Outcome = { again: 'anywhere', failed: false }

/** 529 is Anthropic's "overloaded". */
const WORTH_ANOTHER = new Set([500, 502, 503, 504, 529])

export function ofStatus(status: number): Outcome {
  if (status === 429) return LIMITED
  if (status < 500) return SERVED
  return WORTH_ANOTHER.has(status) ? PASSING : FAULT
}

/** Of an error before there were headers. */
export function ofError(error: unknown): Outcome {
  if (!(error instanceof GateError)) return SERVED
  switch (error.code) {
    case 'upstream.unavailable':
      return PASSING
    case 'upstream.timeout':
      // Who did not take a connection has not begun; who did and is slow would be as slow again.
      return connecting(error) ? PASSING : SLOW
    case 'upstream.invalid':
      return FAULT
    default:
      return SERVED
  }
}

function connecting({ cause }: GateError): boolean {
  return (cause as { code?: unknown } | undefined)?.code === 'UND_ERR_CONNECT_TIMEOUT'
}

const UPSTREAMS_FAULT = new Set(['upstream.unavailable', 'upstream.timeout', 'upstream.invalid'])

/** Whether an answer that had begun well ended by the upstream's fault. */
export const brokeOff = (error: unknown): boolean =>
  error instanceof GateError && UPSTREAMS_FAULT.has(error.code)
