/** What is saved up at most, so that calm times do not pay for a storm. */
const MOST = 100
/** Tries that a quiet boundary has at hand, and how many of them come back in a second. */
const FLOOR = 10
const FLOOR_PER_SECOND = 1

/** How many tries may be made again: a share of the calls, and a few whatever the share. */
export interface Budget {
  /** A call came. */
  earn(): void
  /** Whether there is a try left, which is then taken. */
  spend(): boolean
}

/** @param share of the calls, 0 to 1; with 0 no try is made again */
export function budget(share: number, now: () => number = () => performance.now()): Budget {
  let left = FLOOR
  let since = now()
  return {
    earn() {
      left = Math.min(left + share, Math.max(left, MOST))
    },
    spend() {
      if (share === 0) return false
      const at = now()
      if (left < FLOOR) left = Math.min(FLOOR, left + ((at - since) / 1000) * FLOOR_PER_SECOND)
      since = at
      if (left < 1) return false
      left--
      return true
    },
  }
}
