import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Tests that start the program as its users do run what is built: it must be what the sources say. */
export default function build(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
  chmodSync('dist/main.js', 0o755)
}
