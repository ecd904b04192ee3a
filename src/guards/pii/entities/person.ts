import { type Begun, type Match, PROOF } from '../entity.ts'
import { isAlphanumeric, type Reading } from '../reading.ts'

const SPACE = 32
const DOT = 46
const HYPHEN = 45
const COMMA = 44
const MAX_WORD = 32

const LETTER = /[\p{L}\p{M}]/u
const CAPITAL = /^\p{Lu}/u
const isLetter = (unit: number): boolean =>
  unit >= 128 ? LETTER.test(String.fromCharCode(unit)) : unit >= 97 && unit <= 122
const isInner = (unit: number): boolean => isLetter(unit) || unit === HYPHEN || unit === 39 || unit === 0x2019

/** Where the word at `at` ends. */
function wordEnd({ unit }: Reading, at: number): number {
  let end = at
  while (end - at < MAX_WORD && isInner(unit(end))) end++
  return end
}

const isCapital = (reading: Reading, at: number): boolean => CAPITAL.test(reading.raw(at, at + 1))

const TITLES = [
  'mr',
  'mrs',
  'ms',
  'mx',
  'miss',
  'dr',
  'prof',
  'professor',
  'sir',
  'dame',
  'lady',
  'rev',
  'reverend',
  'judge',
  'senator',
  'herr',
  'herrn',
  'frau',
  'monsieur',
  'madame',
  'mademoiselle',
  'mme',
  'mlle',
  'sr',
  'sra',
  'srta',
  'senor',
  'senora',
  'signor',
  'signora',
  'sig',
  'dhr',
  'mevr',
  'mevrouw',
  'meneer',
  'pani',
  'dott',
  'dott.ssa',
  'doktor',
  'doctor',
]
const IS_TITLE = new Set([...TITLES, 'med', 'ing', 'phil', 'jur'])
const PARTICLES = new Set(
  'van von der den de del della di da dos du la le el al bin ibn ben ter ten zu zum'.split(' '),
)
/** What follows a title and is nobody's name. */
const OFFICES = new Set(
  'president chairman chairwoman speaker secretary minister chancellor prime vice universe world america doctor professor pepper prasident kanzler justice mayor governor general'.split(
    ' ',
  ),
)

/** A title and the names behind it, written with capitals; a name alone is not told from another word by any rule. */
export const personName: Begun = {
  name: 'name',
  reason: "a person's name",
  groups: ['identity'],
  default: false,
  shows: 0,
  begins: `(${TITLES.map((title) => title.replaceAll('.', '\\.')).join('|')})\\.? `,
  at(reading, start, begun): Match | undefined {
    const { text, unit } = reading
    if (!isCapital(reading, start)) return undefined
    let end = 0
    let names = 0
    for (let at = begun; names < 4; ) {
      const stop = wordEnd(reading, at)
      const word = text.slice(at, stop)
      if (word === '' || stop - at >= MAX_WORD) break
      const dotted = unit(stop) === DOT
      if (IS_TITLE.has(word) && dotted) at = stop + 1
      else if (PARTICLES.has(word)) at = stop
      else {
        if (!isCapital(reading, at) || isAlphanumeric(unit(stop)) || OFFICES.has(word)) break
        const initial = dotted && stop - at === 1
        end = initial ? stop + 1 : stop
        names++
        at = end
      }
      if (unit(at) !== SPACE) break
      at++
    }
    if (end === 0) return undefined
    const value = text.slice(start, end)
    return { start, end, value, score: 0.6, proof: PROOF.shape }
  },
}

const DIRECTION = new Set('n s e w ne nw se sw north south east west'.split(' '))
const SUFFIX = new Set(
  'street st avenue ave boulevard blvd road rd lane ln drive dr court ct place pl square sq terrace ter way parkway pkwy circle cir highway hwy trail trl alley aly crescent close plaza'.split(
    ' ',
  ),
)
const STATES = new Set(
  'al ak az ar ca co ct de dc fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa pr ri sc sd tn tx ut vt va wa wv wi wy'.split(
    ' ',
  ),
)
const UNIT = new Set('apt apartment suite ste unit floor fl room rm'.split(' '))

/** `, Springfield, IL 62704` or ` Springfield IL 62704-1234` at `at`: where it ends. */
function town(reading: Reading, start: number): number | undefined {
  const { text, unit } = reading
  let at = start
  for (let words = 0; words < 5; words++) {
    if (unit(at) === COMMA) at++
    if (unit(at) !== SPACE) return undefined
    at++
    const stop = wordEnd(reading, at)
    const word = text.slice(at, stop)
    if (word === '' || !isCapital(reading, at)) return undefined
    if (words > 0 && STATES.has(word) && unit(stop) === SPACE) {
      let end = stop + 1
      while (end - stop <= 5 && unit(end) >= 48 && unit(end) <= 57) end++
      if (end - stop === 6 && !isAlphanumeric(unit(end))) {
        if (unit(end) !== HYPHEN) return end
        let plus = end + 1
        while (plus - end <= 4 && unit(plus) >= 48 && unit(plus) <= 57) plus++
        return plus - end === 5 && !isAlphanumeric(unit(plus)) ? plus : end
      }
    }
    at = unit(stop) === DOT ? stop + 1 : stop
  }
  return undefined
}

/** A number, a street's name and kind; with town, state and ZIP code unless the policy names this entity. */
export const streetAddress: Begun = {
  name: 'us_street_address',
  reason: 'a US street address',
  groups: ['us', 'contact', 'location'],
  default: true,
  shows: 0,
  begins: '\\d{1,6}[a-z]? ',
  at(reading, start, begun, near): Match | undefined {
    const { text, unit } = reading
    let at = begun
    let names = 0
    let end = 0
    for (let words = 0; words < 6 && end === 0; words++) {
      let stop = wordEnd(reading, at)
      // 5th, 42nd
      if (stop === at) {
        while (stop - at < 4 && unit(stop) >= 48 && unit(stop) <= 57) stop++
        if (stop > at) stop = wordEnd(reading, stop)
        if (stop - at < 3) return undefined
      } else if (!isCapital(reading, at)) return undefined
      const word = text.slice(at, stop)
      const dotted = unit(stop) === DOT
      if (SUFFIX.has(word) && names > 0) {
        // St. may be a saint's.
        const after = stop + (dotted ? 1 : 0)
        end = dotted && unit(after) !== SPACE && unit(after) !== COMMA ? stop : after
      } else if (!DIRECTION.has(word)) names++
      if (end === 0) {
        at = dotted ? stop + 1 : stop
        if (unit(at) !== SPACE) return undefined
        at++
      }
    }
    if (end === 0) return undefined
    let rest = end
    if (unit(rest) === COMMA) rest++
    if (unit(rest) === SPACE) {
      rest++
      const stop = wordEnd(reading, rest)
      const unitWord = UNIT.has(text.slice(rest, stop))
      if (unitWord || unit(rest) === 35) {
        rest = unitWord ? stop : rest + 1
        if (unitWord && unit(rest) === DOT) rest++
        if (unitWord && unit(rest) === SPACE) rest++
        if (unit(rest) === 35) rest++
        const door = rest
        while (rest - door < 6 && isAlphanumeric(unit(rest))) rest++
        if (rest > door) end = rest
      }
    }
    const whole = town(reading, end)
    if (whole === undefined && !near.named) return undefined
    const stop = whole ?? end
    return {
      start,
      end: stop,
      value: text.slice(start, stop),
      score: whole === undefined ? 0.5 : 0.8,
      proof: PROOF.shape,
    }
  },
}
