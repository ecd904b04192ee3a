import { enclosed } from './assignment.ts'
import { GAP, LEFT, type Reading, type Sink } from './reading.ts'
import { isFiller, isPlaceholder, looksChosen, looksRandom } from './value.ts'

const USERINFO = /[^\s/?#"'<>`\\]{0,256}/y

/** Credentials in a URL (RFC 3986): `at` is where its `://` begins. What is found is the password. */
export function url(reading: Reading, at: number, { found, open }: Sink): void {
  const { text, final, from } = reading
  const start = at + 3
  USERINFO.lastIndex = start
  const authority = USERINFO.exec(text)![0]
  const end = start + authority.length
  const going = end === text.length && authority.length < 256 && !final
  const sign = authority.lastIndexOf('@')
  const colon = authority.indexOf(':')
  if (going) {
    // A host and its port are no secret: only what has an @ behind it, which may still come.
    open(start)
    return
  }
  if (sign <= 0) return
  const value = colon >= 0 && colon < sign ? authority.slice(colon + 1, sign) : authority.slice(0, sign)
  const begin = start + sign - value.length
  if (begin < from || value === '' || isPlaceholder(value)) return
  if (colon < 0 || colon > sign) {
    // Sentry's addresses hold a key that is meant to be public.
    if (!looksRandom(value, 20) || /sentry/.test(authority.slice(sign))) return
  } else if (value.length < 3 || /^(?:x-oauth-basic|x-token-auth)$/.test(value)) return
  found({ code: 'secret.connection_string', start: begin, end: start + sign, score: 0.9, rank: 2 })
}

const SCHEME =
  /["'\]]{0,3}[ \t]{0,4}[:=,][ \t]{0,4}["'`]?(?:(?:Bearer|Basic|Token|ApiKey|Api-Key|Bot|Key|GenieKey|SSWS|OAuth|Signature)[ \t]{1,4}|(?:token|key|apikey)=)?["']?/iy
const AFTER = /[ \t]{1,4}["']?/y
const VALUE = /[A-Za-z0-9._~+/=-]{8,2048}/y

/** What an Authorization header brings (RFC 9110): `at` is where its name, or the word of its scheme, ends. */
export function authorization(
  word: 'authorization' | 'bearer' | 'basic',
  reading: Reading,
  begin: number,
  at: number,
  { found, open }: Sink,
): void {
  const { text, final, from } = reading
  const before = word === 'authorization' ? SCHEME : AFTER
  before.lastIndex = at
  const start = at + (before.exec(text)?.[0].length ?? 0)
  if (start === at || start < from || reading.distance(begin, start) > 64) return
  const end = reading.runEnd(start)
  if (end === text.length && !final && end - start < 2048) {
    open(start)
    return
  }
  VALUE.lastIndex = start
  const written = VALUE.exec(text)?.[0]
  const value = written?.endsWith('...') ? undefined : written?.replace(/\.{1,2}$/, '')
  if (value === undefined) return
  const given = word !== 'basic' && looksRandom(value, 12)
  if (!given && (word === 'bearer' || !isUserAndPassword(value))) return
  if (isPlaceholder(value) || isFiller(value)) return
  found({ code: 'secret.generic', start, end: start + value.length, score: 0.9, rank: 3 })
}

function isUserAndPassword(value: string): boolean {
  if (value.length % 4 === 1 || !/^[A-Za-z0-9+/]{8,}={0,2}$/.test(value)) return false
  try {
    const [, password] = /^[\x20-\x7e]*?:([\x20-\x7e]+)$/.exec(atob(value)) ?? []
    return password !== undefined && !isPlaceholder(password)
  } catch {
    return false
  }
}

const HASH =
  /\$2[abxy]?\$\d\d\$[A-Za-z0-9./]{53}|\$apr1\$[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{22}|\$[156y]\$(?:rounds=\d{1,9}\$)?[A-Za-z0-9./]{1,32}\$[A-Za-z0-9./$]{22,90}|\$argon2(?:id?|d)\$[A-Za-z0-9.,=$/+-]{30,160}|\{S?SHA\}[A-Za-z0-9+/]{26,64}={0,2}/y
const IN_HASH = /[A-Za-z0-9.,=$/+{}-]{0,256}/y
export const HASH_NEEDLES = [
  '$2a$',
  '$2b$',
  '$2y$',
  '$apr1$',
  '$1$',
  '$5$',
  '$6$',
  '$y$',
  '$argon2',
  '{sha}',
  '{ssha}',
]

/** The hash of a password, as in htpasswd and shadow, which can be guessed from it. */
export function passwordHash({ text, from, final }: Reading, at: number, { found, open }: Sink): void {
  if (at < from) return
  IN_HASH.lastIndex = at
  const end = at + IN_HASH.exec(text)![0].length
  if (end === text.length && !final && end - at < 256) {
    open(at)
    return
  }
  HASH.lastIndex = at
  const match = HASH.exec(text)?.[0]
  if (match === undefined) return
  found({ code: 'secret.generic', start: at, end: at + match.length, score: 0.8, rank: 3 })
}

const ARGUMENT = /[ \t=]{0,4}(["']?)(?:[\w.@-]{1,64}:)?/y
const ARGUMENT_VALUE = /[^\s"']{3,200}/y

/** `curl -u user:password` and `sshpass -p password`: `at` is where the option ends. */
export function argument(reading: Reading, begin: number, at: number, { found, open }: Sink): void {
  const { text, final, from } = reading
  const left = text.slice(reading.left(begin, LEFT), begin)
  const line = left.slice(left.lastIndexOf('\n') + 1)
  const option = reading.lower.slice(begin, at)
  if (!/\s$/.test(line)) return
  const command =
    option === '-p'
      ? /\b(?:sshpass|mysql|mysqldump|docker login)\b/.exec(line)
      : /\b(?:curl|http|wget|ldapsearch)\b/.exec(line)
  if (command === null) return
  ARGUMENT.lastIndex = at
  const match = ARGUMENT.exec(text)![0]
  const start = at + match.length
  if (option !== '-p' && !match.endsWith(':')) return
  if (option === '-p' && command[0] === 'mysql' && match !== '') return
  if (start < from || reading.distance(begin, start) > LEFT) return
  ARGUMENT_VALUE.lastIndex = start
  const value = ARGUMENT_VALUE.exec(text)?.[0] ?? ''
  if (start + value.length === text.length && !final && value.length < 200) {
    open(start)
    return
  }
  if (value === '' || isPlaceholder(value) || value.startsWith('$')) return
  found({ code: 'secret.generic', start, end: start + value.length, score: 0.8, rank: 3 })
}

const PAIR = /[ \t]{0,2}(?:=[ \t]{0,2})?\([ \t]{0,2}["'][^"'\s]{1,64}["'],[ \t]{0,4}(["'])/y
const TRIPLE =
  /\([ \t]{0,2}(?:["'][^"'\s]{0,64}["']|[^"'(),\s]{1,40}),[ \t]{0,4}["'][^"'\s]{1,48}["'],[ \t]{0,4}(["'])/y
/** What takes a user and a password, and what takes an address before them. */
export const PAIRS = ['auth', 'login', 'networkcredential', 'username_pw_set', 'usernamepasswordcredentials']
export const TRIPLES = ['getconnection', 'mysqli_connect', 'mysql_connect', 'new mysqli', 'new pdo']

/** `auth=("user", "password")` and `getConnection(url, "user", "password")`: `at` is where the word ends. */
export function pair(
  most: 'pair' | 'triple',
  reading: Reading,
  begin: number,
  at: number,
  { found, open }: Sink,
): void {
  const pattern = most === 'pair' ? PAIR : TRIPLE
  pattern.lastIndex = at
  const match = pattern.exec(reading.text)
  if (match === null) return
  const start = at + match[0].length
  if (start < reading.from || reading.distance(begin, start) > GAP) return
  const end = enclosed(reading, start, match[1]!)
  if (end === -1) open(start)
  else if (end !== undefined) {
    const value = reading.text.slice(start, end)
    if (isPlaceholder(value) || !looksChosen(value, false)) return
    found({ code: 'secret.generic', start, end, score: 0.6, rank: 3 })
  }
}
