import { islands } from './islands.ts'
import { escapedBytes } from './utf8.ts'

const SOFT_BREAK = /=[ \t]{0,2}\r?\n/y

/** Quoted-printable (RFC 2045). */
export const quotedPrintable = islands({
  encoding: 'quoted-printable',
  begins: '=',
  longest: 12,
  mark(text, at) {
    SOFT_BREAK.lastIndex = at
    if (SOFT_BREAK.test(text)) return { end: SOFT_BREAK.lastIndex, text: '' }
    return escapedBytes(text, at, '=')
  },
})
