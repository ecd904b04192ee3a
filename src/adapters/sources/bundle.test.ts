import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { CompactSign } from 'jose'
import { describe, expect, test } from 'vitest'
import { bundle, packed, tarEntry } from '../../../test/bundle.ts'
import { fetchedProblem } from '../../policy/sources.ts'
import { readBundle } from './bundle.ts'

const read = (bytes: Buffer) => readBundle(bytes, undefined, () => '')
const why = (bytes: Buffer) => read(bytes).then(String, (error: Error) => error.message)
const RULE = 'package acme\n\nallow if input.x\n'

describe('what a bundle holds', () => {
  test('rules, data where they lie, and its manifest', async () => {
    const files = {
      '/acme/rule.rego': RULE,
      '/data.json': { acme: { a: 1 } },
      './acme/lists/data.yaml': 'b: 2\n',
      'README.md': 'to be read by people',
      '.manifest': { revision: 'r', roots: ['/acme/'], metadata: { any: 1 }, rego_version: 1 },
    }
    expect(await read(bundle(files))).toEqual({
      modules: [{ file: 'acme/rule.rego', source: RULE }],
      data: [
        { file: 'data.json', source: '{"acme":{"a":1}}', at: [], yaml: false },
        { file: 'acme/lists/data.yaml', source: 'b: 2\n', at: ['acme', 'lists'], yaml: true },
      ],
      bundle: { revision: 'r', roots: ['acme'] },
    })
  })

  test('long names, as pax and GNU write them', async () => {
    const long = `${'folder/'.repeat(20)}rule.rego`
    const record = (length: number) => `${length} path=${long}\n`
    const pax = record(record(100).length)
    for (const before of [tarEntry('x', pax, 'x'), tarEntry('././@LongLink', `${long}\0`, 'L')]) {
      const { modules } = await read(packed([before, tarEntry('cut', RULE)]))
      expect(modules).toEqual([{ file: long, source: RULE }])
    }
  })

  test.each([
    ['a link', packed([tarEntry('a.rego', '', '2')]), 'a.rego is neither a file nor a folder'],
    [
      'a way out',
      packed([tarEntry('a/../../b.rego', RULE)]),
      'a name in the archive leads out of it, or is none',
    ],
    [
      'the same twice',
      packed([tarEntry('a.rego', RULE), tarEntry('/a.rego', RULE)]),
      'a.rego is in the archive twice',
    ],
    ['a damaged header', packed([tarEntry('a.rego', RULE).fill('b', 0, 1)]), 'the archive is damaged'],
    ['one that is cut off', gzipSync(tarEntry('a.rego', RULE).subarray(0, 520)), 'the archive is cut off'],
    ['nothing', gzipSync(''), 'the archive is empty'],
    ['another file', Buffer.from('package acme'), 'it is not a whole gzip archive'],
    [
      'a delta',
      bundle({ 'patch.json': {} }),
      'it is a delta bundle, which is not taken: have the server send snapshots',
    ],
    ['what is no text', bundle({ 'a.rego': Buffer.of(0xff) }), 'a.rego is not UTF-8'],
    [
      'a manifest with a key twice',
      bundle({ '.manifest': '{"roots":[],"roots":["a"]}' }),
      /^.manifest is no good JSON/,
    ],
    ['rules of before 1.0', bundle({ '.manifest': { rego_version: 0 } }), /before OPA 1\.0/],
    ['one such rule', bundle({ '.manifest': { file_rego_versions: { '/a.rego': 0 } } }), /before OPA 1\.0/],
    ['WebAssembly', bundle({ '.manifest': { wasm: [{}] } }), /WebAssembly/],
    [
      'overlapping roots',
      bundle({ '.manifest': { roots: ['a', 'a/b'] } }),
      '.manifest: root "a/b" lies within another',
    ],
    ['a bomb', gzipSync(Buffer.alloc(34 * 1024 * 1024)), 'it unpacks to more than 33554432 bytes'],
    ['too much', Buffer.alloc(17 * 1024 * 1024), 'it is larger than 16777216 bytes'],
    [
      'too many files',
      packed(Array.from({ length: 5001 }, (_, i) => tarEntry(`${i}`, ''))),
      'there are more than 5000 files in the archive',
    ],
  ])('%s is refused', async (_, bytes, message) => {
    if (typeof message === 'string') expect(await why(bytes)).toBe(message)
    else expect(await why(bytes)).toMatch(message)
  })

  test.each([
    ['data', { 'other/data.json': '1' }],
    ['data in data', { 'data.json': { acme: 1, other: 1 } }],
    ['data of an object that holds a root', { 'data.json': { b: { c: 1 } } }],
    ['a package', { 'x.rego': 'package other\n' }],
    ['a package that only begins like a root', { 'x.rego': '# c\n\npackage acmes # c\n' }],
    ['a package whose name hides', { 'x.rego': 'package acme["b\\u0063"]\n' }],
    ['no package', { 'x.rego': 'allow := true\n' }],
  ])('%s outside its roots is refused', async (_, files) => {
    const fetched = await read(bundle({ '.manifest': { roots: ['acme', 'b/d'] }, ...files }))
    expect(fetchedProblem(fetched)).toMatch(/outside the roots|its package/)
  })

  test('what is damaged never ends otherwise than with an error or something good', async () => {
    const good = bundle({
      '/acme/rule.rego': RULE,
      '/acme/data.json': { a: [1] },
      '.manifest': { roots: ['acme'] },
    })
    const plain = Buffer.concat([
      tarEntry('a.rego', RULE),
      tarEntry('data.json', '{"a":1}'),
      Buffer.alloc(1024),
    ])
    const change = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), to: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(change, { maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (inside, changes, cut) => {
          const bytes = Buffer.from(inside ? plain : good)
          for (const { at, to } of changes) bytes[Math.floor(at * bytes.length)] = to
          const some = bytes.subarray(0, Math.ceil(cut * bytes.length))
          const fetched = await read(inside ? gzipSync(some) : some).catch((error: unknown) => {
            expect(error).toBeInstanceOf(Error)
            expect((error as Error).name).toBe('Error')
          })
          if (fetched) expect(['string', 'undefined']).toContain(typeof fetchedProblem(fetched))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('signatures', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const files = { 'acme/rule.rego': RULE, 'data.json': '{"acme": {"b": 1.0, "a": "\\u00e9"}}' }
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const listed = [
    { name: 'acme/rule.rego', hash: hash(RULE), algorithm: 'SHA-256' },
    { name: 'data.json', hash: hash('{"acme":{"a":"é","b":1.0}}'), algorithm: 'SHA-256' },
  ]
  async function signed(claims: object, key: KeyObject = pair.privateKey, header: object = {}) {
    const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign(key)
    return { '.signatures.json': { signatures: [token] } }
  }
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const keys = [{ id: 'k', algorithm: 'ES256', key: { env: 'K' } }]
  const verify = (of: object, more: object = {}) =>
    readBundle(bundle(of as Record<string, string>), { keys, ...more }, () => pem).then(
      () => 'good',
      (error: Error) => error.message,
    )

  test('what was signed, however it is written, is good', async () => {
    const signature = await signed({ files: listed })
    expect(await verify({ ...files, ...signature })).toBe('good')
    expect(await verify({ ...files, 'data.json': '{"acme":{"a":"é",\n"b":1.0}}', ...signature })).toBe('good')
  })

  test('nothing else is', async () => {
    const good = await signed({ files: listed })
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    expect(await verify(files)).toBe('it is not signed')
    expect(await verify({ ...files, ...good, 'acme/rule.rego': `${RULE}\n` })).toBe(
      'acme/rule.rego is not what was signed',
    )
    expect(await verify({ ...files, ...good, 'data.json': '{"acme":{"a":"é","b":1}}' })).toBe(
      'data.json is not what was signed',
    )
    expect(await verify({ ...files, ...good, 'more.txt': '' })).toBe('more.txt is not signed')
    expect(await verify({ 'acme/rule.rego': RULE, ...good })).toBe('data.json was signed and is missing')
    expect(await verify({ ...files, ...(await signed({ files: listed }, other)) })).toBe(
      'its signature is not one of key "k"',
    )
    expect(await verify({ ...files, ...good }, { scope: 'write' })).toBe('its signature is for another scope')
    expect(await verify({ ...files, ...(await signed({ files: listed, scope: 'read' })) })).toBe(
      'its signature is for another scope',
    )
    expect(await verify({ ...files, ...(await signed({ files: [...listed, listed[0]] })) })).toBe(
      'its signature names a file twice',
    )
    expect(
      await verify({
        ...files,
        ...(await signed({ files: listed.map((file) => ({ ...file, algorithm: 'MD5' })) })),
      }),
    ).toBe('acme/rule.rego is signed with a hash that is not taken')
    expect(await verify({ ...files, '.signatures.json': { signatures: ['a.b.c', 'a.b.c'] } })).toBe(
      '.signatures.json cannot be read',
    )
    expect(await verify({ ...files, '.signatures.json': { signatures: ['a.b.c'] } })).toBe(
      'its signature is not one of key "k"',
    )
    const two = [...keys, { id: 'l', algorithm: 'ES256', key: { env: 'K' } }]
    expect(await verify({ ...files, ...good }, { keys: two })).toBe(
      'it is signed with a key that "verify" does not name',
    )
    expect(
      await verify(
        { ...files, ...(await signed({ files: listed }, pair.privateKey, { kid: 'l' })) },
        { keys: two },
      ),
    ).toBe('good')
  })

  test('none but the algorithm of the key is taken', async () => {
    const token = await new CompactSign(Buffer.from(JSON.stringify({ files: listed })))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(pem))
    expect(await verify({ ...files, '.signatures.json': { signatures: [token] } })).toBe(
      'its signature is not one of key "k"',
    )
  })
})
