import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REGO = fileURLToPath(new URL('../rego/', import.meta.url))

/** Nothing of the caller's settings reaches what is built. */
const ENVIRONMENT = {
  CGO_ENABLED: '0',
  GOENV: 'off',
  GOEXPERIMENT: '',
  GOFLAGS: '-mod=readonly',
  GOTOOLCHAIN: 'local',
  GOWASM: '',
  GOWORK: 'off',
}

function find(): string {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/go/bin']
  const found = folders.map((folder) => join(folder, 'go')).find(existsSync)
  if (found === undefined) throw new Error('there is no Go here: put `go` on the PATH')
  return found
}

/** Runs `go` in `rego/`, and gives what it prints. */
export function go(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const ran = spawnSync(find(), args, {
    cwd: REGO,
    encoding: 'utf8',
    env: { ...process.env, ...ENVIRONMENT, ...env },
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (ran.status !== 0) throw new Error(`go ${args[0]} failed: ${ran.error?.message ?? ran.stdout}`)
  return ran.stdout.trim()
}
