import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { killed, until } from './redis-server.ts'

const OPA = fileURLToPath(new URL('.bin/opa', import.meta.url))

/** Runs `opa` in a folder. */
export function opa(dir: string, ...args: string[]): string {
  return execFileSync(OPA, args, { cwd: dir, encoding: 'utf8', stdio: 'pipe' })
}

/** A server of OPA, run in a folder. @param address as `--addr` takes it @param healthy asks whether it answers */
export async function opaServer(
  files: string,
  address: string,
  args: readonly string[],
  healthy: () => Promise<boolean>,
  dir: string,
) {
  const child: ChildProcess = spawn(OPA, ['run', '--server', '--addr', address, ...args, files], {
    cwd: dir,
    stdio: 'ignore',
  })
  await until(healthy)
  return { close: () => killed(child) }
}
