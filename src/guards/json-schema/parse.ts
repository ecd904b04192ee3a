import { GateError } from '../../core/errors.ts'
import { NUMBER, scan } from '../../core/json/scan.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Objects and arrays in one another. */
export const MAX_DEPTH = 32

const REASONS: Readonly<Record<string, string>> = {
  'body.bom': 'it begins with a byte order mark',
  'body.trailing': 'something follows the JSON value',
  'body.duplicate_key': 'an object has the same key twice',
  'body.surrogate': 'a string has half of a surrogate pair',
}

/**
 * What `JSON.parse` makes of a text, if every other parser makes the same of it.
 * @returns why it is not JSON, as a string in `wrong`, or that it is nested too deep to be judged
 */
export function parse(text: string): { value: Json } | { wrong: string } | { deep: true } {
  try {
    const { tape } = scan(text)
    // What is too large for a double is `Infinity` to some parsers and an error to others.
    for (let node = 0; node < tape[3]!; node += 4)
      if (tape[node] === NUMBER && !Number.isFinite(Number(text.slice(tape[node + 1]!, tape[node + 2]!))))
        return { wrong: 'a number is too large' }
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    if (error.code === 'body.depth') return { deep: true }
    return { wrong: REASONS[error.code] ?? 'it is not JSON' }
  }
  const value = JSON.parse(text) as Json
  return deeperThan(value, MAX_DEPTH) ? { deep: true } : { value }
}

export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function deeperThan(value: Json, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return most === 0 || Object.values(value).some((below) => deeperThan(below, most - 1))
}

/** Equal values have equal keys: numbers by value, objects whatever the order of their keys. */
export function keyOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`
  if (!isObject(value)) return JSON.stringify(value === 0 ? 0 : value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${keyOf(value[key]!)}`).join()}}`
}
