import { isUniform, luhn } from '../checks.ts'
import type { Shaped } from '../entity.ts'

export const imei: Shaped = {
  name: 'imei',
  reason: 'a device number (IMEI)',
  groups: ['device'],
  default: true,
  checksum: true,
  context: [
    'imei',
    'imei number',
    'imei no',
    'device',
    'device id',
    'handset',
    'phone serial',
    'geratenummer',
  ],
  forms: [
    { shape: '\\d{15}', bare: 'named', score: 0.5 },
    { shape: '\\d{2}[- ]\\d{6}[- ]\\d{6}[- ]\\d', bare: 'named', score: 0.7 },
  ],
  check: (value) => luhn(value) && !isUniform(value) && !value.startsWith('0000'),
}

const VALUES = '0123456789.abcdefgh..jklmn.p.r..stuvwxyz'
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

/** ISO 3779, with the check digit that North America and China ask for in the ninth place. */
function vinChecks(value: string): boolean {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += (VALUES.indexOf(value[i]!) % 10) * WEIGHTS[i]!
  return '0123456789x'[sum % 11] === value[8]
}

export const vin: Shaped = {
  name: 'vin',
  reason: 'a vehicle identification number',
  groups: ['vehicle'],
  default: true,
  context: [
    'vin',
    'vin number',
    'vehicle',
    'vehicle identification',
    'chassis',
    'car',
    'fahrgestellnummer',
    'fin',
    'bastidor',
    'telaio',
    'numero de chassis',
  ],
  forms: [
    { shape: '[a-hj-npr-z0-9]{13}\\d{4}', bare: 'named', score: 0.7, check: vinChecks },
    // Elsewhere the ninth place is free.
    { shape: '[a-hj-npr-z][a-hj-npr-z0-9]{11}[a-hj-npr-z0-9]\\d{4}', bare: 'never', score: 0.5 },
  ],
  check: (value, { raw }) =>
    /[a-z]/.test(value) && /\d{3}/.test(value) && (raw() === value.toUpperCase() || raw() === value),
}

/** Latitude and longitude in degrees; three decimals are a hundred metres. */
export const coordinates: Shaped = {
  name: 'coordinates',
  reason: 'geographic coordinates',
  groups: ['location'],
  default: false,
  shows: 0,
  context: [
    'lat',
    'latitude',
    'longitude',
    'gps',
    'coordinates',
    'coords',
    'location',
    'position',
    'geo',
    'koordinaten',
    'coordonnees',
    'coordenadas',
  ],
  forms: [
    {
      shape: 'lat(itude)?:? -?\\d{1,2}\\.\\d{3,10},? (lon|lng|long|longitude):? -?\\d{1,3}\\.\\d{3,10}',
      bare: 'always',
      score: 0.9,
    },
    { shape: '\\d{1,2}\\.\\d{3,10}(, ?| )-?\\d{1,3}\\.\\d{3,10}', bare: 'named', score: 0.6 },
    {
      shape: '\\d{1,2}\\.\\d{2,10}°? ?[ns],? ?\\d{1,3}\\.\\d{2,10}°? ?[ew]'.replaceAll('°?', ''),
      bare: 'always',
      score: 0.8,
    },
  ],
  check(_, { text }) {
    const [first, second] = text.match(/\d+\.\d+/g) ?? []
    return Number(first) <= 90 && Number(second) <= 180
  },
}
