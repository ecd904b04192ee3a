import type { Hit } from '../../core/types.ts'

/** A text as it stands, from an absolute offset on. */
export interface Reading {
  text: string
  offset: number
  /** Whether the part ends with it. */
  final: boolean
}

/** What was found, in indices of the reading's text; `open`: where something may have begun that is not whole yet. */
export interface Found {
  code: Code
  reason: string
  start: number
  end: number
  replace: string
}

export const CODES = [
  'unicode.invisible',
  'unicode.tag',
  'unicode.bidi',
  'unicode.control',
  'unicode.confusable',
] as const
export type Code = (typeof CODES)[number]

export function hitOf({ code, reason, start, end, replace }: Found, offset: number): Hit {
  return { code, reason, score: 1, span: [offset + start, offset + end], edit: { replace } }
}

/** The character that ends before `at`, and begins at it; empty at an end of the text. */
export function before(text: string, at: number): string {
  if (at <= 0) return ''
  const low = text.charCodeAt(at - 1)
  return (low & 0xfc00) === 0xdc00 && at > 1 ? text.slice(at - 2, at) : text.charAt(at - 1)
}
export function after(text: string, at: number): string {
  const point = text.codePointAt(at)
  return point === undefined ? '' : String.fromCodePoint(point)
}
