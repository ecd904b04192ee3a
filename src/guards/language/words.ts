/** Letters that it takes to tell, and how many of them in words that are no names. */
const LEAST = 40
const LEAST_SMALL = 20
/** A Chinese, Japanese or Korean character is a syllable or a word. */
const DENSITY = 3
/** Of what is no white space, how much must be words: in code and tables it is less. */
const SHARE = 0.6

const LETTER = 1
const MARK = 2
const WORD = LETTER | MARK
const CAPITAL = 4
const DENSE = 8
/** Ends a word and what is written together with it. */
const SPACE = 16
/** Joins two letters to one word. */
const JOINT = 32
/** A sign that may stand before a word, and behind it: others are of code, addresses and tables. */
const BEFORE = 64
const BEHIND = 128

const CLASSES: readonly (readonly [pattern: RegExp, is: number])[] = [
  [/\p{L}/gu, LETTER],
  [/\p{M}/gu, MARK],
  [/\p{Lu}/gu, CAPITAL],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu, DENSE],
  [/[\s、，。！？；：「」（）《》“”]/gu, SPACE],
  [/['’‘\-‐]/gu, JOINT],
  [/[^\p{L}\p{N}\s、，。！？；：「」（）《》“”_@#$/\\<>{}[\]=|`~^*+:;]/gu, BEFORE],
  [/[^\p{L}\p{N}\s、，。！？；：「」（）《》“”_@#$/\\<>{}[\]=|`~^*+(]/gu, BEHIND],
]
const SMALL = /\p{Ll}/u

/** What each UTF-16 unit is. */
const IS = new Uint8Array(0x10000)
{
  const units = Array.from(IS, (_, unit) => (isSurrogate(unit) ? ' ' : String.fromCharCode(unit))).join('')
  for (const [pattern, is] of CLASSES) for (const { index } of units.matchAll(pattern)) IS[index]! |= is
  // Of characters of two units, ideographs and mathematical alphabets are letters; the second unit goes with the first.
  for (let unit = 0xd800; unit < 0xe000; unit++) {
    const letter = unit === 0xd835 || (unit >= 0xd840 && unit < 0xd8c0)
    IS[unit] = unit >= 0xdc00 ? MARK | BEFORE | BEHIND : letter ? LETTER : BEFORE | BEHIND
  }
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000
}

/** A letter of one unit in any script; an apostrophe, a hyphen or an accent is none. */
export const isLetter = (unit: number): boolean => (IS[unit]! & LETTER) !== 0 && !isSurrogate(unit)

const isAt = (text: string, at: number): number => (at < text.length ? IS[text.charCodeAt(at)]! : SPACE)

/**
 * The words of a text that tell its language, where each begins and ends: no names, addresses, code or numbers.
 * @returns undefined where there are too few of them
 */
export function words(text: string): number[] | undefined {
  const kept: number[] = []
  let said = 0
  let small = 0
  let letters = 0
  let all = 0
  // Capitals only: their words would all be names.
  const shouts = !SMALL.test(text)
  for (let at = 0; at < text.length; at++) {
    const start = at
    let is = isAt(text, at)
    while (is & BEFORE) is = isAt(text, ++at)
    const begin = at
    const first = is
    while (is & WORD || (is & JOINT && at > begin && isAt(text, at + 1) & WORD)) is = isAt(text, ++at)
    const end = at
    while (is & BEHIND) is = isAt(text, ++at)
    if (begin === end || !(is & SPACE)) {
      while (!(is & SPACE)) is = isAt(text, ++at)
      all += at - start
      continue
    }
    let weight = end - begin
    if (first & DENSE) for (let i = begin; i < end; i++) if (isAt(text, i) & DENSE) weight += DENSITY - 1
    letters += weight
    // A name is no code, and tells nothing.
    if (!shouts && first & CAPITAL) continue
    all += at - start
    kept.push(begin, end)
    said += end - begin
    small += weight
  }
  if (letters < LEAST || small < LEAST_SMALL) return undefined
  return said + kept.length / 2 - 1 < all * SHARE ? undefined : kept
}
