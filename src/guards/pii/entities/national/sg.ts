import { weighted } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

const TABLES: Readonly<Record<string, readonly [more: number, letters: string]>> = {
  s: [0, 'jzihgfedcba'],
  t: [4, 'jzihgfedcba'],
  f: [0, 'xwutrqpnmlk'],
  g: [4, 'xwutrqpnmlk'],
  m: [3, 'xwutrqpnjlk'],
}
const isNric = (value: string): boolean => {
  const [more, letters] = TABLES[value[0]!]!
  return letters[(weighted(value.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + more) % 11] === value[8]
}

const nricFin: Shaped = {
  name: 'sg_nric_fin',
  reason: 'a Singaporean identity card or foreign identification number',
  groups: ['sg', 'identity'],
  default: true,
  context: [
    'nric',
    'fin',
    'fin number',
    'fin no',
    'identity card',
    'ic number',
    'ic no',
    'singpass',
    'work permit',
  ],
  forms: [
    { shape: '[stfgm]\\d{7}[a-z]', bare: 'always', score: 0.9, check: isNric },
    // One that was mistyped, or made up.
    { shape: '[stfgm]\\d{7}[a-z]', bare: 'named', score: 0.4 },
  ],
}

const ENTITY_TYPES = new Set(
  'lp ll fc pf rf mq mm nb cc cs mb fm gs ga gb dp cp cm cd md hs vh ch mh cl xl cx hc rp tu tc fb fn pa pb ss mc sm'.split(
    ' ',
  ),
)
/** ACRA: a business, a company of a year, any other. */
function isUen(value: string): boolean {
  if (/^\d{8}[a-z]$/.test(value))
    return 'xmkecawljdb'[weighted(value.slice(0, 8), [10, 4, 9, 3, 8, 2, 7, 1]) % 11] === value[8]
  if (/^\d{9}[a-z]$/.test(value))
    return 'zkcmdnergwh'[weighted(value.slice(0, 9), [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] === value[9]
  if (!ENTITY_TYPES.has(value.slice(3, 5))) return false
  const letters = 'abcdefghjklmnpqrstuvwx0123456789'
  const places = [...value.slice(0, 9)].map((one) => letters.indexOf(one))
  const sum = places.reduce((all, place, i) => all + place * [4, 3, 5, 3, 10, 2, 2, 5, 7][i]!, 0)
  return letters[(((sum - 5) % 11) + 11) % 11] === value[9]
}

const uen: Shaped = {
  name: 'sg_uen',
  reason: 'a Singaporean unique entity number',
  groups: ['sg', 'tax'],
  default: true,
  context: [
    'uen',
    'unique entity number',
    'entity number',
    'business registration',
    'company registration',
    'acra',
  ],
  forms: [
    { shape: '(19|20)\\d{7}[a-z]|[rst]\\d{2}[a-z]{2}\\d{4}[a-z]', bare: 'always', score: 0.8 },
    { shape: '\\d{8,9}[a-z]', bare: 'named', score: 0.6 },
  ],
  check: isUen,
  checksum: true,
}

export const SG: readonly Shaped[] = [nricFin, uen]
