import { Pool } from 'undici'
import { GateError } from '../../core/errors.ts'
import { isPathName } from '../../core/paths.ts'
import type { HttpSpec, Upstream, UpstreamAnswer, UpstreamCall } from '../types.ts'
import { Receiver } from './answer.ts'
import { sendable } from './body.ts'
import { connector } from './connect.ts'
import { deadlines, ownDeadlines } from './deadlines.ts'
import { credentials, type KeyPorts } from './keys.ts'
import { modelIds } from './models.ts'
import type { Proxies } from './proxy.ts'

/** Calls to one upstream at a time; more wait for a connection until `firstByte` is over. */
const CONNECTIONS = 1024
const MAX_HEADER_BYTES = 32_768
/** In an address: where the name of the model stands, as Azure's deployments have it. */
const MODEL = '{model}'

export interface HttpPorts extends KeyPorts {
  /** None: everything is reached directly. */
  proxies?: Proxies
}

/** How to ask for the list of models. Source: the providers' API references, "List models". */
const MODELS: Readonly<Record<HttpSpec['protocol'], { query?: Query; headers?: Query }>> = {
  openai: {},
  // A page has 20 unless it is asked to have more.
  anthropic: { query: { limit: '1000' }, headers: { 'anthropic-version': '2023-06-01' } },
}
type Query = Readonly<Record<string, string>>

/**
 * An endpoint that speaks a provider's HTTP API.
 * @throws Error that says what is wrong with `baseUrl` or the files under `tls`.
 */
export function httpUpstream(spec: HttpSpec, ports: HttpPorts): Upstream {
  const base = baseOf(spec.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '').replaceAll('%7Bmodel%7D', MODEL)
  const modelInPath = prefix.includes(MODEL)
  const suffix = suffixOf(spec.query)
  const header = spec.auth.header.toLowerCase()
  const scheme = spec.auth.scheme === undefined ? '' : `${spec.auth.scheme} `
  const keys = credentials(spec, ports)
  const { firstByte, idle, total } = spec.timeouts
  const pool = new Pool(base.origin, {
    connect: connector(spec, ports.proxies?.(base), ports.warn),
    connections: CONNECTIONS,
    pipelining: 1, // and no HTTP/2, which costs more than it saves: bench/README.md
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0, // `Receiver` counts it from the call, so that waiting for a connection is in it
    bodyTimeout: idle,
  })
  const limits = { firstByte: deadlines(Math.min(firstByte, total)), total: deadlines(total) }

  function ask(
    method: 'POST' | 'GET',
    path: string,
    {
      model,
      headers,
      signal,
      body,
      left,
    }: Pick<UpstreamCall, 'model' | 'headers' | 'signal' | 'left'> & { body?: UpstreamCall['body'] },
  ): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw signal.reason
      headers['accept-encoding'] = 'identity'
      const key = keys?.choose()
      if (key !== undefined) headers[header] = scheme + key
      const below = modelInPath ? prefix.replaceAll(MODEL, modelStep(model)) : prefix
      const asked = { path: below + path, method, ...sendable(headers, body) }
      const within = left === undefined ? limits : lessThan(left)
      pool.dispatch(
        asked,
        keys?.several === true
          ? new Receiver(within, signal, ...keys.watching(key!, resolve, reject))
          : new Receiver(within, signal, resolve, reject),
      )
    })
  }

  const lessThan = (left: number) => ({
    firstByte: ownDeadlines(Math.min(firstByte, left)),
    total: ownDeadlines(left),
  })

  return {
    name: spec.name,
    protocol: spec.protocol,
    total,
    ...(keys?.several === true && { spareKey: true }),
    send: (call) => ask('POST', call.path + suffix, call),
    models() {
      // Below one of them there is no list of all.
      if (modelInPath) return Promise.resolve([])
      const { query, headers } = MODELS[spec.protocol]
      const path = `/models${suffixOf({ ...query, ...spec.query })}`
      return modelIds((signal) => ask('GET', path, { headers: { ...headers }, signal }))
    },
    close: () => pool.close(),
  }
}

/** A name that came from a caller must not lead to another path. */
function modelStep(model = ''): string {
  if (!isPathName(model)) throw new GateError('request.model', { param: 'model' })
  return model
}

function suffixOf(query: Query = {}): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Error('baseUrl must be an http: or https: address')
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('baseUrl must not hold credentials: name a variable or file under "key"')
  }
  if (url.search !== '' || url.hash !== '') {
    throw new Error('baseUrl must not hold a query or fragment: put the query under "query"')
  }
  return url
}
