import { canonicalise } from '../../core/canonical/index.ts'
import type { Found } from './reading.ts'
import { isUnseen } from './unseen.ts'

/** The most units of a word that are judged as one. */
export const LONGEST_WORD = 64

/** Letters of other scripts that look like Latin ones to any reader. */
const CYRILLIC = /[асеорхуіјѕһԁԛԝѵӏкАВСЕНІЈКМОРЅТХУЗԌԚԜ]/
const GREEK = /[οναικρτυεχγηωϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]/
/** Latin letters for which the other two have one. */
const TO_CYRILLIC: Readonly<Record<string, string>> = Object.fromEntries(
  'aа eе oо pр cс xх yу iі jј sѕ AА BВ CС EЕ HН IІ KК MМ OО PР TТ XХ YУ'.split(' ').map((pair) => [...pair]),
)
const TO_GREEK: Readonly<Record<string, string>> = Object.fromEntries(
  'oο vν aα iι AΑ BΒ EΕ ZΖ HΗ IΙ KΚ MΜ NΝ OΟ PΡ TΤ YΥ XΧ'.split(' ').map((pair) => [...pair]),
)
/** Letters of a style that texts do not have: mathematical, full-width, circled, squared. */
const STYLED =
  /[\u{1d400}-\u{1d7cb}\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\u{1f110}-\u{1f12b}\u{1f130}-\u{1f149}\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/u
const FEWEST_STYLED = 3
/** Styled letters are not all letters to Unicode. */
const WORD =
  /[\p{L}\p{M}\u24b6-\u24e9\u{1f110}-\u{1f12b}\u{1f130}-\u{1f149}\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/u

/** Unit → 1 for a letter, 2 for what is none; 0 is not known yet. */
const letters = new Uint8Array(0x10000)

export function isLetter(character: string): boolean {
  if (character.length > 1) return WORD.test(character) && !isUnseen(character)
  const unit = character.charCodeAt(0)
  if (letters[unit] === 0) letters[unit] = WORD.test(character) && !isUnseen(character) ? 1 : 2
  return letters[unit] === 1
}

type Script = 'latin' | 'cyrillic' | 'greek' | 'alike' | 'styled' | 'mark' | 'other'

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ['mark', /\p{M}/u],
  ['styled', STYLED],
  ['latin', /\p{Script=Latin}/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['greek', /\p{Script=Greek}/u],
]

const ascii = (character: string): string => {
  const { text } = canonicalise(character, 0)
  const shown = character === character.toUpperCase() && character !== character.toLowerCase()
  return shown ? text.toUpperCase() : text
}

/** By unit, as far as they are known. */
const scripts: (Script | undefined)[] = []

function scriptOf(character: string): Script {
  if (character < '\x80') return 'latin'
  if (character.length > 1) return scriptNamed(character)
  const unit = character.charCodeAt(0)
  scripts[unit] ??= scriptNamed(character)
  return scripts[unit]
}

function scriptNamed(character: string): Script {
  if (character === '\u00b5') return 'greek'
  for (const [script, pattern] of SCRIPTS) if (pattern.test(character)) return script
  return /^[a-z]{1,2}$/.test(canonicalise(character, 0).text) ? 'alike' : 'other'
}

/** What of the word that begins at `at` was put there to look like another letter. */
export function impostors(word: string, at: number): Found[] {
  if (isOne(word)) return []
  const letters: { character: string; script: Script; at: number }[] = []
  for (let i = 0; i < word.length; ) {
    const character = String.fromCodePoint(word.codePointAt(i)!)
    letters.push({ character, script: scriptOf(character), at: at + i })
    i += character.length
  }
  const count = (script: Script): number => letters.filter((letter) => letter.script === script).length
  const latin = count('latin')
  const wrong = new Map<Script, (character: string) => string>()
  if (count('styled') >= FEWEST_STYLED) wrong.set('styled', ascii)
  if (latin > 0 && count('alike') > 0) wrong.set('alike', ascii)
  for (const [script, pattern, back] of [
    ['cyrillic', CYRILLIC, TO_CYRILLIC],
    ['greek', GREEK, TO_GREEK],
  ] as const) {
    const others = letters.filter((letter) => letter.script === script)
    if (latin === 0 || others.length === 0 || isAffix(letters, script, pattern)) continue
    if (
      script === 'greek' &&
      (latin + others.length < 4 || !others.some(({ character }) => pattern.test(character)))
    )
      continue
    if (latin >= others.length) wrong.set(script, ascii)
    else if (letters.some(({ script: one, character }) => one === 'latin' && back[character] !== undefined))
      wrong.set('latin', (character) => back[character] ?? character)
  }
  return runsOf(letters, wrong)
}

/** Whether all its letters are of one script, and of no style: most words are. */
function isOne(word: string): boolean {
  let script: Script | undefined
  for (let at = 0; at < word.length; ) {
    const character = String.fromCodePoint(word.codePointAt(at)!)
    const here = scriptOf(character)
    if (here === 'styled' || (script !== undefined && here !== script)) return false
    script = here
    at += character.length
  }
  return true
}

/** `SMSки`, `iPhoneов`, `µm`: two scripts side by side, the second of which is not meant to be taken for the first. */
function isAffix(
  letters: readonly { character: string; script: Script }[],
  script: Script,
  alike: RegExp,
): boolean {
  let switches = 0
  for (let i = 1; i < letters.length; i++) if (letters[i]!.script !== letters[i - 1]!.script) switches++
  return switches === 1 && letters.some((letter) => letter.script === script && !alike.test(letter.character))
}

function runsOf(
  letters: readonly { character: string; script: Script; at: number }[],
  wrong: ReadonlyMap<Script, (character: string) => string>,
): Found[] {
  const found: Found[] = []
  for (const { character, script, at } of letters) {
    const right = wrong.get(script)
    if (right === undefined) continue
    const last = found.at(-1)
    const end = at + character.length
    if (last?.end === at) {
      last.end = end
      last.replace += right(character)
    } else {
      const reason = script === 'styled' ? 'letters of a style' : 'letters of another script in a word'
      found.push({ code: 'unicode.confusable', reason, start: at, end, replace: right(character) })
    }
  }
  return found
}
