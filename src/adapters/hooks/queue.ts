/** Calls of one hook that wait, and how much it has had. */
export interface Line<T> {
  waiting: T[]
  /** Milliseconds of threads, counted from where the others stood when it last began. */
  used: number
}

/** Lets whoever has used least go first, so that a line that is long or slow waits for itself. */
export interface Fair<T> {
  push(line: Line<T>, item: T): void
  /** Of the lines that may. */
  next(may?: (line: Line<T>) => boolean): { line: Line<T>; item: T } | undefined
  /** Calls off all that wait. */
  drain(): T[]
}

export const line = <T>(): Line<T> => ({ waiting: [], used: 0 })

export function fair<T>(): Fair<T> {
  const active = new Set<Line<T>>()
  /** Where the line stood that went last: who comes back after a rest begins there, and has saved nothing up. */
  let level = 0
  return {
    push(to, item) {
      if (!active.has(to)) to.used = Math.max(to.used, level)
      to.waiting.push(item)
      active.add(to)
    },
    next(may = () => true) {
      let least: Line<T> | undefined
      for (const each of active)
        if ((least === undefined || each.used < least.used) && may(each)) least = each
      if (least === undefined) return undefined
      level = Math.max(level, least.used)
      const item = least.waiting.shift()!
      if (least.waiting.length === 0) active.delete(least)
      return { line: least, item }
    },
    drain() {
      const all = [...active].flatMap(({ waiting }) => waiting.splice(0))
      active.clear()
      return all
    },
  }
}
