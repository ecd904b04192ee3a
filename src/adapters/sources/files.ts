import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fetched } from '../../core/ports.ts'

const MAX_FILES = 1000
/** Reading it takes many times as long as JSON, and holds up everything else. */
const MAX_YAML = 1024 * 1024
const DOCUMENT = /\.(json|ya?ml)$/

/** A file's bytes. @throws Error that says what is wrong */
export async function readWhole(file: string, limit: number): Promise<Buffer> {
  try {
    if ((await stat(file)).size > limit) throw new Error(`is larger than ${limit} bytes`)
    const bytes = await readFile(file)
    if (bytes.length > limit) throw new Error(`is larger than ${limit} bytes`)
    return bytes
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`${file} ${code === undefined ? message : `cannot be read (${code})`}`)
  }
}

/** @throws Error when it is none, or takes too long to be read */
export function textOf(file: string, bytes: Buffer, yaml: boolean): string {
  if (!isUtf8(bytes)) throw new Error(`${file} is not UTF-8`)
  if (yaml && bytes.length > MAX_YAML) throw new Error(`${file} is YAML of more than 1 MiB: write it as JSON`)
  return bytes.toString('utf8')
}

/** A document, which stands at `at`. */
export function documentOf(
  bytes: Buffer,
  at: readonly string[],
  { file, yaml }: { file: string; yaml: boolean },
): Fetched['data'][number] {
  return { file, source: textOf(file, bytes, yaml), at, yaml }
}

/**
 * A file of JSON or YAML, or a folder of them, each of which stands under its name: `models.json` at `models`. Hidden names are
 * skipped: Kubernetes keeps a mounted folder's former state under them.
 */
export async function readDocuments(
  path: string,
  at: readonly string[],
  limit: number,
): Promise<Fetched['data']> {
  const folder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (!folder) return [documentOf(await readWhole(path, limit), at, { file: path, yaml: isYaml(path) })]
  const names = (await readdir(path)).filter((name) => !name.startsWith('.') && DOCUMENT.test(name)).sort()
  if (names.length > MAX_FILES) throw new Error(`${path} holds more than ${MAX_FILES} files`)
  const found: Fetched['data'][number][] = []
  let left = limit
  for (const name of names) {
    const file = join(path, name)
    const bytes = await readWhole(file, left)
    left -= bytes.length
    found.push(documentOf(bytes, [...at, name.replace(DOCUMENT, '')], { file, yaml: isYaml(name) }))
  }
  return found
}

export const isYaml = (name: string): boolean => /\.ya?ml$/.test(name)
