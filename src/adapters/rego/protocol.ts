import type { WasmModule } from '../wasm.ts'

/** What a worker is started with. */
export interface WorkerData {
  module: WasmModule
  /** Bytes that its collector is to keep below. */
  memory: number
}

/** The first message of a worker. */
export const READY = 'ready'

/** One thing to do; the worker answers each in order with JSON text. */
export type Job =
  | { program: number; ask: number; input: string; deadline: number }
  /** Any other call, as JSON text. */
  | { call: string }
