import { randomBytes } from 'node:crypto'
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createKey, hashKey } from '../identity/keys.ts'
import { readDocuments } from '../policy/documents.ts'
import { EditError, type ListedKey, withKeys } from '../policy/edit.ts'
import { readFolder } from '../policy/folder.ts'
import { showProblem } from '../policy/problem.ts'
import { UsageError } from './args.ts'

const ID = 12

export interface KeysDeps {
  /** One line to standard output: the key alone, so that a script can keep it. */
  out(line: string): void
  /** One line to standard error. */
  err(line: string): void
  /** Milliseconds since 1970. */
  now(): number
}

/** A Consumer, its keys and the file that it stands in. */
interface Holder {
  name: string
  tenant: string
  keys: ListedKey[]
  file: string
}

/** The Consumers of a folder that can be read; what is wrong in it is told. */
async function holders(dir: string, deps: KeysDeps): Promise<{ found: Holder[]; whole: boolean }> {
  const { consumers, problems } = readDocuments(await readFolder(dir))
  for (const problem of problems) deps.err(showProblem(problem))
  if (problems.length > 0) deps.err(`${dir}: a gate takes no change of this folder before that is put right`)
  const found = consumers.flatMap(({ name, spec, yaml }) => {
    if (spec === undefined) return []
    const { file } = yaml.problem([], '')
    return [{ name, tenant: spec.tenant, keys: spec.keys as ListedKey[], file }]
  })
  return { found, whole: problems.length === 0 }
}

/** `sallyport keys list`: a line a key, on standard output. */
export async function listKeys(dir: string, deps: KeysDeps): Promise<number> {
  const { found, whole } = await holders(dir, deps)
  const rows = [['CONSUMER', 'TENANT', 'KEY', 'EXPIRES']]
  for (const { name, tenant, keys } of found.sort((a, b) => (a.name < b.name ? -1 : 1)))
    for (const { sha256, expires } of keys) {
      const over = expires !== undefined && !(deps.now() < Date.parse(expires))
      rows.push([name, tenant, sha256.slice(0, ID), `${expires ?? 'never'}${over ? ' (expired)' : ''}`])
    }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows)
    deps.out(
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
  return whole ? 0 : 1
}

/** `sallyport keys rotate`: prints a new key once; those before it expire after `overlap`. Throws `UsageError`. */
export async function rotateKey(
  dir: string,
  name: string,
  overlap: string,
  expires: string | undefined,
  deps: KeysDeps,
): Promise<number> {
  const until = deps.now() + overlapOf(overlap)
  const { found } = await holders(dir, deps)
  const holder = found.find((each) => each.name === name)
  if (holder === undefined) return missing(`there is no Consumer "${name}" in ${dir}`, deps)
  const key = createKey()
  const keys = holder.keys.map((each) =>
    each.expires !== undefined && Date.parse(each.expires) <= until
      ? each
      : { ...each, expires: new Date(until).toISOString() },
  )
  keys.push({ sha256: hashKey(key), ...(expires !== undefined && { expires }) })
  const done = await change(holder, keys, deps)
  if (done !== 0) return done
  deps.err(
    `changed ${holder.file}; keys before this one expire at ${new Date(until).toISOString()} at the latest`,
  )
  deps.err('the new key is shown this once:')
  deps.out(key)
  return 0
}

/** `sallyport keys revoke`: takes out one key by its id, or all of a Consumer's, with its document. Throws `UsageError`. */
export async function revokeKey(
  dir: string,
  id: string | undefined,
  name: string | undefined,
  deps: KeysDeps,
): Promise<number> {
  if ((id === undefined) === (name === undefined)) throw new UsageError('write the id of a key, or --name N')
  if (id !== undefined && !/^[0-9a-f]{12,64}$/i.test(id)) {
    // Never shown again, not even to whoever typed it: terminals are recorded.
    const hint = id.startsWith('sp_')
      ? `that is a key itself; its id is ${hashKey(id).slice(0, ID)}`
      : 'that is no id'
    throw new UsageError(`${hint}: write the 12 digits that "keys list" shows`)
  }
  const { found } = await holders(dir, deps)
  const is = ({ sha256 }: ListedKey) => id === undefined || sha256.startsWith(id.toLowerCase())
  const meant = found.filter((each) => (name === undefined ? each.keys.some(is) : each.name === name))
  const [holder] = meant
  if (holder === undefined)
    return missing(
      name === undefined ? `there is no key ${id} in ${dir}` : `there is no Consumer "${name}" in ${dir}`,
      deps,
    )
  if (meant.length > 1 || (id !== undefined && holder.keys.filter(is).length > 1))
    return missing(`more than one key begins with ${id}: write more of its SHA-256`, deps)
  const kept = holder.keys.filter((key) => !is(key))
  const done = await change(holder, kept, deps)
  if (done !== 0) return done
  deps.err(
    kept.length === 0
      ? `changed ${holder.file}; Consumer "${holder.name}" is gone, as it has no key any more`
      : `changed ${holder.file}; Consumer "${holder.name}" has ${kept.length} more`,
  )
  return 0
}

function missing(message: string, deps: KeysDeps): number {
  deps.err(message)
  return 1
}

const DAY = 86_400_000
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY }

function overlapOf(text: string): number {
  const [, count, unit] = /^([0-9]{1,7})([smhd])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN)
  if (!(ms <= 366 * DAY)) throw new UsageError('--overlap is no time of at most 366d: write --overlap 24h')
  return ms
}

/** Puts the changed file in the place of the one before, in one step: a gate that reads meanwhile sees one or the other. */
async function change({ file, name }: Holder, keys: readonly ListedKey[], deps: KeysDeps): Promise<number> {
  // Through a symbolic link, which stays.
  const at = await realpath(file)
  const temporary = join(dirname(at), `.${basename(at)}.${randomBytes(6).toString('hex')}`)
  try {
    const before = await readFile(at, 'utf8')
    const text = withKeys(before, name, keys)
    const { mode } = await stat(at)
    const handle = await open(temporary, 'wx', mode)
    try {
      await handle.writeFile(text)
      await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if ((await readFile(at, 'utf8')) !== before)
      return missing(`${file} was changed meanwhile: try again`, deps)
    if (text.trim() === '') await rm(at)
    else await rename(temporary, at)
    return 0
  } catch (error) {
    if (error instanceof EditError) return missing(`${file}: ${error.message}`, deps)
    return missing(
      `${file} cannot be changed (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`,
      deps,
    )
  } finally {
    await rm(temporary, { force: true })
  }
}
