import type { Shaped } from '../entity.ts'

/** Printed in advertisements and never valid since. */
const ADVERTISED = new Set(['078051120', '219099999', '457555462'])

/** Areas, groups and serials that the Social Security Administration assigned. */
const assigned = (digits: string): boolean =>
  !/^(?:000|666|9)/.test(digits) &&
  !/^\d{3}00/.test(digits) &&
  !digits.endsWith('0000') &&
  !ADVERTISED.has(digits)

const usSsn: Shaped = {
  name: 'us_ssn',
  reason: 'a US social security number',
  groups: ['us'],
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
  ],
  check: assigned,
}

export const us: readonly Shaped[] = [usSsn]
