import { canonicalise } from '../../core/canonical/index.ts'

/** A pattern, read. `wide` sets can match a character of two UTF-16 units. */
export type Node =
  | { is: 'text'; text: string }
  | { is: 'set'; source: string; wide: boolean }
  | { is: 'edge' }
  | { is: 'all'; of: readonly Node[] }
  | { is: 'any'; of: readonly Node[] }
  | { is: 'times'; of: Node; min: number; max: number; lazy: boolean }

const MAX_DEPTH = 50
const RANGE_LIMIT = 1024
const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' }
const CLASS = /^(?:\\[dwsDWS]|\\[pP](?:[A-Z]|\{\^?[A-Za-z_]+\})|\[:\^?[a-z]+:\])/
const HEX = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/
const TIMES = /^\{(\d{1,5})(?:(,)(\d{0,5}))?\}/

/** How a character may stand in canonical text: capitals of other scripts may fold to another letter. */
function forms(character: string): string[] {
  const cases = [character, character.toLowerCase(), character.toUpperCase()]
  return [...new Set(cases.map((one) => canonicalise(one, 0).text))]
}

const quote = (text: string): string =>
  text.replace(/[^\p{L}\p{N}]/gu, (c) => `\\x{${c.codePointAt(0)!.toString(16)}}`)

/**
 * Reads the syntax of `patterns:`, a subset of RE2 in which every match has a bounded length.
 * @throws Error that says what to write instead
 */
export function parse(pattern: string): Node {
  let at = 0
  const peek = (): string => pattern.slice(at)
  const fail = (what: string): never => {
    throw new Error(`pattern, character ${at + 1}: ${what}`)
  }
  const point = (): string => {
    if (at >= pattern.length) fail('it ends too early')
    const character = String.fromCodePoint(pattern.codePointAt(at)!)
    at += character.length
    return character
  }
  /** One literal character, escaped or not. */
  const literal = (): string => {
    const hex = HEX.exec(peek())
    if (hex) {
      const value = Number.parseInt(hex[1] ?? hex[2]!, 16)
      if (value > 0x10ffff) fail('there is no such character')
      at += hex[0].length
      return String.fromCodePoint(value)
    }
    const character = point()
    if (character !== '\\') return character
    const escaped = point()
    if (ESCAPES[escaped] !== undefined) return ESCAPES[escaped]
    if (/[A-Za-z0-9]/.test(escaped)) {
      at -= 2
      fail(`\\${escaped} is not supported; write the characters themselves, or \\x{...}`)
    }
    return escaped
  }
  const classed = (): Node => {
    let source = '['
    let wide = false
    at++
    if (pattern[at] === '^') {
      source += '^'
      wide = true
      at++
    }
    for (let first = true; first || pattern[at] !== ']'; first = false) {
      const known = CLASS.exec(peek())
      if (known) {
        at += known[0].length
        source += known[0]
        wide ||= !/^(?:\\[dws]|\[:[a-z])/.test(known[0])
        continue
      }
      const low = literal()
      let high = low
      if (pattern[at] === '-' && pattern[at + 1] !== ']' && pattern[at + 1] !== undefined) {
        at++
        high = literal()
      }
      const from = low.codePointAt(0)!
      const to = high.codePointAt(0)!
      if (to < from) fail('a range ends before it begins')
      if (to > 0xffff) wide = true
      source += `\\x{${from.toString(16)}}-\\x{${to.toString(16)}}`
      if (to < 0x80 || to - from > RANGE_LIMIT) continue
      for (let c = from; c <= to; c++) {
        for (const form of forms(String.fromCodePoint(c))) if (form.length === 1) source += quote(form)
      }
    }
    at++
    return { is: 'set', source: `${source}]`, wide }
  }
  const atom = (depth: number): Node => {
    const character = pattern[at]!
    if (character === '(') {
      at++
      if (pattern[at] === '?') {
        if (pattern[at + 1] !== ':') fail('only groups ( ) and (?: ) are supported; case never matters')
        at += 2
      }
      const inner = choice(depth + 1)
      if (pattern[at] !== ')') fail('a group is not closed; write )')
      at++
      return inner
    }
    if (character === '[') return classed()
    if (character === '.') {
      at++
      return { is: 'set', source: '.', wide: true }
    }
    if (character === '^' || character === '$' || /^\\[AzZB]/.test(peek())) {
      fail(
        'anchors are not supported, because a stream has no beginning and end to look for; write \\b or nothing',
      )
    }
    if (peek().startsWith('\\b')) {
      at += 2
      return { is: 'edge' }
    }
    if (/[*+?]/.test(character) || TIMES.test(peek()))
      fail('there is nothing to repeat here; write \\ before it')
    const known = CLASS.exec(peek())
    if (known && character === '\\') {
      at += known[0].length
      return { is: 'set', source: known[0], wide: !/^\\[dws]/.test(known[0]) }
    }
    const [form, ...others] = forms(literal())
    const text: Node = { is: 'text', text: form! }
    return others.length === 0
      ? text
      : { is: 'any', of: [text, ...others.map((other): Node => ({ is: 'text', text: other }))] }
  }
  const repeated = (depth: number): Node => {
    let node = atom(depth)
    for (let count = 0; ; count++) {
      const character = pattern[at]
      const times = TIMES.exec(peek())
      if (character === '*' || character === '+') {
        fail(`${character} has no upper bound; write {${character === '*' ? 0 : 1},64} or another bound`)
      }
      if (character !== '?' && !times) return node
      if (count > 0) fail('a repetition of a repetition; put a group around the first')
      if (node.is === 'edge') fail('\\b cannot be repeated')
      const min = times ? Number(times[1]) : 0
      if (times?.[2] && times[3] === '')
        fail(`{${min},} has no upper bound; write {${min},${min + 64}} or another bound`)
      const max = times ? Number(times[3] ?? times[1]) : 1
      if (max < min || max > 1000) fail('a repetition counts up, to at most 1000')
      at += times ? times[0].length : 1
      const lazy = pattern[at] === '?'
      if (lazy) at++
      node = { is: 'times', of: node, min, max, lazy }
    }
  }
  const sequence = (depth: number): Node => {
    const of: Node[] = []
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') of.push(repeated(depth))
    return of.length === 1 ? of[0]! : { is: 'all', of }
  }
  const choice = (depth: number): Node => {
    if (depth > MAX_DEPTH) fail('groups are nested too deep')
    const of = [sequence(depth)]
    while (pattern[at] === '|') {
      at++
      of.push(sequence(depth))
    }
    return of.length === 1 ? of[0]! : { is: 'any', of }
  }
  const node = choice(0)
  if (at < pattern.length) fail('a ) without its (')
  return node
}

/** The RE2 source of a pattern as it is matched against canonical text. */
export function source(node: Node): string {
  switch (node.is) {
    case 'text':
      return quote(node.text)
    case 'set':
      return node.source
    case 'edge':
      return '\\b'
    case 'all':
      return node.of.map((one) => (one.is === 'any' ? `(?:${source(one)})` : source(one))).join('')
    case 'any':
      return node.of.map(source).join('|')
    case 'times':
      return `(?:${source(node.of)}){${node.min},${node.max}}${node.lazy ? '?' : ''}`
  }
}
