import { islands } from './islands.ts'
import { escapedBytes } from './utf8.ts'

/** Percent encoding (RFC 3986), with `+` for a space as forms have it. */
export const percent = islands({
  encoding: 'percent',
  begins: '%',
  longest: 12,
  mark: (text, at) => escapedBytes(text, at, '%'),
  between: (text) => text.replaceAll('+', ' '),
})
