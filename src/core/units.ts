/** What was needed for a longer text is not kept. */
const KEPT = 1 << 18

// A gate that read every text in the wrong order would find nothing in any.
if (Buffer.from(new Uint16Array([1]).buffer)[0] !== 1)
  throw new Error('this processor is big-endian, which is not supported')

const place = (length: number): { units: Uint16Array; bytes: Buffer } => {
  const units = new Uint16Array(length)
  return { units, bytes: Buffer.from(units.buffer) }
}
const places = [place(4096), place(4096), place(4096)]

/**
 * The UTF-16 units of a text, a zero after the last. They stand there until those of another text are asked for in the same
 * place.
 *
 * A text is read faster from an array than unit by unit from a string, and much faster where a gate does it: strings that
 * were cut, joined and parsed, in one byte or two, are of more kinds than the compiler makes `charCodeAt` fast for.
 * @param beside another place, for who asks others that read texts meanwhile: to ask again each time would be quadratic
 */
export function unitsOf(text: string, beside: 0 | 1 | 2 = 0): Uint16Array {
  const { length } = text
  let { units, bytes } = places[beside]!
  if (length >= units.length) {
    const larger = place(Math.max(length + 1, 2 * units.length))
    if (length < KEPT) places[beside] = larger
    units = larger.units
    bytes = larger.bytes
  }
  bytes.write(text, 0, 2 * length, 'utf16le')
  units[length] = 0
  return units
}

const { charCodeAt } = String.prototype

/** `text.charCodeAt(at)`, fast for strings of many kinds: for who reads only a few units of a text. */
export const unitAt = (text: string, at: number): number => charCodeAt.call(text, at)
