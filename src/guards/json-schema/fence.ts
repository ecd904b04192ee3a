import type { Span } from '../../core/types.ts'

const BEGINS = /^[ \t\r\n]*(`{3,}|~{3,})(?:json[5c]?)?[ \t]*\r?\n/i

/** What stands in a Markdown fence, where a text is that and no more; its lines breaks at both ends are the fence's. */
export function fence(text: string): Span | undefined {
  const begin = BEGINS.exec(text)
  if (begin === null) return undefined
  const mark = begin[1]!
  let end = text.length
  while (end > begin[0].length && ' \t\r\n'.includes(text[end - 1]!)) end--
  const after = end
  while (text[end - 1] === mark[0]) end--
  if (after - end < mark.length || end < begin[0].length) return undefined
  // The closing mark has a line for itself.
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--
  return text[end - 1] === '\n' && end > begin[0].length ? [begin[0].length, end] : undefined
}
