import { isDate, pair, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

/** The century is added to the month: 80 for 18xx, nothing for 19xx, 20 for 20xx, and so on. */
const isPesel = (value: string): boolean =>
  isDate(pair(value, 4), pair(value, 2) % 20) && weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0

const pesel: Shaped = {
  name: 'pl_pesel',
  reason: 'a Polish PESEL number',
  groups: ['pl', 'eu', 'identity'],
  default: true,
  context: [
    'polish id',
    'polish id number',
    'pesel',
    'nr pesel',
    'numer pesel',
    'ewidencja ludności',
    'national id',
  ],
  forms: [{ shape: '\\d{11}', bare: 'named', score: 0.6 }],
  check: isPesel,
  checksum: true,
}

export const PL: readonly Shaped[] = [pesel]
