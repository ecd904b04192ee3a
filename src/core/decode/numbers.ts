import { runs } from './runs.ts'
import { isPrintable } from './score.ts'
import type { Decoded } from './types.ts'
import { HEX, unitSet } from './units.ts'
import { utf8, utf16 } from './utf8.ts'

const TOKEN = /(?:0[xXbBoO])?[0-9a-fA-F]+/g
/** Fewer numbers say nothing. */
const FEWEST = 6

interface Shape {
  encoding: string
  form: RegExp
  /** Adds what a token says. */
  values(token: string, all: number[]): void
}

const afterPrefix = (token: string): number => (/^0[xXbBoO]/.test(token) ? 2 : 0)
const inBase = (base: number) => (token: string, all: number[]) => {
  all.push(Number.parseInt(token.slice(afterPrefix(token)), base))
}

/** That counts which explains most; of those alike the first. */
const SHAPES: readonly Shape[] = [
  { encoding: 'binary', form: /^(?:0[bB])?[01]{7,8}$/, values: inBase(2) },
  {
    encoding: 'hex',
    form: /^(?:0[xX])?(?:[0-9a-fA-F]{2}){1,4}$/,
    values(token, all) {
      for (let at = afterPrefix(token); at < token.length; at += 2)
        all.push(Number.parseInt(token.slice(at, at + 2), 16))
    },
  },
  { encoding: 'octal', form: /^(?:0[oO]?)?[0-3][0-7]{2}$/, values: inBase(8) },
  { encoding: 'decimal', form: /^[1-9]\d{1,5}$/, values: inBase(10) },
]

/** Bytes written as numbers with something between them: hexadecimal, decimal, octal, binary; decimal also code points. */
export const numbers = runs({
  set: unitSet(`${HEX}xXoO ,;:|-\t\r\n[](){}`),
  fewest: 2 * FEWEST - 1 + FEWEST,
  read(text, _units, start, end, found) {
    const tokens = [...text.slice(start, end).matchAll(TOKEN)]
    if (tokens.length < FEWEST) return
    let best: Decoded[] = []
    for (const shape of SHAPES) {
      const here = listsOf(shape, tokens, start)
      if (covered(here) > covered(best)) best = here
    }
    for (const one of best) found.push(one)
  },
})

function listsOf(
  { encoding, form, values }: Shape,
  tokens: readonly RegExpExecArray[],
  offset: number,
): Decoded[] {
  const lists: Decoded[] = []
  for (let i = 0; i < tokens.length; i++) {
    const first = i
    while (i < tokens.length && form.test(tokens[i]![0])) i++
    if (i - first < FEWEST) continue
    const all: number[] = []
    for (let j = first; j < i; j++) values(tokens[j]![0], all)
    const text = read(all)
    if (text === undefined) continue
    const last = tokens[i - 1]!
    lists.push({
      span: [offset + tokens[first]!.index, offset + last.index + last[0].length],
      encoding,
      text,
    })
  }
  return lists
}

const covered = (lists: readonly Decoded[]): number =>
  lists.reduce((sum, { span: [from, to] }) => sum + to - from, 0)

function read(values: readonly number[]): string | undefined {
  const isText = (text: string | undefined): boolean =>
    text !== undefined && isPrintable(text) && /\p{L}{3}/u.test(text)
  const points = (): string =>
    values.map((value) => (value <= 0x10ffff ? String.fromCodePoint(value) : '\ufffd')).join('')
  const bytes = values.every((value) => value < 256)
  return bytes ? [utf8(values), utf16(values)].find(isText) : [points()].find(isText)
}
