import { BIGRAMS } from './bigrams.ts'

/** Bits over chance of a letter after another; row and column 0 are the space. */
const TABLE = new Float32Array(27 * 27)
for (let row = 0; row < 27; row++)
  for (let column = 0; column < 27; column++)
    TABLE[row * 27 + column] = (BIGRAMS[row]!.charCodeAt(column) - 33) / 8 - 8

/** UTF-16 unit below 128 → 1 to 26 for letters of either case, 0 for what separates words. */
const CLASS = new Uint8Array(128)
for (let i = 0; i < 26; i++) CLASS[65 + i] = CLASS[97 + i] = i + 1

/** Of random letters: -1.2, of English: 1.1 and more, of English backwards: about 0. */
const READS = 0.62
const FEWEST_LETTERS = 8

/**
 * How much likelier than by chance the letters of a text follow each other, in bits a letter, by the languages of the Latin
 * alphabet. What is no letter of ASCII separates words.
 * @param step -1 reads it backwards
 */
export function likelihood(text: string, start: number, end: number, step: 1 | -1 = 1): number {
  let bits = 0
  let letters = 0
  let before = 0
  for (let at = step === 1 ? start : end - 1; at >= start && at < end; at += step) {
    const unit = text.charCodeAt(at)
    const letter = unit < 128 ? CLASS[unit]! : 0
    if (letter === 0 && before === 0) continue
    bits += TABLE[before * 27 + letter]!
    if (letter !== 0) letters++
    before = letter
  }
  return letters === 0 ? Number.NEGATIVE_INFINITY : bits / letters
}

/** Whether decoded bytes could be a text, or something encoded again, and are not a picture, a hash or chance. */
export function isPrintable(text: string): boolean {
  const end = Math.min(text.length, MOST_JUDGED)
  let odd = 0
  for (let at = 0; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0xfffd || unit === 0x7f || (unit < 32 && (unit < 9 || unit > 13))) odd++
  }
  return odd * 20 <= end
}

const LETTER = /\p{L}|\p{M}/u
const MOST_JUDGED = 2048

/** Whether decoded bytes or characters are a text that somebody could read, in any script, and not chance or a picture. */
export function readsAsText(text: string): boolean {
  const end = Math.min(text.length, MOST_JUDGED)
  let latin = 0
  let other = 0
  let odd = 0
  let digits = 0
  for (let at = 0; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 128) {
      if (CLASS[unit] !== 0) latin++
      else if (unit >= 48 && unit <= 57) digits++
      else if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) odd += 4
      else if (unit !== 32 && unit !== 10) odd++
    } else if (unit === 0xfffd) odd += 4
    else if (LETTER.test(String.fromCodePoint(text.codePointAt(at)!))) other++
    else odd++
  }
  if (latin + other < FEWEST_LETTERS || odd * 2 > latin + other + digits) return false
  if (other > latin) return true
  return likelihood(text, 0, end) > READS
}
