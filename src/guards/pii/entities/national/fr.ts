import { isUniform, luhn, mod97, pair } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

/** The months, and what is written for one that is not known. */
const isMonth = (month: number): boolean =>
  month >= 1 && (month <= 12 || (month >= 20 && month <= 42) || month >= 50)

/** INSEE: 97 less the rest of the first thirteen by 97, where 2A is 19 and 2B is 18. */
const isNir = (value: string): boolean =>
  isMonth(pair(value, 3)) &&
  mod97(value.slice(0, 13).replace('2a', '19').replace('2b', '18')) + pair(value, 13) === 97

const nir: Shaped = {
  name: 'fr_nir',
  reason: 'a French social security number',
  groups: ['fr', 'eu', 'identity'],
  default: true,
  context: [
    'nir',
    'sécurité sociale',
    'numéro de sécurité',
    'insee',
    'numéro insee',
    'carte vitale',
    'n° ss',
    'sécu',
    'social security',
  ],
  forms: [
    {
      shape: '[1-478]~\\d{2}~\\d{2}~(\\d{2}|2[ab])~\\d{3}~\\d{3}~\\d{2}',
      separators: ' -.',
      bare: 'always',
      score: 0.9,
    },
    {
      shape: '[1-478] ?\\d{2} ?\\d{2} ?(\\d{2}|2[ab]) ?\\d{3} ?\\d{3}( ?[-/] ?| )\\d{2}',
      bare: 'always',
      score: 0.9,
    },
  ],
  check: isNir,
  checksum: true,
}

const vatId: Shaped = {
  name: 'fr_vat_id',
  reason: 'a French VAT identification number',
  groups: ['fr', 'eu', 'tax'],
  default: true,
  context: ['tva', 'numéro de tva', 'tva intracommunautaire', 'vat', 'vat id', 'vat number', 'siren'],
  forms: [{ shape: 'fr[ -]?\\d{2}[ -]?\\d{3}[ -]?\\d{3}[ -]?\\d{3}', bare: 'always', score: 0.9 }],
  // The two digits are the SIREN's rest by 97, which ends in 12.
  check: (value) => luhn(value.slice(4)) && mod97(`${value.slice(4)}12`) === pair(value, 2),
  checksum: true,
}

const passport: Shaped = {
  name: 'fr_passport',
  reason: 'a French passport number',
  groups: ['fr', 'eu', 'identity'],
  default: true,
  context: ['passeport', 'numéro de passeport', 'n° de passeport', 'passport', 'passport number'],
  forms: [{ shape: '\\d{2}[a-z]{2}\\d{5}', bare: 'named', score: 0.5 }],
}

const idCard: Shaped = {
  name: 'fr_id_card',
  reason: 'a French identity card number',
  groups: ['fr', 'eu', 'identity'],
  default: true,
  context: [
    "carte d'identité",
    'carte nationale',
    'cni',
    'cnie',
    "pièce d'identité",
    'identity card',
    'id card',
  ],
  forms: [{ shape: '\\d{12}|\\d{4}[a-z]\\d{7}', bare: 'never', score: 0.3 }],
  check: (value) => !isUniform(value),
}

export const FR: readonly Shaped[] = [nir, vatId, passport, idCard]
