import { createServer, type Socket } from 'node:net'
import { answerBody, answerEvents, PACED } from './bodies.ts'

// A model's endpoint that costs next to nothing: what is measured is what stands before it. It knows just enough HTTP/1.1
// to serve undici and the load generator.

const body = Buffer.from(answerBody())
const BUFFERED = Buffer.concat([
  Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\ncontent-length: ${body.length}\r\n\r\n`,
  ),
  body,
])
const framed = answerEvents().map((event) =>
  Buffer.from(`${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`),
)
const EVENTS = [
  Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n',
  ),
  ...framed.slice(0, -1),
  Buffer.concat([framed.at(-1)!, Buffer.from('0\r\n\r\n')]),
]
EVENTS.splice(0, 2, Buffer.concat([EVENTS[0]!, EVENTS[1]!]))

/** Milliseconds. */
const PACE = 2

/** One write an event, each in a turn of its own. */
function stream(socket: Socket, paced: boolean, index = 0): void {
  if (socket.destroyed) return
  socket.write(EVENTS[index]!)
  if (index + 1 === EVENTS.length) return
  if (paced) setTimeout(stream, PACE, socket, paced, index + 1)
  else setImmediate(stream, socket, paced, index + 1)
}

const server = createServer({ noDelay: true }, (socket) => {
  let head: Buffer | undefined
  let left = 0
  let wanted = ''
  const take = (bytes: Buffer) => {
    left -= bytes.length
    if (left > 0) return
    if (wanted.includes('"stream":true')) stream(socket, wanted.includes(PACED))
    else socket.write(BUFFERED)
  }
  socket.on('data', (bytes) => {
    if (left > 0) return take(bytes)
    const all = head === undefined ? bytes : Buffer.concat([head, bytes])
    const end = all.indexOf('\r\n\r\n')
    if (end < 0) {
      head = all
      return
    }
    const length = /content-length: *([0-9]+)/i.exec(all.toString('latin1', 0, end))
    const rest = all.subarray(end + 4)
    if (length === null || rest.length < 64) {
      // Which answer is wanted stands at the body's beginning.
      head = all
      if (length === null) socket.destroy()
      return
    }
    head = undefined
    left = Number(length[1])
    wanted = rest.toString('latin1', 0, 64)
    take(rest)
  })
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port })
})
process.on('disconnect', () => process.exit(0))
