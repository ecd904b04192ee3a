import { likelihoodOf } from './score.ts'
import { CONTEXT, type Decoder } from './types.ts'

/** What a sign may stand for, the likeliest first. */
const SIGNS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'il',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'gb',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** Unit → 1 for a letter, 2 and 3 for signs. */
const CLASS = new Uint8Array(128)
for (let i = 0; i < 26; i++) CLASS[65 + i] = CLASS[97 + i] = 1
for (const sign of Object.keys(SIGNS)) CLASS[sign.charCodeAt(0)] = /[0-9@$]/.test(sign) ? 3 : 2

const LONGEST_WORD = 32
/** So much may stand between two such words, and is read with them. */
const GAP = 28

const classAt = (text: string, at: number): number => CLASS[text.charCodeAt(at)] ?? 0

/** Words with digits and signs for letters (`1gn0r3 4ll`), with the words around them. */
export const leet: Decoder = {
  find(text, from, final, limit, found) {
    const most = Math.max(1, limit >> 2)
    let row: { start: number; end: number; said: string } | undefined
    const close = (): void => {
      if (row === undefined) return
      const before = otherWords(text.slice(Math.max(0, row.start - CONTEXT), row.start))
      const after = otherWords(text.slice(row.end, row.end + GAP))
      found.push({
        span: [row.start, row.end],
        encoding: 'leet',
        text: before + row.said + after,
        own: [before.length, before.length + row.said.length],
        turned: true,
        legible: true,
      })
      row = undefined
    }
    let at = from
    // What stands before was judged with it.
    if (from > 0 && classAt(text, from - 1) > 0) while (classAt(text, at) > 0) at++
    for (;;) {
      while (at < text.length && classAt(text, at) === 0) at++
      const start = at
      let mixed = false
      for (let kind = 0; at < text.length; at++) {
        const here = classAt(text, at)
        if (here === 0) break
        // After a word, `!` is what it mostly is.
        if (kind !== 0 && here !== kind && here + kind !== 3) mixed = true
        else if (kind === 2 && here === 1) mixed = true
        kind = here
      }
      if (at === text.length && !final && at - start < LONGEST_WORD) return row?.start ?? start
      if (row !== undefined && (start - row.end > GAP || row.end - row.start > most)) {
        if (row.end + GAP > text.length && !final) return row.start
        close()
      }
      if (start === text.length) break
      const wanted = at - start < LONGEST_WORD && (mixed || row !== undefined)
      const word = wanted ? read(text.slice(start, at), row !== undefined) : undefined
      if (word === undefined) continue
      if (row === undefined) row = { start, end: at, said: word }
      else row = { start: row.start, end: at, said: row.said + text.slice(row.end, start) + word }
    }
    if (row !== undefined && !final && text.length - row.end <= GAP) return row.start
    close()
    return text.length
  },
}

const SHAPE = /^!*((?=[^a-z]*[a-z])[a-z0-9@$!]*?)!*$/i
/** `mp3`, `utf8`, `2nd`, `x86`, `k8s`: digits that are numbers. */
const NUMBERS = /^(?:[a-z]+\d+|\d+[a-z]{1,2}|\d+(?:x\d+)?|[a-z]\d+[a-z]|\d{2,}[a-z]+)$/i
/** `X509Certificate`, `sha256Sum`: names of a program. */
const CAMEL = /[a-z]?\d+[A-Z][a-z]/

/** `14T22` of a time: one letter among digits. */
const FEW_LETTERS = /^[^a-z]*[a-z]?[^a-z]*$/i

/** Beside words that were written so. */
const otherWords = (text: string): string =>
  text.replace(/[A-Za-z0-9@$!]+/g, (word) => read(word, true) ?? word)

/** @param more after another: shorter words too, and those that are more often numbers */
function read(written: string, more: boolean): string | undefined {
  const inner = more && /^\d{1,4}$/.test(written) ? written : SHAPE.exec(written)?.[1]
  if (inner === undefined || !/[0-9@$!]/.test(inner)) return undefined
  if (!more && (inner.length < 3 || FEW_LETTERS.test(inner) || NUMBERS.test(inner) || CAMEL.test(inner)))
    return undefined
  const first = written.indexOf(inner)
  let words = ['']
  for (const sign of inner) {
    const letters = SIGNS[sign] ?? sign
    const next = words.flatMap((word) => Array.from(letters, (letter) => word + letter))
    // The likelier half is enough to go on with.
    words = next.length > 8 ? next.sort((a, b) => likelihoodOf(b) - likelihoodOf(a)).slice(0, 4) : next
  }
  const [best = ''] = words.sort((a, b) => likelihoodOf(b) - likelihoodOf(a))
  return written.slice(0, first) + best + written.slice(first + inner.length)
}
