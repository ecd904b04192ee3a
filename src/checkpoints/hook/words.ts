import { lex } from './lexer.ts'

const MOST = 500
/** Shorter texts of a script could spell anything. */
const LEAST = 4
const MAX_LITERALS = 1000
/** What may stand between texts of the script: a count or a share, and nothing long enough to be somebody's number. */
const NUMBER = /^[-+]?[0-9]{0,6}(?:\.[0-9]{1,3})?%?$/
const UNSEEN = /[\u0000-\u001f\u007f-\u009f]|\p{Cf}|\p{Cs}|\p{Co}|\u2028|\u2029/gu
const ESCAPED = /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([\s\S]))/gi
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' }

/** A reason that is a script's own: callers and records are told it. What a script repeats of a call is told to neither. */
export type OwnWords = (reason: unknown) => string | undefined

export function ownWords(script: string): OwnWords {
  const literals = lex(script)
    .tokens.flatMap(({ kind, start, end }) => {
      if (kind !== 'text' && kind !== 'template') return []
      const inner = script.slice(start + 1, end).replace(/(?:["'`]|\$\{)$/, '')
      return [tidy(inner.replace(ESCAPED, unescaped))]
    })
    .filter(({ length }) => length >= LEAST)
    .sort((a, b) => b.length - a.length)
    .slice(0, MAX_LITERALS)
  return (reason) => {
    if (typeof reason !== 'string') return undefined
    const words = tidy(reason.slice(0, MOST * 2)).slice(0, MOST)
    let rest = words
    for (const literal of literals) rest = rest.replaceAll(literal, '\n')
    // A text that was cut off is the beginning of one.
    const pieces = rest.split('\n')
    const last = pieces.length - 1
    const own = pieces.every(
      (piece, i) => NUMBER.test(piece.trim()) || (i === last && isBeginning(piece, words, literals)),
    )
    return own && words.trim() !== '' ? words.trim() : undefined
  }
}

function unescaped(_: string, braced: string, four: string, two: string, one: string): string {
  if (one !== undefined) return ESCAPES[one] ?? one
  const code = Number.parseInt(braced ?? four ?? two, 16)
  return code > 0x10ffff ? '' : String.fromCodePoint(code)
}

const isBeginning = (piece: string, words: string, literals: readonly string[]): boolean =>
  words.length >= MOST && piece.length >= LEAST && literals.some((literal) => literal.startsWith(piece))

const tidy = (text: string): string => text.replace(/\s+/g, ' ').replace(UNSEEN, '').replace(/ +/g, ' ')
