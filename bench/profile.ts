import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sample, WORKLOADS } from './measure.ts'
import { limited, openIssuer } from './peers/gates.ts'
import { redis } from './peers/gateways.ts'
import { build, documents, gate, script, stop, temporary } from './processes.ts'

// Where the gate's time goes: a CPU profile under load, self time by folder and by function.
// usage: npx tsx bench/profile.ts [1|64|stream] [empty|default|memory|redis]
// Shares of the busy time, and microseconds a call. `memory` and `redis` are the default boundary with tokens, and limits that are counted there.

interface Profile {
  nodes: {
    id: number
    callFrame: { functionName: string; url: string; lineNumber: number }
    children?: number[]
  }[]
  /** Microseconds, of no particular beginning. */
  startTime: number
  samples: number[]
  timeDeltas: number[]
}

const WARM = 4000
const LOADED = 8000

/** Which folder of ours, package, or part of Node a script belongs to. */
function folderOf(url: string, name: string): string {
  const ours = /sallyport-bench\/src\/(.+)\.js$/.exec(url)?.[1]
  if (ours !== undefined) return `src/${ours.includes('/') ? ours.slice(0, ours.lastIndexOf('/')) : ours}`
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1]
  if (dependency !== undefined) return dependency
  if (url.startsWith('node:')) return `node:${url.slice(5).split('/').slice(0, 2).join('/')}`
  return name.startsWith('(') ? name : '(native)'
}

function read(profile: Profile, from: number) {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  )
  const folders = new Map<string, number>()
  const functions = new Map<string, number>()
  const inclusive = new Map<string, number>()
  const add = (to: Map<string, number>, name: string, time: number) =>
    to.set(name, (to.get(name) ?? 0) + time)
  const nameOf = (id: number) => {
    const { functionName, url, lineNumber } = byId.get(id)!.callFrame
    const folder = folderOf(url, functionName)
    const place = url === '' ? '' : ` ${url.split('/').at(-1)}:${lineNumber + 1}`
    return { folder, name: `${functionName || '(anonymous)'}  ${folder}${place}` }
  }
  let elapsed = 0
  let total = 0
  for (const [index, id] of profile.samples.entries()) {
    const time = profile.timeDeltas[index]!
    elapsed += time
    const { folder, name } = nameOf(id)
    if (elapsed < from * 1000 || name.startsWith('(idle)')) continue
    total += time
    add(folders, folder, time)
    add(functions, name, time)
    const seen = new Set<string>()
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { folder, name } = nameOf(at)
      if (folder.startsWith('src/') || !folder.startsWith('(')) seen.add(name)
    }
    for (const each of seen) add(inclusive, each, time)
  }
  return { folders, functions, inclusive, total }
}

function show(title: string, shares: Map<string, number>, total: number, calls: number, most: number): void {
  console.log(`\n${title}`)
  for (const [name, time] of [...shares].sort((a, b) => b[1] - a[1]).slice(0, most)) {
    const share = ((time / total) * 100).toFixed(1).padStart(6)
    console.log(`${share} %  ${(time / calls).toFixed(1).padStart(6)} µs  ${name}`)
  }
}

const BOUNDARIES = ['empty', 'default', 'memory', 'redis'] as const
const [which = '1', asked = 'default'] = process.argv.slice(2)
const workload = WORKLOADS.find(({ name }) => name.includes(which))
const boundary = BOUNDARIES.find((name) => name === asked)
if (workload === undefined || boundary === undefined)
  throw new Error(`usage: npx tsx bench/profile.ts [1|64|stream] [${BOUNDARIES.join('|')}]`)
build()
const mock = await script('mock')
const loader = await script('load')
const issuer = await openIssuer()
const store = boundary === 'redis' ? await redis() : undefined
const config =
  boundary === 'empty' || boundary === 'default'
    ? documents(boundary, mock.port)
    : limited(issuer, mock.port, store?.port)
const began = performance.now()
const server = {
  ...(await gate(config, ['--cpu-prof', '--cpu-prof-dir', temporary])),
  ...(boundary === 'memory' || boundary === 'redis'
    ? { headers: { authorization: `Bearer ${issuer.token}` } }
    : {}),
}
await sample(loader, server, workload, 32, WARM)
const from = performance.now() - began
const { calls, duration } = await sample(loader, server, workload, 32, LOADED)
await stop(server)
await stop(loader)
await stop(mock)
if (store !== undefined) await stop(store)
issuer.close()
const file = readdirSync(temporary).find((name) => name.endsWith('.cpuprofile'))!
const { folders, functions, inclusive, total } = read(
  JSON.parse(readFileSync(join(temporary, file), 'utf8')),
  from,
)
console.log(
  `${workload.name}, 32 connections, ${boundary} boundary: ${Math.round((calls / duration) * 1000)} calls a second while profiled, ${(total / calls).toFixed(1)} µs a call`,
)
show('Self time by folder', folders, total, calls, 25)
show('Self time by function', functions, total, calls, 60)
show('By function, with what it calls', inclusive, total, calls, 150)
rmSync(temporary, { recursive: true, force: true })
process.exit(0)
