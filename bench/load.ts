import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { FIRST_TOKEN, type Template } from './bodies.ts'

// A closed-loop client on raw sockets, in a process of its own: it must cost less than what it measures. It takes jobs
// over IPC, one at a time, talks to 127.0.0.1 only, and ends with its parent.

/** One cell of a table: so many connections, each with one call at a time, for so long. */
export interface Job {
  port: number
  path: string
  /** Beside those of every call; names in small letters. */
  headers: Readonly<Record<string, string>>
  template: Template
  connections: number
  /** Milliseconds. */
  duration: number
  maxRequests: number
}

/** Times are in milliseconds. */
export interface Result {
  calls: number
  /** Until the last of them ended. */
  duration: number
  p50: number
  p99: number
  /** To the first token of a stream. */
  first50?: number
  first99?: number
}

const GRACE = 10_000
const END = Buffer.from('0\r\n\r\n')
const TOKEN = Buffer.from(FIRST_TOKEN)
let serial = Date.now() % 2 ** 31

interface Client {
  socket: Socket
  send(): void
}

async function run(job: Job): Promise<Result> {
  const latencies: number[] = []
  const firsts: number[] = []
  let running = 0
  let stop = Number.POSITIVE_INFINITY
  let finish: () => void = () => {}
  let fail: (error: Error) => void = () => {}
  const over = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  const ended = (client: Client, began: number, first: number | undefined) => {
    const now = performance.now()
    running--
    latencies.push(now - began)
    if (first !== undefined) firsts.push(first - began)
    if (now < stop && latencies.length + running < job.maxRequests) {
      running++
      client.send()
    } else if (running === 0) finish()
  }
  const clients = await Promise.all(
    Array.from({ length: job.connections }, () => open(job, ended, (error) => fail(error))),
  )
  const late = setTimeout(
    () => fail(new Error(`${running} calls did not end in time, ${latencies.length} did`)),
    job.duration + GRACE,
  )
  const start = performance.now()
  stop = start + job.duration
  running = clients.length
  for (const client of clients) client.send()
  try {
    await over
  } finally {
    clearTimeout(late)
    for (const { socket } of clients) socket.destroy()
  }
  return {
    calls: latencies.length,
    duration: performance.now() - start,
    ...quantiles(latencies, 'p50', 'p99'),
    ...(firsts.length === 0 ? {} : quantiles(firsts, 'first50', 'first99')),
  }
}

async function open(
  job: Job,
  ended: (client: Client, began: number, first: number | undefined) => void,
  fail: (error: Error) => void,
): Promise<Client> {
  const head = `POST ${job.path} HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\n${Object.entries(job.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join(
      '',
    )}content-type: application/json\r\naccept: */*\r\ncontent-length: ${Buffer.byteLength(job.template.text)}\r\n\r\n`
  const request = Buffer.from(head + job.template.text)
  const marks = job.template.marks.map((at) => at + head.length)
  const streamed = job.template.text.includes('"stream":true')
  let began = 0
  let first: number | undefined
  /** Bytes of a body of known length that are to come; `chunks` until the last chunk; `head` before either. */
  let awaits: number | 'chunks' | 'head' = 'head'
  let before: Buffer = Buffer.alloc(0)

  const take = (bytes: Buffer): void => {
    if (awaits === 'head') {
      const all = before.length === 0 ? bytes : Buffer.concat([before, bytes])
      const end = all.indexOf('\r\n\r\n')
      if (end < 0) {
        before = Buffer.from(all)
        return
      }
      before = Buffer.alloc(0)
      const text = all.toString('latin1', 0, end)
      if (!text.startsWith('HTTP/1.1 200')) return fail(new Error(`${text.split('\r\n')[0]}`))
      const length = /\r\ncontent-length: *([0-9]+)/i.exec(text)
      awaits = length === null ? 'chunks' : Number(length[1])
      if (all.length > end + 4) take(all.subarray(end + 4))
      return
    }
    if (awaits !== 'chunks') {
      awaits -= bytes.length
      if (awaits <= 0) done()
      return
    }
    const joined = before.length === 0 ? bytes : Buffer.concat([before, bytes])
    if (streamed && first === undefined && joined.includes(TOKEN)) first = performance.now()
    if (joined.length >= END.length && joined.subarray(-END.length).equals(END)) {
      if (streamed && (joined.includes('data: {"error"') || first === undefined))
        return fail(new Error('a stream did not end well'))
      return done()
    }
    before = Buffer.from(joined.subarray(-TOKEN.length))
  }
  const done = (): void => {
    awaits = 'head'
    before = Buffer.alloc(0)
    ended(client, began, first)
  }
  const buffer = Buffer.allocUnsafe(65_536)
  const socket = connect({
    host: '127.0.0.1',
    port: job.port,
    noDelay: true,
    onread: {
      buffer,
      callback(size, chunk) {
        take((chunk as Buffer).subarray(0, size))
        return true
      },
    },
  })
  const client: Client = {
    socket,
    send() {
      serial++
      for (const at of marks) for (let i = 0; i < 8; i++) request[at + i] = 97 + ((serial >>> (i * 4)) & 15)
      first = undefined
      began = performance.now()
      socket.write(request)
    },
  }
  await once(socket, 'connect')
  socket.on('error', fail)
  socket.on('end', () => fail(new Error('the server closed a connection')))
  return client
}

function quantiles(times: number[], half: 'p50' | 'first50', most: 'p99' | 'first99') {
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { [half]: at(0.5), [most]: at(0.99) } as { p50: number; p99: number }
}

process.on('message', (job: Job) => {
  run(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: 0 })
