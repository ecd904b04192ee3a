import { createHash } from 'node:crypto'
import type {
  CodeProblem,
  RegoAnswer,
  RegoCoverage,
  RegoEngine,
  RegoProgram,
  RegoSource,
  RegoTest,
  RegoTools,
} from '../../core/ports.ts'
import { Lost, openPool, type Pool, type Work } from './pool.ts'
import type { Job } from './protocol.ts'
import { loadInThread, thread } from './threads.ts'

export interface RegoOptions {
  /** Threads. */
  workers?: number
  /** Bytes that each may use. */
  memory?: number
  /** Decisions that may wait. */
  queue?: number
  /** Milliseconds that one may wait for its turn. */
  patience?: number
  /** Told when a thread was lost and another one takes its place. */
  warn(message: string): void
}

export interface LocalRego extends RegoEngine, RegoTools {
  close(): Promise<void>
}

/** How the program under `rego/` says it. */
interface Problem {
  message: string
  file: string
  row?: number
  col?: number
}

interface Opened {
  problems?: readonly Problem[]
  warnings: readonly Problem[]
  defines: readonly (readonly string[])[]
  reads: readonly string[] | null
}

interface Formatted {
  problems: readonly Problem[]
  modules: RegoSource['modules']
}

interface Checked {
  problems: readonly Problem[]
  warnings: readonly Problem[]
}

interface Tested {
  problems?: readonly Problem[]
  tests: readonly (Omit<RegoTest, 'line'> & { row: number })[]
  coverage?: RegoCoverage
}

const MEMORY = 512 * 1024 * 1024
const QUEUE = 1024
const LARGEST_INPUT = 1024 * 1024
/** Milliseconds past its deadline after which a thread is taken for lost: a single builtin does not look at the clock. */
const GRACE = 300
/** Less than a checkpoint is waited for: nobody would hear the decision, and those behind it would wait for it too. */
const PATIENCE = 900
const LONGEST_DROP = 5_000
const LONGEST_COMPILATION = 30_000
const LONGEST_TEST = 300_000

/** OPA in threads of this process. Nothing is loaded before something is asked of it. */
export function regoEngine(options: RegoOptions): LocalRego {
  const { workers = 1, memory = MEMORY, queue = QUEUE, patience = PATIENCE, warn } = options
  let opening: Promise<{ pool: Pool; sha256: string }> | undefined
  let numbers = 0
  let closed = false
  const dropped = new FinalizationRegistry<() => void>((drop) => drop())

  async function open(): Promise<{ pool: Pool; sha256: string }> {
    const { module, sha256 } = await loadInThread(memory)
    // What is above it is for what the collector has not seen yet.
    const workerData = { module, memory: Math.floor(memory * 0.75) }
    const pool = openPool({ threads: workers, queue, warn, start: (events) => thread(workerData, events) })
    return { pool, sha256 }
  }

  async function opened(): Promise<{ pool: Pool; sha256: string }> {
    if (closed) throw new Error('the engine of Rego is closed')
    opening ??= open()
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  async function call<T>(request: object, patience: number): Promise<T> {
    const { pool } = await opened()
    return JSON.parse(await pool.run(toDo(request, patience))) as T
  }

  return {
    async compile(source) {
      const { pool, sha256 } = await opened()
      const program = numbers++
      const { modules, data, schema, asks } = source
      // Not where the files stand: one policy has one version on all machines.
      const sources = modules.map(({ source }) => source).sort()
      const text = JSON.stringify({ sources, data, schema, asks })
      const drop = () => pool.forget(program, toDo({ op: 'drop', program }, LONGEST_DROP))
      let result: Opened
      try {
        const request = { op: 'open', program, modules, data, schema, asks }
        result = JSON.parse(await pool.tell(program, toDo(request, LONGEST_COMPILATION))) as Opened
      } catch (error) {
        if (!(error instanceof Lost)) throw error
        drop()
        return { problems: [{ file: '', message: `the modules cannot be compiled: ${error.message}` }] }
      }
      if (result.problems !== undefined) {
        drop()
        return { problems: result.problems.map(readProblem) }
      }
      const version = createHash('sha256').update(sha256).update(text).digest('hex')
      const compiled = programOf(pool, program, version, result, patience)
      dropped.register(compiled, drop)
      return { program: compiled, warnings: result.warnings.map(readProblem) }
    },
    async format(modules) {
      const found = await call<Formatted>({ op: 'format', modules }, LONGEST_COMPILATION)
      return { problems: found.problems.map(readProblem), modules: found.modules }
    },
    async check({ modules, data, schema }, strict) {
      const request = { op: 'check', modules, data, schema, strict }
      const found = await call<Checked>(request, LONGEST_COMPILATION)
      return { problems: found.problems.map(readProblem), warnings: found.warnings.map(readProblem) }
    },
    async test({ modules, data }, coverage) {
      const found = await call<Tested>({ op: 'test', modules, data, coverage }, LONGEST_TEST)
      if (found.problems !== undefined) return { problems: found.problems.map(readProblem) }
      const tests = found.tests.map(({ row, ...test }) => ({ ...test, line: row }))
      return { tests, ...(found.coverage === undefined ? {} : { coverage: found.coverage }) }
    },
    async close() {
      closed = true
      await (await opening?.catch(() => undefined))?.pool.close()
    },
  }
}

function programOf(
  pool: Pool,
  number: number,
  version: string,
  { defines, reads }: Pick<Opened, 'defines' | 'reads'>,
  wait: number,
): RegoProgram {
  async function ask(input: string, deadline: number, job: Job): Promise<RegoAnswer> {
    if (input.length > LARGEST_INPUT || Buffer.byteLength(input) > LARGEST_INPUT)
      return { error: 'the input is larger than 1 MiB' }
    try {
      // The program stays known to the threads as long as somebody waits for it.
      const work = { job, wait, patience: deadline + GRACE, about: program }
      return JSON.parse(await pool.run(work)) as RegoAnswer
    } catch (error) {
      if (error instanceof Lost) return { error: error.message }
      throw error
    }
  }
  const program: RegoProgram = {
    version,
    reads: reads === null ? undefined : new Set(reads),
    defines: (index) => defines[index] ?? [],
    decide: (index, input, deadline) =>
      ask(input, deadline, { program: number, ask: index, input, deadline }),
    data: (path, input, deadline) =>
      ask(input, deadline, toDo({ op: 'at', program: number, path, input, deadline }, 0).job),
  }
  return program
}

const toDo = (request: object, patience: number): Work => ({
  job: { call: JSON.stringify(request) },
  wait: LONGEST_TEST,
  patience,
})

const readProblem = ({ file, message, row, col }: Problem): CodeProblem => ({
  file,
  ...(row !== undefined && { line: row }),
  ...(col !== undefined && { column: col }),
  message,
})
