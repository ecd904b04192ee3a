/**
 * Text as the models were trained on it: NFKC, without characters that nobody sees. White space stays as it is, for the
 * tokeniser only asks where it stands.
 */
export interface Normal {
  text: string
  /** Where what stands from `start` up to `end` (UTF-16 units) came from. */
  span(start: number, end: number): [start: number, end: number]
}

/** Zero-width, bidirectional, tag and variation characters, other controls, halves of pairs, what no font has. */
const UNSEEN =
  /[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\p{Cf}\p{Co}\p{Cs}\p{Variation_Selector}\ufffd]/u
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu')
const PLAIN = /^[\t-\r\x20-\x7e]*$/
/** White space in Python, which is not in JavaScript. */
const SPACES = /[\x1c-\x1f\x85]/
const ALL_SPACES = new RegExp(SPACES, 'g')

/** What may unite with the character before it: marks, and the later letters of Korean syllables. */
const JOINS = '\\p{M}\\uff9e\\uff9f\\u1160-\\u11ff\\u3131-\\u318e\\uffa0-\\uffdc\\ud7b0-\\ud7ff'
/** Putting marks in order takes time that grows with the square of their number. */
const MANY_MARKS = /\p{M}{31}/u
/** What is normalised by itself: ASCII that nothing unites with, or a character with what unites with it, up to 30. */
const CLUSTER = new RegExp(`[\\0-\\x7f]+(?![${JOINS}])|[^](?:[${JOINS}]){0,30}`, 'gu')

export function normalise(text: string): Normal {
  if (PLAIN.test(text)) return same(text)
  const odd = UNSEEN.test(text) || SPACES.test(text) || MANY_MARKS.test(text)
  if (!odd && text.normalize('NFKC') === text) return same(text)
  const starts: number[] = []
  const ends: number[] = []
  let out = ''
  let changed = false
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const normal = cluster.normalize('NFKC').replace(ALL_UNSEEN, '').replace(ALL_SPACES, ' ')
    out += normal
    const kept = normal === cluster
    if (!kept) changed = true
    for (let i = 0; i < normal.length; i++) {
      starts.push(kept ? index + i : index)
      ends.push(kept ? index + i + 1 : index + cluster.length)
    }
  }
  return changed ? { text: out, span: (start, end) => [starts[start]!, ends[end - 1]!] } : same(text)
}

const same = (text: string): Normal => ({ text, span: (start, end) => [start, end] })
