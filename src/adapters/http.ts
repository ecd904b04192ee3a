import { readFileSync } from 'node:fs'
import { Agent, type Dispatcher } from 'undici'

const MAX_HEADERS = 16_384

export interface HttpOptions {
  /** File of the CAs that the server is believed by, in PEM; read again when it changes. */
  ca?: string
  /** A Unix socket in place of the address. */
  socket?: string
  /** Milliseconds until there is a connection. */
  connect: number
  connections: number
}

export interface HttpAsk {
  url: string
  method?: 'GET' | 'POST'
  headers: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** The most bytes that are read of the answer. */
  limit: number
  /** Milliseconds for all of it: an answer that trickles is as good as none. */
  within: number
  /** Gives it up. */
  signal?: AbortSignal
}

export interface HttpAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Empty unless the status is 200. */
  bytes: Buffer
}

/** Asks one server, over connections that it keeps. */
export interface Http {
  /** @throws Error that says what is wrong, never with what was sent or answered */
  ask(ask: HttpAsk): Promise<HttpAnswer>
  close(): Promise<void>
}

export function http({ ca, socket, connect, connections }: HttpOptions): Http {
  let held: { agent: Agent; ca: string | undefined } | undefined

  /** Another file of certificates is another agent. */
  function agent(): Agent {
    const read = ca === undefined ? undefined : readFileSync(ca, 'utf8')
    if (held !== undefined && held.ca === read) return held.agent
    void held?.agent.close().catch(() => {})
    held = {
      ca: read,
      agent: new Agent({
        connect: {
          timeout: connect,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          ...(read === undefined ? {} : { ca: read }),
          ...(socket === undefined ? {} : { socketPath: socket }),
        },
        connections,
        pipelining: 1,
        // The signal of the call is the only clock.
        headersTimeout: 0,
        bodyTimeout: 0,
        maxHeaderSize: MAX_HEADERS,
      }),
    }
    return held.agent
  }

  return {
    async ask({ url, method = 'GET', headers, body, limit, within, signal }) {
      const { origin, pathname, search } = new URL(url)
      const late = AbortSignal.timeout(within)
      const {
        statusCode,
        headers: answered,
        body: stream,
      } = await agent().request({
        origin,
        path: pathname + search,
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      })
      // A redirect is an answer as well: where something comes from is written down, and nobody else says it.
      if (statusCode !== 200) {
        await drained(stream)
        return { status: statusCode, headers: answered, bytes: Buffer.alloc(0) }
      }
      const pieces: Buffer[] = []
      let size = 0
      for await (const piece of stream as AsyncIterable<Buffer>) {
        size += piece.length
        if (size > limit) throw new Error(`it answered more than ${limit} bytes`)
        pieces.push(piece)
      }
      return { status: 200, headers: answered, bytes: Buffer.concat(pieces, size) }
    },
    async close() {
      await held?.agent.destroy()
    },
  }
}

/** So that the connection can serve again; what is long is not waited for. */
async function drained(stream: Dispatcher.ResponseData['body']): Promise<void> {
  stream.on('error', () => {})
  await stream.dump({ limit: 65_536 }).catch(() => {})
}

/** What went wrong, for an operator: the codes of Node and of TLS, and our own words. */
export function why(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  if (error.name === 'TimeoutError') return 'it did not answer in time'
  const { code } = error as NodeJS.ErrnoException
  const message = error.message.replace(/[\x00-\x1f\x7f]+/g, ' ').slice(0, 300)
  return code === undefined || message.includes(code) ? message : `${message} (${code})`
}
