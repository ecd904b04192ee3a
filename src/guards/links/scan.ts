import { readTag, type Tag } from './html.ts'
import { MAX_LABEL, MAX_TARGET } from './limits.ts'
import { bareTarget, definitionTarget, escapes, inlineTarget, PENDING, type Target } from './markdown.ts'
import { BEFORE_DOT, namedTarget } from './named.ts'

/** Something that may lead somewhere; indices of the text that is scanned. */
export type Construct = { start: number; end: number } & (
  | {
      kind: 'image' | 'link' | 'definition' | 'bare' | 'css'
      target: Target
      /** What a reader sees of it; undefined where its beginning is not known. */
      label?: string
    }
  | { kind: 'tag'; tag: Tag }
)

/** Undefined: it is good. `link`: it is bad, and something worse may stand inside. `all`: nothing inside matters. */
export type Taken = 'all' | 'link' | undefined

const NEXT =
  /\\|!?\[|\]|<|\n[ \t\r]*\n|[hH][tT][tT][pP][sS]?:[/\\]|[wW]{3}\.|[uU][rR][lL]\(|\.(?=[^\s.])|&(?:period|#0{0,4}46|#[xX]0{0,4}2[eE]);/g
/** What stands before an address that CSS (or BBCode) loads, but `url(`. */
const LOADING =
  /(?:(?:@import\s*|image-set\([^()]{0,64}|\bsrc\(\s*)["']|\[img(?:[= ][^[\]]{0,32})?\])\s*(?:[/\\]{2}[^\s"'./]*)?$/i
/** What may become one of these. */
const BEGUN =
  /(?:[!\\<\].]|&[#\w]{0,8}|[hH](?:[tT](?:[tT](?:[pP](?:[sS]?:?)?)?)?)?|[wW]{1,3}|[uU](?:[rR](?:[lL])?)?)$/

/**
 * Finds what Markdown, HTML, CSS and linkifiers may make a link of, in one pass. Errs on the side of finding: code is no
 * exception, and what two readers read differently is found by both readings.
 * @param take told of each construct but bare addresses in one that is bad
 * @returns the index before which no later text changes anything
 */
export function scanLinks(
  text: string,
  from: number,
  final: boolean,
  take: (construct: Construct) => Taken,
): number {
  /** Where brackets opened: twice the index, and one more for an image. */
  const openers: number[] = []
  let first = 0
  /** Where something stands that more text may complete. */
  let open = text.length
  let at = from
  /** The end of the last that was bad. */
  let badUntil = from
  const told = (construct: Construct): Taken => {
    const taken = take(construct)
    if (taken !== undefined) badUntil = Math.max(badUntil, construct.end)
    return taken
  }

  const expire = (position: number): void => {
    while (first < openers.length && openers[first]! >> 1 < position - MAX_LABEL) first++
  }
  const close = (position: number): number | undefined => {
    expire(position)
    return openers.length > first ? openers.pop() : undefined
  }
  /** @returns where to go on */
  const bracket = (position: number): number | undefined => {
    const after = text.charCodeAt(position + 1)
    const opener = close(position)
    const start = opener === undefined ? position : opener >> 1
    const image = opener === undefined || (opener & 1) === 1
    if (after !== 40 && after !== 58) {
      if (!Number.isNaN(after) || final) return position + 1
      open = Math.min(open, start)
      return undefined
    }
    const read =
      after === 40 ? inlineTarget(text, position + 2, final) : definitionTarget(text, position + 2, final)
    if (read === PENDING) {
      open = Math.min(open, start)
      return undefined
    }
    if (read === undefined) return position + 2
    // Of a link whose beginning is not known it cannot be said that it is no image.
    const kind = after === 58 ? 'definition' : image ? 'image' : 'link'
    const label = opener === undefined ? undefined : text.slice(start + (image ? 2 : 1), position)
    const taken = told({ kind, start, end: read.end, target: read, ...(label !== undefined && { label }) })
    // What is inside the address was judged with it, unless it may be something else as well.
    const judged = read.odd === undefined && /^https?:/i.test(read.url)
    const inside = text.slice(position + 2, read.end)
    // Without what is taken out a tag would go on in the one before it.
    return (taken === 'all' && !inside.includes('<')) || (judged && !/[[\]<\s]/.test(inside))
      ? read.end
      : position + 2
  }

  for (;;) {
    NEXT.lastIndex = at
    const match = NEXT.exec(text)
    if (match === null) break
    const { index } = match
    const token = match[0]
    const unit = token.charCodeAt(token.length > 1 && token[0] === '!' ? 1 : 0)
    if (unit === 92) {
      if (index + 1 === text.length) break
      // Only Markdown has escapes: to a reader of HTML a tag begins there.
      at = index + (escapes(text, index) && !'<.'.includes(text[index + 1]!) ? 2 : 1)
    } else if (unit === 91) {
      if (openers.length > first + MAX_LABEL) expire(index)
      if (first > MAX_LABEL) {
        openers.splice(0, first)
        first = 0
      }
      openers.push(index * 2 + token.length - 1)
      at = index + token.length
    } else if (unit === 93) {
      const next = bracket(index)
      if (next === undefined) break
      at = next
    } else if (unit === 10) {
      openers.length = first = 0
      at = index + token.length - 1
    } else if (unit === 60) {
      if (index + 1 === text.length && !final) break
      if (!/[a-z]/i.test(text[index + 1] ?? '')) {
        at = index + 1
        continue
      }
      const tag = readTag(text, index, final)
      if (tag === PENDING) {
        open = Math.min(open, index)
        break
      }
      at = told({ kind: 'tag', start: index, end: tag.end, tag }) === 'all' ? tag.end : index + 1
    } else if (unit === 117 || unit === 85) {
      const end = text.slice(index, index + MAX_TARGET).search(/[)\n<]|(?<!^url)\(/i)
      if (end < 0 && !final && text.length - index < MAX_TARGET) {
        open = Math.min(open, index)
        break
      }
      const stop = end < 0 ? Math.min(text.length, index + MAX_TARGET) : index + end
      const url = text.slice(index + 4, stop).replace(/^[\s"']+|[\s"']+$/g, '')
      at =
        told({ kind: 'css', start: index, end: stop, target: { end: stop, url } }) === 'all'
          ? stop
          : index + 4
    } else {
      const named = unit === 46 || unit === 38
      const target = named ? namedTarget(text, index, final) : bareTarget(text, index, final)
      if (target === PENDING) {
        open = Math.min(open, index)
        break
      }
      if (index >= badUntil && target.url !== '') {
        const kind = LOADING.test(text.slice(Math.max(0, index - BEFORE_DOT), index)) ? 'css' : 'bare'
        told({ kind, start: index, end: target.end, target })
      }
      at = Math.max(target.end, index + token.length)
    }
  }
  if (final) return text.length
  expire(text.length)
  if (openers.length > first) open = Math.min(open, openers[first]! >> 1)
  const begun = BEGUN.exec(text.slice(Math.max(at, text.length - 10)))
  if (begun !== null) open = Math.min(open, text.length - begun[0].length)
  return Math.max(open, from)
}
