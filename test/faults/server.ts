import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { says } from '../e2e/chat.ts'
import { claude } from '../e2e/claude.ts'

/** One connection of the gate's, as the upstream holds it. */
export interface Peer {
  socket: Socket
  /** The next request on it, whole; undefined when the gate has left. */
  request(): Promise<Asked | undefined>
  /** Writes these, one after the other, each when the last has left. */
  say(...pieces: (string | Uint8Array)[]): Promise<void>
  /** Ends this side, as a server does that has said all. */
  end(): void
}

export interface Asked {
  path: string
  stream: boolean
  /** A good answer's body and its type. */
  body: string
  type: string
  bytes: number
}

export type Serve = (peer: Peer) => unknown

/** An upstream that can break HTTP itself, since it knows nothing of it. */
export interface FaultyServer {
  port: number
  /** How it treats connections and, where it asks for them, requests from now on. */
  serve: Serve
  /** Connections that stand. */
  readonly open: number
  /** Connections accepted so far. */
  readonly accepted: number
  /** Reads what nobody has asked for, so that it is seen when the gate has left. */
  notice(): void
  /** Cuts every connection. */
  drop(): void
  close(): Promise<void>
}

export const TEXT = 'Hello there, said the model.'

/** The head of an answer. */
export function head(status: string, ...headers: string[]): string {
  return `HTTP/1.1 ${[status, ...headers].join('\r\n')}\r\n\r\n`
}

/** One piece of a chunked body. */
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

/** A good answer's body in the protocol that `path` belongs to. ASCII only. */
function good(path: string, stream: boolean): Pick<Asked, 'body' | 'type'> {
  const said = path.endsWith('/messages') ? claude(stream, [TEXT]) : says(stream, { text: [TEXT] })
  return stream
    ? { type: 'text/event-stream', body: [...(said.chunks as string[])].join('') }
    : { type: 'application/json', body: JSON.stringify(said.json) }
}

export async function startFaulty(): Promise<FaultyServer> {
  const sockets = new Set<Socket>()
  const state = { accepted: 0, serve: ((peer) => peer.socket.destroy()) as Serve }
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    state.accepted++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    // The gate has left: nobody reads any more.
    socket.on('end', () => socket.end())
    const peer = peerOf(socket)
    Promise.resolve(state.serve(peer)).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    get serve() {
      return state.serve
    },
    set serve(serve) {
      state.serve = serve
    },
    get open() {
      return sockets.size
    },
    get accepted() {
      return state.accepted
    },
    notice() {
      for (const socket of sockets) socket.resume()
    },
    drop,
    async close() {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}

function peerOf(socket: Socket): Peer {
  let pieces: Buffer[] = []
  let size = 0
  let told: (() => void) | undefined
  let reading = false
  const tell = () => told?.()
  return {
    socket,
    async request() {
      if (!reading) {
        reading = true
        socket.on('data', (piece: Buffer) => {
          pieces.push(piece)
          size += piece.length
          tell()
        })
        socket.on('end', tell)
        socket.on('close', tell)
      }
      let needed = 0
      for (;;) {
        if (size > needed) {
          const bytes = Buffer.concat(pieces)
          const found = requestIn(bytes)
          if (typeof found !== 'number') {
            pieces = [bytes.subarray(found.bytes)]
            size -= found.bytes
            return found
          }
          needed = found - 1
          pieces = [bytes]
        }
        if (socket.readableEnded || socket.destroyed) return undefined
        await new Promise<void>((resolve) => {
          told = resolve
        })
      }
    },
    async say(...pieces) {
      for (const piece of pieces) {
        if (socket.destroyed) return
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
        if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
      }
    },
    end: () => socket.end(),
  }
}

/** The first request in these bytes, or how many it will have at least. */
function requestIn(bytes: Buffer): Asked | number {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return bytes.length + 1
  const top = bytes.subarray(0, end).toString('latin1')
  const size = end + 4 + Number(/^content-length: (\d+)$/im.exec(top)?.[1] ?? 0)
  if (bytes.length < size) return size
  const path = top.split(' ')[1] ?? ''
  const stream = bytes.subarray(end, size).includes('"stream":true')
  return { path, stream, bytes: size, ...good(path, stream) }
}

/** Writes a byte at a time, `ms` between two; with 0, each leaves on its own all the same. */
export async function trickle(peer: Peer, text: string, ms: number): Promise<void> {
  for (const byte of Buffer.from(text, 'latin1')) {
    if (peer.socket.destroyed) return
    await peer.say(Uint8Array.of(byte))
    await (ms === 0 ? new Promise(setImmediate) : sleep(ms, undefined, { ref: false }))
  }
}
