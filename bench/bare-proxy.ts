import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'

// The baseline: what anybody would write who wants to proxy one upstream with `node:http` and `undici` and look at nothing.
// Bodies are piped both ways with back-pressure, connections are kept alive, a caller who leaves ends the upstream call.
// Its limits are the gate's. usage: bare-proxy UPSTREAM-ORIGIN

const pool = new Pool(process.argv[2]!, {
  connections: 1024,
  pipelining: 1,
  headersTimeout: 60_000,
  bodyTimeout: 30_000,
})
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'host'])

function passed<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  const out: Record<string, T> = {}
  for (const name in headers) if (!HOP.has(name)) out[name] = headers[name]!
  return out
}

function proxy(request: IncomingMessage, response: ServerResponse): void {
  let abort: ((reason: Error) => void) | undefined
  response.on('close', () => {
    if (!response.writableFinished) abort?.(new Error('the caller left'))
  })
  pool.dispatch(
    {
      path: request.url!,
      method: request.method as 'POST',
      headers: passed(request.headers) as Record<string, string>,
      body: request,
    },
    {
      onRequestStart(controller) {
        abort = (reason) => controller.abort(reason)
        response.on('drain', () => controller.resume())
      },
      onResponseStart(_, status, headers) {
        response.writeHead(status, passed(headers) as Record<string, string>)
      },
      onResponseData(controller, chunk) {
        if (!response.write(chunk)) controller.pause()
      },
      onResponseEnd() {
        response.end()
      },
      onResponseError() {
        if (response.headersSent) response.destroy()
        else response.writeHead(502).end()
      },
    },
  )
}

const server = createServer({ keepAliveTimeout: 65_000 }, proxy)
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port })
})
process.on('disconnect', () => process.exit(0))
