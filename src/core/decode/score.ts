import { BIGRAMS } from './bigrams.ts'

const SIGNS = 27
/** Bits are counted in eighths of one. */
export const EIGHTHS = 8
/** Of a letter (1 to 26; 0 separates words) after another, at 27 times the first and the second. */
export const BITS = new Float32Array(SIGNS * SIGNS)
for (let row = 0; row < SIGNS; row++)
  for (let column = 0; column < SIGNS; column++)
    BITS[row * SIGNS + column] = (BIGRAMS[row]!.charCodeAt(column) - 33) / EIGHTHS - 8

/** UTF-16 unit below 128 → 1 to 26 for letters of either case, 0 for what separates words. */
export const LETTERS = new Uint8Array(128)
for (let i = 0; i < 26; i++) LETTERS[65 + i] = LETTERS[97 + i] = i + 1

/** Of random letters: -1.2, of English: 1.1 and more. */
const READS = 0.62
const FEWEST_LETTERS = 8

/**
 * How much likelier than by chance the letters of a text follow each other, in bits a letter, by the languages of the Latin
 * alphabet. What is no letter of ASCII separates words.
 */
export function likelihoodOf(text: string, end = text.length): number {
  let bits = 0
  let letters = 0
  let before = 0
  for (let at = 0; at <= end; at++) {
    const unit = at === end ? 32 : text.charCodeAt(at)
    const letter = unit < 128 ? LETTERS[unit]! : 0
    if (letter === 0 && before === 0) continue
    bits += BITS[before * SIGNS + letter]!
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
/** Of so many characters so many differ, in every language. */
const SAMPLE = 64
const VARIED = 6

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
      if (LETTERS[unit] !== 0) latin++
      else if (unit >= 48 && unit <= 57) digits++
      else if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) odd += 4
      else if (unit !== 32 && unit !== 10) odd++
    } else if (unit === 0xfffd) odd += 4
    else if (LETTER.test(String.fromCodePoint(text.codePointAt(at)!))) other++
    else odd++
  }
  if (latin + other < FEWEST_LETTERS || odd * 2 > latin + other + digits) return false
  if (other > latin) return new Set(text.slice(0, SAMPLE)).size >= VARIED
  return likelihoodOf(text, end) > READS
}
