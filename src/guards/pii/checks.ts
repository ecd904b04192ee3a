const digit = (value: string, at: number): number => value.charCodeAt(at) - 48

/** The sum of the digits, each times its weight; weights begin anew when they are fewer. */
export function weighted(value: string, weights: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < value.length; i++) sum += digit(value, i) * weights[i % weights.length]!
  return sum
}

/** ISO/IEC 7812-1, the last digit being the check digit. */
export function luhn(value: string): boolean {
  let sum = 0
  for (let i = value.length - 1, doubled = false; i >= 0; i--, doubled = !doubled) {
    const one = digit(value, i)
    sum += doubled ? (one > 4 ? one * 2 - 9 : one * 2) : one
  }
  return sum % 10 === 0
}

/** ISO/IEC 7064 over digits and small letters (a = 10): the remainder by 97. */
export function mod97(value: string): number {
  let rest = 0
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    rest = unit >= 97 ? (rest * 100 + unit - 87) % 97 : (rest * 10 + unit - 48) % 97
  }
  return rest
}

/** ISO/IEC 7064 MOD 11,10, the last digit being the check digit. */
export function mod11_10(value: string): boolean {
  let product = 10
  for (let i = 0; i < value.length - 1; i++) {
    const sum = (digit(value, i) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (digit(value, value.length - 1) + product) % 10 === 1
}

const D = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const P = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** Verhoeff's check over all digits, the last being the check digit. */
export function verhoeff(value: string): boolean {
  let check = 0
  for (let i = 0; i < value.length; i++) {
    const one = Number(P[i % 8]![digit(value, value.length - 1 - i)])
    check = Number(D[check]![one])
  }
  return check === 0
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether a day of a month is one in some year (`year` absent), or in that year. */
export function isDate(day: number, month: number, year?: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]!) return false
  return !(
    month === 2 &&
    day === 29 &&
    year !== undefined &&
    (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))
  )
}

/** Whether all digits are the same: no number that was ever given, though many checksums hold. */
export function isUniform(value: string): boolean {
  for (let i = 1; i < value.length; i++) if (value.charCodeAt(i) !== value.charCodeAt(0)) return false
  return true
}

/** The sum of the digits of each product of a digit and its weight. */
export function crossSum(value: string, weights: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < value.length; i++) {
    const product = digit(value, i) * weights[i % weights.length]!
    sum += Math.floor(product / 10) + (product % 10)
  }
  return sum
}

/** Of each digit its value, of each small letter 10 for `a` to 35 for `z`. */
export const ranks = (value: string): number[] => [...value].map((one) => Number.parseInt(one, 36))

/** `weighted` over digits and small letters. */
export const ranked = (value: string, weights: readonly number[]): number =>
  ranks(value).reduce((sum, rank, i) => sum + rank * weights[i % weights.length]!, 0)

/** The number that the two digits from `at` on are. */
export const pair = (value: string, at: number): number => Number(value.slice(at, at + 2))
