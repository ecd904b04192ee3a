import { weighted } from '../../checks.ts'
import type { Candidate, Shaped } from '../../entity.ts'

/** NVI: the tenth digit from the first nine, the eleventh from the first ten. */
function isNationalId(value: string): boolean {
  const tenth = weighted(value.slice(0, 9), [7, -1]) % 10
  return (
    (tenth + 10) % 10 === Number(value[9]) && weighted(value.slice(0, 10), [1]) % 10 === Number(value[10])
  )
}

const nationalId: Shaped = {
  name: 'tr_national_id',
  reason: 'a Turkish identification number',
  groups: ['tr', 'identity', 'tax'],
  default: true,
  context: [
    'tckn',
    'tc kimlik',
    'tc no',
    't.c. kimlik',
    't.c.',
    'tc kimlik no',
    'kimlik',
    'kimlik no',
    'kimlik numarası',
    'kimlik numaram',
    'vatandaşlık',
    'nüfus',
    'turkish id',
    'turkish identity',
    'national id',
    'identity number',
  ],
  forms: [{ shape: '[1-9]\\d{10}|[1-9]\\d{2} \\d{3} \\d{3} \\d{2}', bare: 'named', score: 0.7 }],
  check: isNationalId,
  checksum: true,
}

function isPlate(value: string, { text, raw }: Candidate): boolean {
  const [, province, letters, digits] = /^(\d\d)([a-z]{1,3})(\d{2,5})$/.exec(value) ?? []
  if (province === undefined || province === '00' || Number(province) > 81) return false
  if (text.includes(' ') && /[a-z]/.test(raw())) return false
  return digits!.length <= (letters!.length === 1 ? 5 : 4)
}

const numberPlate: Shaped = {
  name: 'tr_number_plate',
  reason: 'a Turkish number plate',
  groups: ['tr', 'vehicle'],
  default: false,
  context: [
    'plaka',
    'plakası',
    'plakalı',
    'plaka no',
    'araç',
    'aracın',
    'araba',
    'ruhsat',
    'license plate',
    'plate',
    'number plate',
    'vehicle',
    'vehicle registration',
  ],
  forms: [{ shape: '\\d{2}[ -]?[a-z]{1,3}[ -]?\\d{2,5}', bare: 'named', score: 0.4 }],
  check: isPlate,
}

const AREA = '\\(?[2-5]\\d{2}\\)?'
const phone: Shaped = {
  name: 'tr_phone',
  reason: 'a Turkish telephone number',
  groups: ['tr', 'contact'],
  default: false,
  context: [
    'telefon',
    'telefonu',
    'telefonum',
    'tel',
    'tel no',
    'cep',
    'cep telefonu',
    'cep no',
    'gsm',
    'numara',
    'numaram',
    'iletişim',
    'phone',
    'phone number',
    'mobile',
    'mobile number',
    'whatsapp',
    'ara',
  ],
  forms: [
    { shape: `(\\+90|0090)[ -]?${AREA}[ .-]?\\d{3}[ .-]?\\d{2}[ .-]?\\d{2}`, bare: 'always', score: 0.8 },
    { shape: `0[ -]?${AREA}[ .-]?\\d{3}[ .-]?\\d{2}[ .-]?\\d{2}`, bare: 'named', score: 0.6 },
    // Three, three and four digits are written elsewhere.
    { shape: `(90[ -]?)?${AREA}([ .-]?\\d{3}[ .-]\\d{2}[ .-]\\d{2}|\\d{7})`, bare: 'named', score: 0.4 },
  ],
}

export const TR: readonly Shaped[] = [nationalId, numberPlate, phone]
