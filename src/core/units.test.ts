import fc from 'fast-check'
import { expect, it } from 'vitest'
import { unitAt, unitsOf } from './units.ts'

const codes = (text: string): number[] => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))

it('has the units of every text, halves of pairs too, and a zero after them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, cut) => {
      unitsOf('x'.repeat(100))
      const one = text.slice(cut) + text.slice(0, cut)
      expect([...unitsOf(one).subarray(0, one.length + 1)]).toEqual([...codes(one), 0])
      expect(codes(one)).toEqual(Array.from({ length: one.length }, (_, i) => unitAt(one, i)))
    }),
  )
  for (const length of [4095, 4096, 5000, 300_000]) {
    const units = unitsOf('é'.repeat(length))
    expect([units[0], units[length - 1], units[length]]).toEqual([0xe9, 0xe9, 0])
  }
})

it('keeps a text beside another', () => {
  const beside = unitsOf('one', 1)
  unitsOf('two')
  expect([...beside.subarray(0, 4)]).toEqual([...codes('one'), 0])
})
