import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'

// usage: npx tsx bench/h2.ts
// Whether HTTP/2 to an upstream pays: undici's pool before a TLS server that speaks both, 32 calls at a time, of 1 KB and of
// a stream of 50 events. Needs `openssl`, for a certificate. Ends by itself in under two minutes.

const CALLS = 32
const ROUNDS = 5
const DURATION = 1_000
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x'.repeat(970) }] })
const ANSWER = JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'y'.repeat(900) } }] })
const EVENT = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'hello ' } }] })}\n\n`
const EVENTS = 50

function serve(dir: string): void {
  const server = createSecureServer(
    { key: readFileSync(join(dir, 'key')), cert: readFileSync(join(dir, 'cert')), allowHTTP1: true },
    (request, response) => {
      request.resume()
      request.on('end', () => {
        if (request.url !== '/stream') {
          response.writeHead(200, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(ANSWER),
          })
          return void response.end(ANSWER)
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        let left = EVENTS
        const next = () => {
          response.write(EVENT)
          if (--left === 0) response.end()
          else setImmediate(next)
        }
        next()
      })
    },
  )
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit(0))
}

interface Sample {
  rate: number
  p50: number
  p99: number
  /** Of this process, in ms a call. */
  cpu: number
}

async function sample(pool: Pool, path: string, duration: number): Promise<Sample> {
  const times: number[] = []
  const began = performance.now()
  const cpu = process.cpuUsage()
  const one = async () => {
    while (performance.now() - began < duration) {
      const sent = performance.now()
      const headers = { 'content-type': 'application/json' }
      const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: BODY })
      let size = 0
      for await (const piece of body) size += (piece as Buffer).length
      if (statusCode !== 200 || size < 900) throw new Error('a call did not end well')
      times.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: CALLS }, one))
  const took = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return {
    rate: (times.length / took) * 1000,
    p50: at(0.5),
    p99: at(0.99),
    cpu: (user + system) / 1000 / times.length,
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

async function main(): Promise<void> {
  setTimeout(() => process.exit(1), 110_000).unref()
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-h2-'))
  let child: ChildProcess | undefined
  try {
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '1',
        ],
        ...['-subj', '/CN=localhost', '-keyout', join(dir, 'key'), '-out', join(dir, 'cert')],
      ],
      { stdio: 'ignore' },
    )
    child = fork(fileURLToPath(import.meta.url), ['server', dir])
    const server = child
    const port = await new Promise<number>((resolve) => server.once('message', resolve))
    const connect = { ca: readFileSync(join(dir, 'cert')), servername: 'localhost' }
    const pools = {
      'HTTP/1.1, 32 connections': new Pool(`https://127.0.0.1:${port}`, { connect, connections: CALLS }),
      ...Object.fromEntries(
        [1, 4].map((connections) => [
          `HTTP/2, ${connections} connection${connections === 1 ? '' : 's'}`,
          new Pool(`https://127.0.0.1:${port}`, { connect, connections, allowH2: true, pipelining: CALLS }),
        ]),
      ),
    }
    for (const path of ['/whole', '/stream']) {
      for (const pool of Object.values(pools)) await sample(pool, path, DURATION)
      const taken = new Map<string, Sample[]>()
      for (let round = 0; round < ROUNDS; round++)
        for (const [name, pool] of Object.entries(pools))
          taken.set(name, [...(taken.get(name) ?? []), await sample(pool, path, DURATION)])
      for (const [name, samples] of taken) {
        const of = (figure: keyof Sample) => median(samples.map((one) => one[figure])).toFixed(2)
        process.stdout.write(
          `${path}  ${name.padEnd(25)} ${of('rate').padStart(9)} calls/s  p50 ${of('p50')} ms  p99 ${of('p99')} ms  CPU ${of('cpu')} ms\n`,
        )
      }
    }
    await Promise.all(Object.values(pools).map((pool) => pool.destroy()))
  } finally {
    child?.disconnect()
    rmSync(dir, { recursive: true, force: true })
  }
}

if (process.argv[2] === 'server') serve(process.argv[3]!)
else await main()
