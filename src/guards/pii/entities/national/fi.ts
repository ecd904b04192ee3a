import { isDate, pair } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const LETTERS = '0123456789abcdefhjklmnprstuvwxy'

/** The sign says the century, where digits alone follow `-`, `+`. */
const year = (value: string): number => {
  const sign = value.length === 11 ? value[6]! : '-'
  return (/[a-f]/.test(sign) ? 2000 : 1900) + pair(value, 4)
}

const hetu: Shaped = {
  name: 'fi_hetu',
  reason: 'a Finnish personal identity code',
  groups: ['fi', 'eu', 'identity'],
  default: true,
  context: [
    'hetu',
    'henkilötunnus',
    'personbeteckning',
    'personbeteckningen',
    'personal identity code',
    'henkilötunnukseni',
    'sotu',
  ],
  // Since 2023 each century has several signs.
  forms: [{ shape: '\\d{6}[-+a-fu-y]\\d{3}[\\da-fhj-npr-y]', bare: 'always', score: 0.9 }],
  check: (value) => {
    const digits = value.slice(0, 6) + value.slice(-4, -1)
    return (
      isDate(pair(value, 0), pair(value, 2), year(value)) &&
      LETTERS[Number(digits) % 31] === value.at(-1) &&
      digits.slice(6) > '001'
    )
  },
  checksum: true,
}

export const FI: readonly Shaped[] = [hetu]
