/** A thread that loads the engine and ends: 40 MB are copied more than once on the way. Started by `threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadModule } from './module.ts'

parentPort!.postMessage(await loadModule(workerData as number))
