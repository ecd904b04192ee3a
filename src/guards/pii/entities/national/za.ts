import { isDate, luhn, pair } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const id: Shaped = {
  name: 'za_id_number',
  reason: 'a South African identity number',
  groups: ['za', 'identity'],
  default: true,
  context: [
    'sa id',
    'rsa id',
    'id number',
    'id no',
    'id nr',
    'identity number',
    'identity no',
    'identity document',
    'south african id',
    'south african',
    'identiteitsnommer',
    'id nommer',
  ],
  forms: [
    { shape: '\\d{6} \\d{4} [0-2][89]\\d', bare: 'always', score: 0.8 },
    { shape: '\\d{6}~\\d{4}~[0-2]\\d~\\d|\\d{6} \\d{4} [0-2]\\d{2}', bare: 'named', score: 0.6 },
  ],
  check: (value) => isDate(pair(value, 4), pair(value, 2)) && luhn(value),
  checksum: true,
}

export const ZA: readonly Shaped[] = [id]
