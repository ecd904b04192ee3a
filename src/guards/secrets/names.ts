import { canonicalise } from '../../core/canonical/index.ts'

export type Family = 'password' | 'secret' | 'token' | 'weak'

/** What names of secrets contain. */
export const NAMES: Readonly<Record<string, Family>> = Object.fromEntries(
  (
    [
      ['password', 'password'],
      ['passwd', 'password'],
      ['pwd', 'password'],
      ['pass', 'password'],
      ['pw', 'password'],
      ['requirepass', 'password'],
      ['masterauth', 'password'],
      ['passphrase', 'password'],
      ['passcode', 'password'],
      ['identified by', 'password'],
      ['passwort', 'password'],
      ['kennwort', 'password'],
      ['contraseña', 'password'],
      ['mot de passe', 'password'],
      ['motdepasse', 'password'],
      ['mot_de_passe', 'password'],
      ['senha', 'password'],
      ['пароль', 'password'],
      ['密码', 'password'],
      ['密碼', 'password'],
      ['パスワード', 'password'],
      ['secret', 'secret'],
      ['token', 'token'],
      ['key', 'token'],
      ['credential', 'token'],
      ['creds', 'token'],
      ['auth', 'weak'],
      ['salt', 'weak'],
      ['signature', 'weak'],
    ] as const
  ).map(([word, family]) => [canonicalise(word, 0).text, family]),
)

/** Behind them no secret follows but something about one. */
const ABOUT = new Set(
  `url urls uri file files filename path paths dir directory folder name names id ids type types length len size count counts policy policies field fields label labels hint
  placeholder regex regexp pattern patterns expiry expires expiration expire exp ttl timeout prefix suffix header headers param params parameter parameters endpoint reset manager
  arn ref refs reference env provider providers class format algorithm alg algo version enabled disabled required strength min max status error errors err message msg page pages form input
  button title description desc store index mode info valid validator validation is has have check checker generator service handler callback factory builder
  parser parse source list set limit limits usage used budget bytes bits stream kind color icon width rotation rotated at date time created updated changed change expired
  protected property properties attribute attr attrs column columns schema table rule rules config configs configuration settings setting options option spec specs
  request response requests responses strategy method methods flow scope scopes scheme state states event events listener hook hooks middleware guard plugin module
  encoder encoding hasher hash hashes hashed digest iterations rounds code codes char chars character characters position offset kinds iterator
  lookup map mapping vault ring chain pair pairs board down up press words word phrase sequence order selector mirror flag flags only exists
  less free based auth authentication authenticator authorization controller client screen view dialog modal prompt reader writer loader source
  json xml yaml yml txt pem cert crt csr p12 jks html css js ts py rb go java php sh md store storetype frame frames code
  match matches matcher comparison confirm confirmed confirmation ok invalid missing failed failure success grant grants grantor issuer audience claim claims
  holder owner user users username account accounts email group groups role roles number num idx ordinal bucket shard topic cache interceptor visible origin template templates helper helpers util utils`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Before `key` or `token` they say that it is no secret. */
const OPEN =
  /(?:public[-_]?key|public|pub|primary|foreign|sort|partition|cache|next|prev|previous|page|pagination|continuation|continue|sync|csrf|xsrf|max|min|num|total|pad|padding|eos|bos|unk|sep|cls|mask|stop|input|output|completion|prompt|hot|idempotency|object|row|map|index|lookup|group|translation|i18n|message|msg|shard|routing|publishable|site|sitekey|range|hash|composite|natural|unique|surrogate|sequence|schema|bucket|cancellation|cancel|abort|delimiter|separator|lexer|syntax|parser|current|last|first|start|end|special|extra|added|all|reserved|design|theme|color|css|registry|registration|resume|watch|change|metric|event|react|list|item|(?<!li)node|data|json|arrow|enter|escape|shift|ctrl|control|alt|meta|press|any|hash|per|thinking|reasoning|cached|new|known|ssh-rsa|host|authorized|recipient|sender|order|prefix|storage_object|property|config|setting|feature|flag|label|tag|dict|hmap|sub|super|candidate|identity|column|field|query|filter|search)[-_. ]?$/i
/** Words that end in `key`. */
const INSIDE =
  /(?:mon|tur|don|hoc|hot|whis|joc|jer|tou|ba|po|coc|mal|dar|fla|che|min|tric|lac|spi|mas|stoc)$/i
/** Before `key` they say that it is one. */
const STRONG =
  /(?:api|access|secret|private|priv|auth|encryption|encrypt|crypt|crypto|cipher|signing|sign|signature|master|account|shared|app|application|consumer|service|storage|license|licence|aes|des|hmac|jwt|session|cookie|admin|deploy|root|subscription|client|webhook|wrapping|db|functions|ssh|server|integration|write|read|bot|instrumentation|security|activation|product|merchant|developer|dev|prod|live|function|partner|mail|sms|map|maps|rapidapi|ocp-apim-subscription|x-api|gpg|pgp|decryption|kms|user|secure|token|[a-z]+_api)[-_. ]?$/i

/** Words of a name: `dbPassword_v2` are `db`, `password`, `v2`. */
const words = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')

/**
 * What a name is of, by what stands before and behind its needle, as written; undefined when it is not that of a secret.
 */
export function familyOf(needle: string, before: string, written: string, rest: string): Family | undefined {
  const known = NAMES[needle]!
  // The word goes on: `tokenizer`, `PASSWORDLESS`.
  const head = rest[0]
  const goesOn =
    head !== undefined &&
    (/[a-z]/.test(head) || (/[A-Z]/.test(head) && /^[^a-z]*$/.test(written) && !/^[A-Z][a-z]/.test(rest)))
  if (goesOn && !/^s?(?:$|[^a-z])/i.test(rest)) return undefined
  if (words(goesOn ? rest.replace(/^s/i, '') : rest).some((word) => ABOUT.has(word))) return undefined
  const last = before.at(-1)
  const joined = last !== undefined && /[a-z]/i.test(last) && !(/[a-z]/.test(last) && /^[A-Z]/.test(written))
  if (needle === 'pw' && rest !== '') return undefined
  if (
    (needle === 'pass' || needle === 'pw') &&
    joined &&
    !/(?:db|user|my|root|admin|smtp|mail|ssh|ftp|sql|pg|redis|login|db_|key|trust|store|api|web|proxy|test)$/i.test(
      before,
    )
  )
    return undefined
  if (needle === 'key') {
    if (joined && INSIDE.test(before)) return undefined
    if (STRONG.test(before)) return OPEN.test(before) ? 'weak' : 'token'
    if (joined || OPEN.test(before)) return undefined
    return 'weak'
  }
  if (needle === 'token' && OPEN.test(before)) return undefined
  if ((needle === 'auth' || needle === 'salt') && joined) return undefined
  if (needle === 'signature' && rest !== '') return undefined
  return known
}
