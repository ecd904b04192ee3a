import { isUniform, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const tin: Shaped = {
  name: 'ph_tin',
  reason: 'a Philippine taxpayer identification number',
  groups: ['ph', 'tax'],
  default: true,
  context: [
    'tin',
    'tin no',
    'tin number',
    'taxpayer identification',
    'taxpayer identification number',
    'taxpayer id',
    'tax id',
    'bir',
    'rdo',
    'revenue district office',
  ],
  forms: [{ shape: '\\d{3}~\\d{3}~\\d{3}(~\\d{3}|~\\d{5})?', bare: 'named', score: 0.5 }],
  // BIR: the ninth digit is the weighted sum's rest; a branch's code may follow.
  check: (value) =>
    !isUniform(value.slice(0, 9)) &&
    weighted(value.slice(0, 8), [9, 8, 7, 6, 5, 4, 3, 2]) % 11 === Number(value[8]),
  checksum: true,
}

const mobile: Shaped = {
  name: 'ph_mobile_number',
  reason: 'a Philippine mobile number',
  groups: ['ph', 'contact'],
  default: false,
  context: [
    'mobile',
    'mobile number',
    'mobile no',
    'cell',
    'cellphone',
    'cp',
    'cp number',
    'cel',
    'phone',
    'phone number',
    'contact',
    'contact number',
    'call',
    'text',
    'sms',
    'gcash',
    'smart',
    'globe',
    'viber',
    'tel',
  ],
  forms: [
    { shape: '(\\+63|0063|\\(\\+63\\))[ -]?9\\d{2}[ -]?\\d{3}[ -]?\\d{4}', bare: 'always', score: 0.8 },
    { shape: '(0|63)[ -]?9\\d{2}[ .-]?\\d{3}[ .-]?\\d{4}', bare: 'named', score: 0.6 },
  ],
}

export const PH: readonly Shaped[] = [tin, mobile]
