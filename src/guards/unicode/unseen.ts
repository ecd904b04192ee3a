import { after, before, type Code, type Found, type Reading } from './reading.ts'

/** The most characters of one hit. */
const LONGEST_RUN = 64
/** Right-to-left letters so near make a mark of direction theirs. */
const NEAR = 16

const TAG = /[\u{e0000}-\u{e007f}]/u
const BIDI = /[\u202a-\u202e\u2066-\u2069]/
const SELECTOR = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u
const UNSEEN =
  /\u034f|[\ufe00-\ufe0f]|[\u17b4\u17b5]|[\u180b-\u180f]|[\xad\u061c\u115f\u1160\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0080}-\u{e0fff}]/u

/** Scripts that write with joiners. */
const JOINED =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Balinese}\p{Script=Javanese}\u0640]/u
/** Scripts without spaces between words, where U+200B says where a line may break. */
const UNSPACED =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Javanese}\p{Script=Balinese}]/u
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f|[\u{1f1e6}-\u{1f1ff}]/u
const SELECTABLE = /[\p{Emoji}\p{Extended_Pictographic}\p{Sm}\p{So}\p{Script=Han}\p{Script=Myanmar}\p{Po}]/u
const LETTERS = /\p{L}\p{M}*$/u
const LETTER = /^\p{L}/u
/** England, Scotland, Wales. */
const FLAG =
  /^(?:\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f})/u
const FLAG_UNITS = 12

type Kind = Exclude<Code, 'unicode.confusable' | 'unicode.control'>

function kindOf(character: string): Kind | undefined {
  if (TAG.test(character)) return 'unicode.tag'
  if (BIDI.test(character)) return 'unicode.bidi'
  return UNSEEN.test(character) ? 'unicode.invisible' : undefined
}

/** Of some of them Unicode says that they are letters or marks. */
export const isUnseen = (character: string): boolean => kindOf(character) !== undefined

const REASONS: Readonly<Record<Kind, string>> = {
  'unicode.tag': 'tag characters',
  'unicode.bidi': 'controls that reorder text',
  'unicode.invisible': 'characters that nobody sees',
}

/** What nobody sees at `at` and right after it; `end` alone when it has its place there; `open` when that is not known yet. */
export function unseen(
  reading: Reading,
  at: number,
): Found | { end: number; code?: undefined } | 'open' | undefined {
  const { text, final } = reading
  const code = kindOf(after(text, at))
  if (code === undefined) return undefined
  if (!final && at + NEAR + FLAG_UNITS > text.length) return 'open'
  const flag =
    code === 'unicode.tag' && before(text, at) === '\u{1f3f4}' && FLAG.exec(text.slice(at, at + FLAG_UNITS))
  if (flag) return { end: at + flag[0].length }
  let end = at
  for (;;) {
    const character = after(text, end)
    // What has its place ends the run.
    if (end - at >= LONGEST_RUN || kindOf(character) !== code) break
    if (code === 'unicode.invisible' && belongs(reading, end, character)) break
    end += character.length
    if (!final && end + NEAR + FLAG_UNITS > text.length) return 'open'
  }
  if (end === at) return { end: at + after(text, at).length }
  return { code, reason: REASONS[code], start: at, end, replace: '' }
}

/** Whether an unseen character does there what it is for. */
function belongs({ text, offset }: Reading, at: number, character: string): boolean {
  const left = before(text, at)
  const right = after(text, at + character.length)
  switch (character) {
    case '\ufeff':
      return offset + at === 0
    case '\xad':
      return LETTERS.test(text.slice(Math.max(0, at - 4), at)) && LETTER.test(right)
    case '\u200b':
      return UNSPACED.test(left) && UNSPACED.test(right)
    case '\u200c':
      return JOINED.test(left)
    case '\u200d':
      return JOINED.test(left) || (PICTURE.test(left) && PICTURE.test(right))
    case '\u061c':
    case '\u200e':
    case '\u200f':
      return RIGHT_TO_LEFT.test(text.slice(Math.max(0, at - NEAR), at + NEAR))
    case '\u115f':
    case '\u1160':
      return /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/.test(left + right)
    default:
      if (/[\u180b-\u180f]/.test(character)) return /\p{Script=Mongolian}/u.test(left)
      // One of them, after what has such forms.
      return SELECTOR.test(character) && SELECTABLE.test(left)
  }
}
