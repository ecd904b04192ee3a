import type { Span } from '../types.ts'

/** A stretch of a text that says something in another form. */
export interface Decoded {
  /** In the text that it was found in, all of the encoded stretch. */
  span: Span
  /** `base64`, `rot13`, ... */
  encoding: string
  /** What it says; undefined when there is more of it than is decoded. */
  text: string | undefined
  /** Of `text`, what the stretch says; the rest is plain text around it. All of it when absent. */
  own?: Span
  /** Words that were written otherwise (turned round, spaced, in digits), and no run of characters that stand for others. */
  turned?: true
  /** Nearly every reader reads it as it stands (`%20`, `&amp;`, `1gn0re`): decoded to be matched, and hides nothing by itself. */
  legible?: true
}

/**
 * Recognises one form. Both functions of the text alone: however a text is cut, the same is found.
 */
export interface Decoder {
  /**
   * Adds to `found` what stands at or after `from` and is certain: no later text can change it.
   * Text before `from` is left context of at most `CONTEXT` characters: a stretch that reaches over `from` was judged before.
   * @param units those of the text
   * @param final whether the text ends here
   * @param limit the most characters of a stretch that are waited for; of a longer one, what is beyond is not decoded, which
   *   is told by a second entry of the same span without text
   * @returns the index before which nothing can be found any more; at least `from`
   */
  find(
    text: string,
    units: Uint16Array,
    from: number,
    final: boolean,
    limit: number,
    found: Decoded[],
  ): number
}

/** Whether something found in what was decoded is not of the text around it, where it was found before. */
export const isOwn = ([start, end]: Span, { own }: Decoded): boolean =>
  own === undefined || (start < own[1] && end > own[0])

/** Left context that a decoder may look at. */
export const CONTEXT = 48

/** One form of a run of letters and digits. */
export interface Packed {
  encoding: string
  /** What the run says, without its line breaks and padding; undefined when it is not of this form. */
  read(run: string): string | undefined
}

/** A character written in another way within text that is not. */
export interface Mark {
  end: number
  text: string
}
