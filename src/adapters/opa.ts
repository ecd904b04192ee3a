import type { AskedOpa, OpaServer, RegoAnswer, SecretRef } from '../core/ports.ts'
import { type Http, http, why } from './http.ts'

const MAX_ANSWER = 1024 * 1024
const CONNECTIONS = 64
const CONNECT = 1_000
const SOCKET = 'unix://'
/** A server may close a connection at the moment in which it is used again. */
const CLOSED = /^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/

export interface OpaServers {
  /** Equal servers share their connections. */
  open(server: OpaServer): AskedOpa
  close(): Promise<void>
}

/** Servers of OPA, asked by its REST API: https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input */
export function opaServers(options: {
  secret(ref: SecretRef): string
  /** For the operator: may name hosts. */
  warn(message: string): void
}): OpaServers {
  const held = new Map<string, { http: Http; asked: AskedOpa }>()
  return {
    open(server) {
      const key = JSON.stringify(server)
      const known = held.get(key)
      if (known !== undefined) return known.asked
      const socket = server.url.startsWith(SOCKET) ? server.url.slice(SOCKET.length) : undefined
      const connections = http({
        ...(server.ca !== undefined && { ca: server.ca }),
        ...(socket !== undefined && { socket }),
        connect: CONNECT,
        connections: CONNECTIONS,
      })
      const base = socket === undefined ? server.url : 'http://localhost'
      const asked = askedAt(`${base}/v1/data`, server, connections, options)
      held.set(key, { http: connections, asked })
      return asked
    },
    async close() {
      await Promise.all([...held.values()].map(({ http }) => http.close()))
    },
  }
}

function askedAt(
  base: string,
  { url: named, key }: OpaServer,
  connections: Http,
  { secret, warn }: Parameters<typeof opaServers>[0],
): AskedOpa {
  /** What it was told last of the server, so that it is told once and not with every call. */
  let told: string | undefined

  async function ask(url: string, body: string, deadline: number): Promise<RegoAnswer> {
    const end = performance.now() + deadline
    const send = () =>
      connections.ask({
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${secret(key)}` }),
        },
        body,
        limit: MAX_ANSWER,
        within: Math.max(1, Math.ceil(end - performance.now())),
      })
    const { status, bytes } = await send().catch((error: Error & { code?: string }) => {
      if (!CLOSED.test(error.code ?? '')) throw error
      return send()
    })
    if (status !== 200) throw new Error(`it answered ${status}`)
    const answer = JSON.parse(bytes.toString('utf8')) as unknown
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
      throw new Error('it answered something that is no object')
    return 'result' in answer ? { value: answer.result } : { undefined: true }
  }

  return {
    async data(path, input, deadline) {
      try {
        const url = `${base}/${path.map(encodeURIComponent).join('/')}`
        const answer = await ask(url, `{"input":${input}}`, deadline)
        told = undefined
        return answer
      } catch (error) {
        const said = error instanceof SyntaxError ? 'it answered something that is not JSON' : why(error)
        if (said !== told) warn(`the server of OPA at ${named} does not decide: ${said}`)
        told = said
        // A caller may come to read this.
        return { error: 'the server of OPA gave no answer in time that can be read' }
      }
    },
  }
}
