import { mkdirSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createKeyring, hashKey } from '../src/identity/keys.ts'
import { buildPolicy } from '../src/policy/build.ts'
import { readFolder } from '../src/policy/folder.ts'
import { ask, build, gate, key, resident, type Server, script, stop, temporary } from './processes.ts'

// usage: npx tsx bench/scale.ts [consumers | overload | idle [connections]]
// What much of something costs: consumers, calls past the limit, idle connections. See README.md.

const CONSUMERS = 10_000
/** The process needs as many open files and some: `ulimit -n`. */
const CONNECTIONS = Number(process.argv[3] ?? 20_000)
const CLIENTS = 4
const REFUSED = 2_000

setTimeout(() => {
  console.error('the bench took too long')
  process.exit(1)
}, 240_000).unref()

const document = (kind: string, name: string, spec: object) =>
  `---\n${JSON.stringify({ apiVersion: 'sallyport.dev/v1', kind, metadata: { name }, spec })}\n`
function folder(name: string, files: Readonly<Record<string, string>>): string {
  const dir = join(temporary, name)
  mkdirSync(dir)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text)
  return dir
}
const quantile = (times: number[], share: number): string =>
  times.sort((a, b) => a - b)[Math.floor(times.length * share)]!.toFixed(2)

async function consumers(): Promise<void> {
  const yaml = (i: number) =>
    `---\napiVersion: sallyport.dev/v1\nkind: Consumer\nmetadata: { name: c-${i} }\nspec:\n  tenant: t${i % 100}\n  keys: [{ sha256: "${hashKey(String(i))}" }]\n`
  const files: Record<string, string> = {
    'b.yaml': document('Boundary', 'b', { upstreams: [], output: [] }),
  }
  for (let file = 0; file < 10; file++)
    files[`c${file}.yaml`] = Array.from({ length: CONSUMERS / 10 }, (_, i) =>
      yaml((file * CONSUMERS) / 10 + i),
    ).join('')
  const dir = folder('consumers', files)
  const options = { modules: [], ports: { secret: () => '' }, paths: [], packageVersion: '1' }
  for (const run of ['first', 'again']) {
    const began = performance.now()
    const cpu = process.cpuUsage()
    const loaded = await buildPolicy(await readFolder(dir), options)
    if ('errors' in loaded) throw new Error(JSON.stringify(loaded.errors[0]))
    const wall = performance.now() - began
    console.log(
      `${CONSUMERS} consumers read, checked and built, ${run}: ${wall.toFixed(0)} ms (${(process.cpuUsage(cpu).user / 1000).toFixed(0)} ms of CPU)`,
    )
    if (run === 'first') continue
    for (const some of [10, CONSUMERS]) {
      const ring = createKeyring(loaded.policy.consumers.slice(0, some))
      const calls = 200_000
      const start = process.cpuUsage()
      for (let i = 0; i < calls; i++) ring.find(hashKey(String(i % some)))
      console.log(`  one look-up among ${some}: ${(process.cpuUsage(start).user / calls).toFixed(2)} µs`)
    }
  }
}

const consumer = document('Consumer', 'bench', { tenant: 'bench', keys: [{ sha256: hashKey(key) }] })

/** The model never answers, so that the one place stays taken. */
async function overload(): Promise<void> {
  const model = createServer(() => {})
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))
  const { port } = model.address() as AddressInfo
  const dir = folder('overload', {
    'all.yaml':
      consumer +
      document('Gate', 'gate', { limits: { exchanges: 1, queue: 0 }, drain: '1s' }) +
      document('Boundary', 'b', { upstreams: [{ name: 'm' }] }) +
      document('Upstream', 'm', { protocol: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` }),
  })
  const server = await gate(dir)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const call = () =>
    new Promise<{ status: number; ms: number }>((resolve, reject) => {
      const began = performance.now()
      const sent = request(
        {
          agent,
          port: server.port,
          host: '127.0.0.1',
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${key}` },
        },
        (response) => {
          const ms = performance.now() - began
          response.resume()
          response.on('end', () => resolve({ status: response.statusCode ?? 0, ms }))
        },
      )
      sent.on('error', reject)
      sent.end('{"model":"m","messages":[]}')
    })
  const held = call().catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const times: number[] = []
  for (let i = 0; i < REFUSED; i++) {
    const { status, ms } = await call()
    if (status !== 503) throw new Error(`${status}`)
    if (i >= REFUSED / 4) times.push(ms)
  }
  console.log(
    `a call past the limit is refused after: median ${quantile(times, 0.5)} ms, 99 % within ${quantile(times, 0.99)} ms`,
  )
  await stop(server)
  await held
  model.close()
}

async function idle(): Promise<void> {
  const dir = folder('idle', {
    'all.yaml':
      consumer +
      document('Boundary', 'b', { upstreams: [{ name: 'loopback' }] }) +
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }),
  })
  const server = await gate(dir)
  const clients: Server[] = []
  for (let i = 0; i < CLIENTS; i++) clients.push(await script('idle-client'))
  const before = resident(server)
  const held = await Promise.all(
    clients.map((client, i) =>
      ask<number>(client, {
        port: server.port,
        key,
        connections: CONNECTIONS / CLIENTS,
        from: `127.0.0.${i + 2}`,
      }),
    ),
  )
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const after = resident(server)
  const open = held.reduce((sum, each) => sum + each, 0)
  console.log(
    `${open} idle connections: ${after.toFixed(0)} MB resident, ${before.toFixed(0)} MB without them, ${(((after - before) * 1000) / open).toFixed(1)} KB each`,
  )
  for (const each of clients) await stop(each)
  await stop(server)
}

const only = process.argv[2]
if (only === undefined || only === 'consumers') await consumers()
if (only !== 'consumers') build()
if (only === undefined || only === 'overload') await overload()
if (only === undefined || only === 'idle') await idle()
process.exit(0)
