import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetched, SourceSpec } from '../../core/ports.ts'
import type { Http } from '../http.ts'
import { MAX_PACKED, readBundle } from './bundle.ts'
import { documentOf, readDocuments, readWhole } from './files.ts'
import type { Secret } from './signature.ts'

const MAX_DOCUMENT = 16 * 1024 * 1024
const WITHIN = 30_000
/** A server that holds its answer back takes a little longer than it was asked to. */
const MARGIN = 10_000
/** Milliseconds between two reads of a file that must be alike, and how many there may be. */
const SETTLES = 50
const MOST_READS = 20
const BUNDLES = 'application/vnd.openpolicyagent.bundles'

/** How the last look at a source ended, which the next one continues. */
export interface Mark {
  etag?: string
  /** SHA-256 of what arrived. */
  digest?: string
  /** The server holds its answers back until there is something new. */
  holds: boolean
}

export interface Looked {
  mark: Mark
  /** Absent when it is what it was. */
  fetched?: Fetched
}

/**
 * Looks at a source once.
 * @throws Error that says what is wrong, never with what was answered, sent or found in it
 */
export async function look(
  spec: SourceSpec,
  last: Mark,
  { http, secret, signal }: { http: Http; secret: Secret; signal: AbortSignal },
): Promise<Looked> {
  const { at, from, verify } = spec
  if ('file' in from) {
    const read = async () =>
      at === undefined
        ? readWhole(from.file, MAX_PACKED)
        : JSON.stringify(await readDocuments(from.file, at, MAX_DOCUMENT))
    const found = await settled(read, last.digest)
    if (found === undefined) return { mark: last }
    const { content, digest } = found
    const fetched: Fetched =
      typeof content === 'string'
        ? { modules: [], data: JSON.parse(content) as Fetched['data'] }
        : await readBundle(content, verify, secret)
    return { mark: { holds: false, digest }, fetched }
  }

  const waits = spec.longPoll !== undefined && last.holds ? spec.longPoll : undefined
  const { status, headers, bytes } = await http.ask({
    url: from.url,
    headers: {
      ...(at === undefined
        ? { prefer: `modes=snapshot${waits === undefined ? '' : `;wait=${waits}`}` }
        : { accept: 'application/json, application/yaml;q=0.9, */*;q=0.5' }),
      ...(last.etag === undefined ? {} : { 'if-none-match': last.etag }),
      ...(spec.key === undefined ? {} : { authorization: `Bearer ${secret(spec.key)}` }),
    },
    limit: at === undefined ? MAX_PACKED : MAX_DOCUMENT,
    within: waits === undefined ? WITHIN : waits * 1000 + MARGIN,
    signal,
  })
  const type = String(headers['content-type'] ?? '').toLowerCase()
  const holds = spec.longPoll !== undefined && type.startsWith(BUNDLES)
  if (status === 304 && last.etag !== undefined) return { mark: { ...last, holds } }
  if (status !== 200) throw new Error(`it answered ${status}`)
  const etag = typeof headers.etag === 'string' ? { etag: headers.etag } : {}
  const digest = sha256(bytes)
  const mark = { ...etag, digest, holds }
  if (digest === last.digest) return { mark }
  if (at === undefined) return { mark, fetched: await readBundle(bytes, verify, secret) }
  const yaml =
    /\byaml\b/.test(type) || (!/\bjson\b/.test(type) && /\.ya?ml$/.test(new URL(from.url).pathname))
  return { mark, fetched: { modules: [], data: [documentOf(bytes, at, { file: spec.name, yaml })] } }
}

/**
 * What is read twice alike, so that nothing is taken while it is being written or swapped; undefined when it is what it was.
 */
async function settled<T extends string | Buffer>(
  read: () => Promise<T>,
  last: string | undefined,
): Promise<{ content: T; digest: string } | undefined> {
  let before: string | undefined
  for (let times = 0; times < MOST_READS; times++) {
    const content = await read()
    const digest = sha256(content)
    if (digest === last) return undefined
    if (digest === before) return { content, digest }
    before = digest
    await sleep(SETTLES, undefined, { ref: false })
  }
  throw new Error('it does not come to rest')
}

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
