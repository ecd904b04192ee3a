import { readFileSync } from 'node:fs'

/** Milliseconds after its time by which a script is stopped although others had the processor: somebody waits for it. */
const STARVED = 250

/** Measures what this thread works, not how long others keep it from working. */
export interface Stopwatch {
  start(limit: number): void
  over(): boolean
}

export function stopwatch(worked: () => number | undefined = threadTime()): Stopwatch {
  let limit = 0
  let began = 0
  let before: number | undefined
  return {
    start(of) {
      limit = of
      before = worked()
      began = performance.now()
    },
    over() {
      const passed = performance.now() - began
      if (passed <= limit) return false
      if (passed > limit + STARVED || before === undefined) return true
      const now = worked()
      return now === undefined || now - before > limit
    },
  }
}

/** Milliseconds of processor time of this thread, as far as it can be had. */
function threadTime(): () => number | undefined {
  const usage = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage
  if (usage !== undefined)
    return () => {
      const { user, system } = usage.call(process)
      return (user + system) / 1000
    }
  const linux = () => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6
  try {
    return linux() > 0 ? linux : () => undefined
  } catch {
    return () => undefined
  }
}
