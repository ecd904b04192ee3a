import { GateError } from '../errors.ts'
import { unitAt } from '../units.ts'

/**
 * A strict reading of JSON text (RFC 8259) that notes where every value stands.
 *
 * `JSON.parse` would keep the last of two equal keys, forget where a literal stood and round big integers; another
 * parser behind the gate could read something else. This one refuses what two parsers could read differently.
 */
export interface Document {
  text: string
  /**
   * Four numbers a node: type, start, end, index of the node after the value. Keys precede their values.
   * Valid until the next scan.
   */
  tape: Int32Array
}

export const OBJECT = 1
export const ARRAY = 2
/** A string whose literal is what it says. Start and end exclude the quotes. */
export const STRING = 3
/** A string with escapes. */
export const ESCAPED = 4
export const NUMBER = 5
export const TRUE = 6
export const FALSE = 7
export const NULL = 8

const MAX_DEPTH = 100
const NODE = 4
const FIRST = 1 << 14
const LARGE = 1 << 20
/** Keys and names are done before an expression has begun. */
const SHORT = 24
/** Objects with more keys than these look them up in a set. */
const FEW_KEYS = 16
const PLAIN = /[^"\\\u0000-\u001f]*/y

export interface ScanOptions {
  /** Half of a surrogate pair may stand in a streamed delta, whose other half follows. */
  surrogates?: 'refuse' | 'allow'
  /** Tool-call arguments that a model wrote are inspected even if it repeated a key. */
  duplicates?: 'refuse' | 'allow'
  /** How many values and keys there may be, a power of two from 4096 on; as many as there are when absent. */
  values?: number
}

// The state of the scan under way. Of the module and not of a closure for each scan, which would cost a short event
// more than reading it; no scan begins before another has ended. Readers are done with one tape before the next scan.
let text = ''
let at = 0
let tape = new Int32Array(FIRST)
let top = 0
let loneSurrogates = false
let repeatedKeys = false
let mostNodes = Number.POSITIVE_INFINITY

/** Throws `GateError` with a `body.*` code. */
export function scan(body: string, options: ScanOptions = {}): Document {
  text = body
  at = 0
  top = 0
  loneSurrogates = options.surrogates === 'allow'
  repeatedKeys = options.duplicates === 'allow'
  mostNodes = (options.values ?? Number.POSITIVE_INFINITY) * NODE
  // One body full of small values is no reason to keep so much for ever.
  if (tape.length > LARGE) tape = new Int32Array(FIRST)
  if (unitAt(body, 0) === 0xfeff) fail('body.bom')
  value(0)
  space()
  if (at !== body.length) fail('body.trailing')
  text = ''
  return { text: body, tape }
}

function fail(code: string): never {
  text = ''
  throw new GateError(code)
}

function space(): void {
  for (;;) {
    const c = unitAt(text, at)
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) at++
    else return
  }
}

function open(type: number, start: number): number {
  const node = top
  top += NODE
  if (top > tape.length) {
    // Asked here alone: where room is left there are not that many.
    if (top > mostNodes) fail('body.too_large')
    const larger = new Int32Array(tape.length * 2)
    larger.set(tape)
    tape = larger
  }
  tape[node] = type
  tape[node + 1] = start
  return node
}

function close(node: number, end: number): void {
  tape[node + 2] = end
  tape[node + 3] = top
}

function value(depth: number): void {
  space()
  switch (unitAt(text, at)) {
    case 0x22:
      return string()
    case 0x7b:
      return object(depth + 1)
    case 0x5b:
      return array(depth + 1)
    case 0x74:
      return word('true', TRUE)
    case 0x66:
      return word('false', FALSE)
    case 0x6e:
      return word('null', NULL)
    default:
      return number()
  }
}

function string(): void {
  const start = ++at
  let i = start
  const short = start + SHORT
  for (;;) {
    const c = unitAt(text, i)
    if (c === 0x22) break
    if (c === 0x5c) {
      at = i
      return escaped(start)
    }
    if (!(c >= 0x20)) fail('body.not_json')
    if (++i !== short) continue
    // What bodies are made of is long texts, which the expression's machine code skips several times faster.
    PLAIN.lastIndex = i
    PLAIN.test(text)
    i = PLAIN.lastIndex
  }
  close(open(STRING, start), i)
  at = i + 1
}

function escaped(start: number): void {
  let high = false
  let i = at
  for (;;) {
    const c = unitAt(text, i)
    if (c === 0x22) break
    if (!(c >= 0x20)) fail('body.not_json')
    if (c !== 0x5c) {
      if (high) fail('body.surrogate')
      PLAIN.lastIndex = i
      PLAIN.test(text)
      i = PLAIN.lastIndex
      continue
    }
    const e = unitAt(text, i + 1)
    if (e === 0x75) {
      const unit = hex4(text, i + 2)
      if (unit < 0) fail('body.not_json')
      i += 6
      if (loneSurrogates) continue
      const low = unit >= 0xdc00 && unit <= 0xdfff
      if (high !== low) fail('body.surrogate')
      high = unit >= 0xd800 && unit <= 0xdbff
      continue
    }
    if (high) fail('body.surrogate')
    // " \ / b f n r t
    if (
      e !== 0x22 &&
      e !== 0x5c &&
      e !== 0x2f &&
      e !== 0x62 &&
      e !== 0x66 &&
      e !== 0x6e &&
      e !== 0x72 &&
      e !== 0x74
    )
      fail('body.not_json')
    i += 2
  }
  if (high) fail('body.surrogate')
  close(open(ESCAPED, start), i)
  at = i + 1
}

function digits(): void {
  const start = at
  for (;;) {
    const c = unitAt(text, at)
    if (c >= 0x30 && c <= 0x39) at++
    else break
  }
  if (at === start) fail('body.not_json')
}

function number(): void {
  const start = at
  if (unitAt(text, at) === 0x2d) at++
  if (unitAt(text, at) === 0x30) at++
  else digits()
  if (unitAt(text, at) === 0x2e) {
    at++
    digits()
  }
  const e = unitAt(text, at)
  if (e === 0x65 || e === 0x45) {
    at++
    const sign = unitAt(text, at)
    if (sign === 0x2b || sign === 0x2d) at++
    digits()
  }
  close(open(NUMBER, start), at)
}

function word(said: string, type: number): void {
  if (!text.startsWith(said, at)) fail('body.not_json')
  const node = open(type, at)
  at += said.length
  close(node, at)
}

function object(depth: number): void {
  if (depth > MAX_DEPTH) fail('body.depth')
  const node = open(OBJECT, at++)
  space()
  if (unitAt(text, at) === 0x7d) return close(node, ++at)
  let keys = 0
  let many: Set<string> | undefined
  for (;;) {
    space()
    if (unitAt(text, at) !== 0x22) fail('body.not_json')
    const key = top
    string()
    if (!repeatedKeys) {
      if (keys < FEW_KEYS ? isAmong(node + NODE, key) : many?.has(stringAt(text, tape, key)))
        fail('body.duplicate_key')
      if (++keys === FEW_KEYS) many = keysOf(node + NODE, key)
      else many?.add(stringAt(text, tape, key))
    }
    space()
    if (unitAt(text, at) !== 0x3a) fail('body.not_json')
    at++
    value(depth)
    space()
    const c = unitAt(text, at++)
    if (c === 0x2c) continue
    if (c === 0x7d) break
    fail('body.not_json')
  }
  close(node, at)
}

/** Whether a key stands among its object's keys before it. Compared where they stand: no strings are made of them. */
function isAmong(first: number, key: number): boolean {
  for (let other = first; other < key; other = tape[other + 7]!) if (isSame(other, key)) return true
  return false
}

function isSame(a: number, b: number): boolean {
  if (tape[a] === ESCAPED || tape[b] === ESCAPED) return stringAt(text, tape, a) === stringAt(text, tape, b)
  let from = tape[a + 1]!
  let to = tape[b + 1]!
  const end = tape[a + 2]!
  if (end - from !== tape[b + 2]! - to) return false
  while (from < end) if (unitAt(text, from++) !== unitAt(text, to++)) return false
  return true
}

function keysOf(first: number, last: number): Set<string> {
  const all = new Set<string>()
  for (let key = first; key < last; key = tape[key + 7]!) all.add(stringAt(text, tape, key))
  return all.add(stringAt(text, tape, last))
}

function array(depth: number): void {
  if (depth > MAX_DEPTH) fail('body.depth')
  const node = open(ARRAY, at++)
  space()
  if (unitAt(text, at) === 0x5d) return close(node, ++at)
  for (;;) {
    value(depth)
    space()
    const c = unitAt(text, at++)
    if (c === 0x2c) continue
    if (c === 0x5d) break
    fail('body.not_json')
  }
  close(node, at)
}

/** What the string (or key) at `node` says. */
export function stringAt(text: string, tape: Int32Array, node: number): string {
  const start = tape[node + 1]!
  const end = tape[node + 2]!
  return tape[node] === ESCAPED ? JSON.parse(text.slice(start - 1, end + 1)) : text.slice(start, end)
}

/** The inside of a JSON string literal that says `value`. Half surrogate pairs come out as escapes. */
export function literal(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

function hex4(text: string, at: number): number {
  let unit = 0
  for (let i = at; i < at + 4; i++) {
    const c = unitAt(text, i)
    const digit =
      c >= 0x30 && c <= 0x39
        ? c - 0x30
        : c >= 0x61 && c <= 0x66
          ? c - 0x57
          : c >= 0x41 && c <= 0x46
            ? c - 0x37
            : -1
    if (digit < 0) return -1
    unit = unit * 16 + digit
  }
  return unit
}
