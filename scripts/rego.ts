/**
 * Builds the engine of Rego from `rego/` and packs it: `npx tsx scripts/rego.ts`.
 * With `--check` it says whether what is committed is, byte for byte, what is built here, and exits with 1 when it is not.
 * With `--test` it runs the tests of the engine's own code.
 * The packed file is compared unpacked: what a compressor makes of the same bytes may change with its version.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { go, REGO } from './go.ts'

interface Built {
  go: string
  opa: string
  bytes: number
  sha256: string
}

const PACKED = join(REGO, 'sallyport-rego.wasm.br')
const MANIFEST = join(REGO, 'sallyport-rego.json')
const LARGEST = 6 * 1024 * 1024
/** No path of this machine and nothing of version control. */
const FLAGS = ['-buildmode=c-shared', '-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=']

function build(): { bytes: Buffer; built: Built } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rego-'))
  try {
    const file = join(folder, 'rego.wasm')
    go(['build', ...FLAGS, '-o', file, '.'], { GOOS: 'wasip1', GOARCH: 'wasm' })
    const bytes = readFileSync(file)
    const built = {
      go: go(['env', 'GOVERSION']),
      opa: go(['list', '-m', '-f', '{{.Version}}', 'github.com/open-policy-agent/opa']),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }
    return { bytes, built }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function check(): void {
  const kept = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Built
  const version = go(['env', 'GOVERSION'])
  if (version !== kept.go)
    throw new Error(
      `rego/ was built with ${kept.go} and this is ${version}, which builds other bytes: take that one, or build anew`,
    )
  const { bytes, built } = build()
  if (
    JSON.stringify(built) !== JSON.stringify(kept) ||
    !bytes.equals(brotliDecompressSync(readFileSync(PACKED)))
  )
    throw new Error('rego/sallyport-rego.wasm.br is not what rego/ builds: run `npx tsx scripts/rego.ts`')
  console.log(
    `rego/sallyport-rego.wasm.br is what ${built.go} builds of rego/, OPA ${built.opa}: ${built.sha256}`,
  )
}

function pack(): void {
  const { bytes, built } = build()
  const packed = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  if (packed.length > LARGEST) throw new Error(`${packed.length} bytes packed: more than ${LARGEST}`)
  writeFileSync(PACKED, packed)
  writeFileSync(MANIFEST, `${JSON.stringify(built, null, 2)}\n`)
  console.log(`${bytes.length} bytes, ${packed.length} packed: ${built.sha256}`)
}

try {
  if (process.argv.includes('--check')) check()
  else if (process.argv.includes('--test')) console.log(`${go(['vet', './...'])}${go(['test', './...'])}`)
  else pack()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
