import { type Assignment, assignment, bare, enclosed } from './assignment.ts'
import { type Family, familyOf } from './names.ts'
import { isAlphanumeric, LEFT, type Reading, type Sink } from './reading.ts'
import type { Named } from './shapes/named.ts'
import { isFiller, isPlaceholder, looksChosen, looksRandom } from './value.ts'

interface Value {
  start: number
  end: number
  value: string
  quote: string
  quoted: boolean
  /** Whether nothing follows on its line. */
  ends: boolean
  next: string
  /** Whether it follows its sign without a space. */
  tight: boolean
}

/** The value of an assignment, where it is whole; what is not yet is told to the sink. */
function valueGiven(reading: Reading, { quote, start, by }: Assignment, { open }: Sink): Value | undefined {
  if (start < reading.from) return undefined
  const { text } = reading
  const end = quote === '' ? bare(reading, start) : enclosed(reading, start, quote)
  if (end === -1) {
    open(start)
    return undefined
  }
  if (end === undefined || end === start) return undefined
  let value = text.slice(start, end)
  let stop = end
  // A sentence ends behind it.
  if (quote === '' && by !== 'element') {
    const tail = /\*{1,2}$|[.,:][.,:!?]{0,2}$/.exec(value)?.[0] ?? ''
    // It was cut.
    if (tail === '...' && by === 'sign') return undefined
    if (tail !== '') {
      value = value.slice(0, -tail.length)
      stop -= tail.length
    }
  }
  if (value === '') return undefined
  const ends = /^[ \t]{0,4}(?:$|[\r\n#])/.test(text.slice(end, end + 5))
  return {
    start,
    end: stop,
    value,
    quote,
    quoted: quote !== '' || by === 'element',
    ends,
    next: text[end] ?? '',
    tight: text[start - 1] === '=',
  }
}

/** The start of the line, up to the name, as far as it is looked at. */
function lineBefore(reading: Reading, at: number): string {
  const left = reading.text.slice(reading.left(at, LEFT), at)
  return left.slice(left.lastIndexOf('\n') + 1)
}

const CONNECTION =
  /(?:server|data source|host|database|initial catalog|user id|uid|driver|addr)\s?=[^;"'\n]{1,80};|jdbc:|odbc:/i

/** Commands and files in which a value follows its name behind a space. */
const SPACED = /^--?[A-Za-z0-9_-]{0,40}$/
const NETRC = /\b(?:login|machine|user)\s+\S+\s+$/i
const SQL = /\b(?:with|encrypted|create user|alter user|identified by|set)\b[^;]{0,60}$/i

/** A value follows them behind a space, as in files of Redis. */
const BEFORE_SPACE = new Set(['identified by', 'requirepass', 'masterauth'])

function isSecret(
  needle: string,
  family: Family,
  before: string,
  line: string,
  by: Assignment['by'],
  found: Value,
): boolean {
  const { value, quoted, ends, next } = found
  if (by === 'is' && (family === 'weak' || !/\d/.test(value))) return false
  const option =
    by === 'space' && (BEFORE_SPACE.has(needle) || SPACED.test(before) || (quoted ? SQL : NETRC).test(line))
  if (by === 'space' && ((!option && !quoted) || family === 'weak')) return false
  if (isPlaceholder(value)) return false
  if (!quoted && '([{<'.includes(next) && next !== '') return false
  if (by === 'is')
    return (
      /[^\d.,:/-]/.test(value) &&
      (looksRandom(value, 8) || (family === 'password' && value.length >= 6 && looksChosen(value, false)))
    )
  if (by === 'space')
    return (
      looksRandom(value, option ? 8 : 10) ||
      (family !== 'token' && looksChosen(value, quoted) && (option ? /[^A-Za-z]/ : /\d/).test(value))
    )
  const enough = family === 'weak' ? 16 : 8
  if (looksRandom(value, enough)) return quoted || isLiteral(before, line, found)
  if (family === 'weak' || family === 'token') return false
  if (by === 'call' && !/(?:^|[.]|set|with|use)$/i.test(before)) return false
  if (by === 'call' || by === 'comma')
    return looksChosen(value, false) && (family === 'password' || value.length >= 8)
  if (by === 'line') return looksChosen(value, true)
  if (quoted || by === 'element') {
    if (!looksChosen(value, true)) return false
    // Words of code in a text.
    if (found.quote === '`' && !/[^A-Za-z]/.test(value)) return false
    return family === 'password' || (value.length >= 6 && /[^A-Za-z]/.test(value))
  }
  if (!isLiteral(before, line, found)) return false
  return (
    looksChosen(value, isConstant(before, line, ends) || isProperty(line, found)) &&
    (family === 'password' || value.length >= 8)
  )
}

/** `DB_PASSWORD=` at the beginning of a line that ends with the value: no program. */
const isConstant = (before: string, line: string, ends: boolean): boolean =>
  ends &&
  /^(?:[\s-]*|\s*(?:export|set|ENV|ARG|-e|--env)\s+)[A-Z][A-Z0-9_]*_$/.test(line) &&
  before === before.toUpperCase()

/** `spring.datasource.password=` of a properties file. */
const isProperty = (line: string, { ends, tight }: Value): boolean =>
  ends && tight && /^\s*[a-z][\w-]*(?:\.[\w-]+)*\.[\w-]*$/.test(line)

/** Whether what is enclosed in nothing is meant as it stands, and is no variable of a program. */
function isLiteral(before: string, line: string, { value, ends, next, tight }: Value): boolean {
  if (/^(?:password|passwd|pass|pwd|token|secret|key)\d?$/i.test(value)) return false
  if (/^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+$/.test(value) && value.length < 32) return false
  if (!/^[A-Za-z_$][\w$]*$/.test(value)) return true
  // A name with a number, where programs are: `token = token2`.
  if (ends || (value.length >= 20 && /\d/.test(value))) return true
  return (
    tight &&
    (next === '&' || next === '"' || next === "'" || /[?&]$|^-|--/.test(before) || CONNECTION.test(line))
  )
}

/** Where the name begins that goes on at the end of a line. */
function nameStart(line: string, spaces: boolean): number {
  let at = line.length
  while (at > 0 && line.length - at < 40) {
    const unit = line.charCodeAt(at - 1)
    if (
      !isAlphanumeric(unit) &&
      unit !== 95 &&
      unit !== 46 &&
      unit !== 36 &&
      unit !== 45 &&
      !(spaces && unit === 32)
    )
      break
    at--
  }
  return at
}

/** A secret by its name: the needle is [begin, end). */
export function keyed(needle: string, reading: Reading, begin: number, end: number, sink: Sink): void {
  const given = assignment(reading, begin, end, false)
  if (given === undefined || given.start < reading.from) return
  const line = lineBefore(reading, begin)
  const name = line.slice(nameStart(line, false))
  const before = line.slice(nameStart(line, true))
  const family = familyOf(needle, before, reading.text.slice(begin, end), given.rest)
  if (family === undefined) return
  // `x ? "password" : "text"`
  if (/\?[ \t]{0,4}["'`]$/.test(line)) return
  const value = valueGiven(reading, given, sink)
  if (value === undefined || !isSecret(needle, family, name, line, given.by, value)) return
  const connection = needle !== 'key' && needle !== 'token' && CONNECTION.test(line)
  sink.found({
    code: connection ? 'secret.connection_string' : 'secret.generic',
    start: value.start,
    end: value.end,
    score: connection || looksRandom(value.value, 16) ? 0.8 : 0.6,
    rank: connection ? 2 : 3,
  })
}

/** A provider's secret that is known by its name and its form: the needle, in the name, is [begin, end). */
export function named(one: Named, reading: Reading, begin: number, end: number, sink: Sink): void {
  const given = assignment(reading, begin, end, true)
  if (given === undefined || given.by === 'is' || given.by === 'line' || given.start < reading.from) return
  if (given.by === 'space' && given.quote === '') return
  const value = valueGiven(reading, given, sink)
  if (value === undefined || !one.value.test(value.value) || isFiller(value.value)) return
  if (!/\d/.test(value.value) || !/[A-Za-z]/.test(value.value)) return
  sink.found({ code: `secret.${one.provider}`, start: value.start, end: value.end, score: 0.8, rank: 2 })
}
