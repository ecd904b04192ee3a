import { readFileSync, readlinkSync } from 'node:fs'

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
  if (usage === undefined) return timeOf(thisThread())
  return () => {
    const { user, system } = usage.call(process)
    return (user + system) / 1000
  }
}

/** By which the system knows this thread; undefined where it has no files that tell. */
export function thisThread(): number | undefined {
  try {
    return Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0])
  } catch {
    return undefined
  }
}

/** The same of any thread of this process. */
export function timeOf(thread: number | undefined): () => number | undefined {
  const file = `/proc/self/task/${thread}/schedstat`
  return () => {
    try {
      const time = Number(readFileSync(file, 'latin1').split(' ', 1)[0]) / 1e6
      return time > 0 ? time : undefined
    } catch {
      return undefined
    }
  }
}
