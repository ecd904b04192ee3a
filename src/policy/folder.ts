import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from './problem.ts'

const MAX_BYTES = 1024 * 1024
const MAX_FILES = 1000

export interface FolderFile {
  file: string
  source: string
}

/** The documents of a folder as bytes, read at one moment. */
export interface Folder {
  dir: string
  files: readonly FolderFile[]
  /** Rego, without its tests. */
  modules?: readonly FolderFile[]
  /** What stands under `data`, in JSON or YAML. */
  data?: readonly FolderFile[]
  problems: readonly Problem[]
  /** SHA-256 over all names and contents: changes when a document does. */
  digest: string
}

/** What a file is by its name; tests belong to nobody who serves. */
const KINDS = [
  { kind: 'tests', name: /(?:\.test\.ya?ml|_test\.rego)$/ },
  { kind: 'data', name: /^(?:.*\.)?data\.(?:json|ya?ml)$/ },
  { kind: 'modules', name: /\.rego$/ },
  { kind: 'files', name: /\.ya?ml$/ },
] as const
const kindOf = (name: string): Kind | undefined => KINDS.find((kind) => kind.name.test(name))?.kind

/** The tests of a folder as bytes, which nobody serves. */
export interface TestFolder {
  /** `*.test.yaml` */
  cases: readonly FolderFile[]
  /** `*_test.rego` */
  rego: readonly FolderFile[]
  problems: readonly Problem[]
  digest: string
}

/**
 * Reads the documents (`.yaml`, `.yml`), Rego (`.rego`) and data (`data.json`, `*.data.yaml`) that stand in `dir` itself. Hidden names are skipped: Kubernetes keeps the former and
 * the next state of a mounted folder under them. What cannot be read is a problem of the folder, never left out silently.
 */
export async function readFolder(dir: string): Promise<Folder> {
  const { read, problems, digest } = await readAll(dir, (kind) => kind !== 'tests')
  const { files, modules, data } = read
  return { dir, files, modules, data, problems, digest }
}

/** Reads what stands beside the documents to test them. */
export async function readTests(dir: string): Promise<TestFolder> {
  const { read, problems, digest } = await readAll(dir, (kind) => kind === 'tests')
  const isRego = ({ file }: FolderFile): boolean => file.endsWith('.rego')
  const rego = read.tests.filter(isRego)
  return { cases: read.tests.filter((file) => !isRego(file)), rego, problems, digest }
}

type Kind = (typeof KINDS)[number]['kind']

async function readAll(dir: string, wanted: (kind: Kind) => boolean) {
  const read: Record<Kind, FolderFile[]> = { files: [], modules: [], data: [], tests: [] }
  const problems: Problem[] = []
  let print = ''
  const complain = (file: string, message: string, line?: number, column?: number): void => {
    problems.push({ file, ...(line !== undefined && column !== undefined && { line, column }), message })
  }

  let names: string[] = []
  try {
    names = (await readdir(dir))
      .filter((name) => {
        const kind = name.startsWith('.') ? undefined : kindOf(name)
        return kind !== undefined && wanted(kind)
      })
      .sort()
    if (wanted('files') && !names.some((name) => kindOf(name) === 'files'))
      complain(dir, 'there is no .yaml file in this folder: write one, or name another folder')
  } catch (error) {
    complain(dir, `cannot be read (${reason(error)}): name a folder of .yaml files`)
  }
  if (names.length > MAX_FILES) {
    complain(dir, `holds more than ${MAX_FILES} files: put several documents into one, between lines of ---`)
    names = []
  }
  for (const name of names) {
    const file = join(dir, name)
    try {
      const found = await stat(file)
      // A pipe or a device has no size and may have no end. Of a folder, reading says so.
      if (!found.isFile() && !found.isDirectory())
        throw Object.assign(new Error('it is no file'), { code: 'it is no file' })
      const { size } = found
      const bytes = size > MAX_BYTES ? undefined : await readFile(file)
      if (bytes === undefined || bytes.length > MAX_BYTES) {
        complain(file, `is larger than 1 MiB: split it into several files`)
        print += `${name}\0${size}\n`
        continue
      }
      print += `${name}\0${hash('sha256', bytes)}\n`
      if (isUtf8(bytes)) read[kindOf(name)!].push({ file, source: bytes.toString('utf8') })
      else complain(file, 'is not UTF-8: save it as UTF-8', ...firstBadByte(bytes))
    } catch (error) {
      complain(file, `cannot be read (${reason(error)}): make it a file that this process may read`)
    }
  }
  print += problems.map(({ file, message }) => `${file}\0${message}\n`).join('')
  return { read, problems, digest: hash('sha256', print) }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'it is not there'
  if (code === 'EACCES' || code === 'EPERM') return 'no permission'
  if (code === 'ENOTDIR') return 'it is not a folder'
  if (code === 'EISDIR') return 'it is a folder'
  return code ?? 'unknown reason'
}

function firstBadByte(bytes: Buffer): [line: number, column: number] {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start)
    const end = newline < 0 ? bytes.length : newline
    const row = bytes.subarray(start, end)
    if (!isUtf8(row)) {
      let column = 0
      // A cut inside a character is no longer UTF-8 either, so only whole characters are stepped over.
      for (let next = 1; next <= row.length; next++) {
        if (isUtf8(row.subarray(column, next))) column = next
        else if (next - column >= 4) break
      }
      return [line, row.subarray(0, column).toString('utf8').length + 1]
    }
    start = end + 1
  }
  return [line, 1]
}
