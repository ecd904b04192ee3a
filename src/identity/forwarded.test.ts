import { describe, expect, test } from 'vitest'
import { addresses } from './certificates.ts'
import { commonName, lastForwarded } from './forwarded.ts'

describe('x-forwarded-client-cert', () => {
  test.each<[string, object]>([
    ['URI=spiffe://a/b', { uris: ['spiffe://a/b'] }],
    // The example of Envoy's documentation.
    [
      'By=http://frontend.lyft.com;Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688;Subject="/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client";URI=http://testclient.lyft.com',
      { uris: ['http://testclient.lyft.com'], subject: '/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client' },
    ],
    ['By=a;Hash=b;Subject="";URI=c;DNS=lyft.com;DNS=www.lyft.com', { uris: ['c'], subject: '' }],
    ['URI=a;URI=b', { uris: ['a', 'b'] }],
    ['URI=a,URI=b', { uris: ['b'] }],
    ['URI=a, Hash=1;URI="b"', { uris: ['b'] }],
    ['Hash=1;URI=', { uris: [] }],
    ['uri=a', { uris: ['a'] }],
    [String.raw`Subject="CN=a\",URI=evil";URI=b`, { uris: ['b'], subject: 'CN=a",URI=evil' }],
    [String.raw`Subject="a\\";URI=b`, { uris: ['b'], subject: 'a\\' }],
    ['Subject="x;URI=evil,URI=evil";URI=b', { uris: ['b'], subject: 'x;URI=evil,URI=evil' }],
  ])('%s', (header, expected) => {
    expect(lastForwarded(header)).toEqual(expected)
  })

  test.each([
    '',
    ' ',
    'spiffe://a/b',
    'URI',
    'URI=a;',
    'URI=a,',
    ',URI=a',
    'Subject="a',
    'Subject="a"b;URI=c',
    'URI=a"b',
    'Subject="a";Subject="b"',
    'URI=a\u0000;=b',
  ])('not of that form: %j', (header) => {
    expect(lastForwarded(header)).toBeUndefined()
  })

  test('32 KiB of it are read at once', () => {
    for (const piece of ['URI=a,', 'Subject="\\"', ';', '"', 'a=', 'URI=a;']) {
      const began = Date.now()
      lastForwarded(piece.repeat(32_768 / piece.length))
      commonName(piece.repeat(32_768 / piece.length))
      expect(Date.now() - began).toBeLessThan(1000)
    }
  })
})

describe('the common name', () => {
  test.each<[string, string]>([
    ['CN=bot', 'bot'],
    ['CN=Test Client,OU=Lyft,L=San Francisco', 'Test Client'],
    ['OU=a, CN=b', 'b'],
    [String.raw`CN=Bot\, the 1st,O=x`, 'Bot, the 1st'],
    [String.raw`CN=J\C3\BCrgen`, 'Jürgen'],
    ['cn=a=b', 'a=b'],
    ['OU=x+CN=y', 'y'],
    ['2.5.4.3=oid', 'oid'],
  ])('%s', (subject, name) => {
    expect(commonName(subject)).toBe(name)
  })

  test.each([
    '',
    'O=a',
    'CN=',
    'CN=a,CN=b',
    'CN=a,',
    '/CN=a',
    'CN=#0c0161',
    'CN="a"',
    'CN=a;CN=b',
    'CN=a\\',
    'CN',
  ])('none: %j', (subject) => {
    expect(commonName(subject)).toBeUndefined()
  })
})

test('addresses', () => {
  const trusted = addresses(['10.0.0.0/8', '192.0.2.7', 'fd00::/8'])
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', 'fd12::1'])
    expect([address, trusted(address)]).toEqual([address, true])
  for (const address of ['11.0.0.1', '192.0.2.8', '::1', 'fe80::1', '::ffff:11.0.0.1', '', 'x', undefined])
    expect([address, trusted(address)]).toEqual([address, false])
})
