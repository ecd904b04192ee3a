import type { Canonical } from '../../core/types.ts'

export type Entity = 'credit_card' | 'us_ssn' | 'email'

/** Canonical [start, end), and what it says without its separators. */
export interface Found {
  entity: Entity
  start: number
  end: number
  value: string
  score: number
}

/** How far to the left of a candidate anything is looked at, in characters of the original. */
export const LEFT = 96

/** A view's canonical text as the recognisers walk it. */
export interface Reading {
  text: string
  /** Candidates begin at or after it. */
  from: number
  /** The unit at `index`; 0 at the end. Notes that a candidate depends on text that is still to come. */
  unit(index: number): number
  /** Whether anything was asked for that is still to come, since the last call. */
  cut(): boolean
  /** The text left of `index`, bounded by the original's distance, so that it never depends on where the view begins. */
  left(index: number): string
}

export function reading(canonical: Canonical, from: number, final: boolean): Reading {
  const { text } = canonical
  let cut = false
  return {
    text,
    from,
    unit(index) {
      if (index < text.length) return text.charCodeAt(index)
      if (!final) cut = true
      return 0
    },
    cut() {
      const was = cut
      cut = false
      return was
    },
    left: (index) => text.slice(canonical.index(canonical.origin(index) - LEFT), index),
  }
}

export const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57
/** An ASCII letter or digit; canonical text has no capitals. */
export const isAlphanumeric = (unit: number): boolean => isDigit(unit) || (unit >= 97 && unit <= 122)
