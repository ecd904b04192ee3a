import { mod97, weighted } from '../checks.ts'
import type { Shaped } from '../entity.ts'
import { COUNTRIES } from './countries.ts'

/** The lengths of the SWIFT IBAN registry, and of countries that use IBANs without standing in it. */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 bi27 br29 by28 ch21 cr22 cy28 cz24 de22 dj27 dk18 do28 ee20 eg29 es24 fi18 fk18 fo18 fr27 gb22 ge22 gi23 gl18 gr27 gt28 hn28 ' +
    'hr21 hu28 ie22 il23 iq23 is26 it27 jo30 kw30 kz20 lb28 lc32 li21 lt20 lu20 lv21 ly25 mc27 md24 me22 mk19 mn20 mr27 mt31 mu30 ni28 nl18 no15 om23 pk24 pl28 ps29 pt25 qa29 ' +
    'ro24 rs22 ru33 sa24 sc31 sd18 se24 si19 sk24 sm27 so23 st25 sv28 tl23 tn24 tr26 ua29 va22 vg24 xk20 ye30 ' +
    'ao25 bf28 bj28 cf27 cg27 ci28 cm27 cv25 dz26 ga27 gq27 gw25 ir26 km27 ma28 mg27 ml28 mz25 ne28 sn28 td27 tg28'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

export const iban: Shaped = {
  name: 'iban',
  reason: 'an international bank account number',
  groups: ['payment', 'bank'],
  default: true,
  checksum: true,
  forms: [
    { shape: '[a-z]{2}\\d{2}(~[a-z0-9]{4}){2,7}(~[a-z0-9]{1,3})?', bare: 'always', score: 1 },
    // In groups that nobody agreed on, as a number of a national account is often written behind the first four.
    { shape: '[a-z]{2}\\d{2}[ -][a-z0-9]{11,30}', bare: 'always', score: 0.9 },
  ],
  check(value) {
    if (LENGTHS[value.slice(0, 2)] !== value.length) return false
    const check = value.slice(2, 4)
    // 97 minus a remainder is never one of these (ISO 13616).
    if (check === '00' || check === '01' || check === '99') return false
    return mod97(value.slice(4) + value.slice(0, 4)) === 1
  },
}

/** With a digit in the place or the branch. */
const BIC_DIGITS =
  '[a-z]{6}([a-z]\\d|\\d[a-z0-9])([a-z0-9]{3})?|[a-z]{8}(\\d[a-z0-9]{2}|[a-z]\\d[a-z0-9]|[a-z]{2}\\d)'

/** Words of eight letters with a country's code in them are many, so letters alone need a word beside them and capitals. */
export const bic: Shaped = {
  name: 'bic',
  reason: 'a bank identifier code',
  groups: ['payment', 'bank'],
  default: true,
  shows: 0,
  context: [
    'bic',
    'swift',
    'swift code',
    'bic code',
    'bank identifier',
    'bank identifier code',
    'swift/bic',
    'bic/swift',
    'swift bic',
    'swift number',
    'codigo swift',
    'code bic',
  ],
  forms: [
    { shape: '[a-z]{6}[a-z0-9]{2}([a-z0-9]{3})?', capitals: true, bare: 'never', score: 0.5 },
    { shape: BIC_DIGITS, capitals: true, bare: 'named', score: 0.4 },
    { shape: BIC_DIGITS, bare: 'never', score: 0.4 },
  ],
  // The second letter of the place is never a letter o, nor is it 0 and 1 in what is in use.
  check: (value) => COUNTRIES.has(value.slice(4, 6)) && value[7] !== 'o',
}

export const usAbaRouting: Shaped = {
  name: 'us_aba_routing',
  reason: 'a US bank routing number',
  groups: ['payment', 'bank', 'us'],
  default: true,
  checksum: true,
  context: [
    'aba',
    'routing',
    'routing number',
    'routing no',
    'routing #',
    'routing code',
    'rtn',
    'transit',
    'transit number',
    'bank transfer',
    'wire',
    'wire transfer',
    'ach',
    'direct deposit',
    'fedwire',
    'micr',
  ],
  forms: [
    { shape: '\\d{9}', bare: 'named', score: 0.5 },
    { shape: '\\d{4}-\\d{4}-\\d', bare: 'named', score: 0.6 },
  ],
  check(value) {
    const area = Number(value.slice(0, 2))
    const given = area <= 12 || (area >= 21 && area <= 32) || (area >= 61 && area <= 72) || area === 80
    return given && value.slice(0, 4) !== '0000' && weighted(value, [3, 7, 1]) % 10 === 0
  },
}
