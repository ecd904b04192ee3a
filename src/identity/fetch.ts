import { readFileSync } from 'node:fs'
import { Agent } from 'undici'

/** An issuer that says more is not one to be trusted with memory: a key has about 400 bytes. */
export const MAX_KEY_SET = 1024 * 1024
const TIMEOUT = 5_000
const CONNECTIONS = 8

export interface Ask {
  url: string
  headers?: Readonly<Record<string, string>>
  /** Sent as a form by POST; GET without. */
  form?: Readonly<Record<string, string>>
  /** The most bytes that are read of the answer. */
  limit: number
}

/** Speaks to one issuer. */
export interface Fetcher {
  /**
   * The JSON of an answer of 200; undefined for one of 404.
   * @throws Error that says what is wrong, never with what was sent or answered
   */
  json(ask: Ask): Promise<unknown>
  close(): Promise<void>
}

/** @param ca a file of certificates in PEM, read again whenever a connection fails or is made */
export function fetcher(ca?: string): Fetcher {
  let agent: { agent: Agent; ca: string | undefined } | undefined

  /** A changed file of certificates is a new agent; what it is asked for is seldom. */
  function current(): Agent {
    const read = ca === undefined ? undefined : readFileSync(ca, 'utf8')
    if (agent !== undefined && agent.ca === read) return agent.agent
    void agent?.agent.close().catch(() => {})
    agent = {
      ca: read,
      agent: new Agent({
        connect: { timeout: TIMEOUT, ...(read === undefined ? {} : { ca: read }) },
        connections: CONNECTIONS,
        pipelining: 1,
        headersTimeout: TIMEOUT,
        bodyTimeout: TIMEOUT,
        maxHeaderSize: 16_384,
      }),
    }
    return agent.agent
  }

  return {
    async json({ url, headers, form, limit }) {
      const { origin, pathname, search } = new URL(url)
      // One clock over all of it: an answer that trickles is as good as none.
      const signal = AbortSignal.timeout(TIMEOUT)
      const { statusCode, body } = await current().request({
        origin,
        path: pathname + search,
        method: form === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
        signal,
      })
      // A redirect is an answer as well: where keys come from is written down, and nobody else says it.
      if (statusCode !== 200) {
        body.on('error', () => {})
        body.destroy()
        if (statusCode === 404) return undefined
        throw new Error(`answered ${statusCode}`)
      }
      const pieces: Buffer[] = []
      let size = 0
      for await (const piece of body as AsyncIterable<Buffer>) {
        size += piece.length
        if (size > limit) throw new Error(`answered more than ${limit} bytes`)
        pieces.push(piece)
      }
      try {
        return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
      } catch {
        throw new Error('answered something that is not JSON')
      }
    },
    async close() {
      await agent?.agent.close()
    },
  }
}

/** What went wrong, for a log: the codes of Node and of TLS, and our own words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  if (error.name === 'TimeoutError') return `did not answer in ${TIMEOUT / 1000}s`
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
