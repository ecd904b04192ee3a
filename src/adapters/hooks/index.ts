import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { HookEngine, HookSource } from '../../core/ports.ts'
import { compileWasm, type WasmModule } from '../wasm.ts'
import type { Reply, ScriptProblem } from './protocol.ts'
import { fair, type Line, line } from './queue.ts'
import { timeOf } from './stopwatch.ts'
import { type Thread, thread } from './thread.ts'

/** Two, so that one is there while another is replaced. */
const THREADS = 2
/** Milliseconds a call, on average, past which a hook is slow. Slow ones leave a thread to the others. */
const SLOW = 2
/** Milliseconds after its time in which QuickJS is to ask whether it should stop; otherwise its thread is ended. */
const GRACE = 50
/** After so many times as long it is ended although it has not worked. */
const LOOKS = 20
/** Milliseconds to compile a script. */
const OPENING = 2000
/** What may wait of one hook: calls, and characters of what they show it. */
const WAITING = { calls: 1024, characters: 16 * 1024 * 1024 }
/** Scripts that a thread keeps compiled: about 1.5 MB each. */
const HELD = 32
/** Threads in a row that died before they could do anything. */
const HOPELESS = 3

export interface Hooks extends HookEngine {
  close(): Promise<void>
}

interface Opened {
  number: number
  source: HookSource
  line: Line<Job>
  /** Milliseconds a call, lately. */
  mean: number
  characters: number
}

interface Job {
  hook: Opened
  /** Undefined when the script is only to be compiled. */
  input: string | undefined
  since: number
  resolve(reply: Reply): void
}

interface Slot {
  thread: Thread
  pulse: Int32Array
  /** Milliseconds of its processor time, as far as it can be had. */
  worked: () => number | undefined
  ready: boolean
  job: Job | undefined
  /** The scripts that it has compiled, the one used last at the end. */
  held: Set<number>
  /** It has answered, and prepares its script anew before it can be asked again. */
  preparing: boolean
  began: number
  /** Called off when it answers. */
  watch: NodeJS.Timeout | undefined
}

/**
 * QuickJS in threads, which start with the first script. Each runs one call at a time.
 * @param patience milliseconds that a call may wait for its turn: less than a checkpoint is waited for
 */
export function hookEngine(patience = 900): Hooks {
  const queue = fair<Job>()
  const slots = new Set<Slot>()
  let module: Promise<WasmModule> | undefined
  let last = 0
  let failures = 0
  let closed = false

  async function start(): Promise<void> {
    module ??= load()
    const compiled = await module
    if (closed) return
    const slot: Slot = {
      thread: undefined as never,
      pulse: new Int32Array(new SharedArrayBuffer(8)),
      worked: () => undefined,
      ready: false,
      job: undefined,
      held: new Set(),
      preparing: false,
      began: 0,
      watch: undefined,
    }
    slot.thread = thread(
      { module: compiled, pulse: slot.pulse },
      {
        begun({ thread: number }) {
          slot.ready = true
          slot.worked = timeOf(number)
          dispatch()
        },
        reply: (reply) => heard(slot, reply),
        gone: () => lose(slot, 'the thread that ran it ended'),
      },
    )
    slots.add(slot)
  }

  /** It is replaced, and what it was doing is not done again: it may be what ended it. */
  function lose(slot: Slot, why: string): void {
    if (!slots.delete(slot)) return
    clearTimeout(slot.watch)
    failures = slot.ready ? 0 : failures + 1
    if (slot.job !== undefined) {
      settle(slot, slot.job)
      slot.job.resolve({ failed: why })
    }
    if (closed) return
    if (failures >= HOPELESS)
      for (const job of queue.drain()) drop(job, 'the threads that run hooks do not start')
    const rest = failures === 0 ? 0 : Math.min(30_000, 100 * 2 ** failures)
    setTimeout(() => void start(), rest).unref()
    dispatch()
  }

  /** Counts what a job took. It was charged its whole time before, lest one hook be given every thread. */
  function settle({ began }: Slot, { hook, input }: Job): void {
    const took = performance.now() - began
    hook.line.used += took - hook.source.time
    if (input !== undefined) hook.mean = hook.mean === 0 ? took : hook.mean * 0.8 + took * 0.2
  }

  function heard(slot: Slot, reply: Reply): void {
    clearTimeout(slot.watch)
    if (reply === 'ready') {
      slot.preparing = false
      return dispatch()
    }
    const job = slot.job!
    const { hook, input } = job
    if (reply === 'opened') {
      slot.held.add(hook.number)
      if (input !== undefined) return run(slot, hook, input)
    }
    settle(slot, job)
    slot.job = undefined
    job.resolve(reply)
    if (typeof reply === 'object' && 'spent' in reply) {
      slot.preparing = true
      watch(slot, OPENING, 'it could not be prepared in time')
    }
    dispatch()
  }

  /**
   * Ends the thread when after `limit` it works on without stirring. One that stirs stops by itself, by its own clock; one
   * that has not had the processor is waited for.
   */
  function watch(slot: Slot, limit: number, why: string): void {
    const { job } = slot
    let pulse: number | undefined
    let worked: number | undefined
    let looks = 0
    const look = (): void => {
      slot.watch = undefined
      // What has arrived meanwhile is read first: it may be this thread that was late.
      setImmediate(() => {
        if (slot.watch !== undefined || slot.job !== job) return
        const now = { pulse: Atomics.load(slot.pulse, 0), worked: slot.worked() }
        const stuck =
          now.pulse === pulse &&
          (Atomics.load(slot.pulse, 1) === 1 || ++looks > LOOKS) &&
          (now.worked === undefined ||
            worked === undefined ||
            now.worked - worked >= GRACE ||
            ++looks > LOOKS)
        if (stuck) {
          lose(slot, why)
          return void slot.thread.kill()
        }
        if (now.pulse !== pulse) {
          ;({ pulse, worked } = now)
          looks = 0
        }
        slot.watch = setTimeout(look, GRACE)
      })
    }
    slot.watch = setTimeout(look, limit)
  }

  function run(slot: Slot, { number, source }: Opened, input: string): void {
    slot.began = performance.now()
    slot.thread.send({ run: number, input })
    watch(slot, source.time, `it took longer than ${source.time} ms`)
  }

  function give(slot: Slot, job: Job): void {
    const { hook, input } = job
    slot.job = job
    slot.began = performance.now()
    hook.line.used += hook.source.time
    if (slot.held.delete(hook.number) && input !== undefined) {
      slot.held.add(hook.number)
      return run(slot, hook, input)
    }
    if (slot.held.size >= HELD) {
      const [oldest] = slot.held
      slot.held.delete(oldest!)
      slot.thread.send({ forget: oldest! })
    }
    slot.thread.send({ open: hook.number, source: hook.source })
    watch(slot, OPENING, 'it could not be compiled in time')
  }

  /** Whether a call of this line may have a thread now. */
  function may({ waiting }: Line<Job>): boolean {
    const isSlow = ({ hook, input }: Job) => input !== undefined && hook.mean > SLOW
    if (!isSlow(waiting[0]!)) return true
    let slow = 0
    for (const { job } of slots) if (job !== undefined && isSlow(job)) slow++
    return slow < THREADS - 1
  }

  function dispatch(): void {
    for (const slot of slots) {
      if (!slot.ready || slot.preparing || slot.job !== undefined) continue
      for (;;) {
        const next = queue.next(may)
        if (next === undefined) return
        const { item: job } = next
        job.hook.characters -= job.input?.length ?? 0
        if (job.input === undefined || performance.now() - job.since <= patience) {
          give(slot, job)
          break
        }
        job.resolve({ failed: `it waited longer than ${patience} ms for its turn` })
      }
    }
  }

  function drop(job: Job, why: string): void {
    job.hook.characters -= job.input?.length ?? 0
    job.resolve({ failed: why })
  }

  function ask(hook: Opened, input?: string): Promise<Reply> {
    if (closed) return Promise.resolve({ failed: 'the gate is closing' })
    const size = input?.length ?? 0
    const { waiting } = hook.line
    if (
      waiting.length >= WAITING.calls ||
      (waiting.length > 0 && hook.characters + size > WAITING.characters)
    )
      return Promise.resolve({ failed: 'too many calls wait for it already' })
    return new Promise((resolve) => {
      hook.characters += size
      queue.push(hook.line, { hook, input, since: performance.now(), resolve })
      if (module === undefined) for (let i = 0; i < THREADS; i++) void start()
      dispatch()
    })
  }

  return {
    async open(source) {
      const hook: Opened = { number: last++, source, line: line(), mean: 0, characters: 0 }
      const reply = await ask(hook)
      if (reply === 'opened')
        return {
          hook: {
            async run(input) {
              const answer = await ask(hook, input)
              if (typeof answer === 'object' && 'returned' in answer) return answer.returned
              throw new Error(whyNot(answer))
            },
          },
        }
      if (typeof reply === 'object' && 'problem' in reply) return reply
      throw new Error(whyNot(reply))
    },
    async close() {
      closed = true
      for (const job of queue.drain()) drop(job, 'the gate is closing')
      const threads = [...slots].map((slot) => slot.thread)
      for (const slot of slots) lose(slot, 'the gate is closing')
      await Promise.all(threads.map((each) => each.kill()))
    },
  }
}

const whyNot = (reply: Reply | { problem: ScriptProblem }): string =>
  typeof reply === 'object' && 'failed' in reply ? reply.failed : 'it could not be compiled'

async function load(): Promise<WasmModule> {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')
  return compileWasm(await readFile(file))
}
