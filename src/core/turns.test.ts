import { describe, expect, test } from 'vitest'
import { keywords } from '../guards/keywords/index.ts'
import { length } from '../guards/length/index.ts'
import { pii } from '../guards/pii/index.ts'
import { openExchange } from './exchange.ts'
import { memory } from './memory.ts'
import { openSession } from './session.ts'
import { WINDOW, windows } from './turns.ts'
import type { Action, Checks, GuardModule, Part, Rule, Stage, Unit } from './types.ts'

const ports = { secret: () => 'x' }
async function rule(
  module: GuardModule<never>,
  stage: Stage,
  withConfig: object,
  action: Action,
): Promise<Rule> {
  const config = module.config.parse(withConfig)
  return {
    name: module.name,
    stage,
    guard: await module.open(config as never, ports),
    actions: new Map(Object.keys(module.codes(config as never)).map((code) => [code, action])),
    timeout: 60_000,
    build: `${module.name} ${action}`,
  }
}
async function checks(pii_: Action = 'transform', words: Action = 'flag'): Promise<Checks> {
  const of = async (stage: Stage) => [
    await rule(length as never, stage, { maxCharacters: 10_000_000 }, 'block'),
    await rule(keywords as never, stage, { words: ['the vault is'] }, words),
    await rule(pii as never, stage, {}, pii_),
  ]
  return {
    rules: {
      admit: [],
      input: await of('input'),
      context: [],
      policy: [],
      output: await of('output'),
      tool: [],
    },
    shadow: false,
    marks: [],
    restore: new Set(),
    guardsText: true,
  }
}

/** What one text becomes, and what was found in it, when it is judged in one go or in turns. */
async function judge(
  on: Checks,
  direction: 'request' | 'answer',
  texts: readonly string[],
  inTurns: boolean,
  remembers = memory(String, () => [], 1 << 20),
) {
  let turns = 0
  const exchange = openExchange({
    checks: on,
    tenant: 't',
    clock: {
      now: () => 0,
      after: () => () => {},
      ...(inTurns && {
        turn: async () => {
          turns++
        },
      }),
    },
    memory: remembers,
    holdCharacters: 65_536,
  })
  const session = openSession(exchange, { direction, stream: false })
  const text = JSON.stringify(texts)
  let at = 1
  const opens: Part[] = texts.map((_, id) => ({
    id,
    origin: direction === 'answer' ? 'model' : 'user',
    kind: 'text',
  }))
  const unit: Unit = {
    text,
    lanes: 'all',
    opens,
    writes: texts.map((value, part) => {
      const inside = JSON.stringify(value).length - 2
      const literal = [at + 1, at + 1 + inside] as const
      at += inside + 3
      return { part, path: `[${part}]`, literal, value, form: 'json' }
    }),
    ends: opens.map(({ id }) => id),
    splices: [],
  }
  session.push(unit)
  const { units, block } = await session.end()
  return { turns, units, block: block?.code, findings: exchange.findings, looks: exchange.looks }
}

const near = (at: number, said: string) => `${'a b\u00e9 '.repeat(at / 5 + 1).slice(0, at)}${said}`
/** Something to find, whole or cut by a window's end, at every place around it. */
const TEXTS = [0, 1, 5, 10, 11, 12, 18].map(
  (before) =>
    near(WINDOW - before, ' The Vault IS open, ada@example.com ') +
    near(WINDOW - 40 - before, ' 4111 1111 1111 1111 ') +
    near(WINDOW, '\u{1F600} the end'),
)

describe.each(['request', 'answer'] as const)('a long %s', (direction) => {
  test('says and becomes the same in windows as whole', async () => {
    const on = await checks()
    for (const text of TEXTS) {
      const whole = await judge(on, direction, ['hi', text, 'bob@example.com'], false)
      const cut = await judge(on, direction, ['hi', text, 'bob@example.com'], true)
      expect(whole.turns).toBe(0)
      expect(cut.turns).toBeGreaterThan(2)
      expect(cut.units).toEqual(whole.units)
      expect(cut.units[0]!.text).toContain('[CREDIT_CARD]')
      const sorted = ({ findings }: typeof cut) => findings.map((finding) => JSON.stringify(finding)).sort()
      expect(sorted(cut)).toEqual(sorted(whole))
      expect(whole.findings.length).toBe(4)
    }
  })

  test('is blocked the same, and all that was found is told', async () => {
    const on = await checks('flag', 'block')
    const whole = await judge(on, direction, [TEXTS[3]!], false)
    const cut = await judge(on, direction, [TEXTS[3]!], true)
    expect([cut.block, cut.units]).toEqual(['keywords.words', []])
    expect(whole.block).toBe('keywords.words')
    expect(cut.findings).toHaveLength(whole.findings.length)
  })
})

test('what was found in windows is remembered, and says the same', async () => {
  const on = await checks()
  const remembers = memory(
    (text) => text.slice(-20) + text.length,
    () => [],
    1 << 20,
  )
  const first = await judge(on, 'request', [TEXTS[0]!], true, remembers)
  const again = await judge(on, 'request', [TEXTS[0]!], true, remembers)
  expect(again.units).toEqual(first.units)
  expect(again.findings).toHaveLength(first.findings.length)
  expect(again.looks.remembered).toBe(2)
})

test('many short texts take turns as well', async () => {
  const { turns, units } = await judge(await checks(), 'request', Array(2000).fill('some text'), true)
  expect(turns).toBe(0)
  const more = await judge(await checks(), 'request', Array(20_000).fill('some text'), true)
  expect(more.turns).toBeGreaterThan(20)
  expect(units).toHaveLength(1)
})

test('what was edited stays whole, and pieces are the text', () => {
  const long = 'x'.repeat(WINDOW * 2 + 10)
  expect(windows([{ text: 'short', from: 0, to: 5, edited: false }])).toBeUndefined()
  const pieces = windows([
    { text: long, from: 0, to: long.length, edited: false },
    { text: long, from: long.length, to: long.length + 3, edited: true },
  ])!
  expect(pieces.map(({ text }) => text.length)).toEqual([WINDOW, WINDOW, 10, long.length])
  expect(pieces.map(({ text }) => text).join('')).toBe(long + long)
  expect(pieces.map(({ from, to }) => [from, to])).toEqual([
    [0, WINDOW],
    [WINDOW, WINDOW * 2],
    [WINDOW * 2, WINDOW * 2 + 10],
    [long.length, long.length + 3],
  ])
})
