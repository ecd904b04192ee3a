import { fullFormats } from 'ajv-formats/dist/formats.js'

/**
 * Formats that are checked; the names are those of JSON Schema 2020-12. Others of that standard are an error in a boundary's
 * schema, as their checks would not be linear in time or would need a library of their own.
 */
export const FORMATS = [
  'date',
  'time',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
] as const
export type Format = (typeof FORMATS)[number]

/** Nothing of these is longer; their expressions are not made for megabytes. */
const LONGEST = 4096

export function isFormat(name: unknown): name is Format {
  return (FORMATS as readonly unknown[]).includes(name)
}

/** Whether a text is of a format, as ajv-formats checks it. */
export function hasFormat(name: Format, text: string): boolean {
  if (text.length > LONGEST) return false
  const format = fullFormats[name] as RegExp | Check | { validate: RegExp | Check }
  const check = typeof format === 'object' && 'validate' in format ? format.validate : format
  return check instanceof RegExp ? check.test(text) : check(text)
}

type Check = (text: string) => boolean
