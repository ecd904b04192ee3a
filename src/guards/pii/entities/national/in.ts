import { isUniform, ranks, verhoeff } from '../../checks.ts'
import type { Candidate, Shaped } from '../../entity.ts'

const aadhaar: Shaped = {
  name: 'in_aadhaar',
  reason: 'an Indian Aadhaar number',
  groups: ['in', 'identity'],
  default: true,
  context: [
    'aadhaar',
    'aadhar',
    'adhaar',
    'adhar',
    'uidai',
    'uid',
    'uid number',
    'आधार',
    'unique identification',
  ],
  forms: [{ shape: '[2-9]\\d{3}~\\d{4}~\\d{4}', separators: ' -:.', bare: 'named', score: 0.7 }],
  check: (value) => !isUniform(value) && value !== [...value].reverse().join('') && verhoeff(value),
  checksum: true,
}

/** Of a person, a company, a partnership, ... */
const PAN = '[a-z]{3}[abcfghjlpt][a-z]\\d{4}[a-z]'

const pan: Shaped = {
  name: 'in_pan',
  reason: 'an Indian permanent account number',
  groups: ['in', 'tax'],
  default: true,
  context: ['pan', 'pan card', 'pan number', 'pan no', 'permanent account', 'income tax', 'पैन'],
  forms: [
    { shape: PAN, bare: 'always', score: 0.8, check: (value) => !value.includes('0000') },
    { shape: '[a-z]{5}\\d{4}[a-z]', bare: 'named', score: 0.5 },
  ],
}

const CODES = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Every second place counts double, the digits of a product by 36 are added (GSTN). */
function isGstin(value: string): boolean {
  let sum = 0
  for (const [i, rank] of ranks(value.slice(0, 14)).entries()) {
    const product = rank * (1 + (i % 2))
    sum += Math.floor(product / 36) + (product % 36)
  }
  return CODES[(36 - (sum % 36)) % 36] === value[14]
}
const isState = (value: string): boolean => {
  const state = Number(value.slice(0, 2))
  return (state >= 1 && state <= 38) || state === 97 || state === 99
}

const gstin: Shaped = {
  name: 'in_gstin',
  reason: 'an Indian goods and services tax number',
  groups: ['in', 'tax'],
  default: true,
  context: ['gstin', 'gst', 'gst number', 'gst no', 'gst registration', 'goods and services', 'uin'],
  forms: [
    { shape: '\\d{2}[a-z]{5}\\d{4}[a-z][1-9a-z]z[\\da-z]', bare: 'always', score: 0.95, check: isGstin },
    // The shape alone is rare enough where somebody looks for it.
    { shape: '\\d{2}[a-z]{5}\\d{4}[a-z][1-9a-z]z[\\da-z]', bare: 'named', score: 0.6 },
  ],
  check: isState,
}

const voterId: Shaped = {
  name: 'in_voter_id',
  reason: 'an Indian voter identity card number',
  groups: ['in', 'identity'],
  default: true,
  context: [
    'voter',
    'voter id',
    'voter card',
    'voters id',
    'epic',
    'epic no',
    'epic number',
    'elector',
    'election card',
    'electoral photo',
    'मतदाता',
  ],
  forms: [{ shape: '[a-z]{3}/?\\d{7}', bare: 'named', score: 0.4 }],
}

const passport: Shaped = {
  name: 'in_passport',
  reason: 'an Indian passport number',
  groups: ['in', 'identity'],
  default: true,
  context: ['passport', 'passports', 'passport number', 'passport no', 'indian passport', 'travel document'],
  forms: [{ shape: '[a-pr-wy][1-9]\\d ?\\d{4}[1-9]', bare: 'named', score: 0.3 }],
}

const STATES = new Set(
  'an ap ar as bh br ch cg ct dd dh dl dn ga gj hp hr jh jk ka kl la ld mh ml mn mp mz nl od or pb py rj sk tg tn tr ts ua uk up ut wb'.split(
    ' ',
  ),
)
/** Before 1989: a district and four digits. */
const capital = (value: string, { raw }: Candidate): boolean =>
  !/[a-z]/.test(raw()) && !value.endsWith('0000')
const isRegistration = (value: string, { text, raw }: Candidate): boolean =>
  STATES.has(value.slice(0, 2)) && !/^[a-z]+0+$/.test(value) && !(text.includes(' ') && /[a-z]/.test(raw()))

const numberPlate: Shaped = {
  name: 'in_number_plate',
  reason: 'an Indian vehicle registration number',
  groups: ['in', 'vehicle'],
  default: false,
  context: [
    'vehicle',
    'vehicle number',
    'vehicle no',
    'registration',
    'registration number',
    'number plate',
    'rto',
    'rc',
    'car',
    'bike',
    'parivahan',
  ],
  forms: [
    {
      shape: '[a-z]{2}[ -]?\\d{1,2}[ -]?[a-z]{1,3}[ -]?\\d{4}',
      bare: 'always',
      score: 0.7,
      check: isRegistration,
    },
    {
      shape: '[a-z]{2}[ -]?\\d{1,2}[ -]?[a-z]{0,3}[ -]?\\d{1,4}',
      bare: 'named',
      score: 0.4,
      check: isRegistration,
    },
    { shape: '[a-z]{3}[ -]?\\d{4}', bare: 'never', score: 0.2, check: capital },
    { shape: '[2-9]\\d[ -]?bh[ -]?\\d{4}[ -]?[a-z]{1,2}', bare: 'always', score: 0.7 },
    // Diplomats', and the armed forces'.
    { shape: '\\d{1,3} ?(cd|cc|un) ?\\d{1,4}|\\d{2}[a-fhkprx] ?\\d{6}[a-z]', bare: 'named', score: 0.4 },
  ],
}

export const IN: readonly Shaped[] = [aadhaar, pan, gstin, voterId, passport, numberPlate]
