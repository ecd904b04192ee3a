import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml'

const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\r?\n|[\s\S])/y
const LIKE_SPACE = 'tnvfr_LP \t'

/**
 * Where in a file stands what a text written there holds at a line and column of its own. However YAML folds and indents a
 * text, what is no white space stays in order: it is counted on both sides.
 * @param source the file
 * @returns an offset in it
 */
export function placeInScalar(source: string, node: Scalar<string>, line: number, column: number): number {
  const [start, valueEnd] = node.range ?? [0, 0]
  const { value } = node
  let from = 0
  for (let i = 1; i < line && from >= 0; i++) from = value.indexOf('\n', from) + 1 || value.length
  const at = Math.min(from + column - 1, value.length)
  let left = value.slice(0, at).replace(/\s+/g, '').length

  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
  const end = quoted ? valueEnd - 1 : valueEnd
  let offset = block ? source.indexOf('\n', start) + 1 : quoted ? start + 1 : start
  /** Behind the last that was counted. */
  let behind = offset
  while (offset < end) {
    const [length, units] = piece(source, offset, node.type)
    if (units > left) return offset
    left -= units
    offset += length
    if (units > 0) behind = offset
  }
  return behind
}

/** How long the next piece of a written text is, and how many characters other than white space it stands for. */
function piece(source: string, at: number, type: Scalar['type']): [length: number, units: number] {
  const character = source[at]!
  if (/\s/.test(character)) return [1, 0]
  if (type === 'QUOTE_SINGLE' && source.startsWith("''", at)) return [2, 1]
  if (type !== 'QUOTE_DOUBLE' || character !== '\\') return [1, 1]
  ESCAPE.lastIndex = at
  const [all, two, four, eight] = ESCAPE.exec(source) ?? ['\\']
  const code = two ?? four ?? eight
  if (code === undefined) return [all.length, /\n$/.test(all) || LIKE_SPACE.includes(all[1] ?? '') ? 0 : 1]
  const said = String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff))
  return [all.length, /\s/.test(said) ? 0 : said.length]
}

/** Follows aliases. */
export const resolver =
  (document: Document): Resolve =>
  (node) =>
    isAlias(node) ? (node.resolve(document) as Node | undefined) : (node ?? undefined)

export type Resolve = (node: Node | undefined | null) => Node | undefined

export function nodeAt(root: Node, resolve: Resolve, path: readonly PropertyKey[]): Node | undefined {
  let node = resolve(root)
  for (const step of path)
    if (isMap<Node, Node | null>(node))
      node = resolve(node.items.find((item) => isScalar(item.key) && item.key.value === step)?.value)
    else node = isSeq<Node>(node) && typeof step === 'number' ? resolve(node.items[step]) : undefined
  return node
}

/** Of the innermost node on the way that exists. */
export function offsetOf(root: Node, resolve: Resolve, path: readonly PropertyKey[], key?: string): number {
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

export const isEmpty = (node: Node | null): boolean => node === null || (isScalar(node) && node.source === '')
