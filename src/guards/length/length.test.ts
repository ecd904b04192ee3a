import { describe, expect, it } from 'vitest'
import { lookOf, openCase, ports, viewOf } from '../../../test/guard-law.ts'
import type { View } from '../../core/types.ts'
import { length } from './index.ts'

const view = (id: number, text: string, offset = 0, from = offset, final = true): View =>
  viewOf({}, { part: { id, origin: 'user', kind: 'text' }, text, offset, from, final })

describe('length', () => {
  it('counts over all parts, interleaved, each character once', async () => {
    const look = lookOf(await openCase(length, { config: { maxCharacters: 10 } }))
    expect(await look(view(1, 'abcd', 0, 0, false))).toEqual({ hits: [], settled: 4 })
    expect(await look(view(2, 'xyz', 0, 0, false))).toEqual({ hits: [], settled: 3 })
    expect(await look(view(1, 'bcdef', 1, 4, false))).toEqual({ hits: [], settled: 6 })
    const { hits, settled } = await look(view(2, 'yz12', 1, 3, true))
    expect(settled).toBe(5)
    expect(hits.map((hit) => hit.span)).toEqual([[4, 5]])
  })

  it('hits once and never again in the exchange', async () => {
    const look = lookOf(await openCase(length, { config: { maxCharacters: 2 } }))
    expect((await look(view(1, 'abc'))).hits).toHaveLength(1)
    expect((await look(view(1, 'abc'))).hits).toHaveLength(0)
    expect((await look(view(2, 'abc'))).hits).toHaveLength(0)
  })

  it('takes nothing back when a view repeats less than was counted', async () => {
    const look = lookOf(await openCase(length, { config: { maxCharacters: 4 } }))
    await look(view(1, 'abcd'))
    await look(view(1, 'ab'))
    expect((await look(view(2, 'x'))).hits.map((hit) => hit.span)).toEqual([[0, 1]])
  })

  it('counts anew in another exchange', async () => {
    const guard = await openCase(length, { config: { maxCharacters: 2 } })
    for (let i = 0; i < 2; i++) expect((await lookOf(guard)(view(1, 'ab'))).hits).toEqual([])
  })

  it.each([{}, { maxCharacters: 0 }, { maxCharacters: 1.5 }, { maxCharacters: 5, other: 1 }])(
    'refuses %j',
    (config) => {
      expect(length.config.safeParse(config).success).toBe(false)
    },
  )

  it('yields what it declares', () => {
    expect(length.codes({ maxCharacters: 1 })).toEqual({ 'length.exceeded': { edits: false } })
    expect(() => length.open({ maxCharacters: 1 }, ports)).not.toThrow()
  })
})
