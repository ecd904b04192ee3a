import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RedisServer {
  port: number
  url: string
  signal(signal: NodeJS.Signals): void
  /** Ends it at once, as a crash does; what it held in memory is gone. */
  kill(): Promise<void>
  start(): Promise<void>
  cli(...args: string[]): string
  /** Ends it, and removes what it wrote. */
  close(): Promise<void>
}

/** A real Redis on a port of its own. @param args as on its command line */
export async function redisServer(args: readonly string[] = [], given?: number): Promise<RedisServer> {
  const port = given ?? (await freePort())
  const dir = mkdtempSync(join(tmpdir(), 'redis-'))
  const base = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--loglevel',
    'warning',
  ]
  let child: ChildProcess | undefined
  const cli = (...rest: string[]) =>
    execFileSync('redis-cli', ['-p', String(port), ...rest], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: 'pipe',
    }).trim()

  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    signal: (signal) => void child?.kill(signal),
    kill: () => killed(child),
    async start() {
      child = spawn('redis-server', [...base, ...args], { stdio: 'ignore' })
      await until(() => /PONG|NOAUTH/.test(cli('ping')))
    },
    cli,
    async close() {
      await server.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** A sentinel that watches one master as `main` and takes a second for dead. */
export async function sentinel(master: RedisServer): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-'))
  const config = join(dir, 'sentinel.conf')
  writeFileSync(
    config,
    [
      `sentinel monitor main 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds main 1000',
      'sentinel failover-timeout main 3000',
    ].join('\n'),
  )
  const port = await freePort()
  const child = spawn('redis-server', [config, '--sentinel', '--port', String(port), '--dir', dir], {
    stdio: 'ignore',
  })
  const cli = (...rest: string[]) =>
    execFileSync('redis-cli', ['-p', String(port), ...rest], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: 'pipe',
    }).trim()
  await until(() => cli('ping') === 'PONG')
  const end = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  return {
    port,
    url: '',
    signal: (signal) => void child.kill(signal),
    kill: end,
    start: () => Promise.reject(new Error('a sentinel is started once')),
    cli,
    async close() {
      await end()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Three masters that share the slots. */
export async function redisCluster(): Promise<RedisServer[]> {
  const nodes: RedisServer[] = []
  for (let i = 0; i < 3; i++) {
    const port = await freePort()
    const bus = await freePort()
    nodes.push(
      await redisServer(
        [
          '--cluster-enabled',
          'yes',
          '--cluster-node-timeout',
          '1000',
          '--cluster-port',
          String(bus),
          '--cluster-require-full-coverage',
          'no',
        ],
        port,
      ),
    )
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { timeout: 30_000 })
  await until(() => nodes.every((node) => node.cli('cluster', 'info').includes('cluster_state:ok')))
  return nodes
}

/** A way to a port of this machine that can be shut. */
export async function door(to: number) {
  let shut = false
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    if (shut) return from.destroy()
    const on = connect(to, '127.0.0.1')
    for (const [socket, other] of [
      [from, on],
      [on, from],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as { port: number }).port,
    shut() {
      shut = true
      cut()
    },
    open() {
      shut = false
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Waits for something that must come, and fails if it does not. */
export async function until(true_: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms
  for (;;) {
    try {
      if (await true_()) return
    } catch {
      // Not yet.
    }
    if (Date.now() > end) throw new Error('it did not come')
    await sleep(50)
  }
}

/** Ends it at once, as a crash does, and waits until it is gone. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
