import { GateError } from '../core/errors.ts'

/** Longer ones are neither keys nor tokens, and are not worth hashing. */
const MAX_KEY = 4096
const MAX_TOKEN = 16_384
const MAX_SHOWN = 8

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The keys and tokens of `authorization: Bearer`, `x-api-key` and `api-key`, each once.
 * @throws GateError `auth.invalid` for what can be neither
 */
export function shown(headers: Headers): string[] {
  const values: string[] = []
  take(values, headers.authorization, bearer)
  take(values, headers['x-api-key'])
  take(values, headers['api-key'])
  if (values.length > MAX_SHOWN) throw new GateError('auth.invalid')
  return values.length < 2 ? values : [...new Set(values)]
}

function take(
  into: string[],
  header: string | readonly string[] | undefined,
  read?: (value: string) => string,
): void {
  if (header === undefined) return
  for (const value of typeof header === 'string' ? [header] : header) {
    if (value.length > MAX_KEY && (value.length > MAX_TOKEN || !/^(?:bearer +)?eyJ/i.test(value)))
      throw new GateError('auth.invalid')
    const trimmed = value.trim()
    if (trimmed !== '') into.push(read === undefined ? trimmed : read(trimmed))
  }
}

function bearer(value: string): string {
  if (!/^bearer /i.test(value)) throw new GateError('auth.invalid')
  return value.slice('bearer '.length).trim()
}
