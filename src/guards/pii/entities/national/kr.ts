import { isDate, isUniform, pair, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]
const isBirth = (value: string): boolean => isDate(pair(value, 4), pair(value, 2))
/** What the last digit is, unless the number was given after September 2020. `more`: 11 for residents, 13 for foreigners. */
const checked = (value: string, more: number): boolean =>
  (more - (weighted(value.slice(0, 12), WEIGHTS) % 11)) % 10 === Number(value[12])

const rrn: Shaped = {
  name: 'kr_rrn',
  reason: 'a Korean resident registration number',
  groups: ['kr', 'identity'],
  default: true,
  context: [
    'rrn',
    'resident registration',
    'resident registration number',
    'korean rrn',
    '주민등록번호',
    '주민번호',
    '주민등록',
  ],
  forms: [
    { shape: '\\d{6}-[1-4]\\d{6}', bare: 'always', score: 0.9, check: (value) => checked(value, 11) },
    { shape: '\\d{6}[1-4]\\d{6}', bare: 'named', score: 0.6, check: (value) => checked(value, 11) },
    // Since October 2020 the last six digits are random.
    { shape: '\\d{6}-?[1-4]\\d{6}', bare: 'named', score: 0.5 },
  ],
  check: isBirth,
}

const frn: Shaped = {
  name: 'kr_frn',
  reason: 'a Korean foreigner registration number',
  groups: ['kr', 'identity'],
  default: true,
  context: [
    'frn',
    'foreigner registration',
    'foreigner registration number',
    'alien registration',
    '외국인등록번호',
    '외국인번호',
    '외국인등록',
  ],
  forms: [
    { shape: '\\d{6}-[5-8]\\d{6}', bare: 'always', score: 0.9, check: (value) => checked(value, 13) },
    { shape: '\\d{6}[5-8]\\d{6}', bare: 'named', score: 0.6, check: (value) => checked(value, 13) },
    { shape: '\\d{6}-?[5-8]\\d{6}', bare: 'named', score: 0.5 },
  ],
  check: isBirth,
}

const brn: Shaped = {
  name: 'kr_brn',
  reason: 'a Korean business registration number',
  groups: ['kr', 'tax'],
  default: true,
  context: [
    'brn',
    'business registration',
    'business registration number',
    'korean brn',
    '사업자등록번호',
    '사업자번호',
    '사업자등록',
    '사업자',
  ],
  forms: [{ shape: '\\d{3}-\\d{2}-\\d{5}|\\d{10}', bare: 'named', score: 0.6 }],
  // National Tax Service: the ninth digit counts five times, and its tens again.
  check: (value) => {
    const sum =
      weighted(value.slice(0, 9), [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((Number(value[8]) * 5) / 10)
    return !isUniform(value) && (10 - (sum % 10)) % 10 === Number(value[9])
  },
  checksum: true,
}

const passport: Shaped = {
  name: 'kr_passport',
  reason: 'a Korean passport number',
  groups: ['kr', 'identity'],
  default: true,
  context: ['passport', 'passport number', 'passport no', 'korean passport', '여권', '여권번호'],
  forms: [{ shape: '[mrsogd]\\d{3}[a-z]\\d{4}|[mrsogd]\\d{8}', bare: 'named', score: 0.4 }],
}

const driverLicense: Shaped = {
  name: 'kr_driver_license',
  reason: 'a Korean driver licence number',
  groups: ['kr', 'identity'],
  default: true,
  context: [
    'driving licence',
    'driving license',
    'korean driver license',
    'driver license',
    'drivers license',
    "driver's license",
    'driver licence',
    'license number',
    'korean driver license',
    '운전면허',
    '운전면허번호',
    '면허번호',
  ],
  forms: [
    { shape: '\\d{2}-\\d{2}-\\d{6}-\\d{2}', bare: 'always', score: 0.7 },
    { shape: '\\d{12}', bare: 'named', score: 0.3 },
  ],
  // The region that gave it.
  check: (value) => pair(value, 0) >= 11 && pair(value, 0) <= 28,
}

export const KR: readonly Shaped[] = [rrn, frn, brn, passport, driverLicense]
