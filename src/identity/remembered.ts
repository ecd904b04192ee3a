/** What is known for a while, at most `limit` weight of it: the oldest goes first. */
export interface Remembered<T> {
  get(key: string): T | undefined
  /** @param until by the clock that it was made with */
  set(key: string, value: T, until: number, weight: number): void
}

export function remembered<T>(limit: number, now: () => number): Remembered<T> {
  const held = new Map<string, { value: T; until: number; weight: number }>()
  let total = 0
  const drop = (key: string, weight: number) => {
    held.delete(key)
    total -= weight
  }
  return {
    get(key) {
      const entry = held.get(key)
      if (entry === undefined) return undefined
      if (now() < entry.until) return entry.value
      drop(key, entry.weight)
      return undefined
    },
    set(key, value, until, weight) {
      const before = held.get(key)
      if (before !== undefined) drop(key, before.weight)
      held.set(key, { value, until, weight })
      total += weight
      for (const [oldest, entry] of held) {
        if (total <= limit) break
        drop(oldest, entry.weight)
      }
    },
  }
}
