import { describe, expect, test } from 'vitest'
import { claimAt, claimPath } from './claims.ts'

const CLAIMS = JSON.parse(`{
  "org": "acme", "groups": ["a", "b"], "realm_access": { "roles": ["agent"] },
  "https://acme.example/tenant": "namespaced", "https://acme.example/roles": [{ "name": "x" }, {}, { "name": "y" }],
  "kubernetes.io": { "namespace": "shop", "serviceaccount": { "name": "bot" } },
  "cognito:groups": ["c"], "teams": [{ "ids": ["1", "2"] }, { "ids": ["3"] }], "__proto__": "own"
}`)

test.each<[string, unknown]>([
  ['org', 'acme'],
  ['groups', ['a', 'b']],
  ['groups[1]', 'b'],
  ['groups[2]', undefined],
  ['groups[]', ['a', 'b']],
  ['realm_access.roles', ['agent']],
  ['https://acme.example/tenant', 'namespaced'],
  ['https://acme.example/roles[].name', ['x', 'y']],
  ['["https://acme.example/roles"][0].name', 'x'],
  ['["kubernetes.io"].namespace', 'shop'],
  ['["kubernetes.io"].serviceaccount.name', 'bot'],
  ['kubernetes.io.namespace', undefined],
  ['cognito:groups[0]', 'c'],
  ['teams[].ids', ['1', '2', '3']],
  ['teams[].ids[]', ['1', '2', '3']],
  ['org.length', undefined],
  ['groups.length', undefined],
  ['org[0]', undefined],
  ['toString', undefined],
  ['constructor.name', undefined],
  ['__proto__', 'own'],
  ['absent.deep', undefined],
])('%s', (path, value) => {
  expect(claimAt(CLAIMS, claimPath(path)!)).toEqual(value)
})

describe('no path', () => {
  test.each([
    '',
    '.',
    '.a',
    'a.',
    'a..b',
    'a b',
    '[]',
    '[0]',
    '[0].a',
    'a[',
    'a[-1]',
    'a[1',
    'a["b"',
    'a]b',
    'a"b',
    'a'.repeat(257),
    `a${'[0]'.repeat(16)}`,
  ])('%s', (path) => {
    expect(claimPath(path)).toBeUndefined()
  })
})
