import { eld } from 'eld/extrasmall'
import { expect, it } from 'vitest'
import { casesOf } from '../../../test/guard-law.ts'
import { LANGUAGES, openDetector } from './detector.ts'

const detect = await openDetector()

it('scores as eld does', () => {
  const texts = casesOf('language').flatMap(({ text }) => text.match(/[^.\n]{20,100}/)?.[0] ?? [])
  expect(texts.length).toBeGreaterThan(10)
  for (const text of texts) {
    const theirs = eld.detect(text.replaceAll('İ', 'i')).getScores()
    const ours = detect(text, [0, text.length])
    for (const [i, language] of LANGUAGES.entries())
      expect(ours[i], `${language}: ${text}`).toBeCloseTo(theirs[language] ?? 0, 10)
  }
})

it.each([
  ['an apostrophe', "l'année qu’il aujourd'hui"],
  ['hyphens', 'peut-être pourraient‐ils'],
  ['accents that stand alone', 'le comite\u0301 se re\u0301unira'],
  ['capitals', 'ΟΔΟΣ ΤΗΣ ΠΟΛΗΣ ÇOK GÜZEL'],
  ['Hindi', 'समिति गुरुवार को बैठक करेगी'],
  ['Korean', '위원회는 목요일에 모여서'],
  ['characters of two units', 'bonjour 😀 𝒷𝑜𝓃 𠮷 monde'],
  ['one letter', 'a'],
  ['nothing', ''],
])('%s, as eld has it', (_, text) => {
  const theirs = eld.detect(text).getScores()
  const ours = detect(text, [0, text.length])
  for (const [i, language] of LANGUAGES.entries())
    expect(ours[i], language).toBeCloseTo(theirs[language] ?? 0, 10)
})

it('the capital that small letters would make two of is at its place', () => {
  const text = 'İSTANBUL GÜZEL BİR ŞEHİR'
  expect([...detect(text, [0, text.length])]).toEqual([
    ...detect('istanbul güzel bir şehir', [0, text.length]),
  ])
})

it('reads a text to its end', () => {
  const read = (text: string): string => {
    const scores = detect(text, [0, text.length])
    return LANGUAGES[scores.indexOf(Math.max(...scores))]!
  }
  expect(read(`${'委'.repeat(30)}${'ま'.repeat(30)}`)).toBe(read(`${'委'.repeat(30)} ${'ま'.repeat(30)}`))
  expect(read(`${'x'.repeat(360)} le comité se réunira jeudi pour discuter du budget`)).toBe('fr')
})
