import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { TlsFiles } from '../types.ts'

const LONGEST = 1_048_576
/** How long files are believed to be unchanged, in milliseconds. */
const BELIEVED = 1_000
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,100000}-----END CERTIFICATE-----/g

/** What TLS needs of them, in Node's words. */
export interface TlsMaterial {
  ca?: string
  cert?: string
  key?: string
  servername?: string
}

/** What is wrong with one of the files: never what is in it. */
export class TlsFileError extends Error {
  readonly field: 'ca' | 'cert' | 'key'

  constructor(field: TlsFileError['field'], message: string) {
    super(message)
    this.name = 'TlsFileError'
    this.field = field
  }
}

/** Reads the files and checks that they are what they should be. Throws `TlsFileError`. */
function readTls(files: TlsFiles): TlsMaterial {
  const material: TlsMaterial = {}
  if (files.serverName !== undefined) material.servername = files.serverName
  if (files.ca !== undefined) {
    material.ca = read('ca', files.ca)
    certificates('ca', files.ca, material.ca)
  }
  if (files.cert === undefined || files.key === undefined) return material
  material.cert = read('cert', files.cert)
  const own = certificates('cert', files.cert, material.cert)[0]!
  material.key = read('key', files.key)
  let key: ReturnType<typeof createPrivateKey>
  try {
    key = createPrivateKey(material.key)
  } catch {
    throw new TlsFileError(
      'key',
      `${files.key} holds no private key that can be read: write it as PEM, not encrypted`,
    )
  }
  if (!own.checkPrivateKey(key))
    throw new TlsFileError('key', `${files.key} is not the key of the first certificate in ${files.cert}`)
  return material
}

/** What is wrong with the files, if anything. */
export function tlsProblem(files: TlsFiles): { field: TlsFileError['field']; message: string } | undefined {
  try {
    readTls(files)
    return undefined
  } catch (error) {
    if (error instanceof TlsFileError) return { field: error.field, message: error.message }
    throw error
  }
}

/**
 * The same, read again when a file changes (looked at once a second at most, through links). Files that have become
 * unusable leave the last good ones in place, as a policy does: `tell` hears why. Throws `TlsFileError` at first.
 */
export function tlsSource(
  files: TlsFiles | undefined,
  tell: (message: string) => void,
): () => TlsMaterial | undefined {
  if (files === undefined) return () => undefined
  const paths = [files.ca, files.cert, files.key].filter((path) => path !== undefined)
  let material = readTls(files)
  let mark = marks(paths)
  let checked = performance.now()
  return () => {
    const now = performance.now()
    if (now - checked < BELIEVED) return material
    checked = now
    const next = marks(paths)
    if (next === mark) return material
    try {
      material = readTls(files)
      mark = next
    } catch (error) {
      tell(`the certificates that were read before stay in use: ${(error as Error).message}`)
    }
    return material
  }
}

function marks(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false })
      return stats === undefined ? '' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`
    })
    .join()
}

function read(field: TlsFileError['field'], path: string): string {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) throw new TlsFileError(field, `${path} is not a file`)
    if (stats.size > LONGEST) throw new TlsFileError(field, `${path} is longer than 1 MiB`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof TlsFileError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new TlsFileError(field, `${path} cannot be read (${code ?? 'unknown reason'})`)
  }
}

function certificates(field: TlsFileError['field'], path: string, text: string): X509Certificate[] {
  try {
    const found = (text.match(PEM) ?? []).map((pem) => new X509Certificate(pem))
    if (found.length > 0) return found
  } catch {
    // The same to whoever wrote it.
  }
  throw new TlsFileError(field, `${path} holds no certificate that can be read: write it as PEM`)
}
