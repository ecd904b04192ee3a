import { expect, it } from 'vitest'
import { inspectWhole, ports } from '../../../test/guard-law.ts'
import { language } from './index.ts'

it('a language that it does not know is refused, with those that it does', () => {
  expect(() => language.config.parse({ allow: ['english'] })).toThrow(/two small letters.* en /)
  expect(() => language.config.parse({ allow: [] })).toThrow()
})

const WORST: Record<string, string> = {
  'foreign words': 'avec le comité ',
  'one letter': 'é',
  'white space': ' ',
  'line breaks': '\n',
  'sentences of one letter': 'é. ',
  marks: '、',
  hyphens: 'a-',
  quotes: '."',
}
for (const [name, unit] of Object.entries(WORST))
  it(`a megabyte of ${name} ends`, async () => {
    const guard = await language.open(language.config.parse({ allow: ['en'] }), ports)
    const text = unit.repeat(Math.ceil((1 << 20) / unit.length))
    const began = performance.now()
    await inspectWhole(guard, text)
    const took = performance.now() - began
    if (process.env.SHOW) console.log(name, took)
    expect(took).toBeLessThan(15_000)
  })
