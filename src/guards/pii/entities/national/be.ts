import { isDate, mod97, pair } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

/** 97 less the rest of the first nine by 97, behind a 2 from the year 2000 on; 20 or 40 are added to a month where the number is a bis one. */
const isNational = (value: string): boolean =>
  (isDate(pair(value, 4), pair(value, 2) % 20) || (pair(value, 2) % 20 === 0 && pair(value, 4) < 32)) &&
  [value.slice(0, 9), `2${value.slice(0, 9)}`].some((digits) => mod97(digits) + pair(value, 9) === 97)

const national: Shaped = {
  name: 'be_national_number',
  reason: 'a Belgian national number',
  groups: ['be', 'eu', 'identity'],
  default: true,
  context: [
    'rijksregisternummer',
    'rijksregister',
    'insz',
    'niss',
    'numéro national',
    'registre national',
    'nationaal nummer',
    'nationalregisternummer',
    'national number',
    'rrn',
  ],
  forms: [
    { shape: '\\d{2}\\.\\d{2}\\.\\d{2}[- .]\\d{3}[. -]\\d{2}', bare: 'always', score: 0.9 },
    { shape: '\\d{11}|\\d{6}[- ]\\d{3}[-. ]\\d{2}', bare: 'always', score: 0.7 },
  ],
  check: isNational,
  checksum: true,
}

export const BE: readonly Shaped[] = [national]
