/** One wait that ends, unless it is cancelled before. */
export interface Deadline {
  cancel(): void
}

/** Deadlines of one length. */
export type Deadlines = (run: () => void) => Deadline

interface Link extends Deadline {
  at: number
  run: () => void
  before: Link | undefined
  after: Link | undefined
}

/** Deadlines of a length that hardly any other has. */
export function ownDeadlines(ms: number): Deadlines {
  return (run) => {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1)).unref()
    return { cancel: () => clearTimeout(timer) }
  }
}

/**
 * Deadlines that all come `ms` after they are set, and that hardly ever come: every call sets two. They stand in the
 * order in which they come, so that one timer serves all of them; one of Node's for each costs ten times as much.
 * They do not keep the process alive.
 */
export function deadlines(ms: number): Deadlines {
  let first: Link | undefined
  let last: Link | undefined
  let armed = false

  function arm(wait: number): void {
    armed = true
    // `setTimeout` takes no more than 31 bits; a deadline further off is looked at again.
    setTimeout(look, Math.min(Math.ceil(wait), 2 ** 31 - 1)).unref()
  }

  function look(): void {
    const now = performance.now()
    while (first !== undefined && first.at <= now) {
      const { run } = first
      first.cancel()
      run()
    }
    armed = false
    if (first !== undefined) arm(first.at - now)
  }

  function cancel(this: Link): void {
    if (this.before === undefined && first !== this) return
    if (this.before === undefined) first = this.after
    else this.before.after = this.after
    if (this.after === undefined) last = this.before
    else this.after.before = this.before
    this.before = undefined
    this.after = undefined
  }

  return (run) => {
    const link: Link = { at: performance.now() + ms, run, before: last, after: undefined, cancel }
    if (last === undefined) first = link
    else last.after = link
    last = link
    if (!armed) arm(ms)
    return link
  }
}
