import { isUniform, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const tnin: Shaped = {
  name: 'th_tnin',
  reason: 'a Thai national identity number',
  groups: ['th', 'identity'],
  default: true,
  context: [
    'thai national id',
    'thai id',
    'tnin',
    'national id',
    'national id number',
    'id card number',
    'เลขประจำตัวประชาชน',
    'บัตรประชาชน',
    'เลขบัตรประชาชน',
    'รหัสปชช',
    'เลขประจำตัว',
  ],
  forms: [
    { shape: '[1-8][- ]\\d{4}[- ]\\d{5}[- ]\\d{2}[- ]\\d', bare: 'always', score: 0.9 },
    { shape: '[1-8]\\d{12}', bare: 'named', score: 0.6 },
  ],
  check: (value) =>
    !isUniform(value) &&
    (11 - (weighted(value.slice(0, 12), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 ===
      Number(value[12]),
  checksum: true,
}

export const TH: readonly Shaped[] = [tnin]
