import { createServer, type Socket } from 'node:net'
import { PACED } from './bodies.ts'
import { SPOKEN, type Spoken } from './protocols.ts'

// A model's endpoint that costs next to nothing: what is measured is what stands before it. It knows just enough HTTP/1.1
// to serve undici and the load generator.

interface Answers {
  whole: Buffer
  events: readonly Buffer[]
}

function answers({ body, events = [] }: Spoken): Answers {
  const head = 'HTTP/1.1 200 OK\r\nx-request-id: req_bench\r\n'
  const whole = Buffer.from(
    `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  const framed = events.map((event) => `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`)
  if (framed.length === 0) return { whole, events: [] }
  framed[0] = `${head}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${framed[0]}`
  framed.push(`${framed.pop()}0\r\n\r\n`)
  return { whole, events: framed.map((event) => Buffer.from(event)) }
}

const BY_PATH = new Map(SPOKEN.map((spoken) => [spoken.path, answers(spoken)]))

/** Milliseconds. */
const PACE = 2
/** Bytes. */
const SHORT = 4096
const STREAMED = /"stream": ?true/

/** One write an event, each in a turn of its own. */
function stream(socket: Socket, events: readonly Buffer[], paced: boolean, index = 0): void {
  if (socket.destroyed) return
  socket.write(events[index]!)
  if (index + 1 === events.length) return
  if (paced) setTimeout(stream, PACE, socket, events, paced, index + 1)
  else setImmediate(stream, socket, events, paced, index + 1)
}

const server = createServer({ noDelay: true }, (socket) => {
  let head: Buffer | undefined
  let left = 0
  let streamed = false
  let paced = false
  let answer: Answers | undefined
  const take = (bytes: Buffer) => {
    left -= bytes.length
    if (left > 0) return
    if (answer === undefined) socket.destroy()
    else if (streamed) stream(socket, answer.events, paced)
    else socket.write(answer.whole)
  }
  socket.on('data', (bytes) => {
    if (left > 0) return take(bytes)
    const all = head === undefined ? bytes : Buffer.concat([head, bytes])
    const end = all.indexOf('\r\n\r\n')
    if (end < 0) {
      head = all
      return
    }
    const text = all.toString('latin1', 0, end)
    const length = /content-length: *([0-9]+)/i.exec(text)
    const rest = all.subarray(end + 4)
    // Which answer is wanted stands at the body's beginning, as the load generator writes it. Gateways that write a body
    // anew put it elsewhere: short ones are awaited and looked at as a whole.
    const looked = Number(length?.[1]) <= SHORT ? Number(length?.[1]) : 64
    if (length === null || rest.length < looked) {
      head = all
      if (length === null) socket.destroy()
      return
    }
    head = undefined
    answer = BY_PATH.get(text.slice(text.indexOf(' ') + 1, text.indexOf(' HTTP/')))
    left = Number(length[1])
    const wanted = rest.toString('latin1', 0, looked)
    streamed = STREAMED.test(wanted)
    paced = wanted.includes(PACED)
    take(rest)
  })
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port })
})
process.on('disconnect', () => process.exit(0))
