import { decodeEntities } from './entities.ts'
import { isNamed } from './hosts.ts'
import { bareTarget, meant, PENDING, type Read } from './markdown.ts'

/** Of a label of a host, and of a host (RFC 1035). */
const MAX_PART = 63
const MAX_HOST = 253
/** What may stand before a host and make it one: `https\://`, in entities. */
const MAX_LEAD = 48

/** How far back of a dot is read. */
export const BEFORE_DOT = MAX_PART + MAX_LEAD + 2

const LETTER = /[\p{L}\p{N}\p{M}\u00ad\u200b-\u200d\u2060\ufeff]/u
const DOT = /\.|\\\.|&(?:period|#0{0,4}46|#[xX]0{0,4}2[eE]);/y

function inHost(unit: number): boolean {
  if (unit > 127) return LETTER.test(String.fromCharCode(unit))
  return unit === 45 || (unit >= 48 && unit <= 57) || ((unit | 32) >= 97 && (unit | 32) <= 122)
}

/** What leads from the address to a scheme, if anything does; undefined when it is a part of something else. */
function leads(before: string): boolean {
  const last = before.at(-1)
  if (last === '/' || last === ';') {
    const read = meant(before)
    if (/(?:^|[^a-z0-9+.-])(?:https?|ftp):[/\\]+$/i.test(read) || /(?:^|[^\w:/\\])\/\/$/.test(read))
      return true
    return last === ';' && !/[/\\]$/.test(read)
  }
  return last !== '.' && last !== '@' && last !== '\\' && last !== '-'
}

/**
 * Of a host without a scheme in front, from the first dot in it: many a client makes a link of it. `url` is empty when it is
 * none that anybody would, such as the name of a file.
 */
export function namedTarget(text: string, dot: number, final: boolean): Read {
  const first = text[dot - 1] === '\\' ? dot - 1 : dot
  let start = first
  while (start > 0 && first - start <= MAX_PART && inHost(text.charCodeAt(start - 1))) start--
  const none = { end: dot + 1, url: '' }
  if (start === first || first - start > MAX_PART) return none
  if (!leads(text.slice(Math.max(0, start - MAX_LEAD), start))) return none
  let end = dot
  let dots = 0
  while (end < text.length && end - dot < MAX_HOST) {
    if (inHost(text.charCodeAt(end))) {
      end++
      continue
    }
    DOT.lastIndex = end
    const match = DOT.exec(text)
    if (match === null) break
    end += match[0].length
    dots++
  }
  if (end - dot >= MAX_HOST) return none
  // Enough to tell `a.b` from `a.b/`, and `.&` from `.&period;`.
  if (text.length - end < 12 && !final && (end === text.length || /^[&:\\?]/.test(text.slice(end))))
    return PENDING
  if (text[end] === '@') return none
  const host = meant(text.slice(start, end)).replace(/[.-]+$/, '')
  const goesOn = /^\\?(?:[/#]|\?[^\s.?]|:\d)/.test(text.slice(end, end + 3))
  if ((!goesOn && dots < 2) || !isNamed(host)) return none
  if (!goesOn) return { end, url: `https://${host}` }
  const target = bareTarget(text, start, final)
  return target === PENDING ? PENDING : { ...target, url: `https://${decodeEntities(target.url)}` }
}
