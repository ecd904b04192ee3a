import { isDate, luhn, pair } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

/** Days from 61 on are coordination numbers'. */
function isPersonal(value: string): boolean {
  const digits = value.slice(-10)
  const day = pair(digits, 4)
  return isDate(day > 60 ? day - 60 : day, pair(digits, 2)) && luhn(digits)
}

const personnummer: Shaped = {
  name: 'se_personnummer',
  reason: 'a Swedish personal identity number',
  groups: ['se', 'eu', 'identity'],
  default: true,
  context: [
    'personnummer',
    'personnr',
    'pnr',
    'samordningsnummer',
    'person nummer',
    'personal identity number',
    'personal number',
    'skatteverket',
    'födelsenummer',
  ],
  forms: [
    { shape: '((16|18|19|20)\\d{2}|\\d{2})\\d{4}[-+]\\d{4}', bare: 'always', score: 0.8 },
    { shape: '((18|19|20)\\d{2}|\\d{2})\\d{4} ?\\d{4}', bare: 'named', score: 0.5 },
  ],
  check: isPersonal,
  checksum: true,
}

const organisationNumber: Shaped = {
  name: 'se_organisation_number',
  reason: 'a Swedish organisation number',
  groups: ['se', 'eu', 'tax'],
  default: true,
  context: [
    'organisationsnummer',
    'org nummer',
    'orgnummer',
    'org nr',
    'org.nr',
    'orgnr',
    'org.nummer',
    'organisation number',
    'bolagsverket',
    'organisationsnr',
    'företag',
  ],
  forms: [{ shape: '(16)?[1-35-9]\\d[2-9]\\d{3}-?\\d{4}', bare: 'named', score: 0.6 }],
  check: (value) => luhn(value.slice(-10)),
  checksum: true,
}

export const SE: readonly Shaped[] = [personnummer, organisationNumber]
