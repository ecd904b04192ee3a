import { ranked } from '../../checks.ts'
import type { Candidate, Shaped } from '../../entity.ts'

const GROUPS = ['de', 'eu']

/** ICAO 9303: weights 7, 3, 1 over the number's nine places. */
const isMachineRead = (value: string): boolean =>
  ranked(value.slice(0, 9), [7, 3, 1]) % 10 === Number(value[9])
const hasDigit = (value: string): boolean => /\d/.test(value)
const SERIAL = '[cfghj-nprtv-z\\d]'

const idCard: Shaped = {
  name: 'de_id_card',
  reason: 'a German identity card number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'personalausweis',
    'personalausweisnummer',
    'personalausweisnr',
    'ausweis',
    'ausweisnummer',
    'ausweis nr',
    'ausweisnr',
    'ausweisdokument',
    'identitätsnachweis',
    'perso',
    'identity card',
    'id card',
    'id card number',
    'dokumentennummer',
  ],
  forms: [
    { shape: `[lmnprtvwxy]${SERIAL}{8}`, bare: 'named', score: 0.3 },
    {
      shape: `[lmnprtvwxy]${SERIAL}{8}\\d d?|[lmnprtvwxy]${SERIAL}{8}\\dd?`,
      bare: 'named',
      score: 0.6,
      check: isMachineRead,
    },
  ],
  check: hasDigit,
}

const passport: Shaped = {
  name: 'de_passport',
  reason: 'a German passport number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'reisepass',
    'reisepassnummer',
    'reisepass nr',
    'pass',
    'passnummer',
    'pass nr',
    'passport',
    'passport number',
    'passport no',
    'reisedokument',
    'dokumentennummer',
  ],
  forms: [
    { shape: `[cfghjk]${SERIAL}{8}`, bare: 'named', score: 0.3 },
    { shape: `[cfghjk]${SERIAL}{8}\\dd?`, bare: 'named', score: 0.6, check: isMachineRead },
  ],
  check: hasDigit,
}

const driverLicense: Shaped = {
  name: 'de_driver_license',
  reason: 'a German driving licence number',
  groups: [...GROUPS, 'identity'],
  default: true,
  context: [
    'führerschein',
    'führerscheinnummer',
    'führerschein nr',
    'fahrerlaubnis',
    'fahrerlaubnisnummer',
    'driving licence',
    'driving license',
    'driver license',
    "driver's license",
    'licence number',
    'license number',
    'fev',
    'kba',
  ],
  // FeV, annex 8: authority, running number, check character, issue.
  forms: [
    { shape: '[a-z]{2}\\d{8}[a-z\\d]', bare: 'named', score: 0.4 },
    { shape: '[a-z]\\d{2}[a-z\\d]{6}[\\dx][a-z\\d]', bare: 'named', score: 0.4 },
  ],
}

/** Letters alone may be words: `is a 12`. An umlaut is folded, and small whatever it was. */
const capital = (_: string, { raw }: Candidate): boolean =>
  /^[^a-z]*[a-z]?[^a-z]*$/.test(raw()) && /[A-Z]/.test(raw())

const numberPlate: Shaped = {
  name: 'de_number_plate',
  reason: 'a German number plate',
  groups: [...GROUPS, 'vehicle'],
  default: false,
  context: [
    'kennzeichen',
    'kfz kennzeichen',
    'kfz',
    'nummernschild',
    'autokennzeichen',
    'fahrzeugkennzeichen',
    'amtliches kennzeichen',
    'fahrzeug',
    'auto',
    'pkw',
    'lkw',
    'wagen',
    'zulassung',
    'fahrzeugschein',
    'fahrzeugbrief',
    'license plate',
    'licence plate',
    'number plate',
    'plate',
  ],
  forms: [
    { shape: '[a-z]{1,3} [a-z]{1,2} ?[1-9]\\d{0,3}[eh]?', bare: 'named', score: 0.3, check: capital },
    {
      shape: '[a-z]{1,3}-[a-z]{1,2}[ -]?[1-9]\\d{0,3} ?[eh]?',
      bare: 'named',
      score: 0.4,
      check: (value, candidate) => capital(value, candidate),
    },
  ],
}

export const DE_DOCUMENTS: readonly Shaped[] = [idCard, passport, driverLicense, numberPlate]
