import { GAP, type Reading } from './reading.ts'

/** A value that is given to a name. */
export interface Assignment {
  /** What of the name stands after the needle. */
  rest: string
  by: 'sign' | 'call' | 'comma' | 'element' | 'space' | 'is' | 'line'
  /** What the value is enclosed in; empty when in nothing. */
  quote: string
  /** Where the value begins. */
  start: number
}

const QUOTE = String.raw`(?:\\{0,3}["'\x60]|&(?:quot|#34|#39|apos);|%22)`
const REST = /[A-Za-z0-9_.$-]{0,40}/y
const LOOSE_REST = /[A-Za-z0-9_.$ -]{0,40}/y
/** The end of a name that is a string, an index or optional. */
const CLOSE = new RegExp(`(?:\\[\\d{0,4}\\]|(${QUOTE})?[\\])]{0,2}[?!]?)(?:\\*{1,2}(?=[ \\t]?[:=]))?`, 'y')
const TYPE = String.raw`&?(?:'static )?(?:readonly )?(?:str|string|String|bytes|byte\[\]|char|text|any|Any|object|CharSequence|NSString|SecretStr|(?:Optional|Option|Maybe|Final|Union)[<\[](?:str|String|string)(?:, ?None)?[>\]])\??(?: ?\| ?(?:None|null|undefined|bytes)){0,2}`
/** Signs that give a value, after them a type, a prefix of the string, or where it is looked for first. */
const SIGN = new RegExp(
  `[ \\t]{0,16}(?::[ \\t]{0,4}${TYPE}[ \\t]{0,4}=(?!=)|:=|=>|={1,3}|!={1,2}|\\?\\?=|\\|\\|=|:-(?=[^\\s-])|:(?!:))(?:[ \\t]{0,4}\\r?\\n[ \\t]{0,32}(?=["'\`])|[ \\t]{0,16}(?:\\*{1,2}[ \\t]?)?)` +
    `(?:(?:process\\.env\\.\\w{1,40}|process\\.env\\[["']\\w{1,40}["']\\]|(?:os\\.)?(?:environ\\.get|getenv|env|Getenv|getProperty)\\([ ]?["'][\\w.]{1,40}["'](?=,)|ENV\\[["']\\w{1,40}["']\\]|ENV\\.fetch\\(["']\\w{1,40}["'](?=,))[ ]{0,4}(?:\\|\\||\\?\\?|or|,)[ ]{0,4})?` +
    `(?:(?:new )?(?:\\[\\]byte|String::from|Some|Secret|SecretStr|SecretString|SecureString|String|str|bytes|Password|Buffer\\.from|(?:base64\\.)?b64decode|atob|encode)\\((?=["']))?(?:[bBrRuUfFlL@$]{1,2}(?=["'\`]))?`,
  'y',
)
const CALL = new RegExp(`\\([ \\t]{0,4}(?=${QUOTE})`, 'y')
const COMMA = new RegExp(`[ \\t]{0,4},[ \\t]{0,4}(?=${QUOTE})`, 'y')
const ELEMENT = /(?:[ ]type="[\w.:]{1,30}")?>(?=[^<>\s=])/y
/** `- name: DB_PASSWORD` and on the next line `value: ...`; `<add key="password" value="..."/>`. */
const VALUE = new RegExp(
  `(?:[ \\t]{0,4},?\\s{1,32}|,)(${QUOTE})?(?:value|Value|VALUE)(?:${QUOTE})?[ \\t]{0,4}[:=][ \\t]{0,4}`,
  'y',
)
const SPACE = /[ \t]{1,16}(?![ \t=:])/y
const IS = /[ \t]{1,4}(?:is|was|are|es|ist|est|è|-|–|→)[ \t]{0,2}:?[ \t]{1,4}|[ \t]{0,16}\|[ \t]{1,16}/y
const LINE = /\n(?=[^\n])/y
const OPEN = new RegExp(QUOTE, 'y')

function skip(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/**
 * The value that is given to a name whose needle is [begin, end). All that is read before the value is bounded and lies within
 * `GAP` of the needle, so that every view that has the value has it too.
 * @param loose whether more words may follow the needle
 */
export function assignment(
  reading: Reading,
  begin: number,
  end: number,
  loose: boolean,
): Assignment | undefined {
  const { text } = reading
  const rest = skip(loose ? LOOSE_REST : REST, text, end)![0]
  let at = end + rest.length
  const close = skip(CLOSE, text, at)!
  at += close[0].length
  const quoted = close[1] !== undefined
  const step = (by: Assignment['by'], pattern: RegExp): Assignment | undefined => {
    const match = skip(pattern, text, at)
    if (match === undefined) return undefined
    const after = at + match[0].length
    const quote = by === 'element' || by === 'line' ? '' : (skip(OPEN, text, after)?.[0] ?? '')
    const start = after + quote.length
    return reading.distance(begin, start) <= GAP ? { rest, by, quote, start } : undefined
  }
  // Of what most often follows a name nothing is one of these.
  const next = text.charCodeAt(at)
  return (
    step('sign', SIGN) ??
    (next === 40 && !quoted ? step('call', CALL) : undefined) ??
    (quoted ? step('comma', COMMA) : undefined) ??
    step('element', ELEMENT) ??
    step('sign', VALUE) ??
    (reading.keyed ? step('line', LINE) : undefined) ??
    step('is', IS) ??
    step('space', SPACE)
  )
}

/** The longest value that is waited for. */
const MOST = 512

/** What is enclosed in `quote` from `start` on: its end; undefined for what is no word; -1 when it goes on. */
export function enclosed({ text, final }: Reading, start: number, quote: string): number | undefined {
  for (let at = start; at - start <= MOST; at++) {
    if (at >= text.length) return final ? undefined : -1
    const unit = text.charCodeAt(at)
    if (unit <= 32) return undefined
    if (quote[0] === '\\' || quote[0] === '&' || quote[0] === '%') {
      if (unit === quote.charCodeAt(0)) {
        if (at + quote.length > text.length && !final) return -1
        if (text.startsWith(quote, at)) return at
      }
    } else if (unit === quote.charCodeAt(0)) return at
    else if (unit === 92) at++
  }
  return undefined
}

/** What ends a value that is enclosed in nothing. An `&` does where a form's next field or an entity follows. */
const BARE = /(?:[^\s"'`;,<>(){}[\]|&\\]|&(?=[^\s&;=])(?![\w.[\]-]{0,40}[=;]|#)){1,512}/y

/**
 * The same for a value that is enclosed in nothing; a value that may still turn out to be the beginning of an expression goes on.
 */
export function bare({ text, final }: Reading, start: number): number | undefined {
  const match = skip(BARE, text, start)
  if (match === undefined) return start >= text.length && !final ? -1 : undefined
  const end = start + match[0].length
  if (match[0].length === MOST) return undefined
  if (final) return end
  // What an `&` is, is not known yet.
  if (text.charCodeAt(end) === 38 && text.length - end <= 44) return -1
  // Whether the line ends behind it is asked too.
  let after = end
  while (after - end < 4 && (text.charCodeAt(after) === 32 || text.charCodeAt(after) === 9)) after++
  return after >= text.length ? -1 : end
}
