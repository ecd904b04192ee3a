/** A token that is known by its own form. */
export interface Shape {
  provider: string
  /** Literals at its beginning, or `back` characters after it. */
  needles: readonly string[]
  /** Sticky; all of its repetitions are bounded, and it matches only characters of a run. */
  pattern: RegExp
  /** The most characters that stand before the needle. */
  back: number
  /** How many characters at its beginning are a name and stay. */
  lead: number
  /** Its own checksum: says whether a token of this form is one. */
  proof: ((token: string) => boolean) | undefined
}

/**
 * @param needles apart by spaces
 * @param pattern the whole token
 */
export function shape(
  provider: string,
  needles: string,
  pattern: RegExp,
  { back = 0, lead = 0, proof }: { back?: number; lead?: number; proof?: (token: string) => boolean } = {},
): Shape {
  return {
    provider,
    needles: needles.toLowerCase().split(' '),
    pattern: new RegExp(`(?:${pattern.source})(?![A-Za-z0-9_])`, `y${pattern.flags}`),
    back,
    lead,
    proof,
  }
}
