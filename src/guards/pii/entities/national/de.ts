import { crossSum, isDate, isUniform, mod11_10, pair, ranks, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'
import { DE_DOCUMENTS } from './de-documents.ts'

const GROUPS = ['de', 'eu']

/** Of the first ten digits one stands twice or three times, not three times on end, the others once at most (BZSt). */
function isSpread(value: string): boolean {
  const counts = new Map<string, number>()
  for (const digit of value.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  const repeated = [...counts.values()].filter((count) => count > 1)
  return repeated.length === 1 && repeated[0]! <= 3 && !/(\d)\1\1/.test(value.slice(0, 10))
}

const taxId: Shaped = {
  name: 'de_tax_id',
  reason: 'a German tax identification number',
  groups: [...GROUPS, 'tax', 'identity'],
  default: true,
  context: [
    'steuer id',
    'steueridentifikationsnummer',
    'steuerliche identifikationsnummer',
    'steuer identifikationsnummer',
    'identifikationsnummer',
    'steueridentnummer',
    'steuer idnr',
    'steuer id nr',
    'idnr',
    'id nr',
    'tin',
    'tax id',
    'tax identification',
    'bzst',
    'finanzamt',
    'lohnsteuer',
    'einkommensteuer',
  ],
  forms: [
    { shape: '[1-9]\\d ?\\d{3} \\d{3} \\d{3}', bare: 'always', score: 0.8 },
    { shape: '[1-9]\\d-?\\d{3}-\\d{3}-\\d{3}', bare: 'always', score: 0.8 },
    { shape: '[1-9]\\d{10}|[1-9]\\d{2}/\\d{4}/\\d{4}', bare: 'named', score: 0.6 },
  ],
  check: (value) => isSpread(value) && mod11_10(value),
  checksum: true,
}

/** What the states' numbers begin with in the form that all of Germany has; the fifth digit is 0 there. */
const LANDS = /^(?:10|11|2[1-46-8]|3[0-2]|4[01]|5|9)/
const isLandNumber = (value: string): boolean =>
  /^(?:0[1-9]|1[0-6])/.test(value) || (value[4] === '0' && LANDS.test(value))

const taxNumber: Shaped = {
  name: 'de_tax_number',
  reason: 'a German tax number',
  groups: [...GROUPS, 'tax'],
  default: true,
  context: [
    'steuernummer',
    'steuernr',
    'steuer nr',
    'steuer nummer',
    'st.-nr',
    'st.nr',
    'st nr',
    'stnr',
    'tax number',
    'finanzamt',
    'umsatzsteuer',
    'einkommensteuer',
    'körperschaftsteuer',
    'gewerbesteuer',
    'steuerbescheid',
    'steuerveranlagung',
    'elster',
  ],
  forms: [
    {
      shape: '\\d{2,3}/\\d{3,4}/\\d{4,5}',
      bare: 'named',
      score: 0.5,
      check: (value) => value.length >= 10 && value.length <= 11,
    },
    { shape: '\\d{5}/\\d{5}', bare: 'named', score: 0.4 },
    { shape: '\\d{13}|\\d{4} 0\\d{3} \\d{5}', bare: 'named', score: 0.4, check: isLandNumber },
  ],
  check: (value) => !isUniform(value),
}

const vatId: Shaped = {
  name: 'de_vat_id',
  reason: 'a German VAT identification number',
  groups: [...GROUPS, 'tax'],
  default: true,
  context: [
    'ust idnr',
    'ust id',
    'ustid',
    'ustidnr',
    'ust-idnr.',
    'ust-id-nr',
    'umsatzsteuer id',
    'umsatzsteuer-identifikationsnummer',
    'umsatzsteueridentifikationsnummer',
    'mehrwertsteuer',
    'vat',
    'vat id',
    'vat number',
    'vat no',
    'bzst',
    'rechnung',
    'invoice',
  ],
  forms: [
    {
      shape: 'de[ -]?[1-9]\\d{8}|de ?[1-9]\\d{2}[ .-]\\d{3}[ .-]\\d{3}|de ?[1-9]\\d [1-9]\\d{6}',
      bare: 'always',
      score: 0.9,
    },
  ],
  check: (value) => mod11_10(value.slice(2)),
  checksum: true,
}

/** A letter as two digits, 01 for `a`. */
const numbered = (letter: string): string => String(ranks(letter)[0]! - 9).padStart(2, '0')

/** VKVV § 2 and § 4; days from 51 on tell apart who was born on one day. */
function isPensionNumber(value: string): boolean {
  const day = pair(value, 2)
  if (pair(value, 0) < 2 || !isDate(day > 50 ? day - 50 : day, pair(value, 4))) return false
  const digits = value.slice(0, 8) + numbered(value[8]!) + value.slice(9, 11)
  return crossSum(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === Number(value[11])
}

const socialSecurity: Shaped = {
  name: 'de_social_security',
  reason: 'a German pension insurance number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'rentenversicherungsnummer',
    'rentenversicherung',
    'sozialversicherungsnummer',
    'sozialversicherung',
    'versicherungsnummer',
    'rvnr',
    'svnr',
    'sv nummer',
    'sv nr',
    'rv nummer',
    'vsnr',
    'sozialversicherungsausweis',
    'rentenausweis',
    'social security',
  ],
  forms: [
    {
      shape: '\\d{2}~\\d{6}~[a-z]~\\d{3}',
      bare: 'always',
      score: 0.9,
    },
  ],
  check: isPensionNumber,
  checksum: true,
}

const healthInsurance: Shaped = {
  name: 'de_health_insurance',
  reason: 'a German health insurance number',
  groups: [...GROUPS, 'health'],
  default: true,
  context: [
    'krankenversicherungsnummer',
    'krankenversichertennummer',
    'versichertennummer',
    'versicherten nr',
    'versichertennr',
    'kvnr',
    'kv nummer',
    'kv nr',
    'krankenkasse',
    'krankenversicherung',
    'gesundheitskarte',
    'versichertenkarte',
    'versichertenausweis',
    'egk',
    'gkv',
    'aok',
    'barmer',
    'health insurance',
  ],
  forms: [{ shape: '[a-z]~\\d{9}|[a-z] ?\\d{3} ?\\d{3} ?\\d{3}', bare: 'named', score: 0.6 }],
  // § 290 SGB V.
  check: (value) => crossSum(numbered(value[0]!) + value.slice(1, 9), [1, 2]) % 10 === Number(value[9]),
  checksum: true,
}

const lanr: Shaped = {
  name: 'de_lanr',
  reason: "a German doctor's number",
  groups: [...GROUPS, 'health'],
  default: true,
  context: [
    'lanr',
    'arztnummer',
    'arzt nr',
    'arzt nummer',
    'lebenslange arztnummer',
    'behandelnder arzt',
    'verschreibender arzt',
    'vertragsarzt',
    'physician number',
    'doctor number',
  ],
  forms: [{ shape: '\\d{9}|\\d{7} \\d{2}', bare: 'named', score: 0.4 }],
  // KBV, Arztnummern-Richtlinie: the seventh digit checks the first six.
  check: (value) =>
    !isUniform(value) && (10 - (weighted(value.slice(0, 6), [4, 9]) % 10)) % 10 === Number(value[6]),
  checksum: true,
}

const bsnr: Shaped = {
  name: 'de_bsnr',
  reason: "the number of a German doctor's practice",
  groups: [...GROUPS, 'health'],
  default: true,
  context: [
    'practice number',
    'bsnr',
    'nbsnr',
    'betriebsstättennummer',
    'betriebsstätten nummer',
    'betriebsstätten nr',
    'betriebsstätte',
    'hauptbetriebsstätte',
    'nebenbetriebsstätte',
    'praxisnummer',
    'arztpraxis',
    'kassenärztliche vereinigung',
  ],
  forms: [{ shape: '\\d{9}', bare: 'named', score: 0.2 }],
  check: (value) => !isUniform(value) && !value.startsWith('00'),
}

export const DE: readonly Shaped[] = [
  taxId,
  taxNumber,
  vatId,
  socialSecurity,
  healthInsurance,
  lanr,
  bsnr,
  ...DE_DOCUMENTS,
]
