import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
} from 'cockatiel'

/** Failures in a row that open it. */
const FAILURES = 5
/** Milliseconds that it is open: at first, and at most after trials that failed. */
const FIRST = 1_000
const LONGEST = 30_000

/** How a try went, as far as it says something of the upstream. Only the first outcome after `answered` counts. */
export interface Trying {
  /** It has answered with headers that are no failure: enough for a trial, whose answer may go on for minutes. */
  answered(): void
  /** The answer was whole. */
  served(): void
  failed(): void
  /** Nobody knows: the caller left. */
  abandoned(): void
}

export interface Breaker {
  readonly state: 'closed' | 'half-open' | 'open'
  /** Milliseconds until the next trial; 0 when a try may begin, Infinity while a trial is under way. */
  wait(): number
  /** A try begins, allowed or not. One that finds it open and due is the trial. */
  begin(): Trying
}

const NAMES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const

/** What was sent although the breaker was open says nothing: the trial does. */
const UNCOUNTED: Trying = { answered() {}, served() {}, failed() {}, abandoned() {} }

/** Opens after failures in a row; then one try at a time finds out whether to close. */
export function breaker(): Breaker {
  const row = new ConsecutiveBreaker(FAILURES)
  let open = 0
  let due = 0
  /** The trial's caller left. That costs no more time, or callers who do so could keep it open. */
  let undecided = false
  const circuit = circuitBreaker(
    handleWhenResult((failed) => failed === true),
    {
      breaker: row,
      halfOpenAfter: new DelegateBackoff(({ attempt }) => {
        if (!undecided) open = attempt === 1 ? FIRST : Math.min(open * 2, LONGEST)
        undecided = false
        return open
      }),
    },
  )
  // After the circuit has taken its own time: a try that it takes for early would be refused.
  circuit.onBreak(() => {
    due = Date.now() + open
  })

  // A success costs a number set to zero; only failures and trials go through the circuit and its promises.
  const closed: Trying = {
    answered() {},
    served() {
      if (circuit.state === CircuitState.Closed) row.success()
    },
    failed() {
      if (circuit.state === CircuitState.Closed) void circuit.execute(() => true)
    },
    abandoned() {},
  }

  function trial(): Trying {
    let end: (failed: boolean) => void = () => {}
    const outcome = new Promise<boolean>((resolve) => {
      end = resolve
    })
    // It refuses only when the clock was set back since `begin` looked.
    circuit.execute(() => outcome).catch(() => {})
    return {
      answered: () => end(false),
      served: closed.served,
      failed() {
        end(true)
        closed.failed()
      },
      abandoned() {
        undecided = true
        end(true)
      },
    }
  }

  return {
    get state() {
      return NAMES[circuit.state]
    },
    wait() {
      switch (circuit.state) {
        case CircuitState.Closed:
          return 0
        case CircuitState.Open:
          return Math.max(0, due - Date.now())
        default:
          return Number.POSITIVE_INFINITY
      }
    },
    begin() {
      if (circuit.state === CircuitState.Closed) return closed
      return circuit.state === CircuitState.Open && Date.now() >= due ? trial() : UNCOUNTED
    },
  }
}
