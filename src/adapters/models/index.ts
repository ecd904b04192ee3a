import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Models } from '../../core/ports.ts'
import { cascade, embedder } from './cascade.ts'
import { cpus } from './cpus.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { openPool, type Pool, ROWS, type ThreadEvents } from './pool.ts'
import type { ServerPorts, ServerSettings } from './server/index.ts'
import { thread } from './threads.ts'
import { type Tokeniser, type Tokens, tokeniser } from './tokens.ts'

export interface ModelSettings {
  /** Threads; `auto`: as many as there are CPUs for. */
  workers: number | 'auto'
  /** Windows that may wait. */
  queue: number
  /** Milliseconds that a call may take. */
  deadline: number
  /** Runs them instead of this process. */
  server?: ServerSettings
}

export interface LocalModels {
  /** Loads them with the first call, whose settings hold, and answers when they are warm. */
  open(settings: ModelSettings): Promise<Models>
  /** Whether what was loaded can be asked. */
  ready(): boolean
  close(): Promise<void>
}

export interface LocalOptions {
  /** `guard.json`, `tokenizer.json`, `encoder.onnx` and `fast.onnx`. */
  folder: string
  clock: Clock
  /** Told when a thread died and another one takes its place. */
  warn(message: string): void
  /** What a server of the settings needs; absent where none may be asked. */
  remote?: ServerPorts
}

/** Models in threads of this process, or on a server that the settings name. */
export function localModels(options: LocalOptions): LocalModels {
  let loading: Promise<Loaded> | undefined
  let loaded: Loaded | undefined
  return {
    async open(settings) {
      loading ??= load(options, settings)
      try {
        loaded = await loading
      } catch (error) {
        // The files may be mended before the policy is loaded anew.
        loading = undefined
        throw error
      }
      return loaded.models
    },
    ready: () => loaded === undefined || loaded.pool.ready(),
    async close() {
      await (await loading?.catch(() => undefined))?.close()
    },
  }
}

interface Loaded {
  models: Models
  pool: Pool
  close(): Promise<void>
}

async function load(options: LocalOptions, settings: ModelSettings): Promise<Loaded> {
  const { folder, clock, warn, remote } = options
  const { server, deadline } = settings
  if (server !== undefined && remote === undefined) throw new Error('no model server is asked here')
  const file = (name: string) => join(folder, name)
  const names = ['guard.json', 'tokenizer.json']
  if (server === undefined) names.push('fast.onnx', 'encoder.onnx')
  const contents = await Promise.all(
    names.map((name) =>
      readFile(file(name)).catch(() => {
        throw new Error(`needs the models, and cannot read models/guard/${name}`)
      }),
    ),
  )
  const version = createHash('sha256')
  for (const content of contents) version.update(content)
  const manifest = readManifest(contents[0]!.toString())
  // Only now: who asks no model need not have them.
  const { Tokenizer } = await import('@huggingface/tokenizers')
  const tokens = tokeniser(new Tokenizer(JSON.parse(contents[1]!.toString()), {}))
  fits(manifest, tokens)

  const workerData = {
    files: { fast: file('fast.onnx'), encoder: file('encoder.onnx') },
    warmUp: { length: manifest.maxTokens, rows: ROWS },
  }
  const { threads, start, close } =
    server === undefined
      ? {
          threads: settings.workers === 'auto' ? cpus() : settings.workers,
          start: (events: ThreadEvents) => thread(workerData, events),
          close: async () => {},
        }
      : // gRPC is another 20 MB, for those who name a server.
        (await import('./server/index.ts')).serverThreads(server, deadline, remote!)
  let pool: Pool
  try {
    pool = await openPool({
      threads,
      queue: settings.queue,
      // The rest is for what is being done, and for its own windows.
      patience: deadline / 4,
      clock,
      start,
      died: (why) => warn(`a thread of the models died and is replaced: ${why.message}`),
    })
  } catch (error) {
    await close()
    throw error
  }
  const asked = { manifest, tokeniser: tokens, runner: pool, clock, deadline }
  return {
    pool,
    models: {
      version: `${manifest.version} ${version.digest('hex').slice(0, 16)}`,
      classifier: cascade(asked),
      embedder: embedder(asked, pool.dimensions),
    },
    async close() {
      await pool.close()
      await close()
    },
  }
}

/** A tokenizer that is not the models' would make every text another one. */
function fits({ prefix, prefixIds }: Manifest, tokeniser: Tokeniser): void {
  for (const channel of ['user', 'data'] as const) {
    const { ids, ...rest }: Tokens = { ids: [], starts: [], ends: [] }
    tokeniser.read(prefix[channel], 0, { ids, ...rest })
    if (ids.join() !== prefixIds[channel].join())
      throw new Error(`guard.json: "prefixIds.${channel}" are not the tokens that tokenizer.json gives`)
  }
}
