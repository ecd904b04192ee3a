import { once } from 'node:events'
import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { destination } from 'pino'

/** Lines that wait for a slow disk or reader, in bytes; what comes on top is lost, and counted. */
const WAITING = 16_777_216
const LAST_WRITE = 2_000
/** Bytes, or milliseconds, after which lines are written: one write for each would cost more than making the line. */
const BATCH = 65_536
const BATCH_MS = 50

export interface LineStream {
  /** Neither waits nor throws. */
  write(line: string): void
  /** Writes what still waits, for two seconds at most. */
  close(): Promise<void>
}

/**
 * Appends lines to a file, which only its owner may read, or to standard output.
 * @param lost called for each line that could not be kept and each write that failed (and is tried again).
 * @throws Error when the file cannot be opened: a gate that cannot keep records should not start.
 */
export function lineStream(to: 'stdout' | { file: string }, lost: () => void, waiting = WAITING): LineStream {
  if (to !== 'stdout') mkdirSync(dirname(to.file), { recursive: true })
  const dest = to === 'stdout' ? 1 : openSync(to.file, 'a', 0o600)
  const stream = destination({ dest, sync: false, maxLength: waiting })
  const batch = Math.min(BATCH, waiting)
  /** Kept here: the stream would measure all that it holds at every line. */
  let lines = ''
  let ended = false

  function flush(): void {
    if (lines === '') return
    const written = lines
    lines = ''
    try {
      stream.write(written)
    } catch {
      dropped(written)
    }
  }
  function dropped(written: string): void {
    for (let at = written.indexOf('\n'); at >= 0; at = written.indexOf('\n', at + 1)) lost()
  }
  stream.on('error', lost)
  stream.on('drop', dropped)
  const often = setInterval(flush, BATCH_MS)
  often.unref()
  return {
    write(line) {
      if (ended) return lost()
      lines += line
      if (lines.length >= batch) flush()
    },
    async close() {
      ended = true
      clearInterval(often)
      flush()
      const closed = once(stream, 'close').catch(lost)
      try {
        stream.end()
      } catch {
        lost()
        return
      }
      await Promise.race([closed, sleep(LAST_WRITE, undefined, { ref: false })])
    },
  }
}
