import { likelihoodOf } from '../../core/decode/score.ts'

/** What stands in documentation where a secret would. */
const FILLER =
  /example|placeholder|change[-_ ]?(?:me|it|this)|your[-_ ]|[-_]your|redacted|removed|dummy|insert[-_]|replace[-_]?(?:me|with|this)|x{5}|\*{3}|\.{3}|…|\b(?:todo|fixme|tbd)\b|[-_]here$|foo[-_]?bar|lorem/i

/** Whether a token of the right form is only an illustration of it. */
export function isFiller(token: string): boolean {
  if (FILLER.test(token)) return true
  const tail = token.slice(-24)
  return new Set(tail).size < Math.min(6, tail.length / 3)
}

/** `$VAR`, `${VAR}`, `{{ var }}`, `%VAR%`, `<var>`, `#{var}`, `@var@`, `%s`, and references to where secrets are kept. */
const REFERENCE =
  /^\$\w*\$?$|^\$[A-Za-z_][\w.]*$|[$#@]\{|\$\(|\{\{|\}\}|<%|^%[\w.-]+%$|^<|>$|^\{|^\[|\]$|^@\w+@?$|^%[-+ #0-9.]*[a-z]$|^#|^__\w+__$|^![a-z]+$|^\(|^&|^\*|^(?:env|process|os|config|secrets?|vars?|settings|self|this|ctx|context|req|request|data|props|state|args?|params?|options?|app|user|local|var|module|input|event|form|credentials?|values?)\??[.[:]|^(?:arn:|vault:|op:|ssm:|secretsmanager:|keyvault:|sops:|enc\[|env:|file:|ref\+|aws:|projects\/)|:\/\/|^\.{0,2}\/|^~\/|^[a-z]:\\/i

/** What programs, forms and texts say there instead of a secret. */
const WORDS = new Set(
  `string str text bool boolean int integer number float double bytes byte object array list dict map any void char varchar
  none null nil undefined true false yes no on off empty blank default optional required unset missing invalid valid unknown never always
  password passwd passwort pwd pass passphrase passcode secret secrets token tokens key keys apikey credential credentials auth login user username
  admin_password root_password userpassword mypassword mypass mysecret mytoken mykey secretkey accesskey accesstoken authtoken value values field input hidden visible show hide label name email
  test tests testing tester test123 testpass testtoken testkey testsecret fake mock stub demo sample dummy example foo bar baz qux foobar abc xyz abcd asdf todo
  bearer basic digest oauth oauth2 jwt hmac cookie session header headers body query param params path json xml form html csrf
  md5 sha1 sha256 sha512 sha-1 sha-256 bcrypt scrypt argon2 aes aes256 rsa hs256 rs256 es256 plain plaintext plain_text base64 hex utf8 utf-8 ascii
  sensitive encrypted hashed masked removed redacted deleted changed expired revoked disabled enabled active inactive generated random auto manual
  env environment file vault keychain keyring stdin prompt ask interactive here there self this super new old current confirm repeat reset forgot change update
  public private protected static const final let var type types class struct enum interface function return async await import export from
  error errors warning info debug success failed failure passed message title description placeholder hint help icon button submit cancel
  left right top bottom center primary secondary tertiary small medium large light dark red green blue black white
  first last next prev previous start end begin stop id uid uuid guid index count size length min max sum total status state code data
  clear cleared incorrect wrong correct mismatch match strong weak medium short long ok okay done na n/a not-set notset unspecified internal external global local
  passw passwords nopassword no_password nopasswd anonymous guest nobody same other inherit native custom standard static_token change_password
  delete insert select create alter drop grant usage provider server client host port url uri endpoint region zone bucket`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i

/** Whether it plainly is no secret, however it is named. */
export function isPlaceholder(value: string): boolean {
  if (REFERENCE.test(value) || FILLER.test(value) || UUID.test(value)) return true
  if (WORDS.has(value.toLowerCase())) return true
  const kinds = new Set(value.toLowerCase()).size
  if (/^\d+$/.test(value)) return kinds === 1
  return kinds <= 2 || (value.length >= 8 && kinds <= 3)
}

interface Traits {
  lower: boolean
  upper: boolean
  digits: number
  symbols: number
  /** How often letters and digits take turns. */
  turns: number
  /** Bits a character, of its own distribution. */
  entropy: number
}

function traits(value: string): Traits {
  const counts = new Map<string, number>()
  let lower = false
  let upper = false
  let digits = 0
  let symbols = 0
  let turns = 0
  let before = 0
  for (const char of value) {
    counts.set(char, (counts.get(char) ?? 0) + 1)
    const kind = /[a-z]/.test(char) ? 1 : /[A-Z]/.test(char) ? 2 : /[0-9]/.test(char) ? 3 : 4
    if (kind === 1) lower = true
    else if (kind === 2) upper = true
    else if (kind === 3) digits++
    else symbols++
    if (kind < 4 && before !== 0 && (kind === 3) !== (before === 3)) turns++
    before = kind < 4 ? kind : 0
  }
  let entropy = 0
  for (const count of counts.values()) entropy -= (count / value.length) * Math.log2(count / value.length)
  return { lower, upper, digits, symbols, turns, entropy }
}

/** Words, numbers and versions with separators between them: what names and paths look like. */
const NAMES = /^(?:[A-Za-z]{1,24}|\d{1,4}|[vV]\d{1,3})(?:[-_.:/ ](?:[A-Za-z]{1,24}|\d{1,4}|[vV]\d{1,3}))*$/
/** Names with a suffix that a machine made. */
const MADE = /^[A-Za-z][A-Za-z0-9]*(?:[-_.:/][A-Za-z0-9]+){2,}$/
/** An expression of some language. */
const CODE = /[(){}[\]<>;]|=>|->|::|&&|\|\||==|\\[dswbn]|\$\$|,|\s/

/** Letters and digits that nobody would choose: at least `least` of them. */
export function looksRandom(value: string, least: number): boolean {
  if (value.length < least || /[^A-Za-z0-9_\-.+/=~!@#$%^&*:]/.test(value)) return false
  const { digits, turns, entropy, upper, lower } = traits(value)
  // Of 16 digits there is less to choose from.
  const most = /^[0-9a-f]+$/i.test(value) ? 2.7 : 3
  if (entropy < Math.min(most, Math.log2(value.length) * 0.72)) return false
  if (/^[\d.,:/ -]+$/.test(value)) return false
  const reads = likelihoodOf(value)
  if (NAMES.test(value) && reads > (value.length < 16 ? -0.2 : 0)) return false
  if (MADE.test(value) && reads > 0.3) return false
  if (digits === 0) return value.length >= 16 && (upper || lower) && reads < -0.15
  if (turns >= 5) return true
  return reads < (value.length >= 20 ? 0.45 : 0.2) && turns >= 1
}

/**
 * Whether it could be a password that somebody chose. `quoted` values need less evidence: bare words are mostly code.
 */
export function looksChosen(value: string, quoted: boolean): boolean {
  if (value.length < 4 || value.length > 128 || /\s/.test(value)) return false
  const { digits, symbols, upper, lower, turns } = traits(value)
  const letters = upper || lower
  if (!letters) return digits >= 4 && (quoted || digits >= 6 || symbols > 0) && !/^0+$/.test(value)
  const code = /^[\w.$]+\(|\)$|=>|->|::|&&|\|\||\\[dswb]|[[\]{}<>;]|%[sd]|[a-z]\|[a-z]|\.\*/.test(value)
  if (code) return false
  // No `currentPassword`.
  const drawn = upper && lower && value.length >= 8 && likelihoodOf(value) < (quoted ? 0 : -0.25)
  if (digits === 0 && symbols === 0) {
    if (drawn) return true
    if (!quoted || value.length < 5) return false
    // `Passwort`, `REQUIRED`
    return !(upper && (!lower || /^[A-Z][a-z]+$/.test(value) || /[a-z][A-Z]/.test(value)))
  }
  if (digits === 0 && /^[A-Za-z]+(?:[-_.:/ ][A-Za-z]+)+$/.test(value)) return false
  if (digits === 0 && !drawn && /^[-_.:/]|^[A-Za-z]+[:.?!,]$/.test(value)) return false
  if (NAMES.test(value) && symbols > 0 && turns === 0 && /^[A-Za-z]/.test(value))
    return quoted && /[-_]\d{3,}$/.test(value)
  if (/^v?\d+(?:\.\d+)+/.test(value)) return false
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value) && likelihoodOf(value) > -0.2) return false
  if (!quoted && MADE.test(value) && likelihoodOf(value) > 0.3) return false
  return !CODE.test(value) || (quoted && !/[(){}\\]/.test(value))
}
