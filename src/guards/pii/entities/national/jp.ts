import { isUniform, weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const myNumber: Shaped = {
  name: 'jp_my_number',
  reason: 'a Japanese individual number',
  groups: ['jp', 'identity', 'tax'],
  default: true,
  context: ['my number', 'mynumber', 'individual number', 'マイナンバー', '個人番号', '個人番号カード'],
  forms: [{ shape: '\\d{4}~\\d{4}~\\d{4}', bare: 'named', score: 0.6 }],
  // Ordinance 85 of 2014 of the Ministry of Internal Affairs, article 5.
  check: (value) => {
    const left = weighted(value.slice(0, 11), [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return !isUniform(value) && (left <= 1 ? 0 : 11 - left) === Number(value[11])
  },
  checksum: true,
}

export const JP: readonly Shaped[] = [myNumber]
