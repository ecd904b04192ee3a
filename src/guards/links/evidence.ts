import { isAsked, registrable } from './hosts.ts'
import { saysText } from './says.ts'

/**
 * How sure it is that an address carries data: 1 something that is not known to be harmless, as is enough against what
 * is loaded by itself; 2 what looks like data; 3 what ordinary links do not have.
 */
export type Grade = 0 | 1 | 2 | 3

export interface Evidence {
  grade: Grade
  /** Why; never what it says. */
  why: string
}

const NOTHING: Evidence = { grade: 0, why: '' }

const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,}/i
const SECRET =
  /\b(?:sk-[\w-]{16,}|sk_(?:live|test)_\w{8,}|gh[pousr]_\w{16,}|xox[abprs]-[\w-]{8,}|AKIA[A-Z0-9]{12,}|AIza[\w-]{30,}|glpat-[\w-]{16,})|\b\d{3}-\d{2}-\d{4}\b|-----BEGIN/
const PLACEHOLDER =
  /\{\{?[^{}]{1,80}\}?\}|\$\{?[A-Za-z]\w{1,40}|<[A-Za-z][\w -]{1,40}>|\[[A-Za-z][\w -]{1,60}\]|%7B[^%]{1,40}%7D|__[A-Z_]{3,40}__|\b(?:INSERT|YOUR|REPLACE|URL_?ENCODED|BASE64|ENCODED)_[A-Z_]{2,40}\b/
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/
const NEAR =
  /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0$)|^localhost$|\.(?:local|localhost|internal)$/
const PORTS = new Set(['', '80', '443', '3000', '5000', '8000', '8080', '8443'])
const PICTURE = /\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|pdf|mp4|webm|mp3)$/i

/** Says what a parameter brings along by its name. */
const CARRYING = new Set(
  (
    'data d payload exfil exfiltrate secret secrets leak leaked stolen loot dump conversation chat_history history chathistory ' +
    'system_prompt systemprompt prompt password passwd pwd pass ssn creds credentials cookie cookies pii card credit_card cc ' +
    'apikey api_key userdata user_data private context summary stuff content body contents'
  ).split(' '),
)
/** Sizes, formats, versions and signatures of pictures. */
const SHAPING =
  /^(?:w|h|width|height|fit|crop|auto|format|fm|quality|dpr|v|ver|version|size|sz|scale|style|theme|logo|logocolor|labelcolor|rect|bg|fg|border|blur|ext|type|download|ixlib|ixid|x-amz-[\w-]+|awsaccesskeyid|expires|signature|key-pair-id|policy|sig|se|sp|sv|sr|st|spr|rlkey|oh|oe|_nc_\w+|ccb|ssl|resize|cachebust|lang|hl|locale)$/
/** Where a reader came from. */
const TRACKING =
  /^(?:utm_\w+|gclid|gbraid|wbraid|fbclid|msclkid|mc_cid|mc_eid|igshid|si|ref|ref_src|ref_|source|smid|sca_esv|ei|ved|sxsrf|oq|gs_lcp|crid|qid|sprefix|pd_rd_\w+|pf_rd_\w+|spm|_ga|trk|state|nonce|code_challenge|client_id|redirect_uri|continue|return_?to|next|url)$/
/** What attackers, and few others, call what they have sent to them. */
const PLAIN =
  /^(?:[a-z]|query|text|txt|msg|message|note|info|log|value|val|input|output|token|key|user|username|name|mail|session|str|string|param)$/
const NUMBER = /^-?\d{1,8}(?:\.\d{1,6})?(?:px|x\d{0,5}|%)?$/
const WORD = /^[\w.,:-]{1,24}$/
const TIME = /^1[0-9]{9}(?:[0-9]{3})?$/
const HASH = /^(?:[0-9a-f]{32,128}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i
const DIGEST = /^\w{0,2}[0-9a-f]{30,}$/i
/** What base64 has none of, and names before an equals sign. */
const PIECES = /[^\w+=-]+|(?<==)(?=[^=])/

function decoded(text: string): string {
  let out = text
  for (let i = 0; i < 2 && out.includes('%'); i++) {
    try {
      out = decodeURIComponent(out)
    } catch {
      return out
    }
  }
  return out
}

/** What no ordinary address has, wherever in it it stands. */
function plainData(value: string, least: number): string | undefined {
  if (value.length < 6) return undefined
  if (value.includes('@') && EMAIL.test(value)) return 'an email address'
  if (SECRET.test(value)) return 'a secret'
  if (saysText(value, least)) return 'encoded text'
  const pieces = value.split(PIECES)
  if (pieces.length > 1 && pieces.some((piece) => saysText(piece, Math.max(least, 12)))) return 'encoded text'
  return undefined
}

const wordsOf = (text: string): number => text.split(/[\s+]+/).filter((word) => /\p{L}|\d/u.test(word)).length

/** @param written whether it stands in a construct that makes a link of it, and not in running text */
function parameter(name: string, value: string, host: string, written: boolean): Evidence {
  if (value === '') return NOTHING
  const certain = plainData(value, 8)
  const key = name.toLowerCase()
  const asked = isAsked(host)
  if (certain !== undefined) return { grade: asked ? 2 : 3, why: certain }
  if (/^[[{]\s*["'[{]/.test(value) && !/^[[{]{2}/.test(value))
    return { grade: asked ? 2 : 3, why: 'a record' }
  if (PLACEHOLDER.test(value)) return { grade: written && !asked ? 3 : 1, why: 'a place that data is put in' }
  const words = wordsOf(value)
  if (CARRYING.has(key) && !NUMBER.test(value) && !DIGEST.test(value) && !asked)
    return { grade: value.length >= 4 ? 3 : 2, why: 'a parameter that carries data' }
  if (words >= 6 || value.length > 200) return { grade: asked ? 2 : 3, why: 'a text' }
  if (words >= 2) return { grade: asked ? 1 : 2, why: 'words' }
  if (NUMBER.test(value) || TIME.test(value)) return NOTHING
  if (SHAPING.test(key) && (WORD.test(value) || HASH.test(value) || key.length > 3)) return NOTHING
  if (TRACKING.test(key)) return { grade: 1, why: 'a parameter' }
  if (/^\d{9,}$/.test(value)) return { grade: 2, why: 'a long number' }
  if (!asked && value.length >= 32 && !HASH.test(value)) return { grade: 2, why: 'a long value' }
  return { grade: PLAIN.test(key) && value.length >= 4 && !asked ? 2 : 1, why: 'a parameter' }
}

function pathSegment(segment: string, written: boolean): Evidence {
  const certain = plainData(segment, 10)
  if (certain !== undefined) return { grade: 3, why: certain }
  if (PLACEHOLDER.test(segment)) return { grade: written ? 2 : 1, why: 'a place that data is put in' }
  const words = wordsOf(segment)
  if (words >= 9) return { grade: 3, why: 'a text' }
  if (words >= (PICTURE.test(segment) ? 7 : 3)) return { grade: 2, why: 'words' }
  if (segment.length > 200) return { grade: 1, why: 'a long value' }
  return NOTHING
}

/** What stands before the registered domain. @param host as it stands: hosts lose their case when they are read */
function subdomain(hostname: string, host: string, written: boolean): Evidence {
  const domain = registrable(hostname)
  const labels = host.replace(/\.$/, '').split('.')
  const own = domain === undefined ? 0 : labels.length - domain.split('.').length
  if (own <= 0) return NOTHING
  const front = labels.slice(0, own)
  const spoken = front.some((label) => (/[A-Z]/.test(label) ? saysText(label, 6) : saysText(label, 12)))
  if (spoken || (own > 1 && saysText(front.join(''), 12)))
    return { grade: 3, why: 'encoded text in its host' }
  if (PLACEHOLDER.test(front.join('.'))) return { grade: written ? 3 : 1, why: 'a place that data is put in' }
  const length = front.join('.').length
  if (length > 100) return { grade: 2, why: 'a long host' }
  return length > 50 ? { grade: 1, why: 'a long host' } : NOTHING
}

const AUTHORITY = /^[\u0000-\u0020]*(?:[a-z][a-z0-9+-]*:)?[/\\]*([^/\\?#]*)/i
/** Of a path, so many names of folders that they may be words: a file has its extension. */
const FOLDERS = 8

/** What an address carries. @param source it as written @param written see `parameter` */
export function evidence(url: URL, source: string, written: boolean): Evidence {
  let best = NOTHING
  const note = (one: Evidence): void => {
    if (one.grade > best.grade) best = one
  }
  const { hostname, username, password, port, pathname, search, hash } = url
  const authority = AUTHORITY.exec(source.replace(/[\t\n\r]/g, '').slice(0, 512))?.[1] ?? ''
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '')
  const near = NEAR.test(hostname)
  if (IPV4.test(hostname) && !IPV4.test(host)) note({ grade: 3, why: 'an IP address in disguise' })
  else if ((IPV4.test(hostname) || hostname.startsWith('[')) && !near)
    note(search === '' ? { grade: 1, why: 'an IP address' } : { grade: 2, why: 'an IP address with a query' })
  if (username !== '') {
    const user = decoded(username)
    if (/^[\w-]+(?:\.[\w-]+)+$/.test(user)) note({ grade: 3, why: 'another host before the @' })
    else if (!near) note({ grade: 2, why: 'a user name' })
    const said = plainData(user, 10) ?? plainData(decoded(password), 10)
    if (said !== undefined) note({ grade: 3, why: said })
  }
  if (near) return best
  note(subdomain(hostname, decoded(host), written))
  for (const segment of pathname.split('/')) if (segment !== '') note(pathSegment(decoded(segment), written))
  if (pathname.split('/').filter((segment) => /^[a-z]+$/i.test(segment)).length >= FOLDERS)
    note({ grade: 1, why: 'words' })
  let shown = 0
  for (const pair of search.slice(1).split(/[&;]/)) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = equals < 0 ? 'q' : decoded(pair.slice(0, equals))
    const value = decoded(pair.slice(equals + 1).replaceAll('+', ' '))
    note(parameter(name, value, hostname, written))
    const inName = equals < 0 ? undefined : plainData(name, 12)
    if (inName !== undefined) note({ grade: 3, why: inName })
    if (!SHAPING.test(name.toLowerCase()) && !TRACKING.test(name.toLowerCase())) shown += pair.length
  }
  if (shown > 400) note({ grade: 2, why: 'a long query' })
  if (hash.length > 8 && !hash.startsWith('#:~:')) {
    const text = decoded(hash.slice(1).replace(/^[\w.-]{1,16}=/, ''))
    const said = plainData(text, 12) ?? (wordsOf(text) >= 7 ? 'a text' : undefined)
    if (said !== undefined) note({ grade: 3, why: said })
  }
  if (!PORTS.has(port) && best.grade === 1) note({ grade: 2, why: 'an unusual port with a query' })
  return best
}
