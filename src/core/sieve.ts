/** By how many of its first characters it is told where a word may begin. */
export const WIDTH = 4
/** Past so much of what there is, nearly every place may begin a word. */
const FULL = 0.25

/** UTF-16 unit below 128 → 5 bits: a letter each, and what is left shared among the others. */
const CODES = new Uint8Array(128)
for (let unit = 0; unit < 128; unit++) CODES[unit] = 28 + (unit & 3)
for (let i = 0; i < 26; i++) CODES[97 + i] = i
for (const unit of [9, 10, 11, 12, 13, 32]) CODES[unit] = 26
for (let unit = 48; unit < 58; unit++) CODES[unit] = 27
const SPACE = 32

const codeOf = (unit: number): number => (unit < 128 ? CODES[unit]! : Math.imul(unit, 0x9e3779b1) >>> 27)
const hash = (four: number): number => Math.imul(four, 0x9e3779b1) >>> 17

/** Bits, by 15 bits of a number. */
const bits = (): Uint32Array => new Uint32Array(1024)
const has = (of: Uint32Array, at: number): boolean => ((of[at >>> 5]! >>> (at & 31)) & 1) !== 0
const put = (of: Uint32Array, at: number): void => {
  of[at >>> 5]! |= 1 << (at & 31)
}

/**
 * Tells quickly where none of some words begins, in so little memory that it stays near the processor, unlike what holds all of
 * the words.
 */
export interface Sieve {
  /** Whether one may begin at `at` of so many units; always near their end. */
  may(units: Uint16Array, at: number, length: number): boolean
  /** The first place from `from` on where one may begin. */
  next(units: Uint16Array, from: number, length: number): number
}

/** Undefined where it would spare little. */
export function sieve(words: readonly string[]): Sieve | undefined {
  /** Of three characters: whether a word begins with them, and whether that alone decides. */
  const threes = bits()
  const shorts = bits()
  /** Of four, by a hash. */
  const fours = bits()

  /** Every text of three and four characters that a word may begin with: a space in it is any number of them. */
  const learn = (word: string, at: number, read: number, length: number): void => {
    if (length === 3) put(threes, read)
    if (length === WIDTH) return put(fours, hash(read))
    if (at >= word.length) {
      if (length === 3) return put(shorts, read)
      for (let code = 0; code < 32; code++) learn(word, at, (read << 5) | code, length + 1)
      return
    }
    const unit = word.charCodeAt(at)
    const next = (read << 5) | codeOf(unit)
    learn(word, at + 1, next, length + 1)
    if (unit !== SPACE) return
    for (let more = next, i = length + 1; i < WIDTH; i++) {
      if (i === 3) put(threes, more)
      more = (more << 5) | codeOf(SPACE)
      learn(word, at + 1, more, i + 1)
    }
  }
  for (const word of words) learn(word, 0, 0, 0)
  let set = 0
  for (let at = 0; at < 32_768; at++) if (has(threes, at)) set++
  if (set > 32_768 * FULL) return undefined

  const among = (read: number): boolean => {
    const three = read >>> 5
    return has(threes, three) && (has(shorts, three) || has(fours, hash(read)))
  }
  const readAt = (units: Uint16Array, at: number, count: number): number => {
    let read = 0
    for (let i = at; i < at + count; i++) read = (read << 5) | codeOf(units[i]!)
    return read
  }
  return {
    may: (units, at, length) => at > length - WIDTH || among(readAt(units, at, WIDTH)),
    next(units, from, length) {
      const last = length - WIDTH
      if (from > last) return from
      let read = readAt(units, from, WIDTH - 1)
      for (let at = from; at <= last; at++) {
        read = ((read << 5) | codeOf(units[at + WIDTH - 1]!)) & 0xfffff
        if (among(read)) return at
      }
      return last + 1
    },
  }
}
