import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { scan } from '../../core/json/scan.ts'
import type { Fetched, SourceSpec } from '../../core/ports.ts'
import { isYaml, textOf } from './files.ts'
import { type Secret, verifyBundle } from './signature.ts'
import { untar } from './tar.ts'

// Bundles of OPA: https://www.openpolicyagent.org/docs/management-bundles#bundle-file-format

const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)
/** Bytes, packed and unpacked, and files: a bundle that says more is not one to be trusted with memory. */
export const MAX_PACKED = 16 * 1024 * 1024
const MAX_UNPACKED = 32 * 1024 * 1024
const MAX_FILES = 5000

const DATA = /(?:^|\/)data\.(?:json|ya?ml)$/
const PATCH = /(?:^|\/)patch\.json$/
const version = z.literal(1, {
  error: 'holds rules in the syntax of before OPA 1.0: bring them up with opa fmt --rego-v1',
})
const manifestSchema = z.object({
  revision: z.string().max(1024).default(''),
  roots: z.array(z.string().max(1024)).max(1000).nullish(),
  rego_version: version.nullish(),
  file_rego_versions: z.record(z.string(), version).nullish(),
  wasm: z
    .array(z.unknown())
    .max(0, { error: 'holds rules that are compiled to WebAssembly: build it with opa build --target rego' })
    .nullish(),
})

/**
 * What a bundle holds, once all of it was found good.
 * @throws Error that says what is wrong
 */
export async function readBundle(
  packed: Buffer,
  verify: SourceSpec['verify'],
  secret: Secret,
): Promise<Fetched> {
  if (packed.length > MAX_PACKED) throw new Error(`it is larger than ${MAX_PACKED} bytes`)
  const files = untar(await unpacked(packed), MAX_FILES)
  if (files.some(({ path }) => PATCH.test(path)))
    throw new Error('it is a delta bundle, which is not taken: have the server send snapshots')
  if (files.some(({ path }) => path.endsWith('.manifest.pb')))
    throw new Error('its manifest is in protobuf, which is not read: write .manifest in JSON')
  const read = files.filter(({ path }) => path.endsWith('.rego') || path === '.manifest' || DATA.test(path))
  const texts = read.map(({ path, bytes }) => ({ file: path, source: textOf(path, bytes, isYaml(path)) }))
  if (verify !== undefined) await verifyBundle(files, verify, secret)
  return {
    modules: texts.filter(({ file }) => file.endsWith('.rego')),
    data: texts
      .filter(({ file }) => DATA.test(file))
      .map(({ file, source }) => ({
        file,
        source,
        at: file.split('/').slice(0, -1),
        yaml: isYaml(file),
      })),
    bundle: manifestOf(texts.find(({ file }) => file === '.manifest')?.source ?? '{}'),
  }
}

async function unpacked(packed: Buffer): Promise<Buffer> {
  try {
    return await unpack(packed, { maxOutputLength: MAX_UNPACKED })
  } catch (error) {
    const large = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' || error instanceof RangeError
    throw new Error(
      large ? `it unpacks to more than ${MAX_UNPACKED} bytes` : 'it is not a whole gzip archive',
    )
  }
}

function manifestOf(source: string): NonNullable<Fetched['bundle']> {
  let value: unknown
  try {
    scan(source)
    value = JSON.parse(source)
  } catch (error) {
    throw new Error(`.manifest is no good JSON: ${(error as Error).message}`)
  }
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`.manifest: ${issue!.path.join('.')} ${issue!.message}`)
  }
  const { revision, roots } = parsed.data
  const plain = (roots ?? ['']).map((root) => root.replace(/^\/+|\/+$/g, ''))
  for (const [index, root] of plain.entries())
    if (plain.some((other, at) => at !== index && (other === '' || `${root}/`.startsWith(`${other}/`))))
      throw new Error(`.manifest: root "${root}" lies within another`)
  return { revision, roots: plain }
}
