import type { Clock } from '../../core/ports.ts'
import type { Runner } from './cascade.ts'
import type { Model } from './manifest.ts'
import type { Batch, Reply, Warm } from './protocol.ts'

/** A thread that runs one batch at a time. */
export interface Thread {
  send(batch: Batch): void
  stop(): Promise<unknown>
}

export interface ThreadEvents {
  warm(warm: Warm): void
  reply(reply: Reply): void
  /** It is gone, for whatever reason. */
  gone(why: Error): void
}

export interface PoolOptions {
  threads: number
  /** Windows that may wait. */
  queue: number
  /** Milliseconds that a window may have to wait, as far as one can tell: what comes when it is more would be answered too late. */
  patience: number
  clock: Clock
  start(events: ThreadEvents): Thread
  /** Told of each thread that died. */
  died?(why: Error): void
}

export interface Pool extends Runner {
  /** Numbers of a vector of `embed`. */
  dimensions: number
  /** Whether a thread is warm. */
  ready(): boolean
  close(): Promise<void>
}

/** What the caller of `run` waits for. */
interface Ask {
  model: Model
  rows: Float32Array[]
  left: number
  embed: boolean
  resolve(rows: Float32Array[]): void
  reject(error: unknown): void
}

interface Job {
  ask: Ask
  /** Its place among the windows of the ask. */
  index: number
  ids: Int32Array
  /** In which order windows came. */
  number: number
  /** Its thread died once. */
  again: boolean
}

interface Worker {
  thread: Thread
  warm: boolean
  busy: readonly Job[] | undefined
  /** When it was given that. */
  since: number
}

/** The most windows of one batch. A thread is hardly quicker with more, and others wait longer. */
export const ROWS: Readonly<Record<Model, number>> = { fast: 16, encoder: 4 }
/** Where in the queue a batch is filled from. */
const NEAR = 64
const LONGEST_REST = 30_000

/** Opens a pool of threads. Rejects when one of them cannot be started. */
export function openPool(options: PoolOptions): Promise<Pool> {
  const { clock } = options
  const waiting: Record<Model, Job[]> = { fast: [], encoder: [] }
  const workers = new Set<Worker>()
  /** Milliseconds that a token takes, lately; nothing until one was timed. */
  const cost: Record<Model, number> = { fast: 0, encoder: 0 }
  let number = 0
  let dimensions = 0
  let closed = false
  /** Threads in a row that died before they were warm. */
  let failures = 0
  let opened: (outcome?: Error) => void = () => {}

  const all = (): Job[] => [...waiting.fast, ...waiting.encoder]

  function start(): void {
    const worker: Worker = { warm: false, busy: undefined, since: 0, thread: undefined as never }
    worker.thread = options.start({
      warm(warm) {
        dimensions = warm.dimensions
        worker.warm = true
        failures = 0
        if ([...workers].every((each) => each.warm)) opened()
        dispatch()
      },
      reply(reply) {
        const jobs = worker.busy!
        worker.busy = undefined
        const { model } = jobs[0]!.ask
        const each = (clock.now() - worker.since) / tokensOf(jobs)
        cost[model] = cost[model] === 0 ? each : cost[model] * 0.9 + each * 0.1
        settle(jobs, reply)
        dispatch()
      },
      gone(why) {
        workers.delete(worker)
        if (closed) return
        opened(why)
        options.died?.(why)
        const jobs = (worker.busy ?? []).filter(({ ask }) => ask.left > 0)
        // What kills two threads may be what it was asked.
        for (const { ask } of jobs.filter(({ again }) => again)) refuse(ask, why)
        for (const job of jobs.toReversed())
          if (job.ask.left > 0) {
            job.again = true
            waiting[job.ask.model].unshift(job)
          }
        if (!worker.warm) failures++
        const rest = failures === 0 ? 0 : Math.min(LONGEST_REST, 100 * 2 ** failures)
        clock.after(rest, () => !closed && start())
        dispatch()
      },
    })
    workers.add(worker)
  }

  function settle(jobs: readonly Job[], reply: Reply): void {
    for (const [row, { ask, index }] of jobs.entries()) {
      if (ask.left === 0) continue
      if ('failed' in reply) {
        refuse(ask, new Error(`a model failed: ${reply.failed}`))
        continue
      }
      const numbers = ask.embed ? reply.embedding : reply.logits
      const width = (numbers?.length ?? 0) / jobs.length
      ask.rows[index] = numbers?.slice(row * width, (row + 1) * width) ?? new Float32Array()
      ask.left--
      if (ask.left === 0) ask.resolve(ask.rows)
    }
  }

  function refuse(ask: Ask, error: unknown): void {
    if (ask.left === 0) return
    ask.left = 0
    waiting[ask.model] = waiting[ask.model].filter((job) => job.ask !== ask)
    ask.reject(error)
  }

  /** How long what comes now will wait. */
  function delay(): number {
    const work = cost.fast * tokensOf(waiting.fast) + cost.encoder * tokensOf(waiting.encoder)
    return work / options.threads
  }

  function dispatch(): void {
    const idle = [...workers].filter(({ warm, busy }) => warm && busy === undefined)
    while (idle.length > 0) {
      const [fast, encoder] = [waiting.fast[0]?.number, waiting.encoder[0]?.number]
      if (fast === undefined && encoder === undefined) return
      const model = (fast ?? Infinity) < (encoder ?? Infinity) ? 'fast' : 'encoder'
      const share = Math.ceil(waiting[model].length / idle.length)
      const jobs = take(waiting[model], Math.min(ROWS[model], share))
      const worker = idle.pop()!
      worker.busy = jobs
      worker.since = clock.now()
      worker.thread.send(batchOf(model, jobs))
    }
  }

  function ask(
    model: Model,
    windows: readonly Int32Array[],
    signal: AbortSignal,
    embed: boolean,
  ): Promise<Float32Array[]> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (closed) return Promise.reject(new Error('the models are closed'))
    if (windows.length === 0) return Promise.resolve([])
    if (waiting.fast.length + waiting.encoder.length + windows.length > options.queue)
      return Promise.reject(new Error('the queue of the models is full'))
    if (delay() > options.patience)
      return Promise.reject(new Error('the queue of the models is too long to be answered in time'))
    return new Promise<Float32Array[]>((resolve, reject) => {
      const asked: Ask = { model, rows: [], left: windows.length, embed, resolve, reject }
      for (const [index, ids] of windows.entries())
        waiting[model].push({ ask: asked, index, ids, number: number++, again: false })
      signal.addEventListener('abort', () => refuse(asked, signal.reason), { once: true })
      dispatch()
    })
  }

  const pool: Pool = {
    get dimensions() {
      return dimensions
    },
    ready: () => [...workers].some(({ warm }) => warm),
    run: (model, windows, signal) => ask(model, windows, signal, false),
    embed: (windows, signal) => ask('encoder', windows, signal, true),
    async close() {
      closed = true
      const left = [...all(), ...[...workers].flatMap(({ busy }) => busy ?? [])]
      for (const { ask } of left) refuse(ask, new Error('the models are closed'))
      await Promise.all([...workers].map(({ thread }) => thread.stop()))
    },
  }
  return new Promise((resolve, reject) => {
    opened = (failure) => {
      opened = () => {}
      if (failure === undefined) resolve(pool)
      else void pool.close().then(() => reject(failure))
    }
    for (let i = 0; i < options.threads; i++) start()
  })
}

const tokensOf = (jobs: readonly Job[]): number => jobs.reduce((sum, { ids }) => sum + ids.length, 0)

/** The first that waits, and what is about as long: what is filled up is computed too. */
function take(waiting: Job[], most: number): Job[] {
  const length = waiting[0]!.ids.length
  const jobs: Job[] = []
  for (let i = 0; i < waiting.length && i < NEAR && jobs.length < most; i++) {
    const { ids } = waiting[i]!
    if (ids.length >= length * 0.75 && ids.length <= length * 1.25) jobs.push(waiting[i]!)
  }
  const taken = new Set(jobs)
  const rest = waiting.filter((job) => !taken.has(job))
  waiting.length = 0
  waiting.push(...rest)
  return jobs
}

function batchOf(model: Model, jobs: readonly Job[]): Batch {
  const length = Math.max(...jobs.map(({ ids }) => ids.length))
  const ids = new Int32Array(jobs.length * length)
  for (const [row, job] of jobs.entries()) ids.set(job.ids, row * length)
  return {
    model,
    ids,
    lengths: jobs.map((job) => job.ids.length),
    embed: jobs.some(({ ask }) => ask.embed),
  }
}
