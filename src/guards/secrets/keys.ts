import type { Reading, Sink } from './reading.ts'

/** The most of a private key or JSON Web Token that is waited for. */
export const MOST_KEY = 8192

/** Where private keys begin (RFC 7468, RFC 4880, OpenSSH, PuTTY, RFC 4716). */
export const KEY_NEEDLES = ['-----begin', '---- begin ssh2', 'putty-user-key-file-', '<rsakeyvalue>']

const HEADER =
  /-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----|---- BEGIN SSH2 (?:ENCRYPTED )?PRIVATE KEY ----|PuTTY-User-Key-File-\d: [\w-]{1,40}|<RSAKeyValue>/y
const BREAK = String.raw`(?:\\{1,3}[nr]|[\s"'+,\\;|>]|&#1[03];)`
/** What may stand between the header and the key when the text ends there, or is cut. */
const NOTHING = new RegExp(`${BREAK}{0,40}$`, 'y')
const BODY = new RegExp(
  `(?:${BREAK}{0,40}(?:(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash|Encryption|Public-Lines|Private-Lines|Private-MAC|Subject)[^\\n\\\\]{0,160}|[A-Za-z0-9+/]{16,}={0,2}|(?:MI|MC4C|MHcC|b3Bl)[A-Za-z0-9+/]{6,}={0,2}))*`,
  'y',
)
/** A line of a key; one that is cut short, by how keys begin. */
const KEY = /[A-Za-z0-9+/]{16,}|(?:MI|MC4C|MHcC|b3Bl)[A-Za-z0-9+/]{6,}/
const FOOTER =
  /-----END[ A-Z0-9_-]{0,60}-----|---- END SSH2 [A-Z ]{0,40}----|Private-MAC: [0-9a-f]{40,64}|<\/RSAKeyValue>/g

/** A private key, or the beginning of one, whose header begins at `at`. */
export function privateKey({ text, from, final }: Reading, at: number, { found, open }: Sink): void {
  if (at < from) return
  HEADER.lastIndex = at
  const header = HEADER.exec(text)
  if (header === null) {
    if (text.length - at < 96 && !final) open(at)
    return
  }
  const body = at + header[0].length
  const stretch = text.slice(body, body + MOST_KEY)
  FOOTER.lastIndex = 0
  const footer = FOOTER.exec(stretch)
  if (footer === null && stretch.length < MOST_KEY && !final) {
    open(at)
    return
  }
  if (header[0] === '<RSAKeyValue>' && !stretch.includes('<D>')) return
  const hit = (end: number, score: number): void =>
    found({ code: 'secret.private_key', start: at, end, score, rank: 0 })
  BODY.lastIndex = 0
  const read = BODY.exec(stretch)![0]
  const key = (KEY.exec(read.slice(0, 1024)) ?? /<D>/.exec(stretch)) !== null
  if (footer !== null && (key || header[0] === '<RSAKeyValue>'))
    hit(body + footer.index + footer[0].length, 1)
  else if (key) hit(body + read.length, 0.9)
  else {
    NOTHING.lastIndex = 0
    // All of the text: a log's line, or a key that was cut.
    if (stretch.length < MOST_KEY && NOTHING.test(stretch)) hit(body, 0.7)
  }
}

const JWT = /eyJ[\w-]{8,2000}\.[\w-]{4,5000}\.[\w-]{8,1100}(?:\.[\w-]{4,1100}\.[\w-]{4,1100})?(?![\w-])/y

/** A JSON Web Token (RFC 7519): its header says by which algorithm it was made. */
export function jwt(reading: Reading, at: number, { found, open }: Sink): void {
  const { text, from, final } = reading
  if (
    at < from ||
    (at > 0 &&
      /[A-Za-z0-9_-]/.test(text[at - 1]!) &&
      !/\\[nrt]$|%[0-9A-Fa-f]{2}$/.test(text.slice(Math.max(0, at - 3), at)))
  )
    return
  const end = reading.runEnd(at)
  if (end === text.length && !final && end - at < MOST_KEY) {
    open(at)
    return
  }
  JWT.lastIndex = at
  const match = JWT.exec(text)?.[0]
  if (match === undefined || !isHeader(match.slice(0, match.indexOf('.')))) return
  found({ code: 'secret.jwt', start: at, end: at + match.length, score: 1, rank: 1 })
}

function isHeader(encoded: string): boolean {
  try {
    return /^\{[\s\S]{0,1500}"alg"\s{0,8}:/.test(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    return false
  }
}
