import { type FSWatcher, watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Loaded } from './build.ts'
import { type Folder, readFolder } from './folder.ts'
import type { Problem } from './problem.ts'
import type { Policy } from './types.ts'

export interface WatchOptions {
  /** What is being served: its `dir` is watched, its `digest` says when something changed. */
  folder: Folder
  build(folder: Folder): Promise<Loaded>
  /** A changed folder is good: serve it from the next exchange on. */
  onChange(policy: Policy, warnings: readonly Problem[]): void
  /** A changed folder is bad: keep serving the last good one. Called once for each change. */
  onRefused(errors: readonly Problem[]): void
  /** Milliseconds between two comparisons of all bytes. */
  poll?: number
  /** Milliseconds for which nothing may change before a change counts, so that no half-written file is served. */
  settle?: number
}

export interface Watcher {
  /** Looks now. Resolves when what was found has been told. */
  check(): Promise<void>
  /** The same, and builds in any case: what is not in the folder has changed. */
  rebuild(): Promise<void>
  close(): void
}

/**
 * Watches a folder of documents. What counts is a comparison of bytes at regular times: it sees what no event tells of,
 * such as a folder that Kubernetes mounts by swapping a symbolic link, or one on a network drive. Events only make it sooner.
 */
export function watchFolder(options: WatchOptions): Watcher {
  const { folder, build, onChange, onRefused, poll = 2000, settle = 100 } = options
  let tried: string | undefined = folder.digest
  let closed = false
  let running: Promise<void> | undefined
  let again = false
  let events: FSWatcher | undefined

  const look = async (): Promise<void> => {
    let found = await readFolder(folder.dir)
    while (found.digest !== tried && !closed) {
      await sleep(settle, undefined, { ref: false })
      const next = await readFolder(folder.dir)
      const still = next.digest === found.digest
      found = next
      if (still) break
    }
    if (closed || found.digest === tried) return
    tried = found.digest
    const loaded = await build(found).catch(
      (error: unknown): Loaded => ({ errors: [unexpected(folder.dir, error)] }),
    )
    if (closed) return
    if ('errors' in loaded) onRefused(loaded.errors)
    else onChange(loaded.policy, loaded.warnings)
  }

  const check = (): Promise<void> => {
    again = true
    running ??= (async () => {
      try {
        while (again && !closed) {
          again = false
          await look()
        }
      } finally {
        running = undefined
      }
    })()
    return running
  }
  const rebuild = (): Promise<void> => {
    tried = undefined
    return check()
  }
  const hasten = (): void => {
    check().catch((error: unknown) => onRefused([unexpected(folder.dir, error)]))
  }

  const timer = setInterval(hasten, poll).unref()
  try {
    events = watch(folder.dir, { persistent: false }, hasten)
    // A folder that was deleted, or too many watchers on this machine: comparing goes on.
    events.on('error', () => events?.close())
  } catch {
    events = undefined
  }
  return {
    check,
    rebuild,
    close() {
      closed = true
      clearInterval(timer)
      events?.close()
    },
  }
}

function unexpected(dir: string, error: unknown): Problem {
  return { file: dir, message: error instanceof Error ? error.message : 'could not be built' }
}
