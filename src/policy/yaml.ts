import {
  Composer,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
  type YAMLError,
} from 'yaml'
import { alikeReader } from './alike.ts'
import { isEmpty, nodeAt, offsetOf, placeInScalar, type Resolve, resolver } from './place.ts'
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
  let lines: LineCounter | undefined
  const at = (offset: number, message: string): Problem => {
    lines ??= linesOf(plain)
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message }
  }
  const documents: Yaml[] = []
  const problems: Problem[] = []
  let whole = true
  let start = 0
  const alike = alikeReader((text) => {
    const { found, wrong } = readPiece(text)
    return wrong.length === 0 && found.length === 1 && found[0]!.number === 0 ? found[0] : undefined
  })
  for (const text of pieces(plain)) {
    const from = start
    start += text.length
    const same = alike(text)
    const read: Piece =
      same === undefined ? readPiece(text) : { found: [{ ...same, number: 0 }], wrong: [], whole: true }
    for (const { offset, message } of read.wrong) problems.push(at(from + offset, message))
    whole &&= read.whole
    // A tree is many times its text. None is kept: where something must be shown, the text is read again.
    let trees: Document[] | undefined
    for (const { value, number } of read.found) {
      const tree = (): Document => {
        trees ??= [...compose(text)]
        return trees[number]!
      }
      documents.push({
        value,
        problem(path, message, key) {
          const shown = tree()
          return at(from + offsetOf(shown.contents as Node, resolver(shown), path, key), message)
        },
        within(path, [line, column], message) {
          const shown = tree()
          const node = nodeAt(shown.contents as Node, resolver(shown), path)
          if (!isScalar(node) || typeof node.value !== 'string') return this.problem(path, message)
          return at(from + placeInScalar(text, node as Scalar<string>, line, column), message)
        },
      })
    }
  }
  return { documents, problems, whole }
}

/** Cut where a document begins whatever stands before it: what a % line says may hold for more than one. */
function pieces(source: string): string[] {
  return /^%/m.test(source) ? [source] : source.split(/^(?=---\r?\n)/m)
}

function linesOf(source: string): LineCounter {
  const lines = new LineCounter()
  for (let line = 0; line >= 0; line = source.indexOf('\n', line) + 1 || -1) lines.addNewLine(line)
  return lines
}

interface Piece {
  found: { value: unknown; number: number }[]
  wrong: { offset: number; message: string }[]
  whole: boolean
}

/** The documents of a text that can be read, by their number in it, and what is wrong with it. */
function readPiece(text: string): Piece {
  const found: { value: unknown; number: number }[] = []
  const wrong: { offset: number; message: string }[] = []
  const complain = (offset: number, message: string) => wrong.push({ offset, message })
  let whole = true
  let index = -1
  const failed = (errors: readonly YAMLError[]): void => {
    for (const error of errors) complain(error.pos[0], wording(error))
    if (errors.some((error) => error.code !== 'DUPLICATE_KEY')) whole = false
  }
  // One document after the other, so that each can be forgotten before the next.
  for (const document of compose(text, failed)) {
    index++
    if (document.directives?.yaml.explicit) complain(0, 'a %YAML line is not read here: leave it out')
    failed(document.errors)
    const contents: Node | null = document.contents
    const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY')
    // Nothing but comments, such as after a last line of ---.
    if (broken || contents === null || isEmpty(contents)) continue

    const value = toPlain(contents, resolver(document), complain)
    if (value === OVERFLOW) whole = false
    else found.push({ value, number: index })
  }
  return { found, wrong, whole }
}

/** @param failed told of what is wrong behind the last document, or where there is none */
function* compose(source: string, failed?: (errors: readonly YAMLError[]) => void): Iterable<Document> {
  const composer = new Composer({
    version: '1.2',
    prettyErrors: false,
    stringKeys: true,
    merge: false,
    logLevel: 'silent',
  })
  yield* composer.compose(new Parser().parse(source)) as Iterable<Document>
  failed?.(composer.streamInfo().errors)
}

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
