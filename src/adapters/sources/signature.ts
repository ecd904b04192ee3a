import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { ARRAY, ESCAPED, OBJECT, STRING, scan, stringAt } from '../../core/json/scan.ts'
import type { SecretRef, SourceSpec } from '../../core/ports.ts'
import type { TarFile } from './tar.ts'

// Signatures of OPA's bundles: https://www.openpolicyagent.org/docs/management-bundles#signing

const SIGNATURES = '.signatures.json'
const HASHES: Readonly<Record<string, string>> = {
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}
/** Those that are hashed by what they say, so that white space and the order of keys do not matter. */
const STRUCTURED = /(?:^|\/)(?:data\.json|data\.ya?ml|\.manifest)$/

const signatures = z.object({
  signatures: z.tuple([z.string()]),
  plugin: z.enum(['', '_default']).exactOptional(),
})
const claims = z.object({
  files: z.array(z.object({ name: z.string(), hash: z.string(), algorithm: z.string() })),
  keyid: z.string().exactOptional(),
  scope: z.string().exactOptional(),
})
type Verify = NonNullable<SourceSpec['verify']>
/** `lines`: it may hold several, as a key in PEM does. Throws when it is not there. */
export type Secret = (ref: SecretRef, lines?: true) => string

/**
 * Throws unless one of the keys has signed just these files.
 * @throws Error that says what is wrong, never with a key
 */
export async function verifyBundle(files: readonly TarFile[], verify: Verify, secret: Secret): Promise<void> {
  const signed = files.find(({ path }) => path === SIGNATURES)
  if (signed === undefined) throw new Error('it is not signed')
  const token = read(signatures, signed.bytes, SIGNATURES).signatures[0]
  const payload = await verified(token, verify, secret)
  const { files: listed, scope } = read(claims, payload, 'its signature')
  if ((scope ?? '') !== (verify.scope ?? '')) throw new Error('its signature is for another scope')
  const left = new Map(listed.map((file) => [file.name.replace(/^\.?\/+/, ''), file]))
  if (left.size !== listed.length) throw new Error('its signature names a file twice')
  for (const { path, bytes } of files) {
    if (path === SIGNATURES) continue
    const file = left.get(path)
    if (file === undefined) throw new Error(`${path} is not signed`)
    const algorithm = HASHES[file.algorithm]
    if (algorithm === undefined) throw new Error(`${path} is signed with a hash that is not taken`)
    if (digest(path, bytes, algorithm) !== file.hash.toLowerCase())
      throw new Error(`${path} is not what was signed`)
    left.delete(path)
  }
  for (const name of left.keys()) throw new Error(`${name} was signed and is missing`)
}

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new Error(`${what} cannot be read`)
  }
}

async function verified(token: string, { keys }: Verify, secret: Secret): Promise<Uint8Array> {
  // Which of several it is of, it says itself.
  const found = keys.length === 1 ? keys[0]! : keys.find(({ id }) => id === keyIdOf(token))
  if (found === undefined) throw new Error('it is signed with a key that "verify" does not name')
  const { algorithm } = found
  const key = keyOf(found, secret)
  try {
    return (await compactVerify(token, key, { algorithms: [algorithm] })).payload
  } catch {
    throw new Error(`its signature is not one of key "${found.id}"`)
  }
}

function keyIdOf(token: string): unknown {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
    return decodeProtectedHeader(token).kid ?? (JSON.parse(payload) as { keyid?: unknown }).keyid
  } catch {
    return undefined
  }
}

function keyOf({ id, algorithm, key }: Verify['keys'][number], secret: Secret): Uint8Array | KeyObject {
  if (algorithm.startsWith('HS')) return new TextEncoder().encode(secret(key))
  const pem = secret(key, true)
  try {
    return createPublicKey(pem)
  } catch {
    throw new Error(`key "${id}" is no public key in PEM`)
  }
}

function digest(path: string, bytes: Buffer, algorithm: string): string {
  const hash = createHash(algorithm)
  if (!STRUCTURED.test(path)) return hash.update(bytes).digest('hex')
  const text = bytes.toString('utf8')
  return hash.update(canonical(/\.ya?ml$/.test(path) ? asJson(path, text) : text)).digest('hex')
}

function asJson(path: string, text: string): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true })
  if (document.errors.length > 0) throw new Error(`${path} is no good YAML`)
  return JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null)
}

/** JSON as OPA hashes it: keys by their code points, no white space, numbers as they were written. */
function canonical(text: string): string {
  const { tape } = scan(text)

  function value(node: number): string {
    const [type, start, end] = tape.subarray(node, node + 3)
    if (type === STRING || type === ESCAPED) return word(stringAt(text, tape, node))
    if (type !== OBJECT && type !== ARRAY) return text.slice(start, end)
    const last = tape[node + 3]!
    const items: { key: string; said: string }[] = []
    for (let at = node + 4; at < last; at = tape[at + 3]!) {
      const key = type === OBJECT ? stringAt(text, tape, at) : ''
      if (type === OBJECT) at += 4
      items.push({ key, said: value(at) })
    }
    if (type === ARRAY) return `[${items.map(({ said }) => said).join(',')}]`
    items.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
    return `{${items.map(({ key, said }) => `${word(key)}:${said}`).join(',')}}`
  }
  return value(0)
}

/** A string as Go writes it. */
function word(said: string): string {
  return JSON.stringify(said).replace(/[\u2028\u2029]/g, (c) => (c === '\u2028' ? '\\u2028' : '\\u2029'))
}
