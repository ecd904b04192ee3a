/**
 * The values that were masked in a request, for as long as its exchange lasts.
 * The same value gets the same number, and numbers follow first appearance, so that a conversation that repeats its
 * history is masked the same way every time.
 */
export interface Vault {
  /** `[EMAIL_1]` for a value. */
  token(label: string, value: string): string
  /** The value of a token, if this exchange made it. */
  value(token: string): string | undefined
  readonly size: number
  /** Numbers that already stand in the request are not given out again. */
  reserve(text: string): void
}

/** What a token looks like; `restore.ts` finds them by their opening bracket. */
const TOKEN = /\[[A-Z][A-Z0-9_]{0,40}_[0-9]{1,9}\]/g

export function vault(): Vault {
  const tokens = new Map<string, string>()
  const values = new Map<string, string>()
  const next = new Map<string, number>()
  const reserved = new Set<string>()
  return {
    token(label, value) {
      const key = `${label}\0${value}`
      const known = tokens.get(key)
      if (known !== undefined) return known
      let number = next.get(label) ?? 1
      while (reserved.has(`[${label}_${number}]`)) number++
      next.set(label, number + 1)
      const token = `[${label}_${number}]`
      tokens.set(key, token)
      values.set(token, value)
      return token
    },
    value: (token) => values.get(token),
    get size() {
      return values.size
    },
    reserve(text) {
      for (const match of text.matchAll(TOKEN)) reserved.add(match[0])
    },
  }
}
