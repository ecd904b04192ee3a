import { isDate, isUniform, luhn, ranks } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const GROUPS = ['it', 'eu']

/** What characters at odd places count (DM 23/12/1976), in the order of digits and of letters alike. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
/** Letters that stand for digits where two people would have the same code. */
const OMOCODE = 'lmnpqrstuv'
const MONTHS = 'abcdehlmprst'
const N = '[\\dlmnp-v]'

function isFiscalCode(value: string): boolean {
  const plain = [...value].map((one, i) =>
    i === 8 || i < 6 || OMOCODE.indexOf(one) < 0 ? one : OMOCODE.indexOf(one),
  )
  const day = Number(plain.slice(9, 11).join(''))
  if (!isDate(day > 40 ? day - 40 : day, MONTHS.indexOf(value[8]!) + 1)) return false
  let sum = 0
  for (const [i, rank] of ranks(value.slice(0, 15)).entries()) {
    const place = rank < 10 ? rank : rank - 10
    sum += i % 2 === 0 ? ODD[place]! : place
  }
  return sum % 26 === ranks(value[15]!)[0]! - 10
}

const fiscalCode: Shaped = {
  name: 'it_fiscal_code',
  reason: 'an Italian fiscal code',
  groups: [...GROUPS, 'identity', 'tax'],
  default: true,
  context: ['codice fiscale', 'cod. fisc.', 'c.f.', 'cf', 'fiscal code', 'tax code', 'tessera sanitaria'],
  forms: [
    { shape: `[a-z]{3}~[a-z]{3}~${N}{2}[a-ehlmpr-t]${N}{2}~[a-z]${N}{3}[a-z]`, bare: 'always', score: 0.9 },
  ],
  check: isFiscalCode,
  checksum: true,
}

/** After seven digits of the taxpayer, the province's office. */
const isVat = (value: string): boolean => {
  const digits = value.replace('it', '')
  return !isUniform(digits) && !digits.startsWith('0000000') && luhn(digits)
}

const vatId: Shaped = {
  name: 'it_vat_id',
  reason: 'an Italian VAT number',
  groups: [...GROUPS, 'tax'],
  default: true,
  context: ['piva', 'p.iva', 'p. iva', 'partita iva', 'iva', 'vat', 'vat code', 'vat id', 'vat number'],
  forms: [
    { shape: 'it[ _-]?\\d{11}', bare: 'always', score: 0.8 },
    { shape: '\\d{11}|\\d{5} \\d{6}|\\d{3} \\d{4} \\d{4}|\\d{3} \\d{3} \\d{5}', bare: 'named', score: 0.5 },
    { shape: '(\\d[_ ]){10}\\d', bare: 'named', score: 0.4 },
  ],
  check: isVat,
  checksum: true,
}

const idCard: Shaped = {
  name: 'it_id_card',
  reason: 'an Italian identity card number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'documento',
    "carta d'identità",
    'carta di identità',
    "carta d'identita",
    'carta identità',
    'cie',
    'identity card',
    'id card',
    "documento d'identità",
    'documento di identità',
    'elettronica',
  ],
  // On paper; electronic since 2006; electronic since 2016.
  forms: [{ shape: '[a-z]{2}[ -]?\\d{7}|\\d{7}[a-z]{2}|[a-z]{2}\\d{5}[a-z]{2}', bare: 'named', score: 0.4 }],
}

const passport: Shaped = {
  name: 'it_passport',
  reason: 'an Italian passport number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'passaporto',
    'numero passaporto',
    'passaporto elettronico',
    'passaporto italiano',
    'passport',
    'passport number',
    'viaggio',
    'viaggiare',
    'documento di viaggio',
    'dogana',
  ],
  forms: [{ shape: '[a-z]{2} ?\\d{7}', bare: 'named', score: 0.3 }],
}

const driverLicense: Shaped = {
  name: 'it_driver_license',
  reason: 'an Italian driving licence number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'patente',
    'patente di guida',
    'patente n',
    'numero patente',
    'licenza di guida',
    'driving licence',
    'driving license',
    'driver license',
  ],
  forms: [{ shape: '[a-z]{2} ?\\d{7} ?[a-z]|u1[bcdfghj-np-uw-z\\d]{7}[a-z]', bare: 'named', score: 0.5 }],
}

export const IT: readonly Shaped[] = [fiscalCode, vatId, idCard, passport, driverLicense]
