import { describe, expect, it } from 'vitest'
import { casesOf, inspectWhole, lookOf, ports, viewOf } from '../../../test/guard-law.ts'
import { tone } from './index.ts'

const config = casesOf('tone')[0]!.config as { examples: string[] }

describe('tone', () => {
  it('needs five examples of some length', () => {
    expect(tone.config.safeParse({ examples: config.examples.slice(0, 4) }).success).toBe(false)
    expect(tone.config.safeParse({ examples: [...config.examples, 'Hi!'] }).success).toBe(false)
  })

  it('says how it departs', async () => {
    const guard = await tone.open(tone.config.parse(config), ports)
    const text = 'lol no worries dude, ur jacket is gonna ship on friday bro, lemme know'
    expect((await inspectWhole(guard, text)).hits[0]?.reason).toBe('more casual than the examples')
  })

  it('what is casual among casual examples is not off', async () => {
    const casual = config.examples.map((text, i) => `hey dude, lemme see ${i}, u gonna love it lol. ${text}`)
    const guard = await tone.open(tone.config.parse({ examples: casual }), ports)
    const text = 'hey bro, lemme look at ur order, gonna ship the jacket on friday lol. Anything else, buddy?'
    expect((await inspectWhole(guard, text)).hits).toEqual([])
  })

  it('asks nothing before a piece is complete', async () => {
    const guard = await tone.open(tone.config.parse(config), ports)
    const view = viewOf(guard, { text: 'lol no worries dude, ur jacket is gonna ship', final: false })
    expect(lookOf(guard)(view)).toEqual({ hits: [], settled: 0 })
  })

  it('says what to do where there is no model', async () => {
    await expect(async () => tone.open(tone.config.parse(config), { secret: () => '' })).rejects.toThrow(
      'leave it out',
    )
  })
})
