import { createHash } from 'node:crypto'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Request } from './certificates.ts'
import { identifier } from './identify.ts'
import { createKey, createKeyring, hashKey, type KeyCaller } from './keys.ts'
import type { Headers } from './shown.ts'

const KEY = createKey()
const OTHER = createKey()
const EXPIRING = createKey()
const NOW = Date.parse('2030-01-01T00:00:00Z')
const keyring = (now = NOW) =>
  createKeyring(
    [
      {
        name: 'service',
        tenant: 'acme',
        roles: ['agent'],
        boundaries: ['chat'],
        keys: [{ sha256: hashKey(KEY) }, { sha256: hashKey(EXPIRING), expires: '2030-01-01T02:00:00+01:00' }],
      },
      { name: 'other', tenant: 'else', roles: [], keys: [{ sha256: hashKey(OTHER) }] },
    ],
    () => now,
  )
const identify = (headers: Headers, now?: number) =>
  identifier({ keyring: keyring(now), issuers: [] })({
    headers,
    socket: new Socket(),
  } as Request) as KeyCaller
const refused = (code: string) => expect.objectContaining({ name: 'GateError', code })

test('a key has 256 random bits; its hash is the SHA-256 that any tool makes', () => {
  expect(KEY).toMatch(/^sp_[A-Za-z0-9_-]{43}$/)
  expect(Buffer.from(KEY.slice(3), 'base64url')).toHaveLength(32)
  expect(KEY).not.toBe(OTHER)
  expect(hashKey(KEY)).toBe(createHash('sha256').update(KEY).digest('hex'))
})

describe('who calls', () => {
  test.each<[string, Headers]>([
    ['authorization', { authorization: `Bearer ${KEY}` }],
    ['authorization in small letters', { authorization: `bearer  ${KEY} ` }],
    ['x-api-key', { 'x-api-key': KEY }],
    ['api-key', { 'api-key': KEY }],
    ['the same key in all of them', { authorization: `Bearer ${KEY}`, 'x-api-key': [KEY], 'api-key': KEY }],
    ['an empty header beside it', { authorization: '', 'x-api-key': KEY }],
  ])('is told by %s', (_, headers) => {
    expect(identify(headers)).toEqual({
      subject: 'service',
      tenant: 'acme',
      roles: ['agent'],
      boundaries: ['chat'],
      credentials: ['key'],
      keyId: hashKey(KEY).slice(0, 12),
    })
  })

  test('without boundaries, all', () => {
    expect(identify({ 'api-key': OTHER })).not.toHaveProperty('boundaries')
  })

  test('which of its keys', () => {
    expect(identify({ 'api-key': EXPIRING }, NOW).keyId).toBe(hashKey(EXPIRING).slice(0, 12))
  })
})

describe('who does not', () => {
  test.each<[string, Headers]>([
    ['nothing', {}],
    ['empty headers', { authorization: '', 'x-api-key': ' ', 'api-key': [] }],
  ])('auth.missing: %s', (_, headers) => {
    expect(() => identify(headers)).toThrow(refused('auth.missing'))
  })

  test.each<[string, Headers]>([
    ['an unknown key', { 'api-key': createKey() }],
    ['the hash of a key', { 'api-key': hashKey(KEY) }],
    ['a key in another case', { 'api-key': KEY.toUpperCase() }],
    ['two keys that disagree', { authorization: `Bearer ${KEY}`, 'x-api-key': OTHER }],
    ['two keys in one header', { 'x-api-key': [KEY, OTHER] }],
    ['the same key twice, as Node joins it', { 'x-api-key': `${KEY}, ${KEY}` }],
    ['more copies than anybody needs', { 'x-api-key': Array(9).fill(KEY) as string[] }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
    ['another scheme beside a good key', { authorization: 'Basic eDp5', 'x-api-key': KEY }],
    ['no scheme', { authorization: KEY }],
    ['a scheme alone', { authorization: 'Bearer ' }],
    ['a header that is too long', { 'x-api-key': 'x'.repeat(4097) }],
    ['a good key in a header that is too long', { 'x-api-key': KEY + ' '.repeat(4097) }],
  ])('auth.invalid: %s', (_, headers) => {
    expect(() => identify(headers)).toThrow(refused('auth.invalid'))
  })

  test('auth.expired: from that moment on', () => {
    const moment = Date.parse('2030-01-01T01:00:00Z')
    expect(identify({ 'api-key': EXPIRING }, moment - 1).subject).toBe('service')
    expect(() => identify({ 'api-key': EXPIRING }, moment)).toThrow(refused('auth.expired'))
    expect(identify({ 'api-key': KEY }, moment).subject).toBe('service')
  })

  test('auth.expired: a date that cannot be read', () => {
    const broken = createKeyring([
      { name: 'n', tenant: 't', roles: [], keys: [{ sha256: hashKey(KEY), expires: 'soon' }] },
    ])
    expect(() => broken.find(hashKey(KEY))).toThrow(refused('auth.expired'))
  })

  test('whatever is sent, either the holder of that very key is found or nobody', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(KEY, `Bearer ${KEY}`, `${KEY}x`, KEY.slice(0, -1), ''),
    )
    fc.assert(
      fc.property(value, value, (authorization, apiKey) => {
        const sent = [
          authorization
            .trim()
            .replace(/^bearer /i, '')
            .trim(),
          apiKey.trim(),
        ].filter((key) => key !== '')
        try {
          identify({ authorization, 'x-api-key': apiKey })
          expect(new Set(sent)).toEqual(new Set([KEY]))
        } catch (error) {
          expect(error).toEqual(expect.objectContaining({ status: 401 }))
          expect(String(error)).not.toContain(KEY)
        }
      }),
    )
  })
})
