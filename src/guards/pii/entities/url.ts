import { type Match, PROOF, type Sought } from '../entity.ts'
import { isAlphanumeric, type Reading } from '../reading.ts'

const MAX_USER_INFO = 256
const MARK = '://'
/** What ends the part of a URL that a user and a password stand in (RFC 3986, section 3.2), and what is only written in examples. */
const ENDS = new Set([...'/?#"\'`<>\\{}$|^ \t\n\r'].map((letter) => letter.charCodeAt(0)))
const AT = 64
const COLON = 58

/** @returns the index from which on later text could still bring one */
function find(reading: Reading, found: (one: Match) => void): number {
  const { text, from, unit } = reading
  let next = from
  for (
    let mark = text.indexOf(MARK, Math.max(0, from - MARK.length));
    mark >= 0;
    mark = text.indexOf(MARK, next)
  ) {
    const start = mark + MARK.length
    next = Math.max(start, from)
    if (mark === 0 || start < from || !isAlphanumeric(text.charCodeAt(mark - 1))) continue
    reading.cut()
    let end = start
    let colon = 0
    let at = 0
    for (; end - start <= MAX_USER_INFO && !ENDS.has(unit(end)) && unit(end) !== 0; end++) {
      if (unit(end) === COLON && colon === 0) colon = end
      // A password with an @ in it is not written as it should be, but it is one.
      if (unit(end) === AT) at = end
    }
    if (reading.cut()) return start
    if (colon > 0 && at > colon + 1) {
      found({ start, end: at, value: text.slice(start, at), score: 0.95, proof: PROOF.shape })
      next = at
    }
  }
  return text.length
}

/** A user and a password in a URL: what stands between `://` and `@`. */
export const urlCredentials: Sought = {
  name: 'url_credentials',
  reason: 'a user and a password in a URL',
  groups: ['network', 'credentials'],
  default: true,
  shows: 0,
  find,
}
