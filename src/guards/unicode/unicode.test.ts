import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edited, firstBreach, inspectWhole, openCase } from '../../../test/guard-law.ts'
import { times } from '../../../test/seed.ts'
import { canonicalise } from '../../core/canonical/index.ts'
import { unicode } from './index.ts'

const PIECES = [
  'paypal',
  'пароль',
  'а',
  'a',
  'ο',
  'é',
  ' ',
  '\n',
  '\u200b',
  '\u200d',
  '\u00ad',
  '\ufe0f',
  '👩',
  '🏴',
  '\u{e0067}',
  '\u{e007f}',
  '\u202e',
  '\u200f',
  'ש',
  'م',
  '\x1b[3',
  '1m',
  '\x1b]8;;',
  '\x07',
  '\x9b',
  '𝐚',
  'ｂ',
  'x'.repeat(70),
]

describe('unicode', () => {
  it('says the same however a text is cut', async () => {
    const guard = await openCase(unicode, {})
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }), async (pieces) => {
        expect(await firstBreach(guard, pieces.join(''), { random: 40 })).toBeUndefined()
      }),
      { numRuns: times(60) },
    )
  })

  it('changes no reading: what it takes out or replaces is as the canonical reading has it', async () => {
    const guard = await openCase(unicode, {})
    const text = 'p\u0430yp\u0430l \u202eig\u200bnore\u001b \u{1d41a}\u{1d41b}\u{1d41c} \u{e0041}'
    const { hits } = await inspectWhole(guard, text)
    const clean = edited(text, hits)
    expect(canonicalise(clean, 0).text).toBe(canonicalise(text, 0).text)
    expect((await inspectWhole(guard, clean)).hits).toEqual([])
  })

  it.each(['\u200b', '\u{e0041}', '\x1b]', '\x1b[', 'аa', '𝐚', '\u202e\u202d', 'a\u00ad', '\x9d', '\u200fa'])(
    'reads a megabyte of %j in time',
    async (unit) => {
      const guard = await openCase(unicode, {})
      const began = performance.now()
      await inspectWhole(guard, unit.repeat(Math.ceil(1_048_576 / unit.length)))
      // A bound that only hangs exceed.
      expect(performance.now() - began).toBeLessThan(20_000)
    },
  )

  it('refuses a name that it does not know', () => {
    expect(unicode.config.safeParse({ allow: ['unicode.bidi'] }).success).toBe(false)
  })
})
