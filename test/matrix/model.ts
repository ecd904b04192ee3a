import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { loopbackUpstream } from '../../src/upstreams/loopback/index.ts'
import { onStop } from '../gate.ts'

interface Failure {
  fails: number
  headers?: Record<string, string>
}

/** What becomes of the calls for one model; without a fate they are answered. */
export type Fate =
  | Failure
  /** The connection is cut, or nothing more is said: before there is an answer, or after half of it. */
  | { at: 'before' | 'midway'; does: 'die' | 'stall' }

export interface ModelCall {
  body: string
  /** The gate closed the connection before the answer was whole. */
  abandoned: boolean
}

export interface Model {
  /** Ends in `/v1`. */
  url: string
  /** By the model's name, so that cells do not disturb each other. */
  fates: Map<string, Fate>
  calls(name: string): readonly ModelCall[]
}

/** What a provider's message may name, and no caller may read. */
export const SECRETS = ['sk-provider-0123456789abcdef', 'org-abc123', 'api.provider.example'] as const
/** What of it is about the request. */
export const REJECTION = "Unknown field 'foo'"
const MESSAGE = `${REJECTION} for ${SECRETS.join(' of ')}`

/** A provider: the built-in model behind a real HTTP server, which a test can have fail. */
export async function startProvider(): Promise<Model> {
  const loopback = loopbackUpstream({ name: 'loopback' })
  const fates: Model['fates'] = new Map()
  const calls = new Map<string, ModelCall[]>()
  const sockets = new Set<Socket>()

  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces).toString('utf8')
    const name = String((JSON.parse(body) as { model?: unknown }).model)
    const call: ModelCall = { body, abandoned: false }
    calls.set(name, [...(calls.get(name) ?? []), call])
    response.on('close', () => {
      call.abandoned = !response.writableFinished
    })
    const path = (request.url ?? '').replace(/^\/v1/, '')
    const fate = fates.get(name)
    if (fate !== undefined && 'fails' in fate) return fail(response, path, fate)
    if (fate?.at === 'before') {
      if (fate.does === 'die') response.destroy()
      return
    }
    const signal = new AbortController().signal
    const answer = await loopback.send({ path, headers: {}, body, signal, stream: false })
    const said: Uint8Array[] = []
    for await (const piece of answer.body) said.push(piece)
    response.writeHead(answer.status, answer.headers)
    if (fate === undefined) {
      for (const piece of said) response.write(piece)
      response.end()
      return
    }
    for (const piece of half(said)) response.write(piece)
    // What was said leaves first: a reset would let the kernel drop it.
    if (fate.does === 'die') response.socket?.end(() => response.destroy())
  })

  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onStop(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/v1`, fates, calls: (name) => calls.get(name) ?? [] }
}

/** Half of the events, or of a body's bytes. */
function half(said: readonly Uint8Array[]): readonly Uint8Array[] {
  const [only] = said
  if (said.length === 1 && only !== undefined) return [only.subarray(0, Math.ceil(only.length / 2))]
  return said.slice(0, Math.ceil(said.length / 2))
}

/** An error as the provider words it. */
function fail(response: ServerResponse, path: string, { fails, headers }: Failure): void {
  const error = path.startsWith('/messages')
    ? { type: 'error', error: { type: 'api_error', message: MESSAGE }, request_id: 'req_abc123' }
    : { error: { message: MESSAGE, type: 'server_error', param: null, code: null } }
  response.writeHead(fails, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(error))
}
