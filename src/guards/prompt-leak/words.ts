/** Of what makes a word: 1 a character that goes on, 2 one that is a word by itself, 3 a separator, 0 not known yet. */
const kinds = new Uint8Array(0x10000)
const LETTER = /[\p{L}\p{N}\p{M}]/u
const SINGLE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

export function kindOf(unit: number): number {
  const known = kinds[unit]!
  if (known !== 0) return known
  const char = String.fromCharCode(unit)
  // Half of a pair goes on, whatever it is a half of.
  const kind = unit >= 0xd800 && unit <= 0xdfff ? 1 : SINGLE.test(char) ? 2 : LETTER.test(char) ? 1 : 3
  kinds[unit] = kind
  return kind
}

/** More than so many characters are no word, and no gap between two that belong together. */
export const MAX_WORD = 64

/** Words of canonical text from an index on: hash, start and end of each. */
export interface Words {
  hashes: number[]
  starts: number[]
  ends: number[]
}

/** @param most no more words than that */
export function wordsOf(text: string, from: number, most = Number.POSITIVE_INFINITY): Words {
  const words: Words = { hashes: [], starts: [], ends: [] }
  let at = from
  // Of a word that began before there is nothing to say.
  if (at > 0 && kindOf(text.charCodeAt(at - 1)) === 1)
    while (at < text.length && kindOf(text.charCodeAt(at)) === 1) at++
  while (at < text.length && words.hashes.length < most) {
    const kind = kindOf(text.charCodeAt(at))
    if (kind === 3) {
      at++
      continue
    }
    const start = at
    let hash = 0x811c9dc5
    do {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
      at++
    } while (kind === 1 && at < text.length && kindOf(text.charCodeAt(at)) === 1)
    words.hashes.push(hash)
    words.starts.push(start)
    words.ends.push(at)
  }
  return words
}

/** Whether two neighbours are too long, or too far apart, to be read together. */
export const breaks = ({ starts, ends }: Words, second: number): boolean =>
  starts[second]! - ends[second - 1]! > MAX_WORD || ends[second]! - starts[second]! > MAX_WORD

/** The hash of `count` words from `first` on. */
export function gram(hashes: readonly number[], first: number, count: number): number {
  let hash = count
  for (let i = first; i < first + count; i++) {
    hash = Math.imul(hash ^ hashes[i]!, 0x5bd1e995)
    hash ^= hash >>> 15
  }
  return hash
}
