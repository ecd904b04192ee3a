/**
 * The package as somebody else gets it: packed, installed into an empty folder without devDependencies, started,
 * asked once with the key that it prints, and stopped. Says what went wrong and exits with 1.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

function need(held: unknown, otherwise: string): asserts held {
  if (!held) throw new Error(otherwise)
}

/** Two at once, so that they differ. */
async function freePorts(): Promise<number[]> {
  const servers = [createServer(), createServer()]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) await once(server.close(), 'close')
  return ports
}

async function until(what: string, ms: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    need(performance.now() < end, `${what}: not within ${ms} ms`)
    await sleep(50)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-package-'))
const app = join(folder, 'app')
const command = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: app, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

/** Resolves with the file's path. */
function pack(): string {
  const packed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // What `prepare` prints may stand before the list.
  const [entry] = JSON.parse(packed.slice(packed.search(/^\[/m))) as [
    { filename: string; size: number; files: { path: string }[] },
  ]
  const paths = entry.files.map(({ path }) => path)
  for (const path of [
    'LICENSE',
    'README.md',
    'dist/main.js',
    'dist/adapters/models/worker.js',
    'dist/adapters/rego/loader.js',
    'dist/adapters/rego/worker.js',
    'docs/errors.md',
    'integrations/grafana/alerts.yaml',
    'rego/sallyport-rego.json',
    'rego/sallyport-rego.wasm.br',
  ]) {
    need(paths.includes(path), `the package lacks ${path}`)
  }
  // Policies ship with theirs.
  const strays = paths.filter((path) => path.includes('.test.') && !path.startsWith('policies/'))
  need(strays.length === 0, `the package holds tests: ${strays.join(', ')}`)
  console.log(`${entry.filename}: ${paths.length} files, ${Math.round(entry.size / 1024)} KiB packed`)
  return join(folder, entry.filename)
}

async function serve(): Promise<void> {
  const [listen, admin] = (await freePorts()).map((port) => `127.0.0.1:${port}`) as [string, string]
  // Not through npx: npx ends its shell on SIGTERM and leaves the server behind.
  const server = spawn(
    join(app, 'node_modules/.bin/sallyport'),
    ['serve', '--listen', listen, '--admin', admin],
    {
      cwd: app,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, OPENAI_API_KEY: '' },
    },
  )
  const exit = once(server, 'exit') as Promise<[code: number | null, signal: string | null]>
  exit.catch(() => undefined)
  try {
    let said = ''
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const started = performance.now()
    await until('/readyz', 15_000, async () => {
      need(server.exitCode === null, `the server ended with ${server.exitCode}`)
      return (await fetch(`http://${admin}/readyz`).catch(() => undefined))?.status === 200
    })
    console.log(`ready after ${Math.round(performance.now() - started)} ms`)

    const findKey = (): string | undefined => /Bearer ([A-Za-z0-9._~+/=-]+)/.exec(said)?.[1]
    await until('the key in what it prints', 5_000, () => findKey() !== undefined)
    const response = await fetch(`http://${listen}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${findKey()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'loopback', messages: [{ role: 'user', content: 'Good morning.' }] }),
    })
    const answer = await response.text()
    need(response.status === 200, `the call was answered with ${response.status}: ${answer}`)
    const { choices } = JSON.parse(answer) as { choices?: { message?: { content?: string } }[] }
    need(choices?.[0]?.message?.content, `the answer has no text: ${answer}`)
    const { status } = await fetch(`http://${listen}/v1/chat/completions`, { method: 'POST', body: '{}' })
    need(status === 401, `a call without a key was answered with ${status}`)

    server.kill('SIGTERM')
    const ended = await Promise.race([exit, sleep(30_000, undefined, { ref: false })])
    need(ended, 'it did not end within 30 s of SIGTERM')
    need(ended[0] === 0, `on SIGTERM it ended with ${ended[0] ?? ended[1]}`)
    console.log('answered, refused a call without a key, and ended with 0')
  } finally {
    server.kill('SIGKILL')
  }
}

try {
  mkdirSync(app)
  // `--prefix`: npm would otherwise install into whatever project lies above the temporary folder.
  const install = [
    'install',
    '--prefix',
    app,
    '--omit=dev',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    // Otherwise its script downloads GPU libraries, and fails where it cannot.
    '--onnxruntime-node-install=skip',
    pack(),
  ]
  console.log(command('npm', ...install).trim())
  console.log(command('npx', 'sallyport', 'check', 'node_modules/sallyport/policies/default').trim())
  console.log(command('npx', 'sallyport', 'test', 'node_modules/sallyport/policies/context-length').trim())
  await serve()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
