import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { RegoSource } from '../core/ports.ts'
import type { Problem } from '../policy/problem.ts'

const LARGEST = 1024 * 1024

/** The modules and data of a folder, or what is wrong with them. */
export interface RegoFiles {
  modules: RegoSource['modules']
  data: string
  problems: readonly Problem[]
}

/** Reads the `.rego` files that stand in a folder itself, and the `data.json` or `data.yaml` beside them. Hidden names are skipped. */
export async function readRego(dir: string): Promise<RegoFiles> {
  const problems: Problem[] = []
  const read = reader(problems)
  let names: string[]
  try {
    names = (await readdir(dir)).filter((name) => /^[^.].*\.rego$|^data\.(json|ya?ml)$/.test(name)).sort()
  } catch {
    return { modules: [], data: '{}', problems: [{ file: dir, message: 'cannot be read: name a folder' }] }
  }
  const rego = names.filter((name) => name.endsWith('.rego'))
  const [data, second] = names.filter((name) => !name.endsWith('.rego'))
  if (rego.length === 0) problems.push({ file: dir, message: 'there is no .rego file in this folder' })
  if (second !== undefined)
    problems.push({ file: join(dir, second), message: `${data} holds the data already: keep one of them` })
  const modules = (await Promise.all(rego.map((name) => read(join(dir, name))))).flat()
  return { modules, data: data === undefined ? '{}' : await readData(join(dir, data), problems), problems }
}

/** Reads files and the `.rego` files of folders. */
export async function readModules(paths: readonly string[]): Promise<Omit<RegoFiles, 'data'>> {
  const problems: Problem[] = []
  const read = reader(problems)
  const modules: { file: string; source: string }[] = []
  for (const path of paths) {
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) modules.push(...(await read(path)))
    else {
      const found = await readRego(path)
      modules.push(...found.modules)
      problems.push(...found.problems)
    }
  }
  return { modules, problems }
}

const reader =
  (problems: Problem[]) =>
  async (file: string): Promise<{ file: string; source: string }[]> => {
    const source = await readText(file, problems)
    return source === undefined ? [] : [{ file, source }]
  }

async function readText(file: string, problems: Problem[]): Promise<string | undefined> {
  const complain = (message: string): undefined => void problems.push({ file, message })
  try {
    const found = await stat(file)
    // A pipe or a device may have no end.
    if (!found.isFile()) return complain('cannot be read: make it a file that this process may read')
    if (found.size > LARGEST) return complain('is larger than 1 MiB: split it into several files')
    const bytes = await readFile(file)
    return isUtf8(bytes) ? bytes.toString() : complain('is not UTF-8: save it as UTF-8')
  } catch {
    return complain('cannot be read: make it a file that this process may read')
  }
}

async function readData(file: string, problems: Problem[]): Promise<string> {
  const text = await readText(file, problems)
  // The digits of JSON's numbers stay as they are; the engine says what is wrong with the rest.
  if (text === undefined || file.endsWith('.json')) return text ?? '{}'
  try {
    return JSON.stringify(parse(text) ?? {})
  } catch (error) {
    problems.push({ file, message: `is no YAML: ${(error as Error).message.split('\n')[0]}` })
    return '{}'
  }
}
