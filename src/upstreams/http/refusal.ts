import { GateError } from '../../core/errors.ts'

/** Why an answer with this status and these headers is not read at all, if so. */
export function refusal(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): GateError | undefined {
  if (status === 401 || status === 403) return new GateError('upstream.auth')
  // A redirect would carry the call, and its key, to an address that no policy names.
  if (status < 400 && status >= 300) return new GateError('upstream.invalid')
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') return new GateError('upstream.invalid')
  return undefined
}
