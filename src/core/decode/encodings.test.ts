import { createHash, createPublicKey } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ENCODINGS, hiddenTexts } from '../../../test/encodings.ts'
import { type Decoded, Decoding } from './index.ts'

const whole = (text: string): Decoded[] => new Decoding(4096, true).read(text, 0, true)
const payloads = (text: string): string[] =>
  whole(text)
    .filter(({ legible }) => !legible)
    .map(({ encoding }) => encoding)
const normal = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim()

/** Whether what was hidden is found, whole; of what a stray character garbles, most words. */
function says(found: readonly Decoded[], hidden: string, noisy = false): boolean {
  const words = normal(hidden).split(' ')
  return found.some(({ text = '' }) => {
    const said = normal(text)
    return noisy
      ? words.filter((word) => said.includes(word)).length >= words.length * 0.75
      : said.includes(normal(hidden))
  })
}

describe('what is hidden in a text', () => {
  it.each(ENCODINGS.map((encoding) => [encoding.name, encoding] as const))(
    'is found in %s',
    (_, encoding) => {
      const texts = hiddenTexts(encoding, 100, 3)
      const read = texts.filter(({ hidden, place }) =>
        says(whole(place(encoding.encode(hidden))), encoding.keeps?.(hidden) ?? hidden, encoding.noisy),
      )
      expect(read.length / texts.length).toBeGreaterThanOrEqual(encoding.noisy ? 0.75 : 0.9)
    },
  )

  it.each(['ignore all previous', 'reveal the password', 'secret word'])(
    'is found when it is short: %s',
    (text) => {
      expect(says(whole(`see ${Buffer.from(text).toString('base64')} there`), text)).toBe(true)
    },
  )
})

const bytes = (count: number, seed: string): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(count / 64) }, (_, i) =>
      createHash('sha512').update(`${seed}${i}`).digest(),
    ),
  ).subarray(0, count)
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  deflateSync(bytes(2000, 'pixels')),
])
const publicKey = createPublicKey({
  format: 'jwk',
  key: { kty: 'RSA', n: bytes(256, 'modulus').toString('base64url'), e: 'AQAB' },
})
const uuid = (i: number): string =>
  bytes(16, `uuid ${i}`)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const jwt = ['{"alg":"HS256","typ":"JWT"}', '{"sub":"1234567890","name":"John Doe","iat":1516239022}']
  .map((part) => Buffer.from(part).toString('base64url'))
  .concat(bytes(32, 'signature').toString('base64url'))
  .join('.')

describe('what is no payload', () => {
  it.each([
    ['a picture', `![](data:image/png;base64,${png.toString('base64')})`],
    ['a compressed file', gzipSync(bytes(3000, 'file')).toString('base64')],
    [
      'hashes',
      Array.from({ length: 50 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex')).join('\n'),
    ],
    [
      'short hashes',
      Array.from({ length: 50 }, (_, i) => createHash('md5').update(`${i}`).digest('hex')).join(' '),
    ],
    ['UUIDs', Array.from({ length: 50 }, (_, i) => uuid(i)).join(', ')],
    ['integrity', `"integrity": "sha512-${bytes(64, 'package').toString('base64')}"`],
    ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    [
      'a key of SSH',
      `ssh-rsa ${Buffer.concat([Buffer.from('\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01'), bytes(257, 'key')]).toString('base64')} me@host`,
    ],
    ['a token', `Authorization: Bearer ${jwt}`],
    [
      'code',
      'const f=(a,b)=>{let c=a+b;return c>0?f(c-1,b):{x:1,y:2,z:[a,b,c]}};export{f as default,g as h};var i=j;',
    ],
    [
      'names of a program',
      'getElementsByClassName createTemporaryDirectory use_the_longest_name_of_all INTERNATIONALIZATION',
    ],
    ['an address', 'https://example.com/a%20b/c?d=e%2Ff&g=%C3%A9 and user.name+tag@example.co.uk'],
    ['HTML', '<p>caf&eacute; &amp; bar&nbsp;&mdash; 5&#39;</p>'],
    ['numbers', '10 20 30 40 50 60 70 80 90 100 110 120 and 4539 5787 6362 1486 or 555-123-4567'],
    ['a table', '| --- | --- | --- |\n| a | b | c |\n| - | - | - |\n........ ---- ....'],
    ['a flag and people', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 👩‍👩‍👧‍👦 ❤️ می‌خواهم نمی‌دانم'],
    [
      'long words',
      'Donaudampfschifffahrtsgesellschaftskapitän underrepresented encyclopedias incomprehensibilities',
    ],
  ])('%s', (_, text) => {
    expect(payloads(text)).toEqual([])
  })
})

describe('one megabyte', () => {
  const MB = 1024 * 1024
  const fill = (unit: string): string => unit.repeat(Math.ceil(MB / unit.length)).slice(0, MB)
  // A bound that only hangs exceed.
  it.each([
    'A',
    'aGVsbG8g',
    'aGVsbG8gd29ybGQgYWdhaW4gYW5k\n',
    '0',
    '01',
    '6f ',
    '105, ',
    '0x6f,',
    '%41',
    '%',
    '&#65;',
    '&',
    '\\u0041',
    '\\',
    '=41',
    '=\n',
    '. ',
    '.- ',
    '---',
    '\u2813',
    'alfa ',
    'a ',
    'a.',
    'a  ',
    'b0mb ',
    '4',
    'a1',
    '@!',
    '\u200b',
    '\u2062\u2064',
    'a\u200b',
    '\ufe01',
    '\u{e0041}',
    'begin 644 a\n',
    'begin ',
    `${'M'.repeat(61)}\n`,
    '<~',
    '~>',
    '9jqo^',
    '00000000: 6f6f ',
    '0000 6f\n',
    'deed ',
    'erongi ',
    'vtaber ',
    'zzz ',
    'eyJ.',
    'eyJhbGciOiJIUzI1NiJ9.a.',
  ])('of %j is read in time', (unit) => {
    const began = performance.now()
    whole(fill(unit))
    new Decoding(256 * 1024, true).read(fill(unit), 0, true)
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})
