import { Worker } from 'node:worker_threads'
import type { Thread, ThreadEvents } from './pool.ts'
import type { Reply, Warm, WorkerData } from './protocol.ts'

/** Run from source, a thread must first load what makes JavaScript of it: Node's own options do not reach its first file. */
const SOURCE = import.meta.url.endsWith('.ts')
const FILE = new URL(SOURCE ? './worker.ts' : './worker.js', import.meta.url)
const START = SOURCE
  ? `import('tsx/esm/api').then(({ register }) => register() && import('${FILE.href}'))`
  : FILE

/** Starts a thread with the models; it knows nothing of this process's environment. */
export function thread(workerData: WorkerData, events: ThreadEvents): Thread {
  const worker = new Worker(START, {
    eval: SOURCE,
    workerData,
    env: {},
    execArgv: [],
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
