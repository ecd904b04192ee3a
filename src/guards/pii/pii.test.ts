import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstBreach, inspectWhole, lookOf, openCase, ports, viewOf } from '../../../test/guard-law.ts'
import type { View } from '../../core/types.ts'
import { pii } from './index.ts'

const CARD = '4532015112830366'
const PIECES = [
  CARD,
  '4532 0151 1283 0366',
  '3782-822463-10005',
  '536-22-1486',
  '536221486',
  'ssn ',
  'bob@example.com',
  '4532',
  '11',
  '4',
  '@',
  'a',
  'bob',
  'x.y',
  '.com',
  '..',
  '.',
  '-',
  ' ',
  '\n',
  '\r\n',
  '+',
  '\u200b',
  '\u0301',
  '👍',
  '４',
  'é',
  '是',
  'ﬁ',
  '_',
  'a716-',
  'de89 ',
  '+44 ',
  '20 7946 0958',
  'phone ',
  '121000248',
  'routing',
  '192.168.1.7',
  '::1',
  'Dr. ',
]
const streamed = (text: string): View => viewOf({}, { text, final: false })

describe('pii', () => {
  it('says the same however a text is cut', async () => {
    const guard = await openCase(pii, {})
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        fc.pre(text.length <= 60)
        expect(await firstBreach(guard, text)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  it('finds a valid card number wherever its issuer and length are right, and none that is one digit off', async () => {
    const guard = await openCase(pii, { config: { entities: ['credit_card'] } })
    const sum = (digits: string): number =>
      [...digits]
        .reverse()
        .reduce(
          (all, digit, i) =>
            all + [...String(Number(digit) * (1 + (i % 2)))].reduce((a, d) => a + Number(d), 0),
          0,
        )
    const body = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 14, maxLength: 14 })
    await fc.assert(
      fc.asyncProperty(body, fc.integer({ min: 1, max: 9 }), async (digits, off) => {
        const head = `4${digits.join('')}`
        const check = (10 - (sum(`${head}0`) % 10)) % 10
        expect((await inspectWhole(guard, `n ${head}${check}.`)).hits).toHaveLength(1)
        expect((await inspectWhole(guard, `n ${head}${(check + off) % 10}.`)).hits).toHaveLength(0)
      }),
    )
  })

  it('lets ordinary text go up to the word that is being written', async () => {
    const look = lookOf(await openCase(pii, {}))
    const text = 'Lunch was served late, in room 12, to nobody in partic'
    expect((await look(streamed(text))).settled).toBe(text.lastIndexOf(' ') + 1)
    expect((await look(streamed(`${text}. `))).settled).toBe(text.length + 2)
  })

  it('lets go of numbers that no card or social security number begins with', async () => {
    const look = lookOf(await openCase(pii, {}))
    const text = 'rows: 10 20 30 40 50 '
    expect((await look(streamed(text))).settled).toBeGreaterThanOrEqual(text.length - 3)
  })

  it('hashes the value and not its writing, with the key', async () => {
    const guard = await openCase(pii, { config: { mask: 'hash', key: { env: 'KEY' } } })
    const { hits } = await inspectWhole(guard, 'Bob@Example.com bob@exаmple.com 4532 0151 1283 0366')
    const hash = (value: string) =>
      createHmac('sha256', ports.secret({ env: 'KEY' }))
        .update(value)
        .digest('hex')
        .slice(0, 12)
    expect(hits.map((hit) => hit.edit)).toEqual([
      { replace: `[EMAIL ${hash('bob@example.com')}]` },
      { replace: `[EMAIL ${hash('bob@example.com')}]` },
      { replace: `[CREDIT_CARD ${hash(CARD)}]` },
    ])
  })

  it('needs a key for hash, and only for hash', () => {
    expect(pii.config.safeParse({ mask: 'hash' }).success).toBe(false)
    expect(pii.config.safeParse({ mask: 'label', key: { env: 'A' } }).success).toBe(false)
    expect(pii.config.safeParse({ mask: 'hash', key: { file: '/a' } }).success).toBe(true)
    expect(pii.config.safeParse({ mask: 'hash', key: 'literal' }).success).toBe(false)
  })

  it('does not open with a key that is missing or empty', () => {
    const config = { mask: 'hash', key: { env: 'KEY' } }
    expect(() => pii.open(config, { secret: () => '' })).toThrow('key')
    const missing = () => {
      throw new Error('KEY is not set')
    }
    expect(() => pii.open(config, { secret: missing })).toThrow('not set')
  })

  it('declares the codes of the entities that it looks for', () => {
    expect(pii.codes({ entities: ['email'] })).toEqual({ 'pii.email': { edits: true } })
    expect(Object.keys(pii.codes({}))).toEqual(
      expect.arrayContaining(['pii.credit_card', 'pii.us_ssn', 'pii.email']),
    )
  })

  it.each([
    '0 0',
    '4 ',
    '123456789 ',
    '020 20 20 20 20;',
    '+44 20 79 46 09 58;',
    '0 00 00-',
    'de89 3704 ',
    'a:b::c:',
  ])(
    'takes no more than linear time for %j again and again',
    async (unit) => {
      const guard = await openCase(pii, {})
      const text = unit.repeat(Math.ceil(100_000 / unit.length))
      const before = performance.now()
      await inspectWhole(guard, text)
      expect(performance.now() - before).toBeLessThan(15_000)
    },
    20_000,
  )

  it('says what was meant by an entity that there is not', () => {
    const said = (word: string) => pii.config.safeParse({ entities: [word] }).error?.issues[0]?.message
    expect(said('credit_crad')).toContain('credit_card')
    expect(said('ssn')).toContain('us_ssn')
    expect(said('qqqqqqqq')).toContain('groups: ')
    expect(pii.config.safeParse({ entities: ['payment', 'us', 'iban'] }).success).toBe(true)
  })

  it('never says the matched text', async () => {
    const { hits } = await inspectWhole(await openCase(pii, {}), `${CARD} 536-22-1486 bob@example.com`)
    expect(hits).toHaveLength(3)
    for (const { reason } of hits) expect(reason).not.toMatch(/\d|@/)
  })
})
