import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { createKey, hashKey } from '../identity/keys.ts'
import { readDocuments } from '../policy/documents.ts'
import { readFolder } from '../policy/folder.ts'
import { showProblem } from '../policy/problem.ts'
import { readArgs, UsageError } from './args.ts'
import { type KeysDeps, listKeys, revokeKey, rotateKey } from './held-keys.ts'

export const KEYS_USAGE = [
  'keys create --tenant T --name N [--roles A,B] [--boundaries A,B] [--expires 2030-01-01] [--dir DIR]',
  'keys list [--dir DIR]',
  'keys rotate --name N [--overlap 24h] [--expires 2030-01-01] [--dir DIR]',
  'keys revoke (ID | --name N) [--dir DIR]',
]
const FLAGS = {
  create: { tenant: 'T', name: 'N', roles: 'A,B', boundaries: 'A,B', expires: '2030-01-01', dir: 'DIR' },
  list: { dir: 'DIR' },
  rotate: { name: 'N', overlap: '24h', expires: '2030-01-01', dir: 'DIR' },
  revoke: { name: 'N', dir: 'DIR' },
}

/**
 * `sallyport keys create`: prints a new key once, and writes the `Consumer` document that holds its hash. `list`, `rotate`
 * and `revoke` show and change those of a folder.
 * @returns the exit status: 0 done, 1 the document could not be written, 2 a command line that cannot be followed
 */
export async function keys(args: readonly string[], deps: KeysDeps): Promise<number> {
  try {
    const [command, ...rest] = args
    switch (command) {
      case 'create':
        return await create(rest, deps)
      case 'list': {
        const { values, positionals } = readArgs(rest, FLAGS.list)
        noMore(positionals)
        return await listKeys(values.dir ?? '.', deps)
      }
      case 'rotate': {
        const { values, positionals } = readArgs(rest, FLAGS.rotate)
        noMore(positionals)
        if (values.name === undefined) throw new UsageError('--name is missing: write --name N')
        const expires = values.expires === undefined ? undefined : expiry(values.expires, deps.now())
        return await rotateKey(values.dir ?? '.', values.name, values.overlap ?? '24h', expires, deps)
      }
      case 'revoke': {
        const { values, positionals } = readArgs(rest, FLAGS.revoke)
        noMore(positionals.slice(1))
        return await revokeKey(values.dir ?? '.', positionals[0], values.name, deps)
      }
      default:
        throw new UsageError('write "keys create", "keys list", "keys rotate" or "keys revoke"')
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    deps.err(`${error.message}\nusage: ${KEYS_USAGE.map((line) => `sallyport ${line}`).join('\n       ')}`)
    return 2
  }
}

function noMore([more]: readonly string[]): void {
  if (more !== undefined) throw new UsageError(`"${more.slice(0, 16)}" has no meaning here`)
}

async function create(args: readonly string[], deps: KeysDeps): Promise<number> {
  const { values, positionals } = readArgs(args, FLAGS.create)
  noMore(positionals)
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
  return keep(dir, name, consumer, key, deps)
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
