import { isUniform, luhn } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const sin: Shaped = {
  name: 'ca_sin',
  reason: 'a Canadian social insurance number',
  groups: ['ca', 'identity', 'tax'],
  default: true,
  context: [
    'sin',
    'sins',
    'social insurance',
    'social insurance number',
    'sin number',
    'sin no',
    'nas',
    "numéro d'assurance sociale",
    'assurance sociale',
  ],
  forms: [{ shape: '[1-79]\\d{2}~\\d{3}~\\d{3}', bare: 'named', score: 0.6 }],
  check: (value) => !isUniform(value) && luhn(value),
  checksum: true,
}

export const CA: readonly Shaped[] = [sin]
