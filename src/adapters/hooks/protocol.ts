import type { HookSource } from '../../core/ports.ts'
import type { WasmModule } from '../wasm.ts'

/** What a thread is started with. */
export interface ThreadData {
  module: WasmModule
  /** Shared: counts up as long as a script can be stopped from within; then whether one runs, and not what the thread does beside. */
  pulse: Int32Array
}

/** What a thread is asked, one thing after the other. Hooks go by numbers that the engine gives. */
export type Ask = { open: number; source: HookSource } | { run: number; input: string } | { forget: number }

/** Where in the script, and what is wrong there. */
export interface ScriptProblem {
  line: number
  column: number
  message: string
}

/** The first message of a thread: by which the system knows it. */
export interface Begun {
  thread: number | undefined
}

/** Its answer to `run`. `spent`: it says `ready` when it can be asked again. */
export type Ran = ({ returned: string } | { failed: string }) & { spent?: true }
/** Its answer to `open` and `run`. */
export type Reply = 'opened' | 'ready' | { problem: ScriptProblem } | Ran
