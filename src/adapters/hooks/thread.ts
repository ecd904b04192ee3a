import { startThread } from '../start-thread.ts'
import type { Ask, Begun, Reply, ThreadData } from './protocol.ts'

export interface Thread {
  /** Asks one thing; the next only when this one has been answered. */
  send(ask: Ask): void
  /** Ends it, whatever it does. */
  kill(): Promise<unknown>
}

/** Starts a thread for hooks; it knows nothing of this process's environment, and writes nothing. */
export function thread(
  workerData: ThreadData,
  events: { begun(begun: Begun): void; reply(reply: Reply): void; gone(): void },
): Thread {
  const worker = startThread(import.meta.url, 'worker', {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
  })
  worker.once('message', (begun: Begun) => {
    worker.on('message', (reply: Reply) => {
      worker.unref()
      events.reply(reply)
    })
    // One that has nothing to do keeps no process alive.
    worker.unref()
    events.begun(begun)
  })
  // What it died of is told by its exit.
  worker.on('error', () => {})
  worker.on('exit', events.gone)
  return {
    send(ask) {
      if (!('forget' in ask)) worker.ref()
      worker.postMessage(ask)
    },
    kill: () => worker.terminate(),
  }
}
