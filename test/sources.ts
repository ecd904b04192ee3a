import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onStop } from './gate.ts'

export interface Served {
  status?: number
  body: Buffer | string
  headers?: Record<string, string>
  /** Milliseconds until it answers. */
  after?: number
}

/** A server of what a policy is made of, on a port of its own: it answers `If-None-Match`, and counts. */
export async function sourceServer(first: Served) {
  let now = first
  const asked: { url: string; headers: IncomingMessage['headers']; status: number }[] = []
  const waiting: ServerResponse[] = []

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { status = 200, body, headers = {}, after = 0 } = now
    const same = headers.etag !== undefined && request.headers['if-none-match'] === headers.etag
    if (same && request.headers.prefer?.includes('wait=') === true) {
      waiting.push(response)
      response.once('again', () => answer(request, response))
      return
    }
    asked.push({ url: request.url ?? '', headers: request.headers, status: same ? 304 : status })
    const send = () => response.writeHead(same ? 304 : status, headers).end(same ? undefined : body)
    if (after === 0) send()
    else setTimeout(send, after).unref()
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  onStop(close)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** Answers otherwise from now on; who waits is answered at once. */
    serve(next: Served) {
      now = next
      for (const response of waiting.splice(0)) response.emit('again')
    },
    /** How many wait for something new. */
    held: () => waiting.length,
    close,
  }
}
