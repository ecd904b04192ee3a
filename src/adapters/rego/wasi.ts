import { randomFillSync } from 'node:crypto'
import type { WasmFunction, WasmMemory } from '../wasm.ts'

/** Numbers of errors in WASI. */
const BAD_FILE = 8
const NO_ENTRY = 44
const CLOCK_REALTIME = 0
const CHARACTER_DEVICE = 2
/** A subscription of `poll_oneoff`, and what of it is read. */
const SUBSCRIPTION = { size: 48, tag: 8, clock: 16, timeout: 24, flags: 40 }
const LONGEST_SAID = 512

export interface Wasi {
  imports: Readonly<Record<string, WasmFunction>>
  /** After it was instantiated. */
  bind(memory: WasmMemory): void
  /** Why it ended, of what was thrown then: words that hold nothing of what it was given. */
  why(thrown: unknown): string
}

/**
 * The host of a program that knows the time and draws random numbers, and nothing else: no files, no sockets, no arguments, no
 * environment, and what it writes is not written anywhere. (`node:wasi` warns that it is experimental, and offers more.)
 */
export function wasi(): Wasi {
  let memory: WasmMemory
  let said = ''
  const view = () => new DataView(memory.buffer)
  const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at >>> 0, length >>> 0)
  const refused = () => BAD_FILE
  const absent = () => NO_ENTRY
  const now = (clock: number): bigint =>
    clock === CLOCK_REALTIME ? BigInt(Date.now()) * 1_000_000n : process.hrtime.bigint()
  const none = (count: number, size: number): number => {
    view().setUint32(count >>> 0, 0, true)
    view().setUint32(size >>> 0, 0, true)
    return 0
  }

  /** Sleeps until the first timer: nothing else can be waited for. */
  function poll(subscriptions: number, event: number, count: number, occurred: number): number {
    let shortest: bigint | undefined
    let token = 0n
    for (let i = 0; i < count; i++) {
      const at = (subscriptions >>> 0) + SUBSCRIPTION.size * i
      if (view().getUint8(at + SUBSCRIPTION.tag) !== 0) continue
      let wait = view().getBigUint64(at + SUBSCRIPTION.timeout, true)
      if ((view().getUint16(at + SUBSCRIPTION.flags, true) & 1) === 1)
        wait -= now(view().getUint32(at + SUBSCRIPTION.clock, true))
      if (shortest !== undefined && wait >= shortest) continue
      shortest = wait
      token = view().getBigUint64(at, true)
    }
    if (shortest !== undefined && shortest > 0n)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(shortest) / 1e6)
    bytes(event, 32).fill(0)
    view().setBigUint64(event >>> 0, token, true)
    view().setUint32(occurred >>> 0, 1, true)
    return 0
  }

  function write(_file: number, vectors: number, count: number, written: number): number {
    let total = 0
    for (let i = 0; i < count; i++) {
      const at = view().getUint32((vectors >>> 0) + 8 * i, true)
      const length = view().getUint32((vectors >>> 0) + 8 * i + 4, true)
      total += length
      if (said.length < LONGEST_SAID)
        said += Buffer.from(bytes(at, Math.min(length, LONGEST_SAID))).toString()
    }
    view().setUint32(written >>> 0, total, true)
    return 0
  }

  const imports: Wasi['imports'] = {
    sched_yield: () => 0,
    proc_exit: (status: number) => {
      throw new Error(`status ${status}`)
    },
    args_sizes_get: none,
    args_get: () => 0,
    environ_sizes_get: none,
    environ_get: () => 0,
    clock_time_get: (clock: number, _precision: bigint, out: number) => {
      view().setBigUint64(out >>> 0, now(clock), true)
      return 0
    },
    random_get: (at: number, length: number) => {
      randomFillSync(bytes(at, length))
      return 0
    },
    fd_write: write,
    poll_oneoff: poll,
    fd_fdstat_get: (file: number, out: number) => {
      if (file > 2) return BAD_FILE
      bytes(out, 24).fill(0)
      view().setUint8(out >>> 0, CHARACTER_DEVICE)
      return 0
    },
    fd_fdstat_set_flags: () => 0,
    fd_prestat_get: refused,
    fd_prestat_dir_name: refused,
    fd_close: refused,
    fd_read: refused,
    fd_readdir: refused,
    fd_seek: refused,
    fd_filestat_get: refused,
    path_filestat_get: absent,
    path_readlink: absent,
    path_open: absent,
  }
  return {
    imports,
    bind(bound) {
      memory = bound
    },
    why(thrown) {
      // Go says so on its way out.
      if (/out of memory|cannot allocate/.test(said)) return 'it used too much memory'
      return thrown instanceof RangeError || /stack (overflow|exceeds)/.test(said)
        ? 'it nests too deep'
        : 'it failed'
    },
  }
}
