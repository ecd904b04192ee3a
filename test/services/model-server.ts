import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort, killed, until } from './redis-server.ts'

const HERE = resolve('test/services/model-server')

export interface ModelServer {
  http: string
  grpc: string
  /** How many batches of a model it has answered. */
  answered(name: string): Promise<number>
  signal(signal: NodeJS.Signals): void
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** A real MLServer that serves the two models of a folder. */
export async function modelServer(folder: string): Promise<ModelServer> {
  const dir = mkdtempSync(join(tmpdir(), 'mlserver-'))
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()]
  const settings = {
    host: '127.0.0.1',
    http_port: http,
    grpc_port: grpc,
    metrics_port: metrics,
    parallel_workers: 0,
    debug: false,
  }
  writeFileSync(join(dir, 'settings.json'), JSON.stringify(settings))
  for (const name of ['fast', 'encoder']) {
    mkdirSync(join(dir, name))
    const model = {
      name: `sallyport-${name}`,
      implementation: 'runtime.Onnx',
      parameters: { uri: resolve(folder, `${name}.onnx`) },
    }
    writeFileSync(join(dir, name, 'model-settings.json'), JSON.stringify(model))
  }
  let child: ChildProcess | undefined
  const get = async (path: string, port = http) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2000) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return await answer.text()
  }

  const server: ModelServer = {
    http: `http://127.0.0.1:${http}`,
    grpc: `grpc://127.0.0.1:${grpc}`,
    async answered(name) {
      const counted = await get('/metrics', metrics)
      const lines = counted.matchAll(/^model_infer_request_success_total\{model="([^"]+)".*?\} ([\d.]+)$/gm)
      return [...lines].filter(([, model]) => model === name).reduce((sum, [, , n]) => sum + Number(n), 0)
    },
    signal: (signal) => void child?.kill(signal),
    kill: () => killed(child),
    async start() {
      child = spawn(join(HERE, '.venv/bin/mlserver'), ['start', dir], {
        cwd: dir,
        env: { PATH: process.env.PATH, PYTHONPATH: HERE, HOME: dir },
        stdio: 'ignore',
      })
      await until(async () => (await get('/v2/models/sallyport-encoder/ready')) !== undefined)
    },
    async close() {
      await server.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}
