import { runs } from './runs.ts'
import { unitSet } from './units.ts'

/** What U+2800 to U+283F say, by rising code point. */
const CELLS = ' a,b\'k;l^cif/msp"e:h*o!r~djg@ntq,*?<-u(v.%[$+x!&;:4.\\z7(_?w]#y)='
const NUMBER = '#'
const DIGITS = 'jabcdefghi'

/** Six-dot Braille, letter by letter (grade 1). */
export const braille = runs({
  set: unitSet(' \n', [[0x2800, 0x28ff]]),
  fewest: 6,
  read(text, units, start, end, found) {
    let said = ''
    let number = false
    let cells = 0
    for (let at = start; at < end; at++) {
      const unit = units[at]!
      const sign = unit < 0x2800 ? text.charAt(at) : (CELLS[unit - 0x2800] ?? '')
      if (unit > 0x2800) cells++
      if (unit > 0x2800 && sign === NUMBER) number = true
      else if (number && DIGITS.includes(sign) && sign !== '') said += DIGITS.indexOf(sign)
      else {
        number = false
        said += sign
      }
    }
    if (cells < 6) return
    const run = text.slice(start, end)
    found.push({
      span: [start + run.length - run.trimStart().length, start + run.trimEnd().length],
      encoding: 'braille',
      text: said.trim(),
    })
  },
})
