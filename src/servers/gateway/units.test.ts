import fc from 'fast-check'
import { expect, it } from 'vitest'
import { converter, UNITS } from './units.ts'

it('counts as the platform does', () => {
  const platform: Record<string, (before: string) => number> = {
    utf16: (before) => before.length,
    codepoints: (before) => [...before].length,
    bytes: (before) => Buffer.byteLength(before),
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...UNITS), (text, name) => {
      const offsets = Array.from({ length: text.length + 1 }, (_, i) => text.length - i)
      const said = converter(name)!(text, offsets)
      for (const at of offsets) expect(said.get(at)).toBe(platform[name]!(text.slice(0, at)))
    }),
  )
})

it('knows its own units, and not what every object has', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'words'])
    expect(converter(name)).toBeUndefined()
})

it('reads a long text once, however many offsets are asked for', () => {
  const text = 'é '.repeat(2_000_000)
  const began = performance.now()
  converter('codepoints')!(
    text,
    Array.from({ length: 2000 }, (_, i) => text.length - i),
  )
  expect(performance.now() - began).toBeLessThan(1500)
})
