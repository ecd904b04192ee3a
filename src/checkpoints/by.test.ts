import { expect, test } from 'vitest'
import { call } from '../../test/checkpoints.ts'
import type { Caller } from '../core/types.ts'
import { by, describe, keyOf } from './by.ts'

const ada: Caller = {
  subject: 'ada',
  tenant: 'acme',
  roles: [],
  keyId: 'k1',
  claims: { team: 'red', org: { team: 'blue' }, 'a.b': 'dotted', a: { b: 'nested' }, list: ['x', 'y'] },
}
const key = (of: unknown, caller: Partial<Caller> = {}, more: { model?: string; boundary?: string } = {}) =>
  keyOf({ ...call(more), caller: { ...ada, ...caller } }, by.parse(of), (text) => text)

test('calls are counted together that are alike in what is named, and in nothing else', () => {
  for (const [of, same, differs] of [
    ['subject', { keyId: 'k2' }, { subject: 'bob' }],
    ['key', { subject: 'bob' }, { keyId: 'k2' }],
    ['tenant', { subject: 'bob' }, { tenant: 'umbrella' }],
    [{ claim: 'team' }, { subject: 'bob' }, { claims: { team: 'green' } }],
    [{ claim: 'org.team' }, { claims: { org: { team: 'blue' } } }, { claims: { org: { team: 'red' } } }],
    [['subject', { claim: 'team' }], { keyId: 'k2' }, { claims: { team: 'green' } }],
  ] as const) {
    expect(key(of, same)).toBe(key(of))
    expect(key(of, differs)).not.toBe(key(of))
  }
  expect(key('model', {}, { model: 'x' })).not.toBe(key('model'))
  expect(key('model', { tenant: 'umbrella' })).toBe(key('model'))
  expect(key('boundary', { tenant: 'umbrella', subject: 'bob' }, { model: 'x' })).toBe(key('boundary'))
})

test('a boundary has counts of its own, and so has each tenant', () => {
  expect(key('subject', {}, { boundary: 'other' })).not.toBe(key('subject'))
  for (const of of ['subject', 'key', { claim: 'team' }])
    expect(key(of, { tenant: 'umbrella' })).not.toBe(key(of))
})

test('who lacks what is named is counted with all who do', () => {
  const { keyId, claims, ...plain } = ada
  const bare = (subject: string, of: unknown) =>
    keyOf({ ...call(), caller: { ...plain, subject } }, by.parse(of), (text) => text)
  for (const of of ['key', { claim: 'team' }]) {
    expect(bare('ada', of)).toBe(bare('bob', of))
    expect(bare('ada', of)).not.toBe(key(of))
  }
})

test('a claim with a dot in its name goes before the way to one, and nothing is found that an object merely inherits', () => {
  expect(key({ claim: 'a.b' })).toContain('dotted')
  const none = key({ claim: 'nothing' }).replaceAll('nothing', '')
  for (const inherited of ['constructor', '__proto__', 'toString', 'team.length', 'list.length.x'])
    expect(key({ claim: inherited }).replaceAll(inherited, '')).toBe(none)
})

test('values cannot be made to look like others', () => {
  const two = ['subject', { claim: 'team' }]
  expect(key(two, { subject: 'a","b', claims: { team: 'c' } })).not.toBe(
    key(two, { subject: 'a', claims: { team: 'b","c' } }),
  )
  expect(key({ claim: 'team' }, { claims: { team: '1' } })).not.toBe(
    key({ claim: 'team' }, { claims: { team: 1 } }),
  )
})

test('it can be said in words', () => {
  expect(describe(by.parse(['tenant', { claim: 'org.team' }]))).toBe('tenant and claim org.team')
})
