import { describe, expect, it } from 'vitest'
import { casesOf, inspectWhole, openCase } from '../../../../../test/guard-law.ts'
import { pii } from '../../index.ts'
import { NATIONAL } from './index.ts'

const cases = casesOf('pii')
/** What an entity's first case holds: a number that is one. */
const sample = (name: string): string => cases.find((one) => one.name === `${name}, alone`)!.text

/** Every number that is one digit off. */
function* slips(value: string): Generator<string> {
  for (let at = 0; at < value.length; at++)
    for (const digit of '0123456789')
      if (/\d/.test(value[at]!) && value[at] !== digit) yield value.slice(0, at) + digit + value.slice(at + 1)
}

/**
 * How many slips in a hundred pass: places that the check does not see, weights that see only half of what changes, two remainders
 * that have one digit.
 */
const UNSEEN: Readonly<Record<string, number>> = {
  au_acn: 10,
  au_medicare: 11,
  be_national_number: 2,
  br_cpf: 2,
  de_lanr: 30,
  jp_my_number: 11,
  th_tnin: 8,
  us_dea: 12,
}

describe('national identifiers', () => {
  it('have names of their own, in a country', () => {
    const names = NATIONAL.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name, groups } of NATIONAL) expect(groups).toContain(name.slice(0, 2))
  })

  it.each(NATIONAL.filter((one) => 'forms' in one && one.checksum).map(({ name }) => name))(
    '%s that is one digit off is none',
    async (name) => {
      const guard = await openCase(pii, { config: { entities: [name] } })
      const value = sample(name)
      expect((await inspectWhole(guard, value)).hits).toHaveLength(1)
      let all = 0
      let passed = 0
      for (const slip of slips(value)) {
        all++
        passed += (await inspectWhole(guard, slip)).hits.length
      }
      expect((100 * passed) / all).toBeLessThanOrEqual(UNSEEN[name] ?? 1)
    },
  )

  it.each(NATIONAL.map(({ name }) => name))('%s has cases that are one and that are none', (name) => {
    const mine = cases.filter((one) => one.name.startsWith(`${name}, `))
    expect(mine.length).toBeGreaterThanOrEqual(4)
    expect(mine.some((one) => one.codes.includes(`pii.${name}`))).toBe(true)
    expect(mine.some((one) => one.codes.length === 0)).toBe(true)
  })

  it('asks for no word where the entity itself is named, and for one where its country is', async () => {
    const number = sample('jp_my_number')
    const found = async (entities: string[], text: string) =>
      (await inspectWhole(await openCase(pii, { config: { entities } }), text)).hits.length
    expect(await found(['jp_my_number'], `x ${number}`)).toBe(1)
    expect(await found(['jp'], `x ${number}`)).toBe(0)
    expect(await found(['jp'], `個人番号は${number}です`)).toBe(1)
    expect(await found(['jp'], `${number} (My Number)`)).toBe(1)
  })
})
