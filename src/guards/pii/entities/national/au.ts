import { isUniform, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const abn: Shaped = {
  name: 'au_abn',
  reason: 'an Australian business number',
  groups: ['au', 'tax'],
  default: true,
  context: ['abn', 'australian business number', 'business number'],
  forms: [
    { shape: '\\d{2} \\d{3} \\d{3} \\d{3}', bare: 'always', score: 0.8 },
    { shape: '\\d{2}-\\d{3}-\\d{3}-\\d{3}|\\d{11}', bare: 'named', score: 0.6 },
  ],
  // Australian Business Register: less one from the first digit, by 89.
  check: (value) =>
    value[0] !== '0' && (weighted(value, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0,
  checksum: true,
}

const acn: Shaped = {
  name: 'au_acn',
  reason: 'an Australian company number',
  groups: ['au', 'tax'],
  default: true,
  context: ['acn', 'australian company number', 'company number'],
  forms: [{ shape: '\\d{3}~\\d{3}~\\d{3}', bare: 'named', score: 0.5 }],
  check: (value) => !isUniform(value) && weighted(value, [8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0,
  checksum: true,
}

const tfn: Shaped = {
  name: 'au_tfn',
  reason: 'an Australian tax file number',
  groups: ['au', 'tax'],
  default: true,
  context: ['tfn', 'tax file number', 'tax file no', 'tax file'],
  forms: [{ shape: '\\d{3}~\\d{3}~\\d{3}', bare: 'named', score: 0.5 }],
  check: (value) => !isUniform(value) && weighted(value, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  checksum: true,
}

const medicare: Shaped = {
  name: 'au_medicare',
  reason: 'an Australian Medicare number',
  groups: ['au', 'health'],
  default: true,
  context: ['medicare', 'medicare number', 'medicare no', 'medicare card'],
  forms: [
    { shape: '[2-6]\\d{3} \\d{5} \\d([ /-]?\\d)?', bare: 'always', score: 0.7 },
    { shape: '[2-6]\\d{3}-\\d{5}-\\d|[2-6]\\d{9}([ /-]\\d)?', bare: 'named', score: 0.5 },
  ],
  check: (value) => weighted(value.slice(0, 8), [1, 3, 7, 9]) % 10 === Number(value[8]),
  checksum: true,
}

export const AU: readonly Shaped[] = [abn, acn, tfn, medicare]
