import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
  type YAMLError,
} from 'yaml'
import { placeInScalar } from './place.ts'
import { ambiguity } from './plain.ts'
import type { Problem } from './problem.ts'

/** Bounds on what one document may become once its aliases are followed. */
const MAX_VALUES = 50_000
const MAX_DEPTH = 64
const OVERFLOW = Symbol('overflow')

/** One YAML document: its value, and where each of its fields stands. */
export interface Yaml {
  value: unknown
  /** The problem `message` at the field that `path` leads to; at the key `key` of it when given. */
  problem(path: readonly PropertyKey[], message: string, key?: string): Problem
  /** The same at a line and column of the text that `path` leads to. */
  within(
    path: readonly PropertyKey[],
    place: readonly [line: number, column: number],
    message: string,
  ): Problem
}

/**
 * Reads a file's documents. What is wrong in a document that can be read all the same does not keep the rest of it from
 * being checked; `whole` is false when some of the file could not be read at all.
 */
export function readYaml(
  file: string,
  source: string,
): { documents: Yaml[]; problems: Problem[]; whole: boolean } {
  // A byte order mark would count as a column, and no editor shows it.
  const plain = source.replace(/^\ufeff/, '')
  const lines = new LineCounter()
  const problems: Problem[] = []
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message }
  }
  const documents: Yaml[] = []
  let whole = true
  let index = -1
  // A tree is many times its text. None is kept: where something must be shown, the file is read again.
  let trees: Document[] | undefined
  const tree = (at: number): Document => {
    trees ??= [...compose(plain)]
    return trees[at]!
  }
  for (const document of compose(plain, lines)) {
    index++
    if (document.directives?.yaml.explicit)
      problems.push(at(0, 'a %YAML line is not read here: leave it out'))
    for (const error of document.errors) problems.push(at(error.pos[0], wording(error)))
    const contents: Node | null = document.contents
    const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY')
    if (broken) whole = false
    // Nothing but comments, such as after a last line of ---.
    if (broken || contents === null || isEmpty(contents)) continue

    const value = toPlain(contents, resolver(document), (offset, message) =>
      problems.push(at(offset, message)),
    )
    if (value === OVERFLOW) {
      whole = false
      continue
    }
    const number = index
    documents.push({
      value,
      problem(path, message, key) {
        const shown = tree(number)
        return at(offsetOf(shown.contents as Node, resolver(shown), path, key), message)
      },
      within(path, [line, column], message) {
        const shown = tree(number)
        const resolve = resolver(shown)
        const node = nodeAt(shown.contents as Node, resolve, path)
        if (!isScalar(node) || typeof node.value !== 'string') return this.problem(path, message)
        return at(placeInScalar(plain, node as Scalar<string>, line, column), message)
      },
    })
  }
  return { documents, problems, whole }
}

/** One document after the other, so that each can be forgotten before the next. */
function compose(source: string, lines?: LineCounter): Iterable<Document> {
  const composer = new Composer({
    version: '1.2',
    prettyErrors: false,
    stringKeys: true,
    merge: false,
    logLevel: 'silent',
  })
  return composer.compose(new Parser(lines?.addNewLine).parse(source)) as Iterable<Document>
}

const resolver =
  (document: Document): Resolve =>
  (node) =>
    isAlias(node) ? (node.resolve(document) as Node | undefined) : (node ?? undefined)

type Resolve = (node: Node | undefined | null) => Node | undefined

function toPlain(root: Node, resolve: Resolve, complain: (offset: number, message: string) => void): unknown {
  let values = 0
  let overflowed = false

  /** Under an alias nothing is judged twice. */
  const scalar = (node: Node, judged: boolean): void => {
    if (!judged || !isScalar(node)) return
    const why = node.type === 'PLAIN' ? ambiguity(node.source ?? '') : undefined
    if (why !== undefined) complain(node.range?.[0] ?? 0, why)
  }

  const convert = (written: Node, depth: number, judged: boolean): unknown => {
    const node = resolve(written)
    const offset = written.range?.[0] ?? 0
    if (overflowed) return undefined
    if (++values > MAX_VALUES || depth > MAX_DEPTH) {
      overflowed = true
      complain(
        offset,
        depth > MAX_DEPTH
          ? `nested more than ${MAX_DEPTH} deep: write it flatter`
          : `more than ${MAX_VALUES} values once aliases are followed: write fewer aliases`,
      )
      return undefined
    }
    if (node === undefined) {
      complain(offset, 'an alias (*name) without its anchor (&name): write the value itself')
      return undefined
    }
    const fresh = judged && node === written
    if (fresh && node.tag !== undefined)
      complain(offset, 'a tag (!name) is not read here: leave it out, and put a text in quotes')
    if (isSeq<Node>(node)) return node.items.map((item) => convert(item, depth + 1, fresh))
    if (isMap<Node, Node | null>(node)) {
      const result: Record<string, unknown> = {}
      for (const { key, value } of node.items) {
        scalar(key, fresh)
        const name = isScalar(key) ? key.value : undefined
        if (typeof name !== 'string' || name === '' || name === '__proto__') {
          complain(key.range?.[0] ?? offset, 'this cannot be the name of a field: write a word')
          continue
        }
        result[name] = value === null ? null : convert(value, depth + 1, fresh)
      }
      return result
    }
    scalar(node, fresh)
    return isScalar(node) ? node.value : undefined
  }
  const value = convert(root, 0, true)
  return overflowed ? OVERFLOW : value
}

function nodeAt(root: Node, resolve: Resolve, path: readonly PropertyKey[]): Node | undefined {
  let node = resolve(root)
  for (const step of path)
    if (isMap<Node, Node | null>(node))
      node = resolve(node.items.find((item) => isScalar(item.key) && item.key.value === step)?.value)
    else node = isSeq<Node>(node) && typeof step === 'number' ? resolve(node.items[step]) : undefined
  return node
}

/** Of the innermost node on the way that exists. */
function offsetOf(root: Node, resolve: Resolve, path: readonly PropertyKey[], key?: string): number {
  let offset = root.range?.[0] ?? 0
  let node = resolve(root)
  for (const step of path) {
    let next: Node | null | undefined
    if (isMap<Node, Node | null>(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step)
      if (pair === undefined) return offset
      // A field without a value has no place of its own.
      offset = (isEmpty(pair.value) ? pair.key : pair.value)?.range?.[0] ?? offset
      next = pair.value
    } else if (isSeq<Node>(node) && typeof step === 'number') {
      next = node.items[step]
      offset = next?.range?.[0] ?? offset
    }
    node = resolve(next)
    if (node === undefined) return offset
  }
  if (key === undefined || !isMap<Node, Node | null>(node)) return offset
  return node.items.find((item) => isScalar(item.key) && item.key.value === key)?.key.range?.[0] ?? offset
}

const isEmpty = (node: Node | null): boolean => node === null || (isScalar(node) && node.source === '')

function wording(error: YAMLError): string {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'this field stands here twice: keep one'
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent: use spaces'
    case 'NON_STRING_KEY':
      return 'this cannot be the name of a field: write a word'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second ": " in one line: put the value in quotes, or begin a new line'
    default: {
      const [first = ''] = error.message
      return `not YAML: ${first.toLowerCase()}${error.message.slice(1)}`
    }
  }
}
