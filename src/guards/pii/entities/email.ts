import { unitAt } from '../../../core/units.ts'
import { type Match, PROOF, type Sought } from '../entity.ts'
import { isAlphanumeric, type Reading } from '../reading.ts'

/** RFC 5321, section 4.5.3.1. */
const MAX_LOCAL = 64
const MAX_DOMAIN = 255
const MAX_LABEL = 63

const HYPHEN = 45
const COLON = 58
/** The user of a URL, before its password. */
const IN_URL = /:\/\/[^\s/@:]{0,64}:$/
const DOT = 46
const LETTER = /[\p{L}\p{M}\p{N}]/u
/** Written without spaces: where ASCII begins or ends beside it, the address does too. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const isWide = (unit: number): boolean => unit >= 128 && LETTER.test(String.fromCharCode(unit))
const isUnspaced = (unit: number): boolean => unit >= 128 && UNSPACED.test(String.fromCharCode(unit))
const isWord = (unit: number): boolean => isAlphanumeric(unit) || unit === 95 || isWide(unit)
/** What stands in local parts in practice; the rest of RFC 5322's atext is more often around an address than in it. */
const isLocal = (unit: number): boolean =>
  isWord(unit) || unit === DOT || unit === HYPHEN || unit === 43 || unit === 37
const isDomain = (unit: number): boolean =>
  isAlphanumeric(unit) || unit === DOT || unit === HYPHEN || isWide(unit)

/** Where a local part that ends at `end` begins; `end` if there is none. */
function localStart(text: string, from: number, end: number): number {
  const spaced = end > 0 && !isUnspaced(unitAt(text, end - 1))
  let at = end
  while (at > from && end - at < MAX_LOCAL) {
    const unit = unitAt(text, at - 1)
    if (!isLocal(unit) || (spaced && isUnspaced(unit))) break
    if (unit === DOT && unitAt(text, at) === DOT) break
    at--
  }
  const full = end - at === MAX_LOCAL
  const start = at
  while (at < end && !isWord(unitAt(text, at))) at++
  // Longer than a local part can be, unless what makes it long was only a rule of dashes before it.
  return full && at === start && at > 0 && isWord(unitAt(text, at - 1)) ? end : at
}

const TOP = /^(?:xn--[a-z0-9-]{2,59}|[\p{L}\p{M}]{2,63})$/u
/** `logo@2x.png` is a file. */
const SCALED = /^\d{1,2}x\.(?:png|jpe?g|gif|webp|svg|heic)$/

/** The length of the longest domain that `run` begins with. */
function domainLength(run: string): number | undefined {
  let best: number | undefined
  let at = 0
  for (const [i, written] of run.split('.').entries()) {
    const label = written.replace(/-{1,255}$/, '')
    if (label === '' || label.length > MAX_LABEL || label.startsWith('-')) break
    if (i > 0 && TOP.test(label)) best = at + label.length
    if (label !== written) break
    at += written.length + 1
  }
  return best !== undefined && SCALED.test(run.slice(0, best)) ? undefined : best
}

function address(reading: Reading, at: number, from: number): { start: number; found: Match | undefined } {
  const { text } = reading
  const start = localStart(text, from, at)
  if (start === at || unitAt(text, at - 1) === DOT) return { start: at, found: undefined }
  // A password before a host.
  if (unitAt(text, start - 1) === COLON && IN_URL.test(reading.left(start)))
    return { start: at, found: undefined }
  let end = at + 1
  while (end - at <= MAX_DOMAIN) {
    const unit = reading.unit(end)
    if (!isDomain(unit)) break
    const before = unitAt(text, end - 1)
    if (unit === DOT && before === DOT) break
    if (isUnspaced(unit) && isAlphanumeric(before)) break
    end++
  }
  const length = domainLength(text.slice(at + 1, end))
  if (length === undefined) return { start, found: undefined }
  const stop = at + 1 + length
  return { start, found: { start, end: stop, value: text.slice(start, stop), score: 1, proof: PROOF.shape } }
}

/**
 * Finds email addresses (RFC 5321 lengths, RFC 6531 letters).
 * @returns the index from which on later text could still bring one
 */
function emails(reading: Reading, found: (one: Match) => void): number {
  const { text } = reading
  let next = reading.from
  let tail = text.length
  for (let at = text.indexOf('@', next); at >= 0; at = text.indexOf('@', at + 1)) {
    reading.cut()
    const { start, found: one } = address(reading, at, next)
    if (reading.cut()) tail = Math.min(tail, start)
    else if (one) {
      found(one)
      next = one.end
    }
  }
  // What may be the local part of an address to come; scripts written without spaces are not cut off before it ends.
  let open = text.length
  while (open > next && text.length - open < MAX_LOCAL && isLocal(unitAt(text, open - 1))) open--
  while (open < text.length && !isWord(unitAt(text, open))) open++
  return Math.min(tail, open)
}

export const email: Sought = {
  name: 'email',
  reason: 'an email address',
  groups: ['contact'],
  default: true,
  shows: 0,
  find: emails,
}
