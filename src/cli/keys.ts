import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createKey, hashKey } from '../identity/keys.ts'
import { readDocuments } from '../policy/documents.ts'
import { readFolder } from '../policy/folder.ts'
import { showProblem } from '../policy/problem.ts'
import { readArgs, UsageError } from './args.ts'

const USAGE =
  'usage: sallyport keys create --tenant T --name N [--roles A,B] [--boundaries A,B] [--expires 2030-01-01] [--dir DIR]'
const FLAGS = { tenant: 'T', name: 'N', roles: 'A,B', boundaries: 'A,B', expires: '2030-01-01', dir: 'DIR' }

export interface KeysDeps {
  /** One line to standard output: the key alone, so that a script can keep it. */
  out(line: string): void
  /** One line to standard error. */
  err(line: string): void
  /** Milliseconds since 1970. */
  now(): number
}

/**
 * `sallyport keys create`: prints a new key once, and writes the `Consumer` document that holds its hash.
 * @returns the exit status: 0 done, 1 the document could not be written, 2 a command line that cannot be followed
 */
export async function keys(args: readonly string[], deps: KeysDeps): Promise<number> {
  try {
    const { values, positionals } = readArgs(args, FLAGS)
    if (positionals.length !== 1 || positionals[0] !== 'create') throw new UsageError('write "keys create"')
    const { tenant, name, dir = '.' } = values
    if (tenant === undefined) throw new UsageError('--tenant is missing: write --tenant T')
    if (name === undefined) throw new UsageError('--name is missing: write --name N')
    const key = createKey()
    const expires = values.expires === undefined ? undefined : expiry(values.expires, deps.now())
    const consumer = document({
      name,
      tenant,
      sha256: hashKey(key),
      ...(values.roles !== undefined && { roles: listed(values.roles) }),
      ...(values.boundaries !== undefined && { boundaries: listed(values.boundaries) }),
      ...(expires !== undefined && { expires }),
    })
    return await keep(dir, name, consumer, key, deps)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    deps.err(`${error.message}\n${USAGE}`)
    return 2
  }
}

async function keep(dir: string, name: string, text: string, key: string, deps: KeysDeps): Promise<number> {
  const file = join(dir, `consumer-${name}.yaml`)
  const folder = await readFolder(dir)
  const { consumers } = readDocuments(folder)
  const taken = consumers.find((consumer) => consumer.name === name)
  if (taken !== undefined) {
    const message = `a Consumer named "${name}" is here already: write another name, or delete that one first`
    deps.err(showProblem(taken.yaml.problem(['metadata', 'name'], message)))
    return 1
  }
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EEXIST'
        ? 'is there already: write another name, or delete it first'
        : `cannot be written (${code})`
    deps.err(`${file} ${why}`)
    return 1
  }
  deps.err(`wrote ${file}; the key is shown this once:`)
  deps.out(key)
  return 0
}

interface NewConsumer {
  name: string
  tenant: string
  sha256: string
  roles?: string[]
  boundaries?: string[]
  expires?: string
}

/** @throws UsageError with what is wrong with a name, a tenant or a role */
function document({ name, tenant, sha256, roles, boundaries, expires }: NewConsumer): string {
  // JSON strings are YAML: no name can be read as something else.
  const quoted = (value: string | string[]): string => JSON.stringify(value)
  const text = [
    'apiVersion: sallyport.dev/v1',
    'kind: Consumer',
    `metadata: { name: ${quoted(name)} }`,
    'spec:',
    `  tenant: ${quoted(tenant)}`,
    ...(roles === undefined ? [] : [`  roles: ${quoted(roles)}`]),
    ...(boundaries === undefined ? [] : [`  boundaries: ${quoted(boundaries)}`]),
    `  keys: [{ sha256: ${quoted(sha256)}${expires === undefined ? '' : `, expires: ${quoted(expires)}`} }]`,
    '',
  ].join('\n')
  const { problems } = readDocuments({
    dir: '',
    digest: '',
    problems: [],
    files: [{ file: '', source: text }],
  })
  if (problems[0] !== undefined) throw new UsageError(problems[0].message)
  return text
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

const TIME = z.iso.datetime({ offset: true })

/** A day, or a time with its zone. */
function expiry(text: string, now: number): string {
  const time = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? `${text}T00:00:00Z` : text
  if (!TIME.safeParse(time).success) throw new UsageError('--expires is no day: write --expires 2030-01-01')
  if (Date.parse(time) <= now) throw new UsageError('--expires has passed: write a day to come')
  return time
}
