import { isUniform, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const bsn: Shaped = {
  name: 'nl_bsn',
  reason: 'a Dutch citizen service number',
  groups: ['nl', 'eu', 'identity', 'tax'],
  default: true,
  context: [
    'bsn',
    'bsn nummer',
    'burgerservicenummer',
    'burger service nummer',
    'sofinummer',
    'sofi nummer',
    'citizen service number',
  ],
  forms: [
    { shape: '\\d{4}\\.\\d{2}\\.\\d{3}', bare: 'always', score: 0.7 },
    { shape: '\\d{9}|\\d{3}[ .-]\\d{3}[ .-]\\d{3}|\\d{4}[ -]\\d{2}[ -]\\d{3}', bare: 'named', score: 0.5 },
    { shape: '\\d{8}', bare: 'never', score: 0.4 },
  ],
  // The eleven test; the last digit counts negatively.
  check: (value) => {
    const digits = value.padStart(9, '0')
    return !isUniform(value) && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
  },
  checksum: true,
}

export const NL: readonly Shaped[] = [bsn]
