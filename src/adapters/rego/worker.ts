/** A thread that runs the engine, one job after the other. Started by `threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { instantiateWasm, type WasmMemory } from '../wasm.ts'
import { type Job, READY, type WorkerData } from './protocol.ts'
import { wasi } from './wasi.ts'

interface Exports {
  memory: WasmMemory
  _initialize(): void
  sallyport_memory(bytes: number): void
  sallyport_room(bytes: number): number
  sallyport_call(bytes: number): bigint
  sallyport_decide(program: number, ask: number, bytes: number, deadline: number): bigint
}

const port = parentPort!
const { module, memory } = workerData as WorkerData
const host = wasi()
const engine = instantiateWasm(module, host.imports) as Exports
host.bind(engine.memory)

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** @returns bytes that were written */
function put(text: string): number {
  // At most three bytes a unit; `encodeInto` says how many there were.
  const room = text.length * 3
  const at = engine.sallyport_room(room) >>> 0
  return encoder.encodeInto(text, new Uint8Array(engine.memory.buffer, at, room)).written
}

function take(place: bigint): string {
  const at = Number(BigInt.asUintN(64, place) >> 32n)
  return decoder.decode(new Uint8Array(engine.memory.buffer, at, Number(place & 0xffff_ffffn)))
}

function run(job: Job): string {
  return 'call' in job
    ? take(engine.sallyport_call(put(job.call)))
    : take(engine.sallyport_decide(job.program, job.ask, put(job.input), job.deadline))
}

/** Whatever is thrown here leaves the engine in the middle of something: this thread ends with it. */
function guarded<T>(what: () => T): T {
  try {
    return what()
  } catch (error) {
    throw new Error(host.why(error))
  }
}

guarded(() => {
  engine._initialize()
  engine.sallyport_memory(memory)
})
port.postMessage(READY)
port.on('message', (job: Job) => port.postMessage(guarded(() => run(job))))
