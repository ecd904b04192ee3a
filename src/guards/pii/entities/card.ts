import { unitAt } from '../../../core/units.ts'
import { type Begun, type Match, PROOF } from '../entity.ts'
import { isAlphanumeric, isDigit, type Reading } from '../reading.ts'
import { couldBeIssued, HEAD, isIssued, PREFIX } from './issuers.ts'

const MIN_DIGITS = 12
const MAX_DIGITS = 19
const SPACE = 32
const HYPHEN = 45
const DOT = 46
const NEWLINE = 10
const RETURN = 13

/** How groups of a card number are sized when they are not all alike. */
const SHAPES = [
  [4, 6, 5],
  [4, 6, 4],
  [6, 13],
  [4, 3, 3, 3],
]
const ALIKE = new Set([1, 3, 4, 5, 6, 8])

/** Whether groups of these sizes are (`whole`), or begin, the writing of a card number: a column of numbers is none. */
function shapely(sizes: readonly number[], equal: number, whole: boolean): boolean {
  const count = sizes.length
  if (count === 1) return true
  const first = sizes[0]!
  if ((equal === count || (equal === count - 1 && sizes[equal]! < first)) && ALIKE.has(first)) return true
  return SHAPES.some(
    (shape) =>
      (whole ? shape.length === count : shape.length >= count) && sizes.every((size, i) => size === shape[i]),
  )
}

/**
 * The separator at `at`, if one character of it (or a line break) joins digits there: its kind, and in the higher bits
 * its length. 0 if there is none.
 */
function separator(reading: Reading, at: number): number {
  const { text } = reading
  const unit = at < text.length ? unitAt(text, at) : reading.unit(at)
  if (unit === RETURN) {
    const joins = reading.unit(at + 1) === NEWLINE && isDigit(reading.unit(at + 2))
    return joins ? NEWLINE | (2 << LENGTH) : 0
  }
  if (unit !== SPACE && unit !== HYPHEN && unit !== DOT && unit !== NEWLINE) return 0
  const next = at + 1 < text.length ? unitAt(text, at + 1) : reading.unit(at + 1)
  return isDigit(next) ? unit | (1 << LENGTH) : 0
}
const LENGTH = 8
const kindOf = (separator: number): number => separator & 0xff
const lengthOf = (separator: number): number => separator >> LENGTH

/** The end of the digits that begin at `at`, at most `most` of them and one more. */
function digitsEnd(reading: Reading, at: number, most: number): number {
  const { text } = reading
  let end = at
  while (end - at <= most && isDigit(end < text.length ? unitAt(text, end) : reading.unit(end))) end++
  return end
}

const decimalBefore = (reading: Reading, at: number): boolean => /[0-9]\.$/.test(reading.left(at))
const decimalAfter = (reading: Reading, at: number): boolean =>
  reading.unit(at) === DOT && isDigit(reading.unit(at + 1))

const bareDigits = (text: string, start: number, end: number): string =>
  text.slice(start, end).replace(/[^0-9]/g, '')

/** 12 to 19 digits of an issuer's range with a right check digit (ISO/IEC 7812-1), in one piece or in groups. */
function card(reading: Reading, start: number): Match | undefined {
  const { text } = reading
  if (!couldBeIssued(unitAt(text, start) - 48, 1)) return undefined
  let stop = 0
  let count = 0
  let head = 0
  let prefix = 0
  // The check sums for an even and for an odd number of digits: which one counts is known at the end.
  let even = 0
  let odd = 0
  let kind = 0
  const sizes: number[] = []
  /** How many groups from the first on are as long as it. */
  let equal = 0
  let alike = false
  for (let at = start; ; ) {
    const end = digitsEnd(reading, at, MAX_DIGITS - count)
    const known = count
    for (; at < end; at++, count++) {
      const digit = unitAt(text, at) - 48
      const doubled = digit > 4 ? digit * 2 - 9 : digit * 2
      even += count % 2 === 0 ? doubled : digit
      odd += count % 2 === 0 ? digit : doubled
      if (count < PREFIX) prefix = prefix * 10 + digit
      if (count < HEAD) head = prefix
    }
    if (count > MAX_DIGITS) break
    const size = count - known
    if (equal === sizes.length && (equal === 0 || size === sizes[0])) equal++
    sizes.push(size)
    if (sizes.length === 1) alike = ALIKE.has(size)
    if (known < HEAD && !couldBeIssued(head, Math.min(count, HEAD))) break
    if (!(alike && equal === sizes.length) && !shapely(sizes, equal, false)) break
    if (
      count >= MIN_DIGITS &&
      (count % 2 === 0 ? even : odd) % 10 === 0 &&
      isIssued(prefix, count) &&
      shapely(sizes, equal, true) &&
      !isAlphanumeric(reading.unit(end)) &&
      !decimalAfter(reading, end)
    )
      stop = end
    const next = count < MAX_DIGITS ? separator(reading, end) : 0
    if (next === 0) break
    if (kind !== 0 && kindOf(next) !== kind && kindOf(next) !== NEWLINE && kind !== NEWLINE) break
    if (kind === 0 || kind === NEWLINE) kind = kindOf(next)
    at = end + lengthOf(next)
  }
  // The last group of a UUID can be all digits.
  if (stop === 0 || decimalBefore(reading, start) || /-[0-9a-f]{4}-$/.test(reading.left(start)))
    return undefined
  return { start, end: stop, value: bareDigits(text, start, stop), score: 1, proof: PROOF.checksum }
}

export const creditCard: Begun = {
  name: 'credit_card',
  reason: 'a payment card number',
  groups: ['payment'],
  default: true,
  begins: '\\d',
  at: card,
}
