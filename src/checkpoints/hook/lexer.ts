// Reads JavaScript far enough to say where its texts, comments and regular expressions are. Each character is passed once.

export type TokenKind = 'word' | 'number' | 'text' | 'regex' | 'template' | 'mark'

export interface Token {
  kind: TokenKind
  start: number
  end: number
}

export interface Lexed {
  /** Comments left out; a template's pieces of text are a token each. */
  tokens: readonly Token[]
  /** Where lines of `#` and a space begin, which are no JavaScript: their `#`. */
  hashes: readonly number[]
  /** The first bracket that closes what was not opened. */
  stray: number | undefined
}

const SPACE = /\s/
const WORD_START = /[\p{ID_Start}$_#\\]/u
const WORD = /[\p{ID_Continue}$\u200c\u200d]/u
const DIGIT = /[0-9]/
const NUMBER = /[0-9A-Za-z_.]/
const HASH_LINE = /#(?:\s|$)/y

/** After these an expression begins, or a statement: a slash then begins a regular expression. */
const BEFORE_OPERAND = new Set(
  'await case delete do else extends finally in instanceof new of return throw try typeof void yield'.split(
    ' ',
  ),
)
/** Of these the parenthesis is no operand. */
const HEADS = new Set(['if', 'while', 'for', 'with'])
/** After these a brace opens a block. */
const BEFORE_BLOCK = new Set(['do', 'else', 'finally', 'try'])

const OPENS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

interface Open {
  /** `$` is the brace of a template. */
  mark: string
  /** What a slash means after what closes it. */
  operand: boolean
}

export function lex(source: string): Lexed {
  const tokens: Token[] = []
  const hashes: number[] = []
  const open: Open[] = []
  let stray: number | undefined
  const { length } = source
  /** Whether what stands before is an operand, so that a slash divides it. */
  let operand = false
  let at = 0
  /** Whether nothing but space and comments stands before in this line. */
  let lineStart = true

  const add = (kind: TokenKind, end: number): void => {
    tokens.push({ kind, start: at, end })
    at = end
    lineStart = false
  }
  const lineEnd = (from: number): number => {
    const end = source.indexOf('\n', from)
    return end < 0 ? length : end
  }
  /** Behind the quote that ends a text, or where its line does. */
  const textEnd = (quote: string): number => {
    let end = at + 1
    while (end < length && source[end] !== quote && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1
    return Math.min(source[end] === quote ? end + 1 : end, length)
  }
  const regexEnd = (): number => {
    let end = at + 1
    let listed = false
    for (; end < length && source[end] !== '\n'; end++) {
      const character = source[end]
      if (character === '\\') end++
      else if (character === '[') listed = true
      else if (character === ']') listed = false
      else if (character === '/' && !listed) {
        end++
        while (end < length && WORD.test(source[end]!)) end++
        break
      }
    }
    return Math.min(end, length)
  }
  /** From a backquote, or the brace that ends what stands in a template, to the next of either. */
  const template = (): void => {
    let end = at + 1
    while (end < length && source[end] !== '`' && !(source[end] === '$' && source[end + 1] === '{'))
      end += source[end] === '\\' ? 2 : 1
    if (source[end] === '$') {
      open.push({ mark: '$', operand: false })
      add('template', end + 2)
      operand = false
      return
    }
    add('template', Math.min(end + 1, length))
    operand = true
  }
  const last = (back = 1): string => {
    const token = tokens.at(-back)
    return token === undefined ? '' : source.slice(token.start, token.end)
  }
  const mark = (character: string): void => {
    if (character === '(') {
      const head = HEADS.has(last()) || (last() === 'await' && last(2) === 'for')
      open.push({ mark: '(', operand: !(head && !/^\??\.$/.test(last(2))) })
      operand = false
    } else if (character === '[') {
      open.push({ mark: '[', operand: true })
      operand = false
    } else if (character === '{') {
      const before = last()
      const block =
        operand ||
        before === '' ||
        /^(?:=>|[;{}:])$/.test(before) ||
        BEFORE_BLOCK.has(before) ||
        before === ')'
      open.push({ mark: '{', operand: !block })
      operand = false
    } else {
      const closed = open.pop()
      if (closed?.mark === '$' && character === '}') return template()
      if (closed?.mark !== OPENS[character]) stray ??= at
      operand = closed?.operand ?? false
    }
    add('mark', at + 1)
  }

  while (at < length) {
    const character = source[at]!
    const next = source[at + 1]
    HASH_LINE.lastIndex = at
    if (character === '\n') {
      lineStart = true
      at++
    } else if (SPACE.test(character) || character === '\ufeff') at++
    else if (
      lineStart &&
      HASH_LINE.test(source) &&
      source.slice(source.lastIndexOf('\n', at) + 1, at).trim() === ''
    ) {
      hashes.push(at)
      at = lineEnd(at)
    } else if (character === '/' && next === '/') at = lineEnd(at)
    else if (character === '/' && next === '*') {
      const end = source.indexOf('*/', at + 2)
      const behind = end < 0 ? length : end + 2
      if (source.slice(at, behind).includes('\n')) lineStart = true
      at = behind
    } else if (source.startsWith('<!--', at) || (lineStart && source.startsWith('-->', at))) at = lineEnd(at)
    else if (character === '"' || character === "'") {
      add('text', textEnd(character))
      operand = true
    } else if (character === '`') template()
    else if (character === '/' && !operand) {
      add('regex', regexEnd())
      operand = true
    } else if (DIGIT.test(character) || (character === '.' && next !== undefined && DIGIT.test(next))) {
      let end = at + 1
      while (
        end < length &&
        (NUMBER.test(source[end]!) || (/[+-]/.test(source[end]!) && exponent(source, at, end)))
      )
        end++
      add('number', end)
      operand = true
    } else if (WORD_START.test(String.fromCodePoint(source.codePointAt(at)!))) {
      const named = /^\??\.$/.test(last())
      const end = wordEnd(source, at)
      const word = source.slice(at, end)
      add('word', end)
      operand = named || !BEFORE_OPERAND.has(word)
    } else if ('()[]{}'.includes(character)) mark(character)
    else if (source.startsWith('=>', at) || source.startsWith('?.', at)) {
      add('mark', at + 2)
      operand = false
    } else if (source.startsWith('++', at) || source.startsWith('--', at)) add('mark', at + 2)
    else {
      add('mark', at + 1)
      operand = false
    }
  }
  return { tokens, hashes, stray }
}

/** Whether a sign belongs to a number's exponent, which a hexadecimal number has not. */
function exponent(source: string, start: number, at: number): boolean {
  return /[eE]/.test(source[at - 1]!) && !/[xX]/.test(source[start + 1] ?? '')
}

function wordEnd(source: string, start: number): number {
  let end = start
  while (end < source.length) {
    const character = String.fromCodePoint(source.codePointAt(end)!)
    // Of `\u{61}` the braces are the word's own.
    if (character === '\\' && source.startsWith('u{', end + 1)) {
      const close = source.indexOf('}', end)
      end = close < 0 || close > end + 12 ? end + 2 : close + 1
    } else if (character === '\\' || end === start || WORD.test(character)) end += character.length
    else break
  }
  return end
}
