/** Time between two looks at a Redis that does not answer. */
const LOOK = 250
/** Answers of Redis that came too late, one after another, before it is no longer asked. */
const LATE = 3
/**
 * How long Redis must have answered before its counts are believed again: by then every gate has found it and told it
 * what it took meanwhile, or what Redis forgot.
 */
const SETTLE = 4 * LOOK

/** Whether Redis, or the part of a cluster that has some keys, is worth asking. */
export interface Circuit {
  /** Counted up when Redis may have missed or lost something: whatever was told to it before must be told again. */
  readonly epoch: number
  readonly closed: boolean
  worked(): void
  /** @param late whether only its time ran out */
  failed(reason: string, late: boolean): void
  stop(): void
}

export interface CircuitOptions {
  /** Asks for something small. */
  look(): Promise<boolean>
  /** Tells everything that Redis may not know; called as often as `look` finds it there. */
  tell(): Promise<boolean>
  opened(reason: string): void
  closed(): void
}

/** A circuit that is closed at first. */
export function circuit({ look, tell, opened, closed }: CircuitOptions): Circuit {
  let late = 0
  let epoch = 0
  let open = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  function again(since: number | undefined): void {
    timer = setTimeout(() => void tryIt(since), LOOK).unref()
  }

  async function tryIt(since: number | undefined): Promise<void> {
    const there = (await look()) && (await tell())
    if (stopped) return
    const now = performance.now()
    if (!there) return again(undefined)
    if (since === undefined || now - since < SETTLE) return again(since ?? now)
    open = false
    late = 0
    closed()
  }

  return {
    get epoch() {
      return epoch
    },
    get closed() {
      return !open
    },
    worked() {
      late = 0
    },
    failed(reason, isLate) {
      if (open || (isLate && ++late < LATE)) return
      open = true
      epoch++
      opened(reason)
      again(undefined)
    },
    stop() {
      open = stopped = true
      clearTimeout(timer)
    },
  }
}

/** What became of a question: its answer, or why there is none. */
export type Answer<T> = { value: T } | { reason: string; late: boolean }

/**
 * Waits for an answer, but not longer than `ms`. One that has arrived already, while this process was busy, counts: the
 * timer looks once more after what the network brought was read. Never throws.
 */
export function within<T>(
  ms: number,
  asked: Promise<T>,
  reasonOf: (error: unknown) => string,
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => setImmediate(resolve, { reason: 'timeout', late: true }), ms)
    asked.then(
      (value) => {
        clearTimeout(timer)
        resolve({ value })
      },
      (error: unknown) => {
        clearTimeout(timer)
        resolve({ reason: reasonOf(error), late: false })
      },
    )
  })
}
