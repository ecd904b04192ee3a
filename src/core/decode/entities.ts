import { ASCII_NAMES } from '../html-names.ts'
import { islands } from './islands.ts'

const NUMERIC = /&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));?/y
const NAMED = /&([A-Za-z]{2,20});/y
const MARKED = /^([A-Za-z])(acute|grave|circ|uml|tilde|cedil|ring|caron|breve|macr|ogon)$/
const STYLED = /^([A-Za-z])(?:scr|fr|opf)$/
const MARKS: Readonly<Record<string, string>> = {
  acute: '\u0301',
  grave: '\u0300',
  circ: '\u0302',
  uml: '\u0308',
  tilde: '\u0303',
  cedil: '\u0327',
  ring: '\u030a',
  caron: '\u030c',
  breve: '\u0306',
  macr: '\u0304',
  ogon: '\u0328',
}
/** Of those beyond ASCII, the ones that letters and punctuation have. */
const NAMES: Readonly<Record<string, string>> = {
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  shy: '',
  zwnj: '',
  zwj: '',
  hyphen: '-',
  dash: '-',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  hellip: '…',
  bull: '•',
  middot: '·',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  pound: '£',
  sect: '§',
  deg: '°',
  iexcl: '¡',
  iquest: '¿',
  szlig: 'ß',
  aelig: 'æ',
  AElig: 'Æ',
  oelig: 'œ',
  OElig: 'Œ',
  oslash: 'ø',
  Oslash: 'Ø',
  lstrok: 'ł',
  Lstrok: 'Ł',
  eth: 'ð',
  thorn: 'þ',
  inodot: 'ı',
}

/** Character references of HTML: all numeric ones, and the named ones that letters and punctuation have. */
export const entities = islands({
  encoding: 'html',
  begins: '&',
  longest: 24,
  mark(text, at) {
    NUMERIC.lastIndex = at
    const numeric = NUMERIC.exec(text)
    if (numeric !== null) {
      const point = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16)
      if (point === 0 || point > 0x10ffff) return undefined
      return { end: NUMERIC.lastIndex, text: String.fromCodePoint(point) }
    }
    NAMED.lastIndex = at
    const name = NAMED.exec(text)?.[1]
    if (name === undefined) return undefined
    const said = ASCII_NAMES.get(name) ?? (Object.hasOwn(NAMES, name) ? NAMES[name] : letter(name))
    return said === undefined ? undefined : { end: NAMED.lastIndex, text: said }
  },
})

function letter(name: string): string | undefined {
  const marked = MARKED.exec(name)
  if (marked !== null) return (marked[1]! + MARKS[marked[2]!]!).normalize('NFC')
  return STYLED.exec(name)?.[1]
}
