import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import type { HttpSpec } from '../types.ts'
import { type HttpProxy, tunnel } from './proxy.ts'
import { tlsSource } from './tls.ts'

type Connector = buildConnector.connector
type Callback = buildConnector.Callback

/** How often the operator is told the same of one upstream. */
const TELL_EVERY = 60_000
const MAX_TOLD = 100

/**
 * Makes the connections to one upstream: directly or through a proxy, with the certificates of its document, which are
 * read again when they change. Why one cannot be made is for the operator alone.
 */
export function connector(
  spec: Pick<HttpSpec, 'name' | 'tls' | 'timeouts'>,
  proxy: HttpProxy | undefined,
  warn: (message: string) => void,
): Connector {
  const tell = teller((message) => warn(`upstream ${spec.name}: ${message}`))
  const source = tlsSource(spec.tls, tell)
  const timeout = spec.timeouts.connect
  let files: unknown
  let connect: Connector

  return (options, callback) => {
    const now = source()
    if (connect === undefined || now !== files) {
      files = now
      // Whatever the environment says of it, nothing is sent to a server that is not verified.
      const tls = { ...now, rejectUnauthorized: true, minVersion: 'TLSv1.2' as const }
      connect = proxy === undefined ? buildConnector({ ...tls, timeout }) : tunnel(proxy, tls, timeout)
    }
    connect(options, ((error: Error | null, socket: Socket | TLSSocket | null) => {
      if (error !== null) {
        tell(`no connection: ${reason(error)}`)
        return callback(error, null)
      }
      leaveForGood(socket!)
      // What a server thinks of a client's certificate comes when the connection already stands.
      socket!.on('error', (late: Error & { code?: string }) => {
        if (/^ERR_(?:SSL|TLS)/.test(late.code ?? '')) tell(`lost a connection: ${reason(late)}`)
      })
      callback(null, socket!)
    }) as Callback)
  }
}

/**
 * undici takes a connection that is destroyed because its call was given up for one that the call still needs, and opens
 * another, only to find that nobody waits: a second connection to an upstream for every call that it was too slow for.
 * It does not where the connection ends by any other error.
 */
function leaveForGood(socket: Socket): void {
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) =>
    destroy(
      (error as { code?: string } | undefined)?.code === 'UND_ERR_INFO' && error!.message === 'aborted'
        ? new Error('given up')
        : error,
    )
}

/** `code: message`, without what would make two of the same differ; certificates may hold texts of any length. */
function reason(error: Error & { code?: string }): string {
  const message = error.message.replace(/[\x00-\x1f\x7f]+/g, ' ').slice(0, 300)
  if (error.code === undefined || message.includes(error.code)) return message
  return message === '' ? error.code : `${error.code}: ${message}`
}

/** Says each message once a minute at most. */
function teller(say: (message: string) => void): (message: string) => void {
  const told = new Map<string, number>()
  return (message) => {
    const now = performance.now()
    const last = told.get(message)
    if (last !== undefined && now - last < TELL_EVERY) return
    if (told.size >= MAX_TOLD) told.clear()
    told.set(message, now)
    say(message)
  }
}
