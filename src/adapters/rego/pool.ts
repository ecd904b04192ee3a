import type { Job } from './protocol.ts'
import type { Thread, ThreadEvents } from './threads.ts'

export interface PoolOptions {
  threads: number
  /** Jobs that may wait. */
  queue: number
  start(events: ThreadEvents): Thread
  /** Told when a thread was lost and another one takes its place. */
  warn(message: string): void
}

/** A job, and the milliseconds after which it is given up. */
export interface Work {
  job: Job
  /** While it waits for a thread. */
  wait: number
  /** Once it is being done: its thread is then taken for lost. */
  patience: number
  /** Is kept alive until it is done. */
  about?: unknown
}

export interface Pool {
  /** What the first thread that is free answers. Rejects with `Lost` or `Refused`. */
  run(work: Work): Promise<string>
  /** What every thread answers, the first of them. Whichever takes a thread's place is told as well, until `forget`. */
  tell(key: number, work: Work): Promise<string>
  /** @param last what the threads are told then */
  forget(key: number, last: Work): void
  close(): Promise<void>
}

/** The thread died of the job; the message says how. */
export class Lost extends Error {
  override name = 'Lost'
}

/** The job was not begun. */
class Refused extends Error {
  override name = 'Refused'
}

interface Task extends Work {
  /** `any` thread may do it, or `one` must; `again`: what a new thread is told that an earlier one knew. */
  kind: 'any' | 'one' | 'again'
  timer: NodeJS.Timeout | undefined
  resolve(text: string): void
  reject(error: Error): void
}

/** The place of a thread, which outlives it. */
interface Slot {
  thread: Thread | undefined
  ready: boolean
  /** What this one is to do before what any may. */
  own: Task[]
  /** What its thread was given: it does the first. */
  busy: Task[]
  watch: NodeJS.Timeout | undefined
  /** Why we ended it. */
  why: string | undefined
}

/** A thread has its next job before it has answered the last one, so that it need not wait for us. */
const DEPTH = 2
const LONGEST_START = 30_000
const LONGEST_REST = 30_000
const CLOSED = 'the engine of Rego is closed'

export function openPool(options: PoolOptions): Pool {
  const waiting: Task[] = []
  const told = new Map<number, Work>()
  const slots: Slot[] = []
  let closed = false
  /** Threads in a row that died before they could do anything new. */
  let failures = 0

  function start(slot: Slot): void {
    if (closed) return
    const known = [...told.values()].filter(({ job }) => !slot.own.some((task) => task.job === job))
    slot.own.unshift(...known.map((work) => taskOf(work, 'again')))
    slot.thread = options.start({
      ready() {
        clearTimeout(slot.watch)
        slot.ready = true
        dispatch()
      },
      reply(text) {
        const task = slot.busy.shift()!
        watch(slot)
        if (task.kind !== 'again') failures = 0
        task.resolve(text)
        dispatch()
      },
      gone: (error) => gone(slot, slot.why ?? error.message),
    })
    slot.watch = setTimeout(end, LONGEST_START, slot, 'it did not start').unref()
  }

  function gone(slot: Slot, why: string): void {
    clearTimeout(slot.watch)
    const [guilty, ...innocent] = slot.busy
    if (!slot.ready || guilty?.kind === 'again') failures++
    Object.assign(slot, { thread: undefined, ready: false, busy: [], why: undefined })
    if (closed) return
    const own = [...innocent, ...slot.own]
    slot.own.length = 0
    for (const task of own) if (task.kind === 'one') slot.own.push(wait(task, slot.own))
    for (const task of innocent.toReversed()) if (task.kind === 'any') waiting.unshift(wait(task, waiting))
    options.warn(`a thread of the engine of Rego was lost and is replaced: ${why}`)
    const rest = failures === 0 ? 0 : Math.min(LONGEST_REST, 100 * 2 ** failures)
    setTimeout(start, rest, slot).unref()
    guilty?.reject(new Lost(why))
    dispatch()
  }

  function end(slot: Slot, why: string): void {
    slot.why = why
    void slot.thread?.stop()
  }

  /** Watches the first job that a thread has. */
  function watch(slot: Slot): void {
    clearTimeout(slot.watch)
    const [task] = slot.busy
    if (task !== undefined) slot.watch = setTimeout(end, task.patience, slot, 'it took too long')
  }

  function dispatch(): void {
    for (const slot of slots) while (slot.own.length > 0 && free(slot)) send(slot, slot.own.shift()!)
    while (waiting.length > 0) {
      const [slot] = slots.filter(free).sort((a, b) => a.busy.length - b.busy.length)
      if (slot === undefined) return
      send(slot, waiting.shift()!)
    }
  }

  function send(slot: Slot, task: Task): void {
    clearTimeout(task.timer)
    slot.busy.push(task)
    if (slot.busy.length === 1) watch(slot)
    slot.thread!.send(task.job)
  }

  function enqueue(work: Work, kind: Task['kind'], line: Task[]): Promise<string> {
    return new Promise((resolve, reject) => {
      line.push(wait({ ...taskOf(work, kind), resolve, reject }, line))
    })
  }

  /** Has it leave the line when it has waited too long. */
  function wait(task: Task, line: Task[]): Task {
    clearTimeout(task.timer)
    task.timer = setTimeout(() => {
      line.splice(line.indexOf(task), 1)
      task.reject(new Refused('the engine of Rego was not free in time'))
    }, task.wait)
    return task
  }

  for (let i = 0; i < options.threads; i++) {
    const slot: Slot = {
      thread: undefined,
      ready: false,
      own: [],
      busy: [],
      watch: undefined,
      why: undefined,
    }
    slots.push(slot)
    start(slot)
  }
  return {
    run(work) {
      if (closed) return Promise.reject(new Refused(CLOSED))
      if (waiting.length >= options.queue)
        return Promise.reject(new Refused('too many wait for the engine of Rego'))
      const answer = enqueue(work, 'any', waiting)
      dispatch()
      return answer
    },
    async tell(key, work) {
      if (closed) throw new Refused(CLOSED)
      told.set(key, work)
      const answers = slots.map((slot) => enqueue(work, 'one', slot.own))
      dispatch()
      try {
        return (await Promise.all(answers))[0]!
      } catch (error) {
        told.delete(key)
        throw error
      }
    },
    forget(key, last) {
      told.delete(key)
      if (closed) return
      for (const slot of slots) enqueue(last, 'one', slot.own).catch(() => undefined)
      dispatch()
    },
    async close() {
      closed = true
      const left = [...waiting, ...slots.flatMap(({ own, busy }) => [...own, ...busy])]
      for (const { timer, reject } of left) {
        clearTimeout(timer)
        reject(new Refused(CLOSED))
      }
      waiting.length = 0
      await Promise.all(slots.map(({ thread }) => thread?.stop()))
    },
  }
}

const free = ({ ready, busy }: Slot): boolean => ready && busy.length < DEPTH

function taskOf(work: Work, kind: Task['kind']): Task {
  return { ...work, kind, timer: undefined, resolve: () => undefined, reject: () => undefined }
}
