import type { View } from '../../core/types.ts'
import { unitAt, unitsOf } from '../../core/units.ts'

/** How far to the left of a candidate anything is looked at, in characters of the original. */
export const LEFT = 96

/** A view's canonical text as the recognisers walk it. */
export interface Reading {
  text: string
  /** Candidates begin at or after it. */
  from: number
  /** Whether no text is still to come. */
  final: boolean
  /** The unit at `index`; 0 at the end. Notes that a candidate depends on text that is still to come. */
  unit(index: number): number
  /** Whether anything was asked for that is still to come, since the last call. */
  cut(): boolean
  /** The text left of `index`, bounded by the original's distance, so that it never depends on where the view begins. */
  left(index: number): string
  /** Where that text begins. */
  leftBound(index: number): number
  /** The units of the original: of the first `same` characters, at the same place. Good until the next reading. */
  written: Uint16Array
  same: number
  /** Whether the letter there was written as a capital; a digit counts as one. */
  isCapital(index: number): boolean
  /** Canonical [start, end) as it was written, with its capitals. */
  raw(start: number, end: number): string
}

export function reading(view: Pick<View, 'canonical' | 'text' | 'offset' | 'from' | 'final'>): Reading {
  const canonical = view.canonical()
  const { text, same } = canonical
  const written = unitsOf(view.text, 1)
  const { final } = view
  const from = canonical.index(view.from)
  const leftBound = (index: number): number => canonical.index(canonical.origin(index) - LEFT)
  let cut = false
  return {
    text,
    from,
    final,
    unit(index) {
      if (index < text.length) return unitAt(text, index)
      if (!final) cut = true
      return 0
    },
    cut() {
      const was = cut
      cut = false
      return was
    },
    left: (index) => text.slice(leftBound(index), index),
    leftBound,
    written,
    same,
    isCapital(index) {
      const unit = written[canonical.origin(index) - view.offset]!
      return !isSmall(unit)
    },
    raw(start, end) {
      let raw = ''
      for (let i = start; i < end; i++) {
        const written = view.text[canonical.origin(i) - view.offset] ?? ''
        // What is not only another case was folded: then the fold is what it says.
        raw += written.toLowerCase() === text[i] ? written : text[i]
      }
      return raw
    },
  }
}

export const isSmall = (unit: number): boolean => unit >= 97 && unit <= 122
export const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57

const ALPHANUMERIC = new Uint8Array(128)
for (const letter of '0123456789abcdefghijklmnopqrstuvwxyz') ALPHANUMERIC[letter.charCodeAt(0)] = 1
/** An ASCII letter or digit; canonical text has no capitals. */
export const isAlphanumeric = (unit: number): boolean => unit < 128 && ALPHANUMERIC[unit] === 1
