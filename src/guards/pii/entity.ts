import type { Reading } from './reading.ts'

/** Canonical [start, end), and what it says without its separators. */
export interface Match {
  start: number
  end: number
  value: string
  score: number
  /** How sure it is that this is what it is taken for: see PROOF. */
  proof: number
}

/** What speaks for a match. Where two overlap, only the one with the greater proof may stand beside an earlier one. */
export const PROOF = { shape: 0, context: 1, checksum: 2 } as const

/** A stretch of text that has the shape of an entity. */
export interface Candidate {
  /** In the canonical reading (no capitals), letters and digits only. */
  value: string
  /** In the canonical reading, with its separators. */
  text: string
  /** As it was written, with its capitals. */
  raw(): string
  /** The units beside it; 0 where the text begins and ends. */
  before: number
  after: number
}

/** One way in which an entity is written. */
export interface Form {
  /**
   * A regular expression of a bounded length over the canonical reading: literals, `\d`, `[a-z]`, `(a|b)`, `?`, `{n}`, `{m,n}`.
   * `~` stands for nothing, or for one of `separators`, the same one throughout. All shapes of all entities are looked for at once.
   */
  shape: string
  /** What `~` may stand for; a space and a hyphen when absent. */
  separators?: string
  /**
   * Whether it counts with none of the entity's context words near it: `always`; `named`, only where a policy names the entity
   * itself and not one of its groups; `never`. Digits that only a short checksum proves are `named` at most.
   */
  bare: 'always' | 'named' | 'never'
  /** Only where its letters were written as capitals. */
  capitals?: true
  /** 0 to 1, without a context word; a third of what is missing is added with one. */
  score: number
  /** Before, and besides, the entity's own. */
  check?(value: string, candidate: Candidate): boolean
}

interface Declared {
  /** Its code is `pii.NAME`, its label NAME in capitals. National ones begin with the ISO 3166 code, in lower case. */
  name: string
  /** What a finding says that it is: `a payment card number`. */
  reason: string
  /** By which it can be asked for besides its name: `payment`, `us`, `eu`. */
  groups: readonly string[]
  /** Whether it is looked for where a policy names none: only what is seldom found wrongly. */
  default: boolean
  /** Words that say what a number is, in any case; a space stands for white space, and for `_` and `-` too. Whole words only. */
  context?: readonly string[]
  /** How many characters `mask: last4` shows; 4 when absent, 0 for what its end gives away. */
  shows?: 0 | 4
}

/** Found by its shape. */
export interface Shaped extends Declared {
  forms: readonly Form[]
  /** Whether a value can be one. Called for the longest stretch first. */
  check?(value: string, candidate: Candidate): boolean
  /** Whether `check` counts a checksum: a match proves more than its shape. */
  checksum?: true
}

/** What a recogniser may ask of its candidate's neighbourhood. */
export interface Near {
  /** Whether one of the entity's context words is near [start, end); with `left`, before it only, which holds no stream back. */
  context(start: number, end: number, left?: 'left'): boolean
  /** Whether the policy names the entity itself. */
  named: boolean
  /** Whose national telephone numbers are looked for: ISO 3166 codes in capitals. */
  regions: readonly string[]
}

/** Found by a recogniser of its own wherever a word begins with a shape. */
export interface Begun extends Declared {
  begins: string
  /** @param begun where the shape ends */
  at(reading: Reading, start: number, begun: number, near: Near): Match | undefined
}

/** Found by its own walk over the text. */
export interface Sought extends Declared {
  /** @returns the index from which on later text could still bring one */
  find(reading: Reading, found: (match: Match) => void): number
}

export type Entity = Shaped | Begun | Sought
