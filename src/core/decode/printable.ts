import { isPrintable } from './score.ts'
import { FEWEST_WIDE, utf8, utf16 } from './utf8.ts'

/** Values of so many bits each. */
export interface Digits {
  values: Uint8Array
  bits: number
  /** So many of them make whole bytes. */
  group: number
}

/** The bytes of values from `from` to `to`, the highest bits first; what is left at the end is none. */
function packedBytes({ values, bits }: Digits, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(((to - from) * bits) / 8))
  let buffer = 0
  let held = 0
  let count = 0
  for (let at = from; at < to; at++) {
    buffer = ((buffer << bits) | values[at]!) & 0xffff
    held += bits
    if (held < 8) continue
    held -= 8
    bytes[count++] = (buffer >> held) & 0xff
  }
  return bytes
}

/** How many values from `from` on are UTF-8 without controls. */
function reads({ values, bits }: Digits, from: number): number {
  let buffer = 0
  let held = 0
  let more = 0
  let good = from
  for (let at = from; at < values.length; at++) {
    buffer = ((buffer << bits) | values[at]!) & 0xffff
    held += bits
    if (held < 8) continue
    held -= 8
    const byte = (buffer >> held) & 0xff
    if (more > 0) {
      if ((byte & 0xc0) !== 0x80) return good - from
      more--
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) return good - from
      more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
    } else if (byte < 9 || (byte > 13 && byte < 32) || byte === 127) return good - from
    if (more === 0) good = at + 1
  }
  return (more === 0 ? values.length : good) - from
}

/** Of fewer values the rest of a text says nothing. */
const FEWEST_BYTES = 5
/** So much has to be read. */
const MOST_OF_IT = 0.8

/**
 * What values say when their bytes are a text, also where a value too many or too few shifted the rest of them; undefined
 * for pictures, hashes and chance.
 */
export function textOf(digits: Digits): string | undefined {
  const { values, bits, group } = digits
  const fewest = Math.ceil((FEWEST_BYTES * 8) / bits)
  let text = ''
  let read = 0
  let at = 0
  while (at < values.length) {
    let most = 0
    let from = at
    for (let shift = 0; shift < (at === 0 ? group : 2 * group); shift++) {
      const here = reads(digits, at + shift)
      if (here <= most) continue
      most = here
      from = at + shift
      if (shift === 0 && here === values.length) break
    }
    if (most < fewest) break
    text += utf8(packedBytes(digits, from, from + most))
    read += most
    at = from + most
  }
  if (read >= values.length * MOST_OF_IT) return text
  // Its zeros were taken for controls.
  if (values.length * bits < FEWEST_WIDE * 8) return undefined
  const wide = utf16(packedBytes(digits, 0, values.length))
  return wide !== undefined && isPrintable(wide) ? wide : undefined
}
