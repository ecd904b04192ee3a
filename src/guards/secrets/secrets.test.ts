import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ports, viewOf } from '../../../test/guard-law.ts'
import { canonicalise } from '../../core/canonical/index.ts'
import type { Guard, Opinion } from '../../core/types.ts'
import { base62, crc32, endsInBase62, isBech32 } from './checksums.ts'
import { PROVIDERS } from './find.ts'
import { secrets } from './index.ts'
import { NAMED } from './shapes/named.ts'
import { SHAPES } from './tokens.ts'

type PartGuard = Guard & { scope: 'part' }
const open = (config: unknown = {}): PartGuard =>
  secrets.open(secrets.config.parse(config), ports) as PartGuard
const look = (guard: PartGuard, text: string): Opinion => guard.inspect(viewOf(guard, { text })) as Opinion
const codes = (guard: PartGuard, text: string): string[] => look(guard, text).hits.map(({ code }) => code)

describe('the configuration', () => {
  it.each([
    { providers: ['nobody'] },
    { allow: ['hunter2'] },
    { allow: ['A'.repeat(64)] },
    { generic: 'no' },
    { entropy: 3 },
  ])('refuses %j', (config) => {
    expect(() => secrets.config.parse(config)).toThrow()
  })

  it('declares only the codes that it can yield', () => {
    const config = secrets.config.parse({ providers: ['aws'], generic: false })
    expect(Object.keys(secrets.codes(config))).toEqual([
      'secret.aws',
      'secret.private_key',
      'secret.jwt',
      'secret.connection_string',
    ])
    expect(Object.keys(secrets.codes(secrets.config.parse({})))).toHaveLength(PROVIDERS.length + 4)
  })

  it('knows 150 providers and more', () => {
    expect(PROVIDERS.length).toBeGreaterThanOrEqual(150)
    for (const provider of PROVIDERS) expect(provider).toMatch(/^[a-z][a-z0-9]*$/)
  })
})

describe('forms.jsonl', () => {
  const guard = open()
  const rows = readFileSync(new URL('./forms.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; text: string; codes: string[] })

  it('has an example of every form', () => {
    expect(rows).toHaveLength(SHAPES.length + NAMED.length)
  })

  it.each(rows)('$name', ({ text, codes: wanted }) => {
    expect(codes(guard, text)).toEqual(wanted)
  })

  it('needs nothing else to find them than their provider', () => {
    for (const { text, codes: wanted } of rows) {
      const provider = wanted[0]!.slice(wanted[0]!.indexOf('.') + 1)
      expect(codes(open({ providers: [provider], generic: false }), text)).toEqual(wanted)
    }
  })
})

it('has needles that can be found in canonical text', () => {
  for (const needle of open().needles!) expect(canonicalise(needle, 0).text.trim()).toBe(needle)
})

describe('checksums', () => {
  it('CRC-32 and base 62, as published', () => {
    expect(crc32('123456789')).toBe(0xcbf43926)
    expect(base62(61, 6)).toBe('00000z')
    const body = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2'
    const token = `ghp_${body}${base62(crc32(body), 6)}`
    expect(endsInBase62(token)).toBe(true)
    expect(endsInBase62(`${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`)).toBe(false)
    const [right] = look(open(), token).hits
    const [wrong] = look(open(), token.replace('aB3', 'aB4')).hits
    expect([right?.score, wrong?.score]).toEqual([1, 0.6])
  })

  it('bech32 (BIP 173)', () => {
    expect(isBech32('A12UEL5L')).toBe(true)
    expect(isBech32('A12UEL5M')).toBe(false)
  })
})

describe('what gets round a search by pattern', () => {
  const guard = open()
  const body = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2'
  const token = `ghp_${body}${base62(crc32(body), 6)}`

  it.each([
    ['invisible characters', [...token].join('\u200b')],
    [
      'full-width characters',
      [...token].map((c) => (c === '_' ? c : String.fromCharCode(c.charCodeAt(0) + 0xfee0))).join(''),
    ],
    ['a look-alike', token.replace('p', 'р')],
    ['soft hyphens and a mark', token.replace('B', 'B\u00ad\u0301')],
  ])('%s', (_, text) => {
    const { hits } = look(guard, `take ${text} now`)
    expect(hits.map(({ code, span }) => [code, span])).toEqual([
      ['secret.github', [5, 5 + text.trimEnd().length - (text.endsWith('\u200b') ? 1 : 0)]],
    ])
  })
})

it('says nothing of the value', () => {
  const value = 'Kd83hs!ka92'
  for (const { reason } of look(open(), `password = "${value}"`).hits) expect(reason).not.toContain(value)
})

it('lets known values pass', () => {
  const value = 'AKIAQYLPMN5HHHFPZAM2'
  const allow = [createHash('sha256').update(value).digest('hex')]
  expect(codes(open({ allow }), `${value} AKIAQYLPMN5HHHFPZAM3`)).toEqual(['secret.aws'])
})

describe('one megabyte of its worst', () => {
  const guard = open()
  it.each([
    'key',
    'key=',
    'key             ',
    'password="',
    'sk-',
    'xoxb-',
    'eyJaaaaaaaa.',
    '://a:b@',
    '-----BEGIN PRIVATE KEY-----\n',
    'bearer aB3',
    'glpat-',
    'snyk_uat.aaaaaaaa.',
    '$2a$',
    'AzCa',
    '-us',
    'pаssword=“х” ',
    'token: abcdefghijklmnopqrstuvwxyz0123456789',
    'A',
    ' ',
  ])('%j', (unit) => {
    const text = unit.repeat(Math.ceil(2 ** 20 / unit.length))
    const before = performance.now()
    look(guard, text)
    // Only a search that grows with the square takes so long.
    expect(performance.now() - before).toBeLessThan(20_000)
  })
})
