import { runs } from './runs.ts'
import { unitSet } from './units.ts'

const LETTERS =
  'a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- w.-- x-..- y-.-- z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. ..-.-.- ,--..-- ?..--.. !-.-.-- --....- /-..-. @.--.-. (-.--. )-.--.- :---... \'.----. "-.--.- =-...- +.-.-. ñ--.-- ö---. ä.-.- ü..-- é..-.. ß...--..'
const TABLE = new Map(LETTERS.split(' ').map((one) => [one.slice(1), one.charAt(0)]))

const DASHES = [
  [0x2010, 0x2015],
  [0x2022, 0x2022],
  [0x2212, 0x2212],
  [0xb7, 0xb7],
] as const
const WORDS = /[ \t]*[/|\n][ \t/|\r\n]*|[ \t]{2,}/
/** So many of the signs have to be letters. */
const MOST_OF_IT = 0.9
const FEWEST_LETTERS = 6

/** Morse code (ITU-R M.1677-1): letters apart by a space, words by a slash, a bar, a line or more spaces. */
export const morse = runs({
  set: unitSet('.-_*/| \t\r\n', DASHES),
  fewest: 16,
  read(text, _units, start, end, found) {
    const run = text
      .slice(start, end)
      .replace(/[_\u2010-\u2015\u2212]/g, '-')
      .replace(/[*\u2022\u00b7]/g, '.')
    let signs = 0
    let letters = 0
    const words = run.split(WORDS).map((word) => {
      let said = ''
      for (const sign of word.split(/[ \t]+/)) {
        if (sign === '') continue
        signs++
        const letter = TABLE.get(sign)
        if (letter === undefined) continue
        letters++
        said += letter
      }
      return said
    })
    const said = words.filter((word) => word !== '').join(' ')
    if (letters < FEWEST_LETTERS || letters < signs * MOST_OF_IT) return
    const first = /[.\-_*]/.exec(run)?.index ?? 0
    found.push({ span: [start + first, start + run.trimEnd().length], encoding: 'morse', text: said })
  },
})
