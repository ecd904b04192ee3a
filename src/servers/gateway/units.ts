/** How many units a UTF-16 unit adds to what stands before it; `pair`: it completes a surrogate pair. */
type Weight = (unit: number, pair: boolean) => number

const WEIGHTS: ReadonlyMap<string, Weight> = new Map<string, Weight>([
  ['utf16', () => 1],
  ['codepoints', (_, pair) => (pair ? 0 : 1)],
  // UTF-8: the first half of a pair counts three of its four.
  ['bytes', (unit, pair) => (pair || unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3)],
])

export const UNITS: readonly string[] = [...WEIGHTS.keys()]

/**
 * What offsets into a text are in other units; undefined where no unit has that name. One pass over the text, however
 * many offsets there are: a caller chooses both.
 */
export function converter(
  name: string,
): ((text: string, offsets: Iterable<number>) => ReadonlyMap<number, number>) | undefined {
  const weight = WEIGHTS.get(name)
  if (weight === undefined) return undefined
  return (text, offsets) => {
    const said = new Map<number, number>()
    let at = 0
    let count = 0
    let high = false
    for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
      for (; at < offset && at < text.length; at++) {
        const unit = text.charCodeAt(at)
        count += weight(unit, high && unit >= 0xdc00 && unit <= 0xdfff)
        high = unit >= 0xd800 && unit <= 0xdbff
      }
      said.set(offset, count)
    }
    return said
  }
}
