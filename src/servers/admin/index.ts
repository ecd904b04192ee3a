import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Whether the gate can serve, and from what. */
export interface Readiness {
  ready: boolean
  /** What is served now; `loaded` in ISO 8601. */
  policy?: { version: string; loaded: string }
  /** Why the documents as they stand now were refused. */
  refused?: readonly string[]
  /** How each upstream is; none of them makes the gate unready. */
  upstreams?: readonly { name: string; state: string; cooling: number }[]
  /** What of the policy is fetched, and how that is; none of it makes the gate unready. */
  sources?: readonly { name: string; state: string; revision?: string; problem?: string }[]
}

export interface AdminOptions {
  /** Port 0 takes a free one. Whoever says nothing about the host means this machine alone. */
  listen: { host?: string; port: number }
  metrics: {
    /** @param accept the header of whoever asks */
    text(accept?: string): Promise<{ type: string; body: string }>
  }
  ready(): Readiness
  /** What could not be answered: for the operator. */
  warn(message: string, error: unknown): void
}

export interface AdminServer {
  /** Where it listens: `127.0.0.1:8081`. */
  address: string
  close(): Promise<void>
}

interface Answer {
  status: number
  type: string
  body: string
}

const HEADER_BYTES = 8_192
const REQUEST_MS = 10_000
const CONNECTIONS = 64

/**
 * `/healthz`, `/readyz` and `/metrics`: what a cluster asks of a process. It has no keys: it belongs on a port that
 * callers do not reach.
 * @throws Error when the address cannot be listened on.
 */
export async function adminServer(options: AdminOptions): Promise<AdminServer> {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: REQUEST_MS,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      respond(options, request)
        .catch((error: unknown): Answer => {
          options.warn(`${request.url} failed`, error)
          return { status: 500, type: 'text/plain', body: 'failed\n' }
        })
        .then((answer) => send(request, response, answer))
    },
  )
  server.maxConnections = CONNECTIONS
  server.listen(options.listen.port, options.listen.host ?? '127.0.0.1')
  await once(server, 'listening')
  const { address, port, family } = server.address() as AddressInfo
  return {
    address: `${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond({ metrics, ready }: AdminOptions, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '').split('?', 1)[0]
  const known = path === '/healthz' || path === '/readyz' || path === '/metrics'
  if (!known) return { status: 404, type: 'text/plain', body: 'not found\n' }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, type: 'text/plain', body: 'GET or HEAD\n' }
  }
  if (path === '/metrics') return { status: 200, ...(await metrics.text(request.headers.accept)) }
  if (path === '/healthz') return { status: 200, type: 'text/plain', body: 'ok\n' }
  const readiness = ready()
  const body = `${JSON.stringify(readiness)}\n`
  return { status: readiness.ready ? 200 : 503, type: 'application/json', body }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    vary: 'accept',
    ...(answer.status === 405 && { allow: 'GET, HEAD' }),
  })
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}
