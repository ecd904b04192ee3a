import { expect, test } from 'vitest'
import { utf8InPieces } from './body.ts'

/** More than is decoded at once, with a character at every distance from where it is cut. */
const LENGTH = 4 * 1024 * 1024

test.each(['é', '€', '😀'])('a long body is not cut within a %s', async (character) => {
  for (const before of [0, 1, 2, 3]) {
    const text = 'x'.repeat(before) + character.repeat(LENGTH / 2)
    expect((await utf8InPieces(Buffer.from(text))) === text).toBe(true)
  }
})

test.each([
  ['a character that never ends', [0xf0, 0x9f, 0x98]],
  ['bytes that go on with none', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
  ['half a surrogate pair', [0xed, 0xa0, 0x80]],
])('%s is refused wherever a long body is cut', async (_, wrong) => {
  for (let at = LENGTH - 7; at <= LENGTH + 1; at++) {
    const bytes = Buffer.alloc(LENGTH + 1024, 'x')
    bytes.set(wrong, at)
    await expect(utf8InPieces(bytes)).rejects.toMatchObject({ code: 'body.invalid_utf8' })
  }
  const last = Buffer.concat([Buffer.alloc(LENGTH, 'x'), Buffer.from(wrong)])
  await expect(utf8InPieces(last)).rejects.toMatchObject({ code: 'body.invalid_utf8' })
})

test('a byte order mark stays, for who reads the text to refuse it', async () => {
  const text = await utf8InPieces(Buffer.from(`\ufeff${'x'.repeat(LENGTH)}`))
  expect(text.charCodeAt(0)).toBe(0xfeff)
})
