import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { RegoSource } from '../core/ports.ts'
import { readFolder, readTests } from '../policy/folder.ts'
import { baseData } from '../policy/modules.ts'
import type { Problem } from '../policy/problem.ts'

/** The modules and data of a folder, or what is wrong with them. */
export interface RegoFiles {
  modules: RegoSource['modules']
  data: string
  problems: readonly Problem[]
}

/** Reads the `.rego` files of a folder, tests included, and the data beside them, as a policy does. */
export async function readRego(dir: string): Promise<RegoFiles> {
  const [folder, tests] = await Promise.all([readFolder(dir), readTests(dir)])
  const modules = [...(folder.modules ?? []), ...tests.rego]
  // Of the folder itself: that it is no policy, which Rego alone need not be.
  const problems = [...folder.problems, ...tests.problems].filter(({ file }) => file !== dir)
  if (modules.length === 0 && problems.length === 0) problems.push({ file: dir, message: NONE })
  return { modules, data: JSON.stringify(baseData(folder, problems)), problems }
}

const NONE = 'there is no .rego file: name a folder that holds some, and that this process may read'

/** Reads files and the `.rego` files of folders. */
export async function readModules(paths: readonly string[]): Promise<Omit<RegoFiles, 'data'>> {
  const problems: Problem[] = []
  const modules: { file: string; source: string }[] = []
  for (const path of paths) {
    const isFile = (await stat(path).catch(() => undefined))?.isFile() === true
    const found = await readRego(isFile ? dirname(path) : path)
    const wanted = ({ file }: { file: string }): boolean => !isFile || basename(file) === basename(path)
    const own = found.modules.filter(wanted)
    const wrong = found.problems.filter(wanted)
    modules.push(...own)
    problems.push(...wrong)
    if (isFile && own.length === 0 && wrong.length === 0)
      problems.push({ file: path, message: 'is no .rego file' })
  }
  return { modules, problems }
}
