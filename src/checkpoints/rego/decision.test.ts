import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RegoAnswer } from '../../core/ports.ts'
import { objectionsOf } from './decision.ts'

const say = (answer: RegoAnswer, defines: readonly string[] = ['deny'], secret = false) =>
  objectionsOf(answer, { what: 'package acme', defines, secret })
const rules = (of: Record<string, unknown>, defines = Object.keys(of), secret = false) =>
  say({ rules: of } as RegoAnswer, defines, secret)
const undecided = [{ code: 'policy.undefined' }]

describe('a package', () => {
  test('that denies nothing lets the call pass', () => {
    expect(rules({ deny: [], allow: true, flag: [], transform: [] })).toEqual([])
    expect(rules({ deny: false })).toEqual([])
  })

  test('denies with words, a status, a code and a place', () => {
    expect(
      rules({
        deny: [
          'No.',
          { code: 422, msg: 'Not\nso.' },
          { code: 'context.too_long', msg: 'Too long.', path: 'a', span: [1, 2] },
          { code: 'pii.email' },
          { code: 'too_long' },
          {},
        ],
      }),
    ).toMatchObject([
      { code: 'policy.denied', said: 'No.', reason: 'rule "deny" of package acme: No.' },
      { code: 'policy.denied', said: 'Not so.', status: 422 },
      { code: 'context.too_long', under: 'policy.denied', status: 403, place: { path: 'a', span: [1, 2] } },
      { code: 'policy.pii.email', status: 403 },
      { code: 'policy.too_long' },
      { code: 'policy.denied' },
    ])
    expect(rules({ deny: true })).toMatchObject([{ code: 'policy.denied' }])
    expect(rules({ deny: 'No.' })).toMatchObject([{ said: 'No.' }])
    expect(rules({ allow: false })).toMatchObject([{ code: 'policy.denied' }])
  })

  test('flags, and changes texts', () => {
    expect(rules({ flag: ['odd'], transform: [{ path: 'a', replacement: 'b' }] })).toMatchObject([
      { code: 'policy.flagged' },
      { code: 'policy.transformed', place: { path: 'a' }, replacement: 'b' },
    ])
  })

  test('that was shown texts has its words told and not recorded', () => {
    const [told] = rules({ deny: ['You said swordfish.'] }, ['deny'], true)
    expect(told).toMatchObject({ said: 'You said swordfish.' })
    expect(told!.reason).not.toContain('swordfish')
  })

  test.each<[Record<string, unknown>, string[]?]>([
    [{}, ['deny']],
    [{ deny: [] }, ['deny', 'allow']],
    [{ allow: 'yes' }],
    [{ allow: null }],
    [{ deny: [1] }],
    [{ deny: [[]] }],
    [{ deny: null }],
    [{ deny: 7 }],
    [{ deny: [{ msg: 1 }] }],
    [{ deny: [{ code: 200 }] }],
    [{ deny: [{ code: 500 }] }],
    [{ deny: [{ code: 'Bad Code' }] }],
    [{ deny: [{ path: 1 }] }],
    [{ flag: true }],
    [{ transform: ['x'] }],
    [{ transform: [{ path: 'a' }] }],
    [{ transform: [{ replacement: 'a' }] }],
    [{ transform: [{ path: 'a', replacement: 'b', span: [2, 1] }] }],
    [{ deny: ['fine', 1] }],
    [{ deny: [{ code: 'flagged' }] }],
    [{ deny: [{ code: 'policy.transformed' }] }],
    [{ flag: [{ code: 'denied' }] }],
  ])('that yields what does not fit denies: %j', (of, defines) => {
    expect(rules(of, defines)).toMatchObject(undecided)
  })
})

test('a query is true, false, or a denial', () => {
  expect(say({ value: true })).toEqual([])
  expect(say({ value: false })).toMatchObject([{ code: 'policy.denied' }])
  for (const value of [1, 'true', null, [], {}]) expect(say({ value })).toMatchObject(undecided)
})

test('what failed or is undefined is a denial', () => {
  expect(say({ undefined: true })).toMatchObject(undecided)
  expect(say({ error: 'it took too long' })).toMatchObject([
    { code: 'policy.undefined', reason: 'package acme does not decide: it took too long' },
  ])
})

test('whatever a rule yields becomes objections, and only nothing passes', () => {
  fc.assert(
    fc.property(fc.constantFrom('allow', 'deny', 'flag', 'transform'), fc.jsonValue(), (name, value) => {
      const found = rules({ [name]: value })
      const passes =
        name === 'allow' ? value === true : Array.isArray(value) ? value.length === 0 : value === false
      expect(found.length === 0).toBe(passes && !(name !== 'allow' && name !== 'deny' && value === false))
    }),
  )
})
