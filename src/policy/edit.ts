import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { field } from './documents.ts'
import { readYaml } from './yaml.ts'

/** A key as a `Consumer` document lists it. */
export interface ListedKey {
  sha256: string
  /** ISO 8601. */
  expires?: string
}

/** A document that cannot be changed by a program; the message says what to do. */
export class EditError extends Error {
  override name = 'EditError'
}

interface Splice {
  from: number
  to: number
  text: string
}

/**
 * The text of a file with other keys of one Consumer: those left out of `keys` are taken out, those with another `expires`
 * get it, new ones stand at the end. Every other byte stays: comments, the order of fields, other documents. Without a key
 * the whole document goes, as a Consumer has at least one.
 * @throws EditError where the keys are not written out as a list (an alias)
 */
export function withKeys(source: string, consumer: string, keys: readonly ListedKey[]): string {
  const documents = parseAllDocuments(source, { prettyErrors: false, logLevel: 'silent', merge: false })
  const index = documents.findIndex(
    (document) => document.errors.length === 0 && isConsumer(document.toJS(), consumer),
  )
  const document = documents[index]
  if (document === undefined) throw new EditError(`there is no Consumer "${consumer}" in this file`)
  const edited =
    keys.length === 0
      ? spliced(source, [{ from: documents[index - 1]?.range[2] ?? 0, to: document.range[2], text: '' }])
      : spliced(source, changes(source, listOf(document), keys))
  check(source, edited, consumer, keys)
  return edited
}

function isConsumer(value: unknown, name: string): boolean {
  return field(value, 'kind') === 'Consumer' && field(field(value, 'metadata'), 'name') === name
}

const BY_HAND = 'is not written out here: change it by hand'

function listOf(document: Document): YAMLSeq<YAMLMap<Node, Node>> {
  const list = document.getIn(['spec', 'keys'], true)
  if (!isSeq(list) || !list.items.every((item) => isMap(item) && !item.anchor))
    throw new EditError(`the list of keys ${BY_HAND}`)
  return list as YAMLSeq<YAMLMap<Node, Node>>
}

function changes(source: string, list: YAMLSeq<YAMLMap<Node, Node>>, keys: readonly ListedKey[]): Splice[] {
  const newline = source.includes('\r\n') ? '\r\n' : '\n'
  const splices: Splice[] = []
  const written = list.items.map((item) => String(item.get('sha256')).toLowerCase())
  const wanted = new Map(keys.map((key) => [key.sha256, key]))
  const kept = list.items.filter((_, i) => wanted.has(written[i]!))
  for (const [i, item] of list.items.entries()) {
    const key = wanted.get(written[i]!)
    if (key === undefined) splices.push(without(source, list, i, kept))
    else if (key.expires !== undefined && key.expires !== String(item.get('expires')))
      splices.push(expiring(source, item, key.expires, newline))
  }
  const added = keys.filter(({ sha256 }) => !written.includes(sha256))
  const last = list.items.at(-1)
  if (added.length > 0 && last !== undefined) {
    const texts = added.map((key) => inline(key, isQuoted(last)))
    const at = list.flow ? last.range![1] : lineEnd(source, last.range![1])
    const pad = list.flow ? ', ' : `${newline}${' '.repeat(columnOf(source, list.range![0]))}- `
    splices.push({ from: at, to: at, text: texts.map((text) => pad + text).join('') })
  }
  return splices
}

function without(
  source: string,
  { flow, items }: YAMLSeq<YAMLMap<Node, Node>>,
  index: number,
  kept: readonly YAMLMap<Node, Node>[],
): Splice {
  const [from, to] = items[index]!.range!
  if (!flow) return { from: lineStart(source, from), to: lineEnd(source, to, true), text: '' }
  // A comma goes with each: the one behind it, or before it where only those that go follow.
  const follows = items.slice(index + 1).some((item) => kept.includes(item))
  return follows
    ? { from, to: items[index + 1]!.range![0], text: '' }
    : { from: items[index - 1]!.range![1], to, text: '' }
}

function expiring(source: string, item: YAMLMap<Node, Node>, expires: string, newline: string): Splice {
  const text = JSON.stringify(expires)
  const before = item.get('expires', true)
  if (before !== undefined) {
    if (!isScalar(before)) throw new EditError(`the time at which a key expires ${BY_HAND}`)
    return { from: before.range![0], to: before.range![1], text }
  }
  const name = isQuoted(item) ? '"expires"' : 'expires'
  const last = item.items.at(-1)!.value!.range![1]
  if (item.flow) return { from: last, to: last, text: `, ${name}: ${text}` }
  const at = lineEnd(source, last)
  const pad = ' '.repeat(columnOf(source, item.items[0]!.key.range![0]))
  return { from: at, to: at, text: `${newline}${pad}${name}: ${text}` }
}

/** Whether its fields' names stand in quotes, as in JSON. */
function isQuoted(item: YAMLMap<Node, Node>): boolean {
  const first = item.items[0]?.key
  return isScalar(first) && first.type === 'QUOTE_DOUBLE'
}

function inline({ sha256, expires }: ListedKey, quoted: boolean): string {
  const name = (said: string) => (quoted ? `"${said}"` : said)
  const more = expires === undefined ? '' : `, ${name('expires')}: ${JSON.stringify(expires)}`
  return `{ ${name('sha256')}: "${sha256}"${more} }`
}

const lineStart = (source: string, at: number): number => source.lastIndexOf('\n', at - 1) + 1

const columnOf = (source: string, at: number): number => at - lineStart(source, at)

/** The end of the line on which a node that ends at `at` has its last character; behind its line break if `whole`. */
function lineEnd(source: string, at: number, whole = false): number {
  let last = at
  while (last > 0 && /\s/.test(source[last - 1]!)) last--
  const end = source.indexOf('\n', last)
  if (end < 0) return source.length
  return whole ? end + 1 : source[end - 1] === '\r' ? end - 1 : end
}

function spliced(source: string, splices: readonly Splice[]): string {
  let text = source
  // Of two at one place the later made stands behind the earlier.
  for (const { from, to, text: put } of [...splices].reverse().sort((a, b) => b.from - a.from))
    text = text.slice(0, from) + put + text.slice(to)
  return text
}

/** What was written is read again: it says what it was to say, and all else says what it said. */
function check(source: string, edited: string, consumer: string, keys: readonly ListedKey[]): void {
  const before = readYaml('', source)
  const after = readYaml('', edited)
  const values = before.documents.map(({ value }) => value)
  const now = after.documents.map(({ value }) => value)
  const target = values.findIndex((value) => isConsumer(value, consumer))
  const expected =
    keys.length === 0
      ? values.filter((_, i) => i !== target)
      : values.map((value, i) => (i === target ? withList(value, keys) : value))
  const normal = (list: unknown) =>
    JSON.stringify(list).replace(/"[0-9A-Fa-f]{64}"/g, (hash) => hash.toLowerCase())
  if (after.problems.length > before.problems.length || normal(now) !== normal(expected))
    throw new EditError(`what stands here cannot be changed safely by this command: change it by hand`)
}

function withList(value: unknown, keys: readonly ListedKey[]): unknown {
  const document = structuredClone(value) as { spec: { keys: { sha256: string; expires?: string }[] } }
  const known = new Map(document.spec.keys.map((key) => [key.sha256.toLowerCase(), key]))
  document.spec.keys = keys.map((key) => {
    const before = known.get(key.sha256)
    return before === undefined
      ? key
      : { ...before, ...(key.expires !== undefined && { expires: key.expires }) }
  })
  return document
}
