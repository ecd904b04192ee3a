/** Letters that it takes to tell, and how many of them in words that are no names. */
const LEAST = 40
const LEAST_SMALL = 20
/** A character of these scripts is a syllable or a word. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const DENSITY = 3
/** A word: letters, with an apostrophe or hyphen in it, and other signs only around it. */
const WORD =
  /^[^\p{L}\p{N}_@#$/\\<>{}[\]=|`~^*+:;]*([\p{L}\p{M}]+(?:['’‘\-‐][\p{L}\p{M}]+)*)[^\p{L}\p{N}_@#$/\\<>{}[\]=|`~^*+(]*$/u
const PLAIN = /^[a-z]+$/
const CAPITAL = /^\p{Lu}/u
const SMALL = /\p{Ll}/u
const FULL_WIDTH = /(?<=[、，。！？；：「」（）])/
const MARKS = /[、，。！？；：「」（）《》“”]/g
/** Of what is no white space, how much must be words: in code and tables it is less. */
const SHARE = 0.6

/** Words of which every text in a language is full, and that say little in others. */
const COMMON: Readonly<Record<string, ReadonlySet<string>>> = {
  en: common(
    'the of and to is that it for with as was on are this be by from you your have or not what how which will can',
  ),
  de: common(
    'der die das und ist nicht ein eine einen mit auf für von dem den des im zu sich auch wie sie ich wird werden',
  ),
  es: common('el los las del que en un una por con para como más pero sus está este esta es y se lo al'),
  fr: common('le les des et est une du que qui dans pour sur pas avec sont vous cette ce il au aux nous ne'),
}
/** Of all words, how many of these make it sure without asking further. */
const SURE = 0.3

function common(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}

/**
 * The words of a text that tell its language: no names, addresses, code or numbers.
 * @param allowed languages of which to say nothing
 * @returns undefined where there are too few of them, or they are plainly of such a language
 */
export function words(text: string, allowed: readonly string[]): string | undefined {
  const sets = allowed.map((each) => COMMON[each]).filter((each) => each !== undefined)
  const known = sets.map(() => 0)
  const kept: string[] = []
  let small = 0
  let letters = 0
  let all = 0
  // Capitals only: their words would all be names.
  const shouts = !SMALL.test(text)
  for (const token of tokens(text)) {
    const word = PLAIN.test(token) ? token : WORD.exec(token.replace(MARKS, ''))?.[1]
    if (word === undefined) {
      all += token.length
      continue
    }
    letters += word.length
    // A name is no code, and tells nothing.
    if (!shouts && CAPITAL.test(word)) continue
    all += token.length
    kept.push(word)
    small += word.length
    const dense = word.charCodeAt(0) > 0x2e7f ? (word.match(DENSE)?.length ?? 0) * (DENSITY - 1) : 0
    small += dense
    letters += dense
    for (const [i, set] of sets.entries()) if (set.has(word)) known[i]!++
  }
  if (letters < LEAST || small < LEAST_SMALL || known.some((count) => count >= kept.length * SURE))
    return undefined
  const said = kept.join(' ')
  return said.length < all * SHARE ? undefined : said
}

function tokens(text: string): string[] {
  const split = text.split(/\s+/)
  return /[、，。！？；：「」（）]/.test(text) ? split.flatMap((token) => token.split(FULL_WIDTH)) : split
}
