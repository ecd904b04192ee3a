import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { automaton } from './automaton.ts'

type Match = [start: number, end: number, word: string]

function matches(words: readonly string[], text: string): Match[] {
  const machine = automaton(words)
  const all: Match[] = []
  machine.scan(text, 0, (word, end) => all.push([machine.startOf(text, word, end), end, words[word]!]))
  return all.sort((a, b) => a[0] - b[0] || a[1] - b[1])
}

const small = (alphabet: string, min: number, max: number) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength: min, maxLength: max })
    .map((characters) => characters.join(''))

describe('automaton', () => {
  it('finds what a search at every place finds, in ASCII and beyond', () => {
    const word = small('abжя', 1, 4)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), small('abжя-', 0, 40), (words, text) => {
        const expected: Match[] = []
        for (let start = 0; start < text.length; start++)
          for (const one of words)
            if (text.startsWith(one, start)) expected.push([start, start + one.length, one])
        expected.sort((a, b) => a[0] - b[0] || a[1] - b[1])
        expect(matches(words, text)).toEqual(expected)
      }),
    )
  })

  it('finds words with spaces in any white space, among longer words that it passes over', () => {
    const word = small('abcж ', 1, 9).map((one) => one.trim().replace(/ +/g, ' '))
    const text = fc.tuple(small('abcж \n', 0, 40), fc.array(small(' \t', 0, 18), { maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), text, (some, [written, gaps]) => {
        const words = some.filter((one) => one !== '')
        const whole = [written, ...gaps.flatMap((gap, i) => [words[i % words.length] ?? '', gap])].join('')
        const text = words.reduce((all, one) => `${all}${one.replaceAll(' ', ' \n ')}c`, whole)
        const expected: Match[] = []
        for (const one of words) {
          const pattern = new RegExp(one.replaceAll(' ', String.raw`\s{1,16}(?!\s)`), 'y')
          for (let start = 0; start < text.length; start++) {
            pattern.lastIndex = start
            if (pattern.test(text)) expected.push([start, pattern.lastIndex, one])
          }
        }
        expected.sort((a, b) => a[0] - b[0] || a[1] - b[1])
        expect(matches(words, text)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('says how much of a word the end of the text begins', () => {
    const word = small('abж', 1, 5)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), small('abж', 0, 20), (words, text) => {
        const machine = automaton(words)
        let longest = 0
        for (const one of words)
          for (let n = 1; n <= one.length; n++)
            if (text.endsWith(one.slice(0, n))) longest = Math.max(longest, n)
        const state = machine.scan(text, 0, () => {})
        expect(machine.depth(state)).toBe(longest)
        expect(machine.startOfState(text, state, text.length)).toBe(text.length - longest)
      }),
    )
  })

  it('takes up to 16 white-space characters for a space', () => {
    expect(matches(['a b'], `xa${' \n'.repeat(8)}b`)).toEqual([[1, 19, 'a b']])
    expect(matches(['a b'], `xa${' \n'.repeat(8)} b`)).toEqual([])
    expect(matches(['a b c'], 'a  b\t\tc')).toEqual([[0, 7, 'a b c']])
  })

  it('knows where a word begins whose white space the end of the text cuts', () => {
    const machine = automaton(['make a'])
    const text = 'now make   '
    const state = machine.scan(text, 0, () => {})
    expect(machine.startOfState(text, state, text.length)).toBe(4)
  })

  it('refuses more words than fit its memory', () => {
    expect(() => automaton(['a'.repeat(1_000_001)])).toThrow('too many')
  })
})
