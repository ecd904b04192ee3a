import { isSupportedCountry } from 'libphonenumber-js/min'
import { type Begun, type Match, type Near, PROOF } from '../entity.ts'
import { isAlphanumeric, isDigit, type Reading } from '../reading.ts'
import { isInternational, isNational } from './numbering.ts'

export const isRegion = (word: string): boolean => isSupportedCountry(word)

/** ITU-T E.164. */
const MAX_DIGITS = 15
const MIN_DIGITS = 7
const PLUS = 43
/** Whether digits are a number costs microseconds: where groups go on behind it, so many ends are tried. */
const MAX_TRIES = 3

/** What may stand between two groups of digits. */
const JOINT = /^(?:[-. /)(]|\) |\)-|\). | \(|-\(|\.\(| - | \/ )$/
/** Dates, addresses of networks, and how social security numbers are written. */
const OTHER =
  /^(?:\d{3}-\d{2}-\d{4}|\d{1,2}([-./])\d{1,2}\1\d{2,4}|\d{4}([-./])\d{1,2}\2\d{1,2}|(?:\d{1,3}\.){3}\d{1,3})(?:\D|$)/
/** The North American plan, in three groups. */
const NORTH_AMERICAN = /^(?:1[-. ])?(?:\([2-9]\d\d\) ?|[2-9]\d\d([-. /]))[2-9]\d\d(?:[-.]|\1| )\d{4}/

/** Where groups of digits end that may be the end of a number, by rising end, and how many digits there are by then. */
function groups(reading: Reading, start: number): { end: number; digits: number }[] {
  const { text, unit } = reading
  const ends: { end: number; digits: number }[] = []
  let digits = 0
  let at = start
  const opener = unit(at)
  if (!isDigit(opener)) at++
  if (opener !== PLUS && unit(at) === PLUS) at++
  for (;;) {
    const from = at
    while (isDigit(unit(at)) && digits <= MAX_DIGITS) {
      at++
      digits++
    }
    if (at === from || digits > MAX_DIGITS || ends.length > 8) return ends
    ends.push({ end: at, digits })
    let joint = at
    while (joint - at < 4 && !isDigit(unit(joint)) && unit(joint) !== 0) joint++
    if (joint === at || !isDigit(unit(joint)) || !JOINT.test(text.slice(at, joint))) return ends
    at = joint
  }
}

const digitsOf = (written: string): string => written.replace(/[^0-9]/g, '')

function isJoined(reading: Reading, start: number): boolean {
  if (start === 0) return false
  const before = reading.text.charCodeAt(start - 1)
  if (isAlphanumeric(before) || before === PLUS || before === 36 || before === 0xa3 || before === 0x20ac)
    return true
  // Before most numbers stands nothing that the pattern could end with.
  if (before === 32 ? !isDigit(reading.text.charCodeAt(start - 2)) : before < 45 || before > 47) return false
  return /[\d=][-./]$|[-a-z_]\/$|\+\d{1,3}[ -]?$/.test(reading.left(start).slice(-5))
}

/** Whether the first digits are a trunk's or a country's, or those of a number of the North American plan. */
function couldBegin({ text, unit }: Reading, start: number): boolean {
  const first = text.charCodeAt(start)
  if (!isDigit(first) || first === 48) return true
  let end = start
  while (end - start <= 11 && isDigit(unit(end))) end++
  const size = end - start
  return first === 49 ? size === 1 || size === 11 : size === 3 || size === 10
}

function found(text: string, start: number, end: number, score: number, proof: number): Match {
  return { start, end, value: text.slice(start, end).replace(/[^+0-9]/g, ''), score, proof }
}

/** Whether a number may end there. */
function isWhole({ unit }: Reading, end: number): boolean {
  const after = unit(end)
  return !isAlphanumeric(after) && !(/[-./:]/.test(String.fromCharCode(after)) && isDigit(unit(end + 1)))
}

function phoneAt(reading: Reading, start: number, _: number, near: Near): Match | undefined {
  const { text, unit } = reading
  if (isJoined(reading, start)) return undefined
  if (!couldBegin(reading, start) && !near.named && !near.context(start, start, 'left')) return undefined
  const ends = groups(reading, start)
  const all = ends.at(-1)
  if (all === undefined) return undefined
  const head = text.slice(start, start + 4)
  const plus = head.includes('+')
  const international = plus || /^00[1-9]/.test(head)
  // No trunk and no area begins so.
  if (!international && head.startsWith('00')) return undefined
  if (!international && OTHER.test(text.slice(start, all.end + 1))) return undefined
  if (!international) {
    const end = start + (NORTH_AMERICAN.exec(text.slice(start, all.end))?.[0].length ?? 0)
    const regions = near.regions.filter((region) => region === 'US' || region === 'CA')
    if (end > start && regions.length > 0 && isWhole(reading, end) && !isDigit(unit(end))) {
      const number = digitsOf(text.slice(start, end))
      if (regions.some((region) => isNational(number, region)))
        return found(text, start, end, 0.75, PROOF.shape)
    }
  }
  // A group of a longer number.
  if (!plus && /\d[ ]$/.test(reading.left(start).slice(-2)) && !near.named) return undefined
  let tries = 0
  for (const { end, digits } of ends.toReversed()) {
    if (digits < MIN_DIGITS || !isWhole(reading, end)) continue
    if (tries++ === MAX_TRIES) return undefined
    const written = text.slice(start, end)
    if (international) {
      const number = digitsOf(written)
      if (isInternational(plus ? number : number.slice(2)))
        return found(text, start, end, plus ? 0.9 : 0.7, PROOF.shape)
      continue
    }
    // Whose parts are set apart by stops and a hyphen is a number of something else.
    if (/\.\d+\.\d+.*-/.test(written)) continue
    const trunk = written.startsWith('0') || written.startsWith('(0')
    // Digits that go on behind a space are no number of their own, unless it is plain where one begins.
    if (trunk ? digits < 8 : end !== all.end) continue
    const grouped = /^\(?\d+\D/.test(written)
    const plain = trunk && grouped && digits >= 9
    if (!plain && !near.named && !near.context(start, end)) continue
    const number = digitsOf(written)
    if (near.regions.some((region) => isNational(number, region)))
      return found(text, start, end, plain ? 0.6 : 0.5, plain ? PROOF.shape : PROOF.context)
  }
  return undefined
}

/** A telephone number: with its country's code anywhere, without it as the regions of the policy write theirs. */
export const phone: Begun = {
  name: 'phone',
  reason: 'a telephone number',
  groups: ['contact'],
  default: true,
  context: [
    'phone',
    'phones',
    'phone number',
    'telephone',
    'tel',
    'mobile',
    'mobile number',
    'cell',
    'cellphone',
    'cell phone',
    'call',
    'call me',
    'called',
    'fax',
    'whatsapp',
    'sms',
    'text me',
    'contact number',
    'dial',
    'landline',
    'hotline',
    'telefon',
    'telefonnummer',
    'handy',
    'handynummer',
    'rufnummer',
    'mobil',
    'festnetz',
    'telephone portable',
    'portable',
    'telefono',
    'movil',
    'celular',
    'cellulare',
    'telefone',
    'telefoon',
    'mobiel',
    'numer telefonu',
    'komorka',
    'téléphone',
    'teléfono',
    'móvil',
    '电话',
    '手机',
    '電話',
    '携帯',
    'телефон',
    'тел',
  ],
  begins: '\\+\\d|\\(\\+?\\d|\\d{2}',
  at: phoneAt,
}
