import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { GateError } from '../../core/errors.ts'
import type { ExchangeRecord } from '../../core/record.ts'

/** How many calls may wait for their answer on one connection; clients that pipeline at all send two or three. */
const PIPELINED = 16
const MAX_HEADERS = 100

export interface ConnectionLimits {
  connections: number
  /** Milliseconds. */
  stalled: number
}

export interface Connections {
  /**
   * A call has come.
   * @param closed told once, when its answer or its connection has ended
   * @returns false when it is to be left alone, as its connection was cut
   */
  open(request: IncomingMessage, response: ServerResponse, closed: () => void): boolean
}

/**
 * What one connection may do, and how many there may be.
 * @param broken told of a call of which not even the headers came
 */
export function watchConnections(
  server: HttpServer,
  limits: () => ConnectionLimits,
  broken: (socket: Socket, status: number, code: string) => void,
): Connections {
  /** By connection: its calls, and whom to tell of their end. */
  const open = new WeakMap<Socket, Map<ServerResponse, () => void>>()
  server.maxHeadersCount = MAX_HEADERS + 1

  const set = (): void => {
    const { connections, stalled } = limits()
    server.maxConnections = connections
    server.timeout = stalled
  }
  set()
  // What a changed policy says holds from the next connection on.
  server.on('connection', set)

  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const [status, code] = ANSWERS[error.code ?? ''] ?? [400, 'request.invalid']
    const begun = (open.get(socket)?.size ?? 0) > 0
    // Who never sent a byte made no call; a connection that broke hears nothing.
    if (!begun && socket.bytesRead > 0 && error.code !== 'ECONNRESET') {
      if (socket.writable) socket.write(`HTTP/1.1 ${status} ${WORDS[status]}\r\nconnection: close\r\n\r\n`)
      broken(socket, status, code)
    }
    socket.destroy()
  })

  return {
    open(request, response, closed) {
      const { socket } = request
      if (socket.destroyed) return false
      const calls = open.get(socket) ?? begin(socket)
      // Its answer would stand behind all the others', which nobody may ever read.
      if (calls.size >= PIPELINED) {
        broken(socket, 0, 'request.invalid')
        socket.destroy()
        return false
      }
      calls.set(response, closed)
      response.on('close', () => {
        if (calls.delete(response)) closed()
      })
      return true
    },
  }

  function begin(socket: Socket): Map<ServerResponse, () => void> {
    const calls = new Map<ServerResponse, () => void>()
    open.set(socket, calls)
    // An answer whose turn had not come is never told by Node that its connection has gone.
    socket.on('close', () => {
      for (const [response, closed] of calls) {
        calls.delete(response)
        closed()
      }
    })
    return calls
  }
}

const ANSWERS: Readonly<Record<string, [status: number, code: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request.timeout'],
  HPE_HEADER_OVERFLOW: [431, 'request.invalid'],
}
const WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

/** Node leaves out what comes after as many headers as it was told to keep: a gate may not. Throws `GateError` `request.invalid`. */
export function countHeaders({ rawHeaders }: IncomingMessage): void {
  if (rawHeaders.length > MAX_HEADERS * 2)
    throw new GateError('request.invalid', {
      status: 431,
      detail: `The request has more than ${MAX_HEADERS} headers.`,
    })
}

/** What is left of a call whose headers never came whole. */
export function brokenRecord(id: string, socket: Socket, status: number, code: string): ExchangeRecord {
  return {
    exchange: id,
    time: new Date().toISOString(),
    duration: 0,
    method: '',
    path: '',
    ...(socket.remoteAddress !== undefined && { remote: socket.remoteAddress }),
    verdict: 'allow',
    findings: [],
    status,
    code,
    ended: 'refused',
    timings: {},
    bytes: { requestIn: socket.bytesRead, requestOut: 0, answerIn: 0, answerOut: 0 },
  }
}
