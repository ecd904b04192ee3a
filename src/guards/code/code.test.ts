import { expect, it } from 'vitest'
import { firstBreach, inspectWhole, ports } from '../../../test/guard-law.ts'
import type { Guard } from '../../core/types.ts'
import { code } from './index.ts'

const open = async (config: unknown = {}): Promise<Guard> => code.open(code.config.parse(config), ports)

it('a language that it does not know is refused', () => {
  expect(() => code.config.parse({ languages: ['cobol'] })).toThrow()
  expect(() => code.config.parse({ languages: [] })).toThrow()
})

it('what was found does not depend on where long texts are cut', async () => {
  const program = 'import os\nfor x in os.listdir(p):\n    print(x)\n'
  const text = `${'A sentence. '.repeat(200)}\n${program}${'Words and more words.\n'.repeat(90)}${program}${'y'.repeat(1900)}\n${program}`
  const guard = await open({ languages: ['python', 'javascript'] })
  expect((await inspectWhole(guard, text)).hits.map((hit) => hit.code)).toEqual(Array(3).fill('code.python'))
  expect(await firstBreach(guard, text, { random: 60 })).toBeUndefined()
})

const WORST: Record<string, string> = {
  'short lines of code': 'x = 1\n',
  'line breaks': '\n',
  'options of a command': `git ${'- '.repeat(198)}\n`,
  comprehensions: `x = [${' for a in '.repeat(39)}\n`,
  'one word': 'x',
  'white space': ' ',
  fences: '```\n',
}
for (const [name, unit] of Object.entries(WORST))
  it(`a megabyte of ${name} ends`, async () => {
    const text = unit.repeat(Math.ceil((1 << 20) / unit.length))
    const guard = await open()
    const began = performance.now()
    await inspectWhole(guard, text)
    expect(performance.now() - began).toBeLessThan(8000)
  })
