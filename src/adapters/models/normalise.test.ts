import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalise } from './normalise.ts'

/** What unites, comes apart, is seen or is not. */
const HARD = [
  ...'aeAé ﬁ…½Åﷺ\u0301\u0316\u0323\u3099か\uff76\uff9e가각ㄱㅏￂﾡ㉠\u00a0\u2003\t\n1.,',
  '\u200b',
  '\u202e',
  '\u{e0041}',
  '\ufe0f',
  '\u{e0100}',
  '\u00ad',
  '\ufeff',
  '\u{1d400}',
  '\u{1f600}',
  '\ufdfa',
  '\u0085',
]
const UNSEEN = /\u00ad|\u200b|\u202e|\ufeff|\ufe0f|\u{e0041}|\u{e0100}/gu
const text = fc.array(fc.constantFrom(...HARD), { maxLength: 29 }).map((all) => all.join(''))

test('a text is normalised as if it were normalised whole', () => {
  fc.assert(
    fc.property(text, (given) => {
      const whole = given
        .normalize('NFKC')
        .replace(UNSEEN, '')
        .replace(/\u0085/g, ' ')
      expect(normalise(given).text).toBe(whole)
    }),
    { numRuns: 3000 },
  )
})

test('each character knows where it came from', () => {
  fc.assert(
    fc.property(text, (given) => {
      const { text: normal, span } = normalise(given)
      let before = 0
      for (let at = 0; at < normal.length; at++) {
        const [start, end] = span(at, at + 1)
        expect(start).toBeLessThan(end)
        expect(start).toBeGreaterThanOrEqual(before)
        expect(end).toBeLessThanOrEqual(given.length)
        const from = given
          .slice(start, end)
          .normalize('NFKC')
          .replace(/\u0085/g, ' ')
        expect(from).toContain(normal[at])
        before = start
      }
    }),
    { numRuns: 1000 },
  )
})

test('a word between invisible characters stands where it was written', () => {
  const given = '\u200bx\u2026 ig\u200bno\u{e0041}re ﬁn'
  const { text: normal, span } = normalise(given)
  expect(normal).toBe('x... ignore fin')
  const place = (word: string) => {
    const at = normal.indexOf(word)
    return given.slice(...span(at, at + word.length))
  }
  expect(place('ignore')).toBe('ig\u200bno\u{e0041}re')
  expect(place('fin')).toBe('ﬁn')
})

test('marks without end are not put in order all at once', () => {
  const { text: normal } = normalise(`a${'\u0301\u0316'.repeat(100_000)}`)
  expect(normal.length).toBe(200_000)
})
