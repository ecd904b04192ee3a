import { decodeEntities } from './entities.ts'
import { MAX_TARGET, MAX_URL } from './limits.ts'

/** Something begins inside that is a link of its own to some readers, or it is longer than it may be. */
export type Odd = 'tangled' | 'long'

/** An address as a construct writes it. `end`: behind the construct. */
export interface Target {
  end: number
  url: string
  odd?: Odd
}

/** More text decides. */
export const PENDING = 'pending'
export type Read = Target | typeof PENDING

const isSpace = (unit: number): boolean => unit === 32 || (unit >= 9 && unit <= 13)
const isPunctuation = (unit: number): boolean =>
  (unit >= 33 && unit <= 47) ||
  (unit >= 58 && unit <= 64) ||
  (unit >= 91 && unit <= 96) ||
  (unit >= 123 && unit <= 126)

/** Whether a backslash at `at` takes away the meaning of what follows it. */
export const escapes = (text: string, at: number): boolean =>
  text.charCodeAt(at) === 92 && isPunctuation(text.charCodeAt(at + 1))

/**
 * Of `](`...`)`, from behind the parenthesis. More lenient than CommonMark (section 6.3): clients are, so spaces belong
 * to the address unless they set off a title, and a parenthesis that is missing ends with the text.
 */
export function inlineTarget(text: string, start: number, final: boolean): Read {
  const limit = Math.min(text.length, start + MAX_TARGET)
  let depth = 0
  let angle = false
  let said = false
  for (let at = start; at < limit; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 92) {
      if (at + 1 === text.length && !final) return PENDING
      if (escapes(text, at)) at++
      said = true
      continue
    }
    if (unit === 93 && text.charCodeAt(at + 1) === 40)
      return { end: at, url: address(text.slice(start, at)), odd: 'tangled' }
    if (unit === 10) {
      const blank = blankLine(text, at)
      if (blank) return { end: at, url: address(text.slice(start, at)) }
      angle = false
      continue
    }
    if (isSpace(unit)) {
      const quote = text.charCodeAt(at + 1)
      if (!angle && said && (quote === 34 || quote === 39)) {
        const close = closing(text, at + 2, quote, limit)
        if (close === undefined) {
          if (limit < start + MAX_TARGET && !final) return PENDING
        } else if (close > 0) at = close
      }
      continue
    }
    if (!said && unit === 60) angle = true
    else if (angle && unit === 62) angle = false
    else if (angle) continue
    else if (unit === 40) depth++
    else if (unit === 41 && depth-- === 0) return { end: at + 1, url: address(text.slice(start, at)) }
    said = true
  }
  if (limit < start + MAX_TARGET && !final) return PENDING
  const url = address(text.slice(start, limit))
  return limit < start + MAX_TARGET ? { end: limit, url } : { end: limit, url, odd: 'long' }
}

/** Where a title ends; 0 when it is none, undefined when nothing says so up to `limit`. */
function closing(text: string, from: number, quote: number, limit: number): number | undefined {
  for (let at = from; at < limit; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 92) at++
    else if (unit === quote) return at
    else if (unit === 93 && text.charCodeAt(at + 1) === 40) return 0
    else if (unit === 10 && blankLine(text, at)) return 0
  }
  return undefined
}

/** Whether the line after the line feed at `at` is empty. */
function blankLine(text: string, at: number): boolean {
  let next = at + 1
  while (text.charCodeAt(next) === 32 || text.charCodeAt(next) === 9 || text.charCodeAt(next) === 13) next++
  return text.charCodeAt(next) === 10
}

const TITLED = /^(\S+)\s+(?:["'(]|=\d)/

/** What stands in the parentheses, without its title and marks. */
function address(inside: string): string {
  const trimmed = inside.trim()
  if (trimmed.startsWith('<')) {
    const close = /(?:[^>\\]|\\.)*/sy
    close.lastIndex = 1
    return meant(close.exec(trimmed)?.[0] ?? '')
  }
  return meant(TITLED.exec(trimmed)?.[1] ?? trimmed)
}

const ESCAPED = /\\([!-/:-@[-`{-~])/g

/** Two backslashes at the beginning are another host to browsers, if a client does not take one of them for an escape. */
export const meant = (written: string): string =>
  decodeEntities(written.startsWith('\\\\') ? written : written.replace(ESCAPED, '$1'))

/** Of `[label]: `, from behind the colon: what begins like an address that leads elsewhere. */
export function definitionTarget(text: string, start: number, final: boolean): Read | undefined {
  let at = start
  let lines = 0
  for (; at < text.length && at < start + 64; at++) {
    const unit = text.charCodeAt(at)
    if (!isSpace(unit)) break
    if (unit === 10 && ++lines > 1) return undefined
  }
  if (at === text.length) return final ? undefined : PENDING
  const from = at
  const angle = text.charCodeAt(at) === 60
  const limit = Math.min(text.length, from + MAX_URL)
  for (; at < limit; at++) {
    const unit = text.charCodeAt(at)
    if (angle ? unit === 62 || unit === 10 : isSpace(unit)) break
    if (unit === 93 && text.charCodeAt(at + 1) === 58) break
  }
  if (at === text.length && !final && at < from + MAX_URL) return PENDING
  const url = meant(text.slice(angle ? from + 1 : from, at))
  const end = angle && text.charCodeAt(at) === 62 ? at + 1 : at
  return at === from + MAX_URL ? { end, url, odd: 'long' } : { end, url }
}

const END = /[\s<>"`\u0000-\u001f]/
const TRAILING = /(?:[.,;:!?'*_~|\u2019\u201d\u2026\u3001-\u303f\uff01-\uff0f\uff1a-\uff20]|&[a-z]{2,6};)+$/i

/** Of an address in running text, from its first character: as linkifiers take it. */
export function bareTarget(text: string, start: number, final: boolean): Read {
  const limit = Math.min(text.length, start + MAX_URL)
  let round = 0
  let square = 0
  let curly = 0
  let at = start
  for (; at < limit; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 40) round++
    else if (unit === 41 && round-- === 0) break
    else if (unit === 123) curly++
    else if (unit === 125 && curly-- === 0) break
    else if (unit === 91) {
      if (text.charCodeAt(at - 1) === 33) {
        at--
        break
      }
      square++
    } else if (unit === 93) {
      if (at + 1 === text.length && !final) return PENDING
      if (square-- === 0 || text.charCodeAt(at + 1) === 40) break
    } else if (unit <= 32 || unit === 60 || unit === 62 || unit === 34 || unit === 96 || unit > 126) {
      if (END.test(text[at]!)) break
    }
  }
  if (at === text.length && !final && at < start + MAX_URL) return PENDING
  if (at === start + MAX_URL) return { end: at, url: text.slice(start, at), odd: 'long' }
  const written = text.slice(start, at)
  const url = written.replace(TRAILING, '')
  return { end: start + url.length, url }
}
