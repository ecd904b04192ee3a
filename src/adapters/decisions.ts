import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { SecretRef } from '../core/ports.ts'
import { http, why } from './http.ts'

const pack = promisify<Uint8Array, Buffer>(gzip)
/** Bytes of one batch before they are packed. */
const BATCH = 512 * 1024
const WITHIN = 10_000
const LAST = 5_000
const CONNECT = 5_000
const LONGEST_REST = 60_000

export interface UploadSpec {
  url: string
  key?: SecretRef
  ca?: string
  /** Bytes that may wait; what comes on top is lost. */
  buffer: number
  /** Milliseconds between two batches. */
  every: number
}

export interface Upload {
  /** Neither waits nor throws. @param event JSON */
  add(event: string): void
  /** Sends what still waits, for five seconds at most. */
  close(): Promise<void>
}

/** Sends events of a decision log as OPA does: `POST <url>/logs`, a packed list at a time. @param lost called for each event that is not kept */
export function decisionUpload(
  { url, key, ca, buffer, every }: UploadSpec,
  deps: { secret(ref: SecretRef): string; warn(message: string): void; lost(): void },
): Upload {
  const connection = http({ ...(ca !== undefined && { ca }), connect: CONNECT, connections: 1 })
  const waiting: string[] = []
  const stop = new AbortController()
  let size = 0
  let most = BATCH
  let failures = 0
  let dropped = 0
  let told: string | undefined

  /** As many as fit one batch; at least one. */
  function batch(): string[] {
    let bytes = 0
    let count = 0
    while (count < waiting.length && (count === 0 || bytes + waiting[count]!.length <= most))
      bytes += waiting[count++]!.length
    return waiting.slice(0, count)
  }

  function forget(count: number): void {
    for (const event of waiting.splice(0, count)) size -= Buffer.byteLength(event)
  }

  async function send(): Promise<void> {
    const events = batch()
    const { status } = await connection.ask({
      url: `${url}/logs`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        ...(key === undefined ? {} : { authorization: `Bearer ${deps.secret(key)}` }),
      },
      body: await pack(Buffer.from(`[${events.join(',')}]`)),
      limit: 1024 * 1024,
      within: WITHIN,
    })
    if (status === 413 && events.length > 1) {
      most = Math.max(1, Math.floor(most / 2))
      return
    }
    if (status === 413) {
      deps.lost()
      dropped++
    } else if (status < 200 || status > 299) throw new Error(`it answered ${status}`)
    forget(events.length)
  }

  async function sendAll(): Promise<void> {
    try {
      while (waiting.length > 0) await send()
      failures = 0
      told = undefined
    } catch (error) {
      failures++
      const said = why(error)
      if (said !== told) deps.warn(`decisions cannot be sent, and wait: ${said}`)
      told = said
    }
    if (dropped > 0)
      deps.warn(`${dropped} decisions were lost: more than fit "buffer", or too large to be taken`)
    dropped = 0
  }

  const running = (async () => {
    while (!stop.signal.aborted) {
      const rest = Math.min(LONGEST_REST, every * 2 ** Math.min(failures, 16))
      await sleep(rest, undefined, { signal: stop.signal, ref: false }).catch(() => {})
      if (!stop.signal.aborted) await sendAll()
    }
  })()

  return {
    add(event) {
      const bytes = Buffer.byteLength(event)
      if (stop.signal.aborted || size + bytes > buffer) {
        dropped++
        deps.lost()
        return
      }
      size += bytes
      waiting.push(event)
    },
    async close() {
      stop.abort()
      await Promise.race([running.then(sendAll), sleep(LAST, undefined, { ref: false })])
      for (let i = 0; i < waiting.length; i++) deps.lost()
      await connection.close()
    },
  }
}
