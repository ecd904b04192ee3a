import { isDate, isUniform, pair, weighted } from '../../checks.ts'
import type { Candidate, Shaped } from '../../entity.ts'

const GROUPS = ['gb', 'uk']

const nhs: Shaped = {
  name: 'gb_nhs',
  reason: 'an NHS number',
  groups: [...GROUPS, 'health'],
  default: true,
  context: [
    'nhs',
    'nhs number',
    'nhs no',
    'national health service',
    'health service',
    'health services',
    'health service number',
    'patient',
    'patient number',
  ],
  forms: [{ shape: '\\d{3}~\\d{3}~\\d{4}', bare: 'named', score: 0.6 }],
  // NHS Data Dictionary, NHS NUMBER.
  check: (value) => !isUniform(value) && weighted(value, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  checksum: true,
}

/** HMRC, NIM39110: no D, F, I, Q, U, V in the prefix, no O second, and these never. */
const NO_PREFIX = new Set(['bg', 'gb', 'kn', 'nk', 'nt', 'tn', 'zz'])

const nino: Shaped = {
  name: 'gb_nino',
  reason: 'a UK national insurance number',
  groups: [...GROUPS, 'identity', 'tax'],
  default: true,
  context: ['nino', 'ni number', 'ni no', 'national insurance', 'insurance number', 'hmrc'],
  forms: [
    { shape: '[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]~\\d{2}~\\d{2}~\\d{2}~[a-d]', bare: 'always', score: 0.8 },
    { shape: '[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z] ?\\d{6} ?[a-d]', bare: 'always', score: 0.8 },
  ],
  check: (value) => !NO_PREFIX.has(value.slice(0, 2)),
}

const passport: Shaped = {
  name: 'gb_passport',
  reason: 'a UK passport number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'passport',
    'passports',
    'passport number',
    'passport no',
    'british passport',
    'uk passport',
    'travel document',
    'hmpo',
  ],
  forms: [
    { shape: '[a-z]{2}\\d{7}', bare: 'named', score: 0.4 },
    { shape: '\\d{9}', bare: 'never', score: 0.2, check: (value) => !isUniform(value) },
  ],
}

/** DVLA: five of the surname, filled with 9; decade, month (50 more for women), day, year; initials; a number; two check letters. */
function isDriverNumber(value: string): boolean {
  if (!/^[a-z]{1,5}9{0,4}$/.test(value.slice(0, 5)) || !/^(?:[a-z]{2}|[a-z]9|99)$/.test(value.slice(11, 13)))
    return false
  const month = pair(value, 6) % 50
  return pair(value, 6) <= 62 && isDate(pair(value, 8), month)
}

const driverLicense: Shaped = {
  name: 'gb_driver_license',
  reason: 'a UK driving licence number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'driving licence',
    'driving license',
    'driver licence',
    "driver's licence",
    'driver number',
    'licence number',
    'licence no',
    'dvla',
  ],
  forms: [
    { shape: '[a-z][a-z9]{4}~\\d{6}~[a-z9]{2}[a-z\\d][a-z]{2}( ?\\d{2})?', bare: 'always', score: 0.9 },
    { shape: '[a-z][a-z9]{4}\\d{6}[a-z9]{2}[a-z\\d][a-z]{2} ?\\d{2}', bare: 'always', score: 0.9 },
  ],
  check: isDriverNumber,
}

/** The postcode areas (Royal Mail). */
const AREAS = new Set(
  'ab al b ba bb bd bf bh bl bn br bs bt bx ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec en ex fk fy g gl gu gx gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze'.split(
    ' ',
  ),
)
const isPostcode = (value: string): boolean =>
  value === 'gir0aa' || AREAS.has(/^[a-z]{1,2}/.exec(value)?.[0] ?? '')
const OUTWARD = '([a-pr-uwyz]\\d[\\da-hjkpstuw]?|[a-pr-uwyz][a-hk-y]\\d[\\dabehmnprv-y]?|gir)'
const INWARD = '\\d[abd-hjlnp-uw-z]{2}'

const postcode: Shaped = {
  name: 'gb_postcode',
  reason: 'a UK postcode',
  groups: GROUPS,
  default: false,
  context: [
    'postcode',
    'post code',
    'postal code',
    'zip',
    'zip code',
    'address',
    'delivery',
    'mail',
    'shipping',
    'correspondence',
  ],
  forms: [
    { shape: `${OUTWARD} ${INWARD}`, bare: 'always', score: 0.6 },
    { shape: `${OUTWARD}${INWARD}`, bare: 'named', score: 0.3 },
  ],
  check: isPostcode,
}

/** Small letters are more often words: `in 12 the`. */
const capital = (_: string, { text, raw }: Candidate): boolean => !text.includes(' ') || !/[a-z]/.test(raw())
/** Area letters I, Q, Z are not given; the year is 02 to 29 or 51 to 79. */
const isCurrent = (value: string): boolean => {
  const age = pair(value, 2)
  return (age >= 2 && age <= 29) || (age >= 51 && age <= 79)
}

const numberPlate: Shaped = {
  name: 'gb_number_plate',
  reason: 'a UK number plate',
  groups: [...GROUPS, 'vehicle'],
  default: false,
  context: [
    'number plate',
    'numberplate',
    'registration',
    'registration number',
    'registration plate',
    'license plate',
    'licence plate',
    'vehicle',
    'vehicle registration',
    'vrn',
    'vrm',
    'reg',
    'reg number',
    'plate',
    'car',
    'dvla',
  ],
  forms: [
    {
      shape: '[a-hj-pr-y]{2}\\d{2}~[a-hj-pr-z]{3}',
      separators: ' -',
      bare: 'named',
      score: 0.5,
      check: isCurrent,
    },
    { shape: '[a-hj-npr-tv-y]\\d{1,3}[ -]?[a-hj-pr-z]{3}', bare: 'named', score: 0.3, check: capital },
    { shape: '[a-hj-pr-z]{3}[ -]?\\d{1,3}[ -]?[a-hj-npr-tv-y]', bare: 'named', score: 0.3, check: capital },
    // Northern Ireland, and without a year.
    { shape: '[a-z]{0,1}[iz][a-z] ?\\d{1,4}', bare: 'never', score: 0.2, check: capital },
  ],
}

export const GB: readonly Shaped[] = [nhs, nino, passport, driverLicense, postcode, numberPlate]
