import { isUniform, verhoeff } from '../../checks.ts'
import type { Candidate, Shaped } from '../../entity.ts'

const nin: Shaped = {
  name: 'ng_nin',
  reason: 'a Nigerian national identification number',
  groups: ['ng', 'identity'],
  default: true,
  context: [
    'nin',
    'nin number',
    'national identification',
    'national identification number',
    'national identity',
    'nimc',
    'nigeria id',
    'nigerian',
  ],
  forms: [
    { shape: '\\d{11}|\\d{4}[- ]\\d{3}[- ]\\d{4}|\\d{3}[- ]\\d{4}[- ]\\d{4}', bare: 'named', score: 0.6 },
  ],
  check: (value) => !isUniform(value) && verhoeff(value),
  checksum: true,
}

/** Small letters with spaces are more often words: `the 100 of`. */
const capital = (_: string, { text, raw }: Candidate): boolean => !text.includes(' ') || !/[a-z]/.test(raw())

const numberPlate: Shaped = {
  name: 'ng_number_plate',
  reason: 'a Nigerian vehicle registration number',
  groups: ['ng', 'vehicle'],
  default: false,
  context: [
    'plate number',
    'number plate',
    'license plate',
    'licence plate',
    'plate',
    'vehicle',
    'vehicle registration',
    'registration number',
    'reg number',
    'frsc',
    'car',
  ],
  // A local government, three digits, a series and a year; and before 2011.
  forms: [
    { shape: '[a-z]{3}[ -]?\\d{3}[ -]?[a-z]{2}|[a-z]{2}[ -]?\\d{3}[ -]?[a-z]{3}', bare: 'named', score: 0.4 },
  ],
  check: capital,
}

export const NG: readonly Shaped[] = [nin, numberPlate]
