import { z } from 'zod'
import { defineGuard } from '../../core/guard.ts'
import type { Hit, Opinion, View } from '../../core/types.ts'
import { control, LONGEST_SEQUENCE } from './controls.ts'
import { CODES, type Code, type Found, hitOf, type Reading } from './reading.ts'
import { unseen } from './unseen.ts'
import { impostors, isLetter, LONGEST_WORD } from './words.ts'

const NAMES = ['invisible', 'tag', 'bidi', 'control', 'confusable'] as const
const config = z.strictObject({ allow: z.array(z.enum(NAMES)).default([]) })

/** What is not plain; form feeds stand between pages of what was taken out of documents. */
const NOT_PLAIN = /[^\t\n\f\r\x20-\x7e]/g
const CONTROL = /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]/
/** The farthest that a neighbour is looked for. */
const LEFT = 24

/** Finds characters that a reader does not see, or takes for others. */
export const unicode = defineGuard<z.infer<typeof config>>({
  name: 'unicode',
  stages: ['input', 'context', 'output', 'tool'],
  config,
  codes: ({ allow = [] }) =>
    Object.fromEntries(
      CODES.filter((code) => !allow.some((name) => code.endsWith(name))).map((code) => [
        code,
        { edits: true },
      ]),
    ),
  open({ allow }) {
    const allowed = new Set(allow.map((name) => `unicode.${name}` as Code))
    return {
      scope: 'part',
      hold: LONGEST_SEQUENCE + LONGEST_WORD,
      lookbehind: LEFT,
      inspect: (view) => inspect(view, allowed),
    }
  },
})

function inspect({ text, offset, from, final }: View, allowed: ReadonlySet<Code>): Opinion {
  const reading: Reading = { text, offset, final }
  const hits: Hit[] = []
  const report = (found: Found): void => {
    if (!allowed.has(found.code)) hits.push(hitOf(found, offset))
  }
  let at = from - offset
  /** Before this no word begins any more. */
  let words = at
  for (;;) {
    NOT_PLAIN.lastIndex = at
    const next = NOT_PLAIN.exec(text)?.index ?? text.length
    if (next === text.length) {
      const settled = final ? text.length : openWord(text, words)
      return { hits, settled: offset + settled }
    }
    const character = String.fromCodePoint(text.codePointAt(next)!)
    if (isLetter(character) && next >= words) {
      const [start, end] = wordAround(text, next, words)
      if (end === text.length && end - start < LONGEST_WORD && !final)
        return { hits, settled: offset + start }
      for (const found of impostors(text.slice(start, end), start)) report(found)
      at = words = end
      continue
    }
    const found = CONTROL.test(character) ? control(reading, next) : unseen(reading, next)
    if (found === 'open')
      return { hits, settled: offset + Math.min(next, openWord(text.slice(0, next), words)) }
    if (found === undefined) {
      at = next + character.length
      continue
    }
    if (found.code !== undefined) report(found)
    at = found.end
    words = Math.max(words, at)
  }
}

const isLetterAt = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at)
  if (unit < 128) return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90)
  if ((unit & 0xf800) !== 0xd800) return isLetter(text.charAt(at))
  const low = (unit & 0xfc00) === 0xdc00
  return isLetter(low ? text.slice(at - 1, at + 1) : String.fromCodePoint(text.codePointAt(at) ?? 0))
}

/** The word at `at`, or as much of it as is judged as one: pieces are counted from its beginning. */
function wordAround(text: string, at: number, least: number): [start: number, end: number] {
  let start = at
  while (start > least && isLetterAt(text, start - 1)) start--
  start += Math.floor((at - start) / LONGEST_WORD) * LONGEST_WORD
  let end = at
  while (end < text.length && end - start < LONGEST_WORD && isLetterAt(text, end)) end++
  // Not between the halves of a pair.
  if (
    end < text.length &&
    (text.charCodeAt(end) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(end - 1) & 0xfc00) === 0xd800
  )
    end++
  return [start, Math.max(end, at + 1)]
}

/** Where the word begins that the text ends with. */
function openWord(text: string, least: number): number {
  if (text.length === least || !isLetterAt(text, text.length - 1)) return text.length
  const [start, end] = wordAround(text, text.length - 1, least)
  return end - start >= LONGEST_WORD ? text.length : start
}
