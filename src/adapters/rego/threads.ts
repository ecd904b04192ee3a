import { startThread } from '../start-thread.ts'
import type { RegoModule } from './module.ts'
import { type Job, READY, type WorkerData } from './protocol.ts'

/** Loads the engine in a thread of its own. */
export function loadInThread(memory: number): Promise<RegoModule> {
  return new Promise((resolve, reject) => {
    const worker = startThread(import.meta.url, 'loader', { workerData: memory })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the engine of Rego could not be loaded')))
  })
}

/** A thread that does one job after the other. */
export interface Thread {
  send(job: Job): void
  /** Ends it, whatever it does. */
  stop(): Promise<unknown>
}

export interface ThreadEvents {
  ready(): void
  /** JSON text. */
  reply(text: string): void
  /** It is gone, for whatever reason. */
  gone(why: Error): void
}

/** Starts a thread with the engine. */
export function thread(workerData: WorkerData, events: ThreadEvents): Thread {
  const worker = startThread(import.meta.url, 'worker', {
    workerData,
    // A call of Go is one of the thread's own stack: texts that nest as deep as OPA reads them need a large one.
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 16 },
  })
  let pending = 0
  let why: Error | undefined
  worker.on('message', (message: string) => {
    if (message === READY) {
      if (pending === 0) worker.unref()
      return events.ready()
    }
    // One that has nothing to do keeps no process alive.
    if (--pending === 0) worker.unref()
    events.reply(message)
  })
  worker.on('error', (error: Error) => {
    why = error
  })
  worker.on('exit', (status) => events.gone(why ?? new Error(`it ended with ${status}`)))
  return {
    send(job) {
      pending++
      worker.ref()
      worker.postMessage(job)
    },
    stop: () => worker.terminate(),
  }
}
