import type { Scalar } from 'yaml'

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
