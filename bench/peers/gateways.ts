import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MODEL, PACED } from '../bodies.ts'
import { adopt, type Server, temporary } from '../processes.ts'

// Other gateways and Redis, each as one process. Gateways are installed into their folders here, at the versions that stand
// there, and run as their documentation advises for production, without what costs time and is not asked for.

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const PORTKEY = folder('portkey')
const LITELLM = folder('litellm')
const VENV = join(LITELLM, '.venv')
/** Milliseconds. */
const INSTALLED = 300_000
const READY = 60_000

/** Where programs are, and nothing else of the caller's environment: no keys, no proxies. */
const ENV = { PATH: process.env.PATH, HOME: temporary, LANG: 'C.UTF-8' }

/** Says what this machine lacks. */
export class NotHere extends Error {}

/** The first of `programs` that can be run. */
function program(...programs: string[]): string {
  for (const name of programs)
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return name
    } catch {}
  throw new NotHere(`no ${programs[0]}`)
}

/** Installs what a file names, unless it was installed from the same file before. */
function install(wanted: string, into: string, commands: () => [string, ...string[]][]): void {
  const stamp = join(into, '.installed')
  const text = readFileSync(wanted, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return
  process.stderr.write(`installing what ${wanted} names\n`)
  for (const [name, ...args] of commands())
    execFileSync(name, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: INSTALLED })
  writeFileSync(stamp, text)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function listening(
  name: string,
  port: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  up: () => Promise<boolean>,
): Promise<Server> {
  const child = adopt(spawn(name, args, { cwd: temporary, env, stdio: ['ignore', 'ignore', 'pipe'] }))
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096)
  })
  const end = performance.now() + READY
  while (!(await up().catch(() => false))) {
    if (child.exitCode !== null || performance.now() > end)
      throw new Error(`${name} ${args.join(' ')} did not start:\n${said}`)
    await sleep(100)
  }
  return { child, port, pid: child.pid! }
}

const answers = (port: number, path: string) => async () =>
  (await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1000) })).ok

function installPortkey(): void {
  install(join(PORTKEY, 'package-lock.json'), join(PORTKEY, 'node_modules'), () => [
    ['npm', 'ci', '--prefix', PORTKEY, '--ignore-scripts', '--no-audit', '--no-fund', '--silent'],
  ])
}

/** Portkey's gateway. It listens on all addresses, which cannot be set. */
export async function portkey(): Promise<Server> {
  installPortkey()
  const port = await freePort()
  const script = join(PORTKEY, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  return listening(
    process.execPath,
    port,
    [script, '--headless', `--port=${port}`],
    { ...ENV, NODE_ENV: 'production' },
    answers(port, '/'),
  )
}

/** The headers by which Portkey's callers say where a call goes. */
export const portkeyTo = (mock: number) => ({
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': `http://127.0.0.1:${mock}/v1`,
})

/** The same, with two of its own guardrails: words that must not occur, and a pattern. */
export const portkeyGuarded = (mock: number, words: readonly string[]) => ({
  'x-portkey-config': JSON.stringify({
    provider: 'openai',
    custom_host: `http://127.0.0.1:${mock}/v1`,
    input_guardrails: [
      { 'default.contains': { operator: 'none', words }, deny: true },
      { 'default.regexMatch': { rule: '[\\w.+-]+@[\\w-]+\\.[a-z]{2,}', not: true }, deny: true },
    ],
  }),
})

function installLitellm(): void {
  const requirements = join(LITELLM, 'requirements.txt')
  install(requirements, VENV, () => [
    [program('python3.11', 'python3'), '-m', 'venv', '--clear', VENV],
    [
      join(VENV, 'bin/pip'),
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    ],
  ])
}

/** LiteLLM's proxy with one worker, a master key that callers show, and no database. */
export async function litellm(mock: number): Promise<Server> {
  installLitellm()
  const port = await freePort()
  const config = join(temporary, 'litellm.yaml')
  writeFileSync(
    config,
    `model_list:
${[MODEL, PACED].map((name) => `  - { model_name: ${name}, litellm_params: { model: openai/${name}, api_base: "http://127.0.0.1:${mock}/v1", api_key: none } }`).join('\n')}
general_settings: { master_key: sk-bench }
litellm_settings: { telemetry: false }
`,
  )
  const server = await listening(
    join(VENV, 'bin/litellm'),
    port,
    [
      '--config',
      config,
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--num_workers',
      '1',
      '--telemetry',
      'False',
    ],
    {
      ...ENV,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_MODE: 'PRODUCTION',
      LITELLM_LOG: 'ERROR',
      DISABLE_ADMIN_UI: 'True',
      NO_DOCS: 'True',
    },
    answers(port, '/health/liveliness'),
  )
  return { ...server, headers: { authorization: 'Bearer sk-bench' } }
}

/** A Redis of the bench's own that keeps nothing. */
export async function redis(): Promise<Server> {
  const name = program('redis-server')
  const port = await freePort()
  return listening(
    name,
    port,
    ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no', '--dir', temporary],
    ENV,
    async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.destroy()
      return true
    },
  )
}

/** How many keys a Redis holds. */
export async function keysIn({ port }: Server): Promise<number> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  socket.write('DBSIZE\r\n')
  const [reply] = (await once(socket, 'data')) as [string]
  socket.destroy()
  return Number(reply.slice(1))
}

/** The versions that stand in the folders here. */
export function versions(): string[] {
  const read = (path: string) => readFileSync(path, 'utf8')
  const { dependencies } = JSON.parse(read(join(PORTKEY, 'package.json'))) as {
    dependencies: Record<string, string>
  }
  const pinned = (name: string) =>
    new RegExp(`^${name}==(.+)$`, 'm').exec(read(join(LITELLM, 'requirements.txt')))![1]
  return [
    ...Object.entries(dependencies).map(([name, version]) => `${name} ${version}`),
    `litellm ${pinned('litellm')} with uvicorn ${pinned('uvicorn')}`,
  ]
}
