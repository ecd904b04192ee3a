import { readFileSync } from 'node:fs'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { SecretRef } from '../core/ports.ts'
import { ASK } from './redis-scripts.ts'

interface Node {
  host: string
  port: number
}

/** Where Redis is: one of `url`, `cluster` and `sentinel`. */
export interface RedisPlace {
  /** Where a `redis://` or `rediss://` address is, which may hold a password. */
  url?: SecretRef
  cluster?: readonly Node[]
  sentinel?: { master: string; nodes: readonly Node[]; password?: SecretRef }
  user?: string
  password?: SecretRef
  /** Encrypts; `ca` is a file of the certificates to trust instead of those that Node does. */
  tls?: true | { ca: string }
}

/** The script, as a command; its answer is JSON. */
interface Scripts {
  ask(keys: number, ...args: (string | number)[]): Promise<string>
}
export type RedisClient = (Redis | Cluster) & Scripts

const RECONNECT = 250
/** Without a byte for so long while it is asked, a connection is given up: its other end may be gone without a word. */
const SILENT = 2000

/**
 * Connects, and connects again for as long as it takes. Nothing is queued while there is no connection, and nothing is
 * sent twice. @throws Error when a secret is not there or is no address of Redis; never with what is in it
 */
export function redisClient(place: RedisPlace, secret: (ref: SecretRef) => string): RedisClient {
  const { url, cluster, sentinel } = place
  const tls = tlsOf(place)
  const options = {
    ...(place.user === undefined ? {} : { username: place.user }),
    ...(place.password === undefined ? {} : { password: secret(place.password) }),
    ...(tls === undefined ? {} : { tls }),
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => RECONNECT,
    connectTimeout: SILENT,
    socketTimeout: SILENT,
    // A failover may leave this on what is a replica now.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions
  const scripts = { ask: { lua: ASK } }
  let client: Redis | Cluster
  if (cluster !== undefined) {
    const { enableOfflineQueue, retryStrategy, ...redisOptions } = options
    client = new Cluster([...cluster], {
      redisOptions,
      scripts,
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      clusterNodeRetryStrategy: retryStrategy,
      slotsRefreshInterval: 5000,
      maxRedirections: 4,
    })
  } else if (sentinel !== undefined) {
    client = new Redis({
      ...options,
      scripts,
      name: sentinel.master,
      sentinels: [...sentinel.nodes],
      ...(sentinel.password === undefined ? {} : { sentinelPassword: secret(sentinel.password) }),
      ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
      sentinelRetryStrategy: () => RECONNECT,
      sentinelCommandTimeout: SILENT,
      // Tells of a new master while the old one still holds the connection.
      failoverDetector: true,
      sentinelReconnectStrategy: () => SILENT,
    })
  } else {
    if (url === undefined) throw new Error('Redis has no address')
    client = new Redis({ ...options, scripts, ...addressOf(secret(url), url, tls) })
  }
  return client as RedisClient
}

function tlsOf({ tls }: RedisPlace): { ca?: string } | undefined {
  if (tls === undefined) return undefined
  return tls === true ? {} : { ca: readFileSync(tls.ca, 'utf8') }
}

function addressOf(text: string, ref: SecretRef, tls: { ca?: string } | undefined) {
  try {
    const { protocol, username, password, hostname, port, pathname } = new URL(text)
    if (/^rediss?:$/.test(protocol) && hostname !== '' && /^\/?[0-9]{0,4}$/.test(pathname))
      return {
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port || 6379),
        db: Number(pathname.slice(1)),
        ...(username === '' ? {} : { username: decodeURIComponent(username) }),
        ...(password === '' ? {} : { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' ? { tls: tls ?? {} } : {}),
      }
  } catch {
    // Its message would say what the secret is.
  }
  const where = 'env' in ref ? `the environment variable ${ref.env}` : `the file ${ref.file}`
  throw new Error(`${where} holds no address of Redis, such as redis://user:password@host:6379/0`)
}

/**
 * Why Redis does not do what it is asked, in one word: the error's code, or what its message begins with when that is one
 * of Redis's own (`NOAUTH`, `OOM`). The message itself, and the command that ioredis adds, may hold a password.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'timeout'
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && /^[A-Z_0-9]{2,40}$/.test(code)) return code
  return /^[A-Z]{2,20}(?= )/.exec(error.message)?.[0] ?? 'disconnected'
}
