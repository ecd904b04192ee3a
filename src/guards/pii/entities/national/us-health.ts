import { isUniform, luhn, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const npi: Shaped = {
  name: 'us_npi',
  reason: 'a US national provider identifier',
  groups: ['us', 'health'],
  default: true,
  context: [
    'npi',
    'national provider',
    'provider id',
    'provider number',
    'provider identifier',
    'prescriber',
    'cms',
    'nppes',
  ],
  forms: [{ shape: '[12]\\d{3}~\\d{3}~\\d{3}', bare: 'named', score: 0.6 }],
  // 45 CFR 162.406: Luhn, with the issuer's prefix for health applications in the United States.
  check: (value) => !isUniform(value.slice(0, 9)) && luhn(`80840${value}`),
  checksum: true,
}

/** Letters but S, L, O, I, B and Z (CMS, Understanding the MBI format). */
const L = '[ac-hjkmnp-rt-y]'
const A = '[ac-hjkmnp-rt-y\\d]'

const mbi: Shaped = {
  name: 'us_mbi',
  reason: 'a US Medicare beneficiary identifier',
  groups: ['us', 'health'],
  default: true,
  context: [
    'mbi',
    'medicare',
    'beneficiary',
    'beneficiary id',
    'medicare number',
    'medicare id',
    'hic',
    'hicn',
  ],
  forms: [
    { shape: `[1-9]${L}${A}\\d[- ]${L}${A}\\d[- ]${L}{2}\\d{2}`, bare: 'always', score: 0.9 },
    { shape: `[1-9]${L}${A}\\d${L}${A}\\d${L}{2}\\d{2}`, bare: 'named', score: 0.7 },
  ],
}

const dea: Shaped = {
  name: 'us_dea',
  reason: 'a US Drug Enforcement Administration registration number',
  groups: ['us', 'health'],
  default: true,
  context: [
    'dea',
    'dea number',
    'dea no',
    'medical license',
    'medical certificate',
    'prescriber',
    'registration number',
    'practitioner',
  ],
  forms: [{ shape: '[abcdefghjklmprstux][a-z9]-?\\d{7}', bare: 'named', score: 0.7 }],
  // 21 CFR 1301: the second, fourth and sixth digit twice, and the others.
  check: (value) => weighted(value.slice(2, 8), [1, 2]) % 10 === Number(value[8]),
  checksum: true,
}

export const US_HEALTH: readonly Shaped[] = [npi, mbi, dea]
