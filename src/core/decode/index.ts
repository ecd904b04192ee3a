import { unitsOf } from '../units.ts'
import { ascii85 } from './ascii85.ts'
import { braille } from './braille.ts'
import { entities } from './entities.ts'
import { escapes } from './escapes.ts'
import { hexdump } from './hexdump.ts'
import { tags, variationSelectors, zeroWidth } from './invisible.ts'
import { leet } from './leet.ts'
import { morse } from './morse.ts'
import { nato } from './nato.ts'
import { numbers } from './numbers.ts'
import { packed } from './packed.ts'
import { percent } from './percent.ts'
import { quotedPrintable } from './quoted-printable.ts'
import { readsAsText } from './score.ts'
import { spaced } from './spaced.ts'
import { transforms } from './transforms.ts'
import { CONTEXT, type Decoded, type Decoder, isOwn } from './types.ts'
import { uu } from './uu.ts'

export { type Decoded, isOwn } from './types.ts'

/** In this order, which is that of their findings. */
const RUNS: readonly Decoder[] = [
  packed,
  ascii85,
  uu,
  hexdump,
  numbers,
  percent,
  quotedPrintable,
  entities,
  escapes,
  morse,
  braille,
  nato,
  tags,
  variationSelectors,
  zeroWidth,
]
const ALL: readonly Decoder[] = [...RUNS, spaced, leet, transforms]

/** What hides a text; `encoding` of what was decoded is one of these or, where the text says something else again, several. */
export const ENCODINGS = [
  'base64',
  'base32',
  'hex',
  'hexdump',
  'binary',
  'decimal',
  'octal',
  'ascii85',
  'base85',
  'uu',
  'percent',
  'quoted-printable',
  'html',
  'escapes',
  'morse',
  'braille',
  'nato',
  'tags',
  'variation-selectors',
  'sneaky-bits',
  'zero-width',
  'reversed',
  'rot13',
  'caesar',
  'atbash',
] as const

const MAX_DEPTH = 3
/** All that is decoded of one text, at every depth, in characters. */
const MAX_DECODED = 1024 * 1024

/** Reads one text, as it comes in, for what it says in other forms. */
export class Decoding {
  private readonly decoders: readonly Decoder[]
  private readonly settledBy: number[]
  private readonly limit: number
  private budget = MAX_DECODED

  /** @param limit the most characters of one encoded stretch that are waited for */
  constructor(limit: number, turned: boolean) {
    this.decoders = turned ? ALL : RUNS
    this.settledBy = this.decoders.map(() => 0)
    this.limit = limit
  }

  /** Goes on from the same place. */
  copy(): Decoding {
    const copy = new Decoding(this.limit, this.decoders === ALL)
    copy.budget = this.budget
    copy.settledBy.splice(0, copy.settledBy.length, ...this.settledBy)
    return copy
  }

  /** Before this nothing can be found any more. */
  get settled(): number {
    return Math.min(...this.settledBy)
  }

  /** Where the left context begins. */
  get context(): number {
    return this.settled - CONTEXT
  }

  /** What has become certain with a view of the text; spans are absolute. */
  read(text: string, offset: number, final: boolean): Decoded[] {
    const units = unitsOf(text)
    const found: Decoded[] = []
    for (let i = 0; i < this.decoders.length; i++) {
      const from = Math.max(0, this.settledBy[i]! - offset)
      this.settledBy[i] = offset + this.decoders[i]!.find(text, units, from, final, this.limit, found)
    }
    if (found.length === 0) return found
    const said: Decoded[] = []
    let counts = false
    for (const one of found) {
      const span = [offset + one.span[0], offset + one.span[1]] as const
      // What is beyond is like its beginning.
      if (one.text === undefined && !counts) continue
      const all = this.deep({ ...one, span }, 1)
      counts = all.length > 0
      for (const each of all) said.push(each)
    }
    return said
  }

  /**
   * What was decoded and, as long as it lasts, what is encoded in that; all of it stands where the outermost does. What does
   * not read as text, nor leads to what does, is none.
   */
  private deep(one: Decoded, depth: number): Decoded[] {
    const { text } = one
    if (text === undefined) return [one]
    // What is written otherwise is as long as the text itself, and may be read in two ways.
    this.budget -= one.turned || one.legible ? text.length / 4 : text.length
    if (this.budget < 0) return [{ ...one, text: undefined }]
    // It was judged already, and what else is encoded in the text around it is found there; only spaced letters have none.
    if ((one.legible || one.turned) && !one.encoding.endsWith('spaced')) return [one]
    const within: Decoded[] = []
    if (depth < MAX_DEPTH) {
      const units = unitsOf(text)
      for (const decoder of ALL) decoder.find(text, units, 0, true, this.limit, within)
    }
    const inner = within
      .filter(({ span }) => isOwn(span, one))
      .flatMap((next) =>
        this.deep({ ...next, span: one.span, encoding: `${one.encoding} ${next.encoding}` }, depth + 1),
      )
    return one.legible ||
      readsAsText(text) ||
      inner.some(({ text: said }) => said !== undefined && readsAsText(said))
      ? [one, ...inner]
      : []
  }
}
