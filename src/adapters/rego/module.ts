import { webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { compileWasm, type WasmModule } from '../wasm.ts'
import { capMemory } from './capped.ts'

const FILE = new URL('../../../rego/sallyport-rego.wasm.br', import.meta.url)
const MANIFEST = new URL('../../../rego/sallyport-rego.json', import.meta.url)
const PAGE = 65_536
const unpack = promisify(brotliDecompress)

export interface RegoModule {
  module: WasmModule
  /** SHA-256 of the file, hex. */
  sha256: string
}

/**
 * Reads, unpacks, verifies and compiles the engine.
 * @param memory bytes that each instance may use at most
 */
export async function loadModule(memory: number): Promise<RegoModule> {
  const { bytes, sha256 } = JSON.parse(await readFile(MANIFEST, 'utf8')) as { bytes: number; sha256: string }
  const unpacked = await unpack(await readFile(FILE), { maxOutputLength: bytes })
  const digest = Buffer.from(await webcrypto.subtle.digest('SHA-256', unpacked)).toString('hex')
  if (digest !== sha256) throw new Error('rego/sallyport-rego.wasm.br is not the file that its hash is of')
  return { module: await compileWasm(capMemory(unpacked, Math.floor(memory / PAGE))), sha256 }
}
