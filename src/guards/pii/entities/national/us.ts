import { isUniform } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'
import { US_HEALTH } from './us-health.ts'

/** Printed in advertisements and never valid since. */
const ADVERTISED = new Set(['078051120', '219099999', '457555462'])

/** Areas, groups and serials that the Social Security Administration assigned. */
const assigned = (digits: string): boolean =>
  !/^(?:000|666|9)/.test(digits) &&
  !/^\d{3}00/.test(digits) &&
  !digits.endsWith('0000') &&
  !ADVERTISED.has(digits)

const ssn: Shaped = {
  name: 'us_ssn',
  reason: 'a US social security number',
  groups: ['us', 'identity', 'tax'],
  default: true,
  context: [
    'ssn',
    'ssns',
    'ss#',
    'ss no',
    'ss number',
    'social security',
    'soc sec',
    'social sec',
    'socsec',
    'soc. sec',
  ],
  forms: [
    // A line may break where one of the hyphens is.
    { shape: '\\d{3}(-|\\r?\\n)\\d{2}-\\d{4}|\\d{3}-\\d{2}\\r?\\n\\d{4}', bare: 'always', score: 0.9 },
    { shape: '\\d{3} \\d{2} \\d{4}', bare: 'always', score: 0.7 },
    { shape: '\\d{9}', bare: 'named', score: 0.7 },
    { shape: '\\d{3}\\.\\d{2}\\.\\d{4}|\\d{3}-\\d{6}', bare: 'named', score: 0.5 },
  ],
  check: assigned,
}

/** The fourth and fifth digit (IRS, Publication 1915). */
const isItin = (value: string): boolean => {
  const group = Number(value.slice(3, 5))
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group !== 93)
}

const itin: Shaped = {
  name: 'us_itin',
  reason: 'a US individual taxpayer identification number',
  groups: ['us', 'identity', 'tax'],
  default: true,
  context: [
    'itin',
    'individual taxpayer',
    'taxpayer identification',
    'taxpayer id',
    'tax id',
    'tax identification',
    'irs',
  ],
  forms: [
    { shape: '9\\d{2}-\\d{2}-\\d{4}', bare: 'always', score: 0.8 },
    { shape: '9\\d{2} \\d{2} \\d{4}', bare: 'named', score: 0.6 },
    { shape: '9\\d{8}|9\\d{2}[ -]\\d{6}|9\\d{4}[ -]\\d{4}', bare: 'named', score: 0.4 },
  ],
  check: isItin,
}

const passport: Shaped = {
  name: 'us_passport',
  reason: 'a US passport number',
  groups: ['us', 'identity'],
  default: true,
  context: ['passport', 'passports', 'us passport', 'passport number', 'passport no', 'travel document'],
  forms: [
    { shape: '[a-z]\\d{8}', bare: 'named', score: 0.4 },
    { shape: '\\d{9}', bare: 'named', score: 0.2, check: (value) => !isUniform(value) },
  ],
}

/** As the states write them (AAMVA); S letters, N digits. */
const WITH_LETTERS = [
  '[a-z]\\d{3,14}', // 1S 3-14N: CA, FL, IL, MD, MI, MN, NJ, NY, WI, ...
  '[a-z]\\d{18}', // NY
  '[a-z]{2}\\d{2,7}', // AZ, CO, OH, OR, WV
  '[a-z]{2}\\d{6}[a-z]', // ID
  '[a-z]{3}\\d{6}', // ND
  '[a-z]\\d[a-z]\\d[a-z]', // KS
  '[a-z]\\d{6}r', // MO
  '\\d{7,9}[a-z]', // ME, MO, VT
  '\\d{8}[a-z]{2}', // MO
  '\\d{3}[a-z]{2}\\d{4}', // IA
  '\\d{2}[a-z]{3}\\d{5,6}', // NH
  'wdl[a-z\\d]{8}[a-z\\d]|[a-z]{7}\\d{3}[a-z\\d]{2}|[a-z]{2,5}\\*{1,5}[a-z]{1,2}\\d{3}[a-z\\d]{2}', // WA
  '[a-z]\\d{3}-\\d{3}-\\d{2}-\\d{3}-\\d', // FL
  '[a-z]\\d{4}-\\d{4}-\\d{4}|[a-z]\\d{3}-\\d{4}-\\d{4}', // IL
  '[a-z]\\d{4}-\\d{5}-\\d{5}|[a-z]\\d{4} \\d{5} \\d{5}', // NJ
  '[a-z]\\d{3}-\\d{4}-\\d{4}-\\d{2}', // WI
  '[a-z]-\\d{3}-\\d{3}-\\d{3}-\\d{3}', // MD
  '\\d{3}-\\d{2}-\\d{4}|\\d{2}-\\d{3}-\\d{4}', // CO, GA
].join('|')

const driverLicense: Shaped = {
  name: 'us_driver_license',
  reason: 'a US driver license number',
  groups: ['us', 'identity'],
  default: true,
  context: [
    'driver license',
    'drivers license',
    "driver's license",
    'driving license',
    'driver licence',
    "driver's licence",
    'drivers licence',
    'license number',
    'licence number',
    'license no',
    'license id',
    'license #',
    'dl',
    'dl#',
    'dl no',
    'dl number',
    'dls',
    'cdl',
    'cdls',
    'dmv',
    'lic#',
    'lic #',
    'lic no',
    'state id',
  ],
  forms: [
    {
      shape: WITH_LETTERS,
      bare: 'named',
      score: 0.3,
      check: (value) => /\d/.test(value) && (!/^[a-z]{5}/.test(value) || value.length === 12),
    },
    { shape: '\\d{6,14}|\\d{16}', bare: 'named', score: 0.1 },
  ],
}

const bankNumber: Shaped = {
  name: 'us_bank_number',
  reason: 'a bank account number',
  groups: ['us', 'payment'],
  default: false,
  context: [
    'bank',
    'bank account',
    'account number',
    'account no',
    'account #',
    'account',
    'acct',
    'acct no',
    'acct #',
    'acct number',
    'checking',
    'checking account',
    'savings',
    'savings account',
    'debit',
    'deposit',
  ],
  forms: [{ shape: '\\d{8,17}|\\d{4}[- ]\\d{4}[- ]\\d{4}|\\d{3}[- ]\\d{6,9}', bare: 'named', score: 0.2 }],
}

/** Where the IRS gives them out. */
const isEin = (value: string): boolean => {
  const prefix = Number(value.slice(0, 2))
  return prefix > 0 && ![7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97].includes(prefix)
}

const ein: Shaped = {
  name: 'us_ein',
  reason: 'a US employer identification number',
  groups: ['us', 'tax'],
  default: true,
  context: ['ein', 'fein', 'employer identification', 'federal tax id', 'tax id', 'federal id'],
  forms: [
    { shape: '\\d{2}-\\d{7}', bare: 'named', score: 0.5 },
    { shape: '\\d{9}', bare: 'named', score: 0.2 },
  ],
  check: (value) => isEin(value) && !isUniform(value),
}

export const US: readonly Shaped[] = [ssn, itin, ein, ...US_HEALTH, passport, driverLicense, bankNumber]
