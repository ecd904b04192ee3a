import { startThread } from '../start-thread.ts'
import type { Thread, ThreadEvents } from './pool.ts'
import type { Reply, Warm, WorkerData } from './protocol.ts'

/** Starts a thread with the models; it knows nothing of this process's environment. */
export function thread(workerData: WorkerData, events: ThreadEvents): Thread {
  const worker = startThread(import.meta.url, 'worker', {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
  })
  let warm = false
  let why: Error | undefined
  worker.on('message', (message: Warm | Reply) => {
    // One that has nothing to do keeps no process alive.
    worker.unref()
    if (warm) return events.reply(message as Reply)
    warm = true
    events.warm(message as Warm)
  })
  worker.on('error', (error: Error) => {
    why = error
  })
  const ended = new Promise<void>((resolve) =>
    worker.on('exit', (status) => {
      resolve()
      events.gone(why ?? new Error(`a thread of the models ended with status ${status}`))
    }),
  )
  return {
    send(batch) {
      worker.ref()
      worker.postMessage(batch, [batch.ids.buffer as ArrayBuffer])
    },
    // Never `terminate()`: within a run it aborts the whole process.
    async stop() {
      worker.ref()
      worker.postMessage('stop')
      await ended
    },
  }
}
