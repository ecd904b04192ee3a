import { GateError } from '../../core/errors.ts'
import {
  ARRAY,
  type Document,
  ESCAPED,
  NULL,
  NUMBER,
  OBJECT,
  STRING,
  stringAt,
} from '../../core/json/scan.ts'
import type { Span } from '../../core/types.ts'
import { identifierEnd, meaning, type Names } from './names.ts'
import type { Shape } from './shape.ts'

const EMPTY = new Int32Array(4)

/** What stands at the nodes of the document that is read. */
export class Nodes {
  protected text = ''
  protected tape: Document['tape'] = EMPTY

  /** The value of an object's field, as a node. */
  protected field(node: number, name: string): number | undefined {
    const { text, tape } = this
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child = tape[child + 7]!) {
      const start = tape[child + 1]!
      const says =
        tape[child] === ESCAPED
          ? stringAt(text, tape, child) === name
          : tape[child + 2]! - start === name.length && text.startsWith(name, start)
      if (says) return child + 4
    }
    return undefined
  }

  /** What the string or key at a node means. */
  protected lookUp<T>(known: Names<T>, node: number): T | undefined {
    const { text, tape } = this
    if (tape[node] !== ESCAPED) return known(text, tape[node + 1]!, tape[node + 2]!)
    return meaning(known, stringAt(text, tape, node))
  }

  /** What a node says that numbers things: `0` and `0.0` are one to its readers, but `"1"` and `-1` are not to all. */
  protected index(node: number | undefined): number | undefined {
    const { text, tape } = this
    if (node === undefined) return undefined
    const type = tape[node]!
    if (type === NULL || type === OBJECT || type === ARRAY) return undefined
    const said = type === STRING || type === ESCAPED ? stringAt(text, tape, node) : undefined
    // What is a number to nobody is a text, and read as one.
    if (said !== undefined && Number.isNaN(Number(said))) return undefined
    const index = type === NUMBER ? Number(text.slice(tape[node + 1]!, tape[node + 2]!)) : -1
    if (!Number.isSafeInteger(index) || index < 0) throw new GateError('upstream.invalid')
    return index
  }

  /** A path that an object's fields name; a field that says nothing is read as the first. */
  protected pathFrom(path: Extract<Shape, { is: 'at' }>['path'], node: number): string {
    let all = ''
    for (const piece of path)
      all += typeof piece === 'string' ? piece : (this.index(this.field(node, piece.field)) ?? 0)
    return all
  }

  /** What stands there, quotes included. */
  protected valueSpan(node: number): Span {
    const { tape } = this
    const quote = tape[node] === STRING || tape[node] === ESCAPED ? 1 : 0
    return [tape[node + 1]! - quote, tape[node + 2]! + quote]
  }

  protected isIdentifier(node: number): boolean {
    const { text, tape } = this
    const said = tape[node] === ESCAPED ? stringAt(text, tape, node) : text
    const start = tape[node] === ESCAPED ? 0 : tape[node + 1]!
    const end = tape[node] === ESCAPED ? said.length : tape[node + 2]!
    return end > start && identifierEnd(said, start) === end
  }

  protected allNumbers(node: number): boolean {
    return this.tape[node] === NULL || (this.tape[node] === ARRAY && this.isOfNumbers(node))
  }

  protected holdsNumbers(node: number): boolean {
    return this.tape[node + 3]! > node + 4 && this.isOfNumbers(node)
  }

  protected isOfNumbers(node: number): boolean {
    const { tape } = this
    const stop = tape[node + 3]!
    for (let child = node + 4; child < stop; child += 4) if (tape[child] !== NUMBER) return false
    return true
  }
}

/** Whether a document has a field, whatever stands there. */
export function hasKey({ text, tape }: Document, name: string): boolean {
  for (let child = 4; child < tape[3]!; child = tape[child + 7]!)
    if (stringAt(text, tape, child) === name) return true
  return false
}

const BASE64 = /[A-Za-z0-9+/_=-]*/y

export function isBase64(text: string, start: number, end: number): boolean {
  BASE64.lastIndex = start
  BASE64.test(text)
  return BASE64.lastIndex === end
}
