import { decodeEntities } from './entities.ts'
import { MAX_TAG, MAX_URL } from './limits.ts'
import { type Odd, PENDING } from './markdown.ts'

export interface Tag {
  end: number
  name: string
  attributes: { name: string; value: string; odd?: Odd }[]
  /** It did not end within what a tag may have, or another begins in it. */
  odd?: Odd
}

const isSpace = (unit: number): boolean => unit === 32 || (unit >= 9 && unit <= 13)
const isLetter = (unit: number): boolean => (unit | 32) >= 97 && (unit | 32) <= 122
const NAME = /[a-z][a-z0-9:-]{0,63}/iy

/**
 * The tag that begins at the `<` at `start`. As HTML's tokenizer reads it, but that another `<` with a letter behind it
 * ends it too: what follows is read as that tag's.
 */
export function readTag(text: string, start: number, final: boolean): Tag | typeof PENDING {
  NAME.lastIndex = start + 1
  const name = NAME.exec(text)?.[0].toLowerCase() ?? ''
  const limit = Math.min(text.length, start + MAX_TAG)
  const open = text.length <= start + MAX_TAG && !final
  const attributes: Tag['attributes'] = []
  let at = start + 1 + name.length
  while (at < limit) {
    const unit = text.charCodeAt(at)
    if (unit === 62) return { end: at + 1, name, attributes }
    if (unit === 60) {
      if (at + 1 === text.length && !final) return PENDING
      if (isLetter(text.charCodeAt(at + 1))) return { end: at, name, attributes, odd: 'tangled' }
    }
    if (unit === 10 && name !== '' && !KNOWN.has(name) && emptyLine(text, at))
      return { end: at, name, attributes }
    if (isSpace(unit) || unit === 47) {
      at++
      continue
    }
    const from = at
    // An attribute may begin with what ends the name of another.
    at++
    while (at < limit && !endsName(text.charCodeAt(at))) at++
    const attribute: Tag['attributes'][number] = { name: text.slice(from, at).toLowerCase(), value: '' }
    let next = at
    while (next < limit && isSpace(text.charCodeAt(next))) next++
    if (next < limit && text.charCodeAt(next) === 61) {
      next++
      while (next < limit && isSpace(text.charCodeAt(next))) next++
      const quote = text.charCodeAt(next)
      const quoted = quote === 34 || quote === 39
      const first = quoted ? next + 1 : next
      at = first
      while (at < limit && (quoted ? text.charCodeAt(at) !== quote : !endsValue(text, at))) at++
      attribute.value = decodeEntities(text.slice(first, Math.min(at, first + MAX_URL)))
      if (at - first > MAX_URL || (at === limit && !open && limit < text.length)) attribute.odd = 'long'
      else if (!quoted && text.charCodeAt(at) === 60) attribute.odd = 'tangled'
      if (quoted && at < limit) at++
    }
    attributes.push(attribute)
  }
  if (open) return PENDING
  return limit < text.length
    ? { end: limit, name, attributes, odd: 'long' }
    : { end: limit, name, attributes }
}

const endsName = (unit: number): boolean =>
  isSpace(unit) || unit === 47 || unit === 62 || unit === 61 || unit === 60

function endsValue(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return isSpace(unit) || unit === 62 || (unit === 60 && isLetter(text.charCodeAt(at + 1)))
}

function emptyLine(text: string, at: number): boolean {
  let next = at + 1
  while (text.charCodeAt(next) === 32 || text.charCodeAt(next) === 9 || text.charCodeAt(next) === 13) next++
  return text.charCodeAt(next) === 10
}

/** What runs, sends, or takes over the page. */
const ACTIVE = new Set(
  'script iframe frame frameset object embed applet form base link style portal fencedframe'.split(' '),
)
/** What loads something by itself; a tag of these that does not end is not passed over. */
const LOADS = new Set(
  'img image input video audio source track use feimage body table td th tr picture'.split(' '),
)
/** What loads from attributes that mean less in another tag, so that it matters in which of two they stand. */
const TAKES = new Set('image feimage use link base script meta'.split(' '))
const KNOWN = new Set([...ACTIVE, ...LOADS, 'a', 'area', 'svg', 'meta', 'div', 'span', 'p', 'button', 'math'])

const LOADED =
  /^(?:src|poster|background|data|lowsrc|dynsrc|code|codebase|archive|classid|manifest|icon|longdesc|xml:base)$/
const FOLLOWED = /^(?:action|formaction|cite)$/
const ANIMATES = /^(?:set|animate)/
const VALUES = /^(?:to|from|values|by)$/
const ANY_URL = /(?:https?:)?[/\\]{2}[^\s"'<>]{1,2048}/gi
const SETS = /^(?:srcset|imagesrcset)$/
const HREF = /^(?:xlink:)?href$/
const EVENT = /^on[a-z]{3,}$/
const SCRIPTED = /^(?:javascript|vbscript|livescript):|^data:(?!image\/(?:png|jpe?g|gif|webp|avif|bmp)\b)/
/** What browsers leave out of an address before they read it. */
const UNREAD = /[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028\u2029\u2060\ufeff]/g

export const runs = (url: string): boolean =>
  SCRIPTED.test(url.slice(0, 256).replace(UNREAD, '').toLowerCase())

export interface Leads {
  url: string
  /** Loaded without anybody's doing. */
  loaded: boolean
  odd?: Odd
}

/** Where a tag leads, and what is active about it. */
export function tagLeads(tag: Tag): { leads: Leads[]; active: string | undefined } {
  const { name, attributes } = tag
  const leads: Leads[] = []
  let active = ACTIVE.has(name) ? `an HTML element that is active (${name})` : undefined
  const refreshes =
    name === 'meta' &&
    attributes.some((one) => one.name === 'http-equiv' && /refresh|csp|set-cookie/i.test(one.value))
  if (refreshes) active = 'an HTML element that is active (meta)'
  for (const { name: attribute, value, odd } of attributes) {
    const lead = (url: string, loaded: boolean): void => {
      if (runs(url) && !(loaded && /^\s*data:image\/svg/i.test(url) && LOADS.has(name)))
        active ??= 'an address that runs as a script'
      leads.push({ url, loaded, ...(odd && { odd }) })
    }
    if (LOADED.test(attribute)) lead(value, true)
    else if (HREF.test(attribute)) lead(value, name !== 'a' && name !== 'area')
    else if (ANIMATES.test(name) && VALUES.test(attribute))
      for (const url of [value, ...value.split(';')]) lead(url, true)
    else if (attribute === 'ping') for (const url of value.split(/\s+/)) lead(url, false)
    else if (attribute === 'value' && name === 'param') lead(value, true)
    else if (FOLLOWED.test(attribute)) lead(value, false)
    else if (SETS.test(attribute)) for (const url of candidates(value)) lead(url, true)
    else if (attribute === 'style') for (const url of cssUrls(value)) lead(url, true)
    else if (attribute === 'content' && name === 'meta' && refreshes) {
      // HTML standard, "shared declarative refresh steps": `url=` need not be there.
      const rest = value
        .replace(/^[\s\d.]+/, '')
        .replace(/^[;,]\s*/, '')
        .replace(/^url\s*=\s*/i, '')
      lead(rest.replace(/^["']|["'][^"']*$/g, ''), true)
    } else if (attribute === 'srcdoc') {
      active ??= 'an HTML element that is active (srcdoc)'
      for (const [url] of value.matchAll(ANY_URL)) lead(url, true)
    }
    // Of JSX, whose braces no browser reads, an example is made more often than use.
    else if (EVENT.test(attribute) && value !== '' && !value.startsWith('{'))
      active ??= 'an HTML attribute that runs as a script'
  }
  const unclear = tag.odd === 'tangled' ? TAKES.has(name) : LOADS.has(name) || ACTIVE.has(name)
  if (tag.odd !== undefined && unclear) leads.push({ url: '', loaded: true, odd: tag.odd })
  return { leads, active }
}

/** HTML standard, "parse a srcset attribute": commas may be part of an address. */
const candidates = (value: string): string[] =>
  value
    .split(/\s+|,+(?=https?:|[/\\]{2})/i)
    .map((piece) => piece.replace(/^,+|,+$/g, ''))
    .filter((piece) => piece !== '')

const CSS_URL = /url\(\s*["']?([^"')]{1,2048})|["']\s*((?:https?:|[/\\]{2})[^"']{1,2048})/gi
const CSS_ESCAPE = /\\(?:([0-9a-f]{1,6})\s?|([^\n0-9a-f]))/gi

/** Addresses in CSS, its escapes read. */
function cssUrls(css: string): string[] {
  const read = css.replace(CSS_ESCAPE, (_, hex, char) =>
    hex === undefined ? char : String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(hex, 16)) || 0xfffd),
  )
  return [...read.matchAll(CSS_URL)].map((match) => (match[1] ?? match[2] ?? '').trim())
}
