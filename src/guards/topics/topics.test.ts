import { describe, expect, it } from 'vitest'
import { inspectWhole, lookOf, ports, viewOf } from '../../../test/guard-law.ts'
import { wordModels } from '../../../test/models/words.ts'
import { calibrate } from './calibrate.ts'
import { topics } from './index.ts'

const bank = {
  name: 'banking',
  examples: [
    'my savings account',
    'a transfer to another bank',
    'the fee for this payment',
    'a loan from the bank',
  ],
}

describe('topics', () => {
  it('a topic needs examples or a sentence, and a boundary a topic', () => {
    for (const config of [
      {},
      { deny: [] },
      { deny: [{ name: 'x' }] },
      { allow: [{ name: '"x"', examples: ['abcd'] }] },
    ])
      expect(topics.config.safeParse(config).success).toBe(false)
  })

  it('declares the codes of what it is given, and warns of few examples', () => {
    const config = topics.config.parse({ allow: [bank] })
    expect(Object.keys(topics.codes(config))).toEqual(['topic.off_scope'])
    expect(topics.warnings?.(config)).toEqual([expect.stringContaining('"banking" has few examples')])
  })

  it('learns from the examples how near is near: what is denied needs more than what is allowed', async () => {
    const { deny, allow } = await calibrate(wordModels.embedder, [bank], [bank])
    expect(deny[0]!.near).toBeGreaterThan(allow[0]!.near)
    expect(allow.map(({ name }) => name)).toEqual(['banking', 'small talk'])
  })

  it('examples that are nearer to each other are a narrower topic', async () => {
    const alike = { name: 'a', examples: ['bank account', 'account bank', 'bank accounts', 'accounts bank'] }
    const unlike = {
      name: 'b',
      examples: ['bank account here', 'a card of red paper', 'my blue loan', 'green fee now'],
    }
    const { deny } = await calibrate(wordModels.embedder, [alike, unlike], [])
    expect(deny[0]!.near).toBeGreaterThan(deny[1]!.near)
  })

  it('holds less of a stream where only topics are denied, and asks nothing before a piece is complete', async () => {
    const denies = await topics.open(topics.config.parse({ deny: [bank] }), ports)
    const allows = await topics.open(topics.config.parse({ allow: [bank] }), ports)
    expect([denies.hold, allows.hold]).toEqual([301, 601])
    const view = { text: 'The water runs down', final: false }
    for (const guard of [denies, allows])
      expect(lookOf(guard)(viewOf(guard, view))).toEqual({ hits: [], settled: 0 })
  })

  it('the finding names the topic and not the text', async () => {
    const guard = await topics.open(topics.config.parse({ deny: [bank] }), ports)
    const { hits } = await inspectWhole(guard, 'Open a savings account for me at the bank.')
    expect(hits[0]?.reason).toBe('about the denied topic "banking"')
  })

  it('says what to do where there is no model', async () => {
    const config = topics.config.parse({ deny: [bank] })
    await expect(async () => topics.open(config, { secret: () => '' })).rejects.toThrow('leave it out')
  })
})
