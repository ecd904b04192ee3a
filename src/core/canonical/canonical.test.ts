import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalise, settledBefore } from './index.ts'

const fold = (text: string): string => canonicalise(text, 0).text
const text = fc.string({ unit: 'binary' })

describe('canonicalise', () => {
  it.each([
    ['case', 'MiXed', 'mixed'],
    ['full width', 'Ｉｇｎｏｒｅ　１２', 'ignore 12'],
    ['mathematical', '𝕴𝖌𝖓𝖔𝖗𝖊 𝟏𝟐', 'ignore 12'],
    ['marks', 'Ígnöré n̷o̶w̵', 'ignore now'],
    ['ligatures', 'ﬁt ﬀ', 'fit ff'],
    ['zero width, soft hyphen, bidi, tags', 'i\u200bg\u00adn\u202eo\u{e0061}r\ufe0fe\u2060\ufeff', 'ignore'],
    ['controls', 'a\u0000b\u0008c\u007fd', 'abcd'],
    ['Hangul fillers', 'a\u3164b\uffa0c\u115fd', 'abcd'],
    ['Cyrillic', 'Іgnоrе АВСЕНКМОРТХ', 'ignore abcehkmoptx'],
    ['Greek, whose capitals look otherwise', 'ΗΝΥ ηνυ', 'hny nvu'],
    ['Armenian', 'հօuѕе', 'house'],
    ['Cherokee, both cases', 'ᎠᎡꭺ', 'dra'],
    ['circled, regional', 'ⓐ🅑🅲🇩', 'abcd'],
    ['digits of other scripts', '٣৪᠑𞥙❶', '34191'],
    ['dashes, quotes, stops', 'a‑b–c ’x‘ “y” a。b', 'a-b-c \'x\' "y" a.b'],
    ['white space', 'a\u00a0b\u2003c\u2028d', 'a b c\nd'],
    ['strokes and ligated letters', 'Øß Æ Łđ', 'oss ae ld'],
    ['Coptic, Lisu, Old Italic and others of UTS #39', 'ⲢꓢꛟᏞ\u{102a0}', 'psvla'],
    ['other scripts stay', '炸弹 שלום', '炸弹 שלום'],
  ])('folds %s', (_name, from, to) => {
    expect(fold(from)).toBe(to)
  })

  it('never depends on where a text was cut', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(!/[\ud800-\udbff]$/.test(a) || !/^[\udc00-\udfff]/.test(b))
        expect(fold(a + b)).toBe(fold(a) + fold(b))
      }),
    )
  })

  it('is the same twice over for every code point of the table', () => {
    for (let point = 0; point < 0x1ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue
      const once = fold(String.fromCodePoint(point))
      if (fold(once) !== once) throw new Error(`U+${point.toString(16)} is not stable`)
    }
  })

  it('maps every canonical character back to the code point that it came from', () => {
    fc.assert(
      fc.property(text, fc.nat(1000), (original, offset) => {
        const canonical = canonicalise(original, offset)
        for (let i = 0; i < canonical.text.length; i++) {
          const [start, end] = canonical.span(i, i + 1)
          expect(start).toBe(canonical.origin(i))
          const piece = original.slice(start - offset, end - offset)
          expect([...piece]).toHaveLength(1)
          expect(fold(piece)).toContain(canonical.text[i])
          const at = canonical.index(start)
          expect(canonical.origin(at)).toBe(start)
          expect(at === 0 || canonical.origin(at - 1) < start).toBe(true)
        }
        expect(canonical.origin(canonical.text.length)).toBe(offset + original.length)
        expect(canonical.index(offset + original.length)).toBe(canonical.text.length)
      }),
    )
  })

  it('leaves unseen characters around a span out of it and those within in', () => {
    const canonical = canonicalise('x\u200b\u200ba\u200bb\u200by', 10)
    expect(canonical.text).toBe('xaby')
    expect(canonical.span(1, 3)).toEqual([13, 16])
    expect(canonical.origin(3)).toBe(17)
  })

  it('grows for forms that are longer than what they stand for', () => {
    const many = canonicalise('\ufdfa'.repeat(500), 0)
    expect(many.text).toBe(fold('\ufdfa').repeat(500))
    expect(many.span(many.text.length - 1, many.text.length)).toEqual([499, 500])
  })
})

describe('settledBefore', () => {
  it('stands right after the seen character before, not behind unseen ones', () => {
    const canonical = canonicalise('ab\u200b\u200b\u200bc', 5)
    expect(settledBefore(canonical, 2, 5)).toBe(7)
    expect(canonical.index(7)).toBe(2)
    expect(settledBefore(canonical, 0, 5)).toBe(5)
  })

  it('never falls within a code point that became several', () => {
    const canonical = canonicalise('aﬁb', 0)
    expect(canonical.text).toBe('afib')
    expect(settledBefore(canonical, 2, 0)).toBe(1)
  })
})
