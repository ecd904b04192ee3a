import type { Shaped } from '../../entity.ts'

const LETTERS = 'trwagmyfpdxbnjzsqvhlcke'
const lettered = (digits: string, letter: string): boolean => LETTERS[Number(digits) % 23] === letter

const nif: Shaped = {
  name: 'es_nif',
  reason: 'a Spanish tax identification number',
  groups: ['es', 'eu', 'identity', 'tax'],
  default: true,
  context: [
    'nif',
    'dni',
    'documento nacional',
    'documento de identidad',
    'identificación',
    'número de identificación',
    'carnet de identidad',
    'tax id',
    'national id',
  ],
  forms: [
    { shape: '\\d{8}[ -]?[a-z]|\\d{2}\\.\\d{3}\\.\\d{3}[ -]?[a-z]', bare: 'always', score: 0.8 },
    { shape: '\\d{7}-?[a-z]|\\d\\.\\d{3}\\.\\d{3}-?[a-z]', bare: 'named', score: 0.5 },
    { shape: '[klm]\\d{7}[a-z]', bare: 'named', score: 0.6 },
  ],
  check: (value) => {
    const digits = value.replace(/[a-z]/g, '')
    return !/^0+$/.test(digits) && lettered(digits, value.at(-1)!)
  },
  checksum: true,
}

const nie: Shaped = {
  name: 'es_nie',
  reason: 'a Spanish foreigner identification number',
  groups: ['es', 'eu', 'identity', 'tax'],
  default: true,
  context: ['nie', 'identificación de extranjero', 'extranjero', 'extranjería', 'identificación', 'tie'],
  forms: [
    { shape: '[xyz][ -]?\\d{7}[ -]?[a-z]|[xyz]-\\d\\.\\d{3}\\.\\d{3}-[a-z]', bare: 'always', score: 0.9 },
  ],
  check: (value) => lettered('xyz'.indexOf(value[0]!) + value.slice(1, 8), value[8]!),
  checksum: true,
}

const passport: Shaped = {
  name: 'es_passport',
  reason: 'a Spanish passport number',
  groups: ['es', 'eu', 'identity'],
  default: true,
  context: [
    'pasaporte',
    'número de pasaporte',
    'pasaporte español',
    'passport',
    'passport number',
    'spanish passport',
  ],
  forms: [{ shape: '[a-z]{2,3}-?\\d{6}[a-z]?', bare: 'named', score: 0.4 }],
}

export const ES: readonly Shaped[] = [nif, nie, passport]
