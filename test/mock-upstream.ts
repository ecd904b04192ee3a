import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface MockRequest {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** What a test has the upstream say. Exactly one of `json` and `chunks`. */
export interface Reply {
  status?: number
  headers?: Record<string, string | string[]>
  /** Milliseconds before the status line, or what it waits for; `never`: it is not sent at all. */
  before?: number | 'never' | Promise<unknown>
  json?: unknown
  /** The body's raw pieces, each written on its own; the next is asked for when the last has left. */
  chunks?: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>
  /** Milliseconds before each piece. */
  delay?: number
  /** After the last piece: end the answer (default), cut the connection, or say nothing more. */
  ending?: 'end' | 'destroy' | 'stall'
}

export type Script = Reply | ((request: MockRequest, index: number) => Reply)

export interface Mock {
  /** The base URL, ending in `/v1`. */
  url: string
  requests: MockRequest[]
  /** Connections that the other side closed before the answer was complete. */
  readonly aborted: number
  /** Connections accepted so far. */
  readonly connections: number
  /** Body bytes that were handed to sockets so far. */
  readonly sent: number
  close(): Promise<void>
}

/** `count` pieces of `size` bytes each, made as they are asked for. */
export function* filler(count: number, size = 65_536): Generator<Uint8Array> {
  const piece = Buffer.alloc(size, 'x')
  for (let made = 0; made < count; made++) yield piece
}

/** One SSE event per value, then `[DONE]`. */
export function sse(...values: unknown[]): string[] {
  return [...values.map((value) => `data: ${JSON.stringify(value)}\n\n`), 'data: [DONE]\n\n']
}

/** A real HTTP server on 127.0.0.1 that answers every request as scripted. */
export async function startMock(script: Script): Promise<Mock> {
  const requests: MockRequest[] = []
  const sockets = new Set<Socket>()
  const cut = new WeakSet<ServerResponse>()
  const count = { aborted: 0, connections: 0, sent: 0 }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const pieces: Buffer[] = []
    let finished = false
    response.on('finish', () => {
      finished = true
    })
    response.on('close', () => {
      if (!finished && !cut.has(response)) count.aborted++
    })
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const received: MockRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(pieces),
      }
      requests.push(received)
      const reply = typeof script === 'function' ? script(received, requests.length - 1) : script
      answer(reply, response).catch(() => response.destroy())
    })
  })

  async function answer(reply: Reply, response: ServerResponse): Promise<void> {
    if (reply.before === 'never') return
    if (typeof reply.before === 'number') await sleep(reply.before)
    else await reply.before
    if (reply.chunks === undefined) {
      const body = JSON.stringify(reply.json ?? {})
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...reply.headers,
      })
      count.sent += Buffer.byteLength(body)
      response.end(body)
      return
    }
    response.writeHead(reply.status ?? 200, { 'content-type': 'text/event-stream', ...reply.headers })
    response.flushHeaders()
    for await (const piece of reply.chunks) {
      if (reply.delay !== undefined) await sleep(reply.delay)
      if (response.destroyed) return
      count.sent += Buffer.byteLength(piece)
      if (!response.write(piece)) await drained(response)
    }
    if (reply.ending === 'stall') return
    if (reply.ending === 'destroy') {
      cut.add(response)
      // The pieces leave first: a reset would let the kernel drop what is still in flight.
      response.socket?.end(() => response.destroy())
      return
    }
    response.end()
  }

  server.on('connection', (socket) => {
    count.connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    get aborted() {
      return count.aborted
    },
    get connections() {
      return count.connections
    },
    get sent() {
      return count.sent
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go)
      response.off('close', go)
      resolve()
    }
    response.on('drain', go)
    response.on('close', go)
  })
}
