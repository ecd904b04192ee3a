import { hash } from 'node:crypto'

/** JSON with sorted keys: two values that differ only in the order of their fields are written alike. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
  return `{${fields.join(',')}}`
}

/** SHA-256 of plain data, in hexadecimal. */
export function fingerprint(value: unknown): string {
  return hash('sha256', canonical(value))
}
