import { Pool } from 'undici'
import { GateError } from '../../core/errors.ts'
import { isPathName } from '../../core/paths.ts'
import type { SecretRef } from '../../core/ports.ts'
import type { OpenAiSpec, Upstream, UpstreamAnswer, UpstreamCall } from '../types.ts'
import { Receiver } from './answer.ts'
import { deadlines } from './deadlines.ts'
import { modelIds } from './models.ts'

/** Calls to one upstream at a time; more wait for a connection until `firstByte` is over. */
const CONNECTIONS = 1024
const MAX_HEADER_BYTES = 32_768
/** In an address: where the name of the model stands, as Azure's deployments have it. */
const MODEL = '{model}'

export interface OpenAiPorts {
  /** Throws an `Error` that says which variable or file is missing. Asked at every call. */
  secret(ref: SecretRef): string
  /** For the operator: never called with a secret. */
  warn(message: string): void
}

/**
 * An endpoint that speaks OpenAI's HTTP API.
 * @throws Error that says what is wrong with `baseUrl`.
 */
export function openaiUpstream(spec: OpenAiSpec, ports: OpenAiPorts): Upstream {
  const base = baseOf(spec.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '').replaceAll('%7Bmodel%7D', MODEL)
  const modelInPath = prefix.includes(MODEL)
  const query = new URLSearchParams(spec.query).toString()
  const suffix = query === '' ? '' : `?${query}`
  const header = spec.auth.header.toLowerCase()
  const scheme = spec.auth.scheme === undefined ? '' : `${spec.auth.scheme} `
  const { firstByte, idle, total, connect } = spec.timeouts
  const pool = new Pool(base.origin, {
    connect: { timeout: connect },
    connections: CONNECTIONS,
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0, // `Receiver` counts it from the call, so that waiting for a connection is in it
    bodyTimeout: idle,
  })
  const limits = { firstByte: deadlines(Math.min(firstByte, total)), total: deadlines(total) }
  let complaint: string | undefined

  function credential(key: SecretRef): string {
    try {
      const value = scheme + ports.secret(key)
      complaint = undefined
      return value
    } catch (error) {
      const message = (error as Error).message
      if (message !== complaint) ports.warn(`upstream ${spec.name}: ${message}`)
      complaint = message
      throw new GateError('upstream.unavailable', { cause: error })
    }
  }

  function ask(
    method: 'POST' | 'GET',
    call: Pick<UpstreamCall, 'path' | 'model' | 'headers' | 'signal'>,
    body: UpstreamCall['body'] | null,
  ): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      if (call.signal.aborted) throw call.signal.reason
      const { headers } = call
      headers['accept-encoding'] = 'identity'
      if (spec.key !== undefined) headers[header] = credential(spec.key)
      const below = modelInPath ? prefix.replaceAll(MODEL, modelStep(call.model)) : prefix
      const path = below + call.path + suffix
      pool.dispatch({ path, method, headers, body }, new Receiver(limits, call.signal, resolve, reject))
    })
  }

  return {
    name: spec.name,
    protocol: 'openai',
    send: (call) => ask('POST', call, call.body),
    // Below one of them there is no list of all.
    models: () =>
      modelInPath
        ? Promise.resolve([])
        : modelIds((signal) => ask('GET', { path: '/models', headers: {}, signal }, null)),
    close: () => pool.close(),
  }
}

/** A name that came from a caller must not lead to another path. */
function modelStep(model = ''): string {
  if (!isPathName(model)) throw new GateError('request.model', { param: 'model' })
  return model
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
