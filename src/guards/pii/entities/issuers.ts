/** Issuer identification number ranges, both ends inclusive, and the lengths of their numbers, as the networks publish them. */
const RANGES: readonly (readonly [from: string, to: string, lengths: readonly number[]])[] = [
  ['2200', '2204', [16, 17, 18, 19]], // Mir
  ['2221', '2720', [16]], // Mastercard
  ['300', '305', [14, 15, 16, 17, 18, 19]], // Diners Club
  ['3095', '3095', [14, 15, 16, 17, 18, 19]],
  ['34', '34', [15]], // American Express
  ['3528', '3589', [16, 17, 18, 19]], // JCB
  ['36', '36', [14, 15, 16, 17, 18, 19]], // Diners Club
  ['37', '37', [15]], // American Express
  ['38', '39', [14, 15, 16, 17, 18, 19]], // Diners Club
  ['4', '4', [13, 16, 19]], // Visa
  ['5018', '5018', [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  ['5019', '5019', [16]], // Dankort
  ['5020', '5020', [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  ['5038', '5038', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['506099', '506198', [16, 18, 19]], // Verve
  ['506699', '506778', [16]], // Elo
  ['507865', '507964', [16, 18, 19]], // Verve
  ['508500', '508999', [16]], // RuPay
  ['509000', '509999', [16]], // Elo
  ['51', '55', [16]], // Mastercard
  ['5612', '5612', [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  ['5893', '5893', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['6011', '6011', [16, 17, 18, 19]], // Discover
  ['606282', '606282', [16]], // Hipercard
  ['606985', '607984', [16]], // RuPay
  ['608001', '608500', [16]],
  ['62', '62', [16, 17, 18, 19]], // UnionPay
  ['6304', '6304', [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  ['636368', '636368', [16]], // Elo
  ['637', '639', [16]], // InstaPayment
  ['6390', '6390', [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  ['644', '649', [16, 17, 18, 19]], // Discover
  ['65', '65', [16, 17, 18, 19]], // Discover, RuPay, Elo, Verve
  ['6759', '6759', [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  ['6761', '6763', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['8100', '8171', [16, 17, 18, 19]], // UnionPay
  ['82', '82', [16]], // RuPay
  ['9792', '9792', [16]], // Troy
]

/** Ranges are told apart by so many digits. */
export const PREFIX = 6
const BOUNDS = RANGES.map(([from, to, lengths]) => ({
  from: Number(from.padEnd(PREFIX, '0')),
  to: Number(to.padEnd(PREFIX, '9')),
  lengths: new Set(lengths),
}))

/** By so many digits at most it is told early that a number is no card's. */
export const HEAD = 4
/** `BEGUN[n]` says of every n digits whether an issued number could begin with them. */
const BEGUN = Array.from({ length: HEAD + 1 }, (_, count) => {
  const unit = 10 ** (PREFIX - count)
  return Uint8Array.from({ length: 10 ** count }, (_, head) =>
    BOUNDS.some(({ from, to }) => head * unit <= to && (head + 1) * unit > from) ? 1 : 0,
  )
})

/** Whether a number whose first `count` digits (4 at most) are `head` could be a card's. */
export const couldBeIssued = (head: number, count: number): boolean => BEGUN[count]![head] === 1

/** `LENGTHS[head]`: of which lengths a number can be whose first HEAD digits are those, as bits, whatever follows. */
const LENGTHS = Uint32Array.from({ length: 10 ** HEAD }, (_, head) => {
  const unit = 10 ** (PREFIX - HEAD)
  return BOUNDS.filter(({ from, to }) => head * unit <= to && (head + 1) * unit > from)
    .flatMap(({ lengths }) => [...lengths])
    .reduce((bits, length) => bits | (1 << length), 0)
})

/** Whether a number of so many digits, of which the first PREFIX are `prefix`, is of an issuer's range and of one of its lengths. */
export function isIssued(prefix: number, count: number): boolean {
  const head = Math.floor(prefix / 10 ** (PREFIX - HEAD))
  if ((LENGTHS[head]! & (1 << count)) === 0) return false
  return BOUNDS.some(({ from, to, lengths }) => prefix >= from && prefix <= to && lengths.has(count))
}
