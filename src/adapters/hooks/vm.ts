import { JSException, type JSValueHandle, QuickJS } from 'quickjs-wasi'
import type { HookSource } from '../../core/ports.ts'
import type { WasmModule } from '../wasm.ts'
import { PRELUDE } from './prelude.ts'
import type { Ran, ScriptProblem } from './protocol.ts'
import { stopwatch } from './stopwatch.ts'

/** UTF-16 units of the JSON that a hook may return. */
const MOST = 1024 * 1024
/** Of the memory limit, the part that the JSON of its input may take: parsed it is several times as large. */
const INPUT_SHARE = 4
/** Bytes of QuickJS's own stack; the package has room for twice as much. */
const STACK = 256 * 1024
/** Bytes that are asked for and given back before the snapshot, so that an ordinary call needs no more than it has. */
const HEADROOM = 256 * 1024
const MAX_EXCEPTIONS = 100
/** At most one call in so many is tried again. */
const SELDOM = 100
/** Milliseconds for what is not the script's own work: compiling it, and reading what it is shown. */
const PREPARING = 200

const NAMES = /^(?:Eval|Range|Reference|Syntax|Type|URI|Internal|Aggregate)?Error\n/
const PLACE = /\bhook:(\d{1,6}):(\d{1,6})\b/

/** A script in a context of its own, compiled once and put back to that moment after each call. */
export interface Prepared {
  run(input: string): Ran
  /** Whether its memory had to grow, or it broke: it is prepared anew before the next call. */
  spent(): boolean
}

/** The wrapper's line is the script's first. */
const BEFORE = '(function (request, answer) {"use strict";'

/**
 * @param polled told whenever QuickJS asks whether to go on
 * @param runs told when the script begins to run, and when it has ended
 * @returns what is wrong with the script, where something is
 */
export async function prepare(
  module: WasmModule,
  { script, time, memory, clock }: HookSource,
  polled: () => void,
  runs: (one: boolean) => void,
): Promise<Prepared | { problem: ScriptProblem }> {
  let wasm: Memory | undefined
  const watch = stopwatch()
  const vm = await QuickJS.create({
    wasm: module,
    wasi: (of: Memory) => {
      wasm = of
      return imports(of, clock)
    },
    memoryLimit: memory,
    maxStackSize: STACK,
    interruptHandler: () => {
      polled()
      return watch.over()
    },
    timezoneOffset: 0,
  })
  watch.start(PREPARING)
  const { undefined: nothing } = vm
  const made = vm.callFunction(vm.evalCode(PRELUDE), nothing, clock ? vm.true : vm.false, vm.newNumber(MOST))
  const take = made.getProp('take')
  const go = made.getProp('go')
  let hook: JSValueHandle
  try {
    hook = vm.evalCode(`${BEFORE}${script}\n})`, 'hook')
  } catch (error) {
    return { problem: problemOf(error, script) }
  }
  if (!hook.isFunction)
    return { problem: { line: 1, column: 1, message: 'must be the body of one function' } }
  vm.newString('\0'.repeat(HEADROOM)).dispose()
  vm.runGC()
  const size = wasm!.buffer.byteLength
  const restore = rewinder(vm.snapshot().memory)
  let spent = false
  let exceptions = 0

  function call(input: string): Ran {
    if (input.length > memory / INPUT_SHARE) return { failed: 'what it is shown is too large for its memory' }
    watch.start(PREPARING)
    vm.callFunction(take, nothing, vm.newString(input))
    watch.start(time)
    runs(true)
    const result = vm.callFunction(go, nothing, hook)
    // A built-in that runs on and on asks nobody.
    if (watch.over()) return { failed: `it took longer than ${time} ms` }
    const text = result.isString ? result.toString() : '-'
    switch (text[0]) {
      case '=':
        return { returned: text.slice(1) }
      case '+':
        return { failed: 'it returned more than 1 MiB' }
      case '!':
        return { failed: thrown(text.slice(1), script) }
      default:
        return { failed: 'it returned nothing' }
    }
  }

  function once(input: string): Ran {
    try {
      return call(input)
    } catch (error) {
      // QuickJS answers an interrupt and a lack of memory with an exception. Anything else means that it broke off midway.
      // The package keeps what it knows of each of them, so a context has only so many.
      if (!(error instanceof JSException) || ++exceptions >= MAX_EXCEPTIONS) spent = true
      return { failed: watch.over() ? `it took longer than ${time} ms` : 'it used too much memory' }
    } finally {
      runs(false)
      spent ||= wasm!.buffer.byteLength > size
      if (!spent) restore(new Uint8Array(wasm!.buffer))
    }
  }

  let calls = 0
  let late = 0
  return {
    spent: () => spent,
    run(input) {
      calls++
      const reply = once(input)
      if (spent || !watch.over()) return reply
      // Its first call compiles what of QuickJS no other has run yet, and now and then the thread clears its memory: time that
      // is not the script's own. Who is seldom late has a second try; who always is has none.
      return late++ * SELDOM < calls ? once(input) : reply
    },
  }
}

const PAGE = 4096

/** Puts memory back to what it was. Of that only what is not nothing is kept, about a fifth. */
function rewinder(image: Uint8Array): (memory: Uint8Array) => void {
  const pages: { at: number; bytes: Uint8Array }[] = []
  for (let at = 0; at < image.length; at += PAGE) {
    const bytes = image.subarray(at, at + PAGE)
    if (bytes.some((byte) => byte !== 0)) pages.push({ at, bytes: bytes.slice() })
  }
  return (memory) => {
    memory.fill(0)
    for (const { at, bytes } of pages) memory.set(bytes, at)
  }
}

/** Of an error that a script threw: its kind where it is one of the language's, and its place. Its words may be the caller's. */
function thrown(told: string, script: string): string {
  const name = NAMES.exec(told)?.[0].trimEnd() ?? 'something'
  const place = PLACE.exec(told)
  const line = Number(place?.[1])
  const within = place !== null && line >= 1 && line <= script.split('\n').length
  return `it threw ${name}${within ? ` in line ${line}` : ''}`
}

function problemOf(error: unknown, script: string): ScriptProblem {
  const { message, stack } = error as Error
  const place = PLACE.exec(stack ?? '')
  const line = Number(place?.[1] ?? 1)
  const lines = script.split('\n')
  // The wrapper's own end stands behind it.
  if (line > lines.length)
    return { line: lines.length, column: lines.at(-1)!.length + 1, message: 'it ends before it is complete' }
  const column = Number(place?.[2] ?? 1) - (line === 1 ? BEFORE.length : 0)
  return { line, column: Math.max(column, 1), message }
}

interface Memory {
  readonly buffer: ArrayBuffer
}

const DENIED = 76
/** All that QuickJS can ask of its host. Without a clock it is always 1970. */
function imports(memory: Memory, clock: boolean) {
  return {
    clock_time_get(_: number, __: bigint, at: number) {
      const now = clock ? BigInt(Date.now()) * 1_000_000n : 0n
      new DataView(memory.buffer).setBigUint64(at, now, true)
      return 0
    },
    random_get(at: number, length: number) {
      new Uint8Array(memory.buffer, at, length).fill(0)
      return 0
    },
    fd_write: () => DENIED,
    fd_close: () => DENIED,
    fd_fdstat_get: () => DENIED,
    fd_seek: () => DENIED,
  }
}
