/** Any further value of a label would cost a time series each; what comes after the first `limit` is `other`. */
export function bounded(limit = 200): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (known.size >= limit) return 'other'
    known.add(value)
    return value
  }
}
