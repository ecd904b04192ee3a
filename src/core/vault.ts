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
  return new Tokens()
}

/** A class whose maps are made when there is something to mask: most exchanges have nothing. */
class Tokens implements Vault {
  private tokens: Map<string, string> | undefined
  private values: Map<string, string> | undefined
  private next: Map<string, number> | undefined
  private reserved: Set<string> | undefined

  token(label: string, value: string): string {
    this.tokens ??= new Map()
    this.values ??= new Map()
    this.next ??= new Map()
    const key = `${label}\0${value}`
    const known = this.tokens.get(key)
    if (known !== undefined) return known
    let number = this.next.get(label) ?? 1
    while (this.reserved?.has(`[${label}_${number}]`)) number++
    this.next.set(label, number + 1)
    const token = `[${label}_${number}]`
    this.tokens.set(key, token)
    this.values.set(token, value)
    return token
  }

  value(token: string): string | undefined {
    return this.values?.get(token)
  }

  get size(): number {
    return this.values?.size ?? 0
  }

  reserve(text: string): void {
    for (const match of text.matchAll(TOKEN)) {
      this.reserved ??= new Set()
      this.reserved.add(match[0])
    }
  }
}
