import { canonicalise } from '../../../core/canonical/index.ts'
import { isDate } from '../checks.ts'
import { type Begun, type Match, type Near, PROOF, type Shaped } from '../entity.ts'
import { isDigit, type Reading } from '../reading.ts'

/** English, German, French, Spanish, Italian, Portuguese, Dutch, Polish; short ones too. */
const MONTHS = [
  'jan|january|januar|janvier|enero|gennaio|janeiro|januari|stycznia|ene|ocak',
  'feb|february|februar|febrero|febbraio|fevereiro|februari|lutego|fev|fevrier|subat',
  'mar|march|mars|marzo|marco|maart|marca|mrz|marz|maerz',
  'apr|april|avril|nisan|abril|aprile|kwietnia|avr|abr',
  'may|mai|mayo|maggio|maio|mei|maja|maj|mayis',
  'jun|june|juni|juin|junio|giugno|junho|czerwca|haziran',
  'jul|july|juli|juillet|julio|luglio|julho|lipca|temmuz',
  'aug|august|agosto|augustus|augusti|sierpnia|ago|aout|agustos',
  'sep|sept|september|septembre|septiembre|settembre|setembro|wrzesnia|eylul',
  'oct|october|oktober|octobre|octubre|ottobre|outubro|pazdziernika|okt|out|ekim',
  'nov|november|novembre|noviembre|novembro|listopada|kasim',
  'dec|december|dezember|diciembre|dicembre|dezembro|grudnia|dez|dic|decembre|desember|aralik',
]
const NUMBERS = new Map(MONTHS.flatMap((names, i) => names.split('|').map((name) => [name, i + 1] as const)))
const MONTH = `(${MONTHS.join('|')})`

const OLDEST = 1890
const YOUNGEST = 2035

const isSmall = (unit: number): boolean => unit >= 97 && unit <= 122

/** Whether the year is one in which somebody living was born, and has that day. */
function isBirth(day: number, month: number, written: number): boolean {
  const year = written >= 100 ? written : written + (written > YOUNGEST % 100 ? 1900 : 2000)
  return year >= OLDEST && year <= YOUNGEST && isDate(day, month, year)
}

/** Without patterns: half of what logs hold are dates. */
function born(text: string): boolean {
  let month: number | undefined
  const numbers = [0, 0, 0]
  let count = 0
  for (let at = 0; at < text.length && count < 3; ) {
    const start = at
    if (isDigit(text.charCodeAt(at))) {
      let number = 0
      for (; isDigit(text.charCodeAt(at)); at++) number = number * 10 + text.charCodeAt(at) - 48
      if (at - start === 8)
        return isBirth(number % 100, Math.floor(number / 100) % 100, Math.floor(number / 10_000))
      numbers[count++] = number
    } else {
      while (isSmall(text.charCodeAt(at))) at++
      if (at - start > 2) month ??= NUMBERS.get(text.slice(start, at))
      else if (at === start) at++
    }
  }
  const [a, b, c] = numbers as [number, number, number]
  if (month !== undefined) return isBirth(a, month, b)
  return a > 31 ? isBirth(c, b, a) : isBirth(a, b, c) || isBirth(b, a, c)
}

const numeric = (shape: string): string =>
  ['-', '/', '\\.'].map((joint) => shape.replaceAll('~', joint)).join('|')

/** Hangul stands in canonical text letter by letter. */
const [YEAR, MONTH_OF, DAY] = ['年년', '月월', '日일'].map((both) =>
  [...both].map((one) => canonicalise(one, 0).text),
)
const EASTERN = new RegExp(
  `(\\d{4})(?:${YEAR!.join('|')}) ?(\\d{1,2})(?:${MONTH_OF!.join('|')}) ?(\\d{1,2})(?:${DAY!.join('|')})`,
  'y',
)
/** What it begins with, and the most that stands behind. */
const YEARS = YEAR!.map((word) => word.charCodeAt(0))
const MOST = 24

/** `1980年2月3日`. */
function eastern({ text, unit }: Reading, start: number, begun: number, near: Near): Match | undefined {
  if (!YEARS.includes(unit(begun))) return undefined
  EASTERN.lastIndex = start
  const found = EASTERN.exec(text)
  // What is cut off may yet become one.
  unit(start + MOST)
  if (found === null) return undefined
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number]
  const end = start + found[0].length
  if (year < OLDEST || year > YOUNGEST || !isDate(day, month, year) || !near.context(start, end))
    return undefined
  return { start, end, value: found[0], score: 0.8, proof: PROOF.context }
}

/** A date beside a word that says that somebody was born then: a date alone tells nothing. */
export const dateOfBirth: Shaped = {
  name: 'date_of_birth',
  reason: 'a date of birth',
  groups: ['identity'],
  default: true,
  shows: 0,
  context: [
    'dob',
    'd.o.b',
    'd.o.b.',
    'date of birth',
    'birth date',
    'birthdate',
    'birthday',
    'born',
    'born on',
    'geboren',
    'geburtsdatum',
    'geburtstag',
    'geb',
    'ne le',
    'nee le',
    'né le',
    'née le',
    'naissance',
    'fecha de nacimiento',
    'nacido',
    'nacida',
    'nacimiento',
    'data di nascita',
    'nato il',
    'nata il',
    'nascita',
    'data de nascimento',
    'nascimento',
    'nascido',
    'nascida',
    'geboortedatum',
    'geboren op',
    'data urodzenia',
    'urodzony',
    'urodzona',
    'ur',
    'syntymaaika',
    'fodselsdato',
    'fodelsedatum',
    'dogum tarihi',
    'дата рождения',
    '出生日期',
    '生年月日',
    '출생',
  ],
  forms: [
    { shape: numeric('\\d{1,2}~\\d{1,2}~(\\d{4}|\\d{2})'), bare: 'never', score: 0.7 },
    {
      shape: `\\d{4}-\\d{2}-\\d{2}(t\\d{2}:\\d{2}(:\\d{2})?(\\.\\d{1,6})?z?)?|${numeric('\\d{4}~\\d{1,2}~\\d{1,2}')}`,
      bare: 'never',
      score: 0.7,
    },
    {
      shape: `\\d{1,2}(st|nd|rd|th|\\.)?( of| de)?[ -]${MONTH}\\.?,?( de)?[ -](\\d{4}|\\d{2})`,
      bare: 'never',
      score: 0.7,
    },
    { shape: `${MONTH}\\.? \\d{1,2}(st|nd|rd|th)?,? \\d{4}`, bare: 'never', score: 0.7 },
    { shape: '\\d{8}', bare: 'never', score: 0.5 },
  ],
  check: (_, { text }) => born(text),
}

/** The same, as it is written in Chinese, Japanese and Korean. */
export const easternDateOfBirth: Begun = {
  name: dateOfBirth.name,
  reason: dateOfBirth.reason,
  groups: dateOfBirth.groups,
  default: dateOfBirth.default,
  shows: 0,
  ...(dateOfBirth.context && { context: dateOfBirth.context }),
  begins: '\\d{4}',
  at: eastern,
}
