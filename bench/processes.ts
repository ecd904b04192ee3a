import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKey, hashKey } from '../src/identity/keys.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Compiled as `npm run build` does, apart from `dist/`, which may be in use. */
export const built = join(ROOT, 'node_modules/.cache/sallyport-bench')
const READY = 15_000

export const key = createKey()
export const temporary = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const children = new Set<ChildProcess>()
/** Has a process end with the bench. */
export function adopt(child: ChildProcess): ChildProcess {
  children.add(child)
  return child
}

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(temporary, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

export interface Server {
  pid: number
  port: number
  child: ChildProcess
  /** What its callers send beside, or instead of, the bench's key. */
  headers?: Readonly<Record<string, string>>
  /** Processes that work for it and are not its children. */
  beside?: readonly number[]
}

/** Compiles `src/` and `bench/`: a loader that compiles on the way would be in every figure. */
export function build(): void {
  rmSync(built, { recursive: true, force: true })
  const tsc = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'bench/tsconfig.json')],
    { encoding: 'utf8' },
  )
  if (tsc.status !== 0) throw new Error(`tsc failed:\n${tsc.stdout}${tsc.stderr}`)
  for (const name of ['package.json', 'policies', 'models', 'rego'])
    cpSync(join(ROOT, name), join(built, name), { recursive: true })
}

/** A script of `bench/` in a process of its own. */
export function script(name: string, ...args: string[]): Promise<Server> {
  const child = fork(join(built, 'bench', `${name}.js`), args, { execArgv: [] })
  children.add(child)
  return new Promise((resolve, reject) => {
    child.once('message', ({ port }: { port: number }) => resolve({ child, port, pid: child.pid! }))
    child.once('exit', (code) => reject(new Error(`${name} ended (${code})`)))
  })
}

const EMPTY = `apiVersion: sallyport.dev/v1
kind: Boundary
metadata: { name: empty }
spec:
  match: { paths: ["*"] }
  upstreams: [{ name: openai }, { name: anthropic }]
`

/** A folder of documents: nothing inspected, or the boundary that ships; either way with keys, before the mock. */
export function documents(boundary: 'empty' | 'default', mock: number, name: string = boundary): string {
  const dir = join(temporary, `policy-${name}`)
  mkdirSync(dir)
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text)
  write(
    'boundaries.yaml',
    boundary === 'empty' ? EMPTY : readFileSync(join(ROOT, 'policies/default/boundaries.yaml'), 'utf8'),
  )
  const upstream = (name: string, spec: string) =>
    `apiVersion: sallyport.dev/v1\nkind: Upstream\nmetadata: { name: ${name} }\nspec: ${spec}\n`
  const at = `baseUrl: "http://127.0.0.1:${mock}/v1"`
  write(
    'upstreams.yaml',
    [
      upstream('openai', `{ protocol: openai, ${at} }`),
      upstream('anthropic', `{ protocol: anthropic, ${at} }`),
      upstream('loopback', '{ protocol: loopback, models: [{ name: loopback }] }'),
    ].join('---\n'),
  )
  write(
    'consumer.yaml',
    `apiVersion: sallyport.dev/v1\nkind: Consumer\nmetadata: { name: bench }\nspec: { tenant: bench, keys: [{ sha256: "${hashKey(key)}" }] }\n`,
  )
  return dir
}

let gates = 0
/** The gate as its users start it. `ready` is the milliseconds until it said that it is up. */
export function gate(
  config: string,
  nodeArgs: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Server & { ready: number }> {
  const began = performance.now()
  const record = join(temporary, `records-${++gates}.jsonl`)
  const child = spawn(
    process.execPath,
    [
      ...nodeArgs,
      join(built, 'src/main.js'),
      'serve',
      ...['--config', config, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--record', record],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  )
  children.add(child)
  return new Promise((resolve, reject) => {
    let out = ''
    const late = setTimeout(() => reject(new Error(`the gate did not start: ${out}`)), READY)
    const read = (bytes: Buffer) => {
      out += bytes
      const port = /gate http:\/\/127\.0\.0\.1:([0-9]+)/.exec(out)?.[1]
      if (port === undefined) return
      clearTimeout(late)
      resolve({ child, pid: child.pid!, port: Number(port), ready: performance.now() - began })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`the gate ended (${code}): ${out}`)))
  })
}

/** Asks it to stop, and waits until it has. */
export async function stop({ child }: Server): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (child.connected) child.disconnect()
  else child.kill('SIGTERM')
  await ended
  children.delete(child)
}

/** Sends a script a question, and waits for what it answers. */
export function ask<Answer>({ child }: Server, question: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { result?: Answer; error?: string }) => {
      if (message.result !== undefined) resolve(message.result)
      else reject(new Error(message.error))
    })
    child.send(question)
  })
}

const TICKS = 100
/** CPU time that a server's processes have used, in milliseconds, to the nearest 10 each (Linux, proc(5)). */
export function cpu(server: Server): number {
  return sum(server, (pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS
  })
}

/** Resident memory of a server's processes in MB (Linux, proc(5)); what they share is counted for each. */
export function resident(server: Server): number {
  return sum(server, (pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return (Number(/^VmRSS:\s+([0-9]+)/m.exec(status)?.[1]) * 1024) / 1e6
  })
}

const sum = ({ pid, beside = [] }: Server, of: (pid: number) => number): number =>
  [...family(pid), ...beside].reduce((all, each) => all + of(each), 0)

/** A process with its children, theirs, and so on. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(family)]
}
