import { describe, expect, test } from 'vitest'
import { GateError } from '../core/errors.ts'
import { attempts, network } from './attempts.ts'

const LIMIT = { points: 3, window: 60_000 }
const setUp = () => {
  const time = { now: 0 }
  const tries = attempts({ now: () => time.now, after: () => () => {} })
  /** The code that the address is told, or `good`. */
  const tell = async (address: string, code?: string): Promise<string> => {
    try {
      return await tries.watch(address, LIMIT, () => {
        if (code === undefined) return 'good'
        throw new GateError(code)
      })
    } catch (error) {
      const { code: told, retryAfter } = error as GateError
      return retryAfter === undefined ? told : `${told} ${retryAfter}`
    }
  }
  return { time, tries, tell }
}

describe('failed attempts', () => {
  test('past the limit are told to wait, until so many have come free', async () => {
    const { time, tell } = setUp()
    for (let i = 0; i < 3; i++) expect(await tell('192.0.2.1', 'auth.invalid')).toBe('auth.invalid')
    expect(await tell('192.0.2.1', 'auth.invalid')).toBe('auth.throttled 20')
    time.now = 15_000
    expect(await tell('192.0.2.1', 'auth.expired')).toBe('auth.throttled 5')
    time.now = 20_000
    expect(await tell('192.0.2.1', 'auth.invalid')).toBe('auth.invalid')
    expect(await tell('192.0.2.1', 'auth.invalid')).toBe('auth.throttled 20')
  })

  test('take nothing from good credentials, from other addresses, or from who shows none', async () => {
    const { tell } = setUp()
    for (let i = 0; i < 9; i++) await tell('192.0.2.1', 'auth.invalid')
    expect(await tell('192.0.2.1')).toBe('good')
    expect(await tell('192.0.2.1', 'auth.missing')).toBe('auth.missing')
    expect(await tell('192.0.2.1', 'auth.unavailable')).toBe('auth.unavailable')
    expect(await tell('192.0.2.2', 'auth.invalid')).toBe('auth.invalid')
  })

  test('never count good calls, however many', async () => {
    const { tell } = setUp()
    for (let i = 0; i < 100; i++) expect(await tell('192.0.2.1')).toBe('good')
    expect(await tell('192.0.2.1', 'auth.invalid')).toBe('auth.invalid')
  })

  test('keep what is dear from being done', async () => {
    const { tries, tell } = setUp()
    let dear = 0
    const token = (address: string) =>
      Promise.resolve(
        tries.watch(address, LIMIT, async (unlessThrottled) => {
          unlessThrottled()
          dear++
          throw new GateError('auth.invalid')
        }),
      ).catch(({ code }) => code)
    expect(await token('192.0.2.1')).toBe('auth.invalid')
    for (let i = 0; i < 9; i++) await tell('192.0.2.1', 'auth.invalid')
    expect(await token('192.0.2.1')).toBe('auth.throttled')
    expect(dear).toBe(1)
  })

  test('from more addresses than are remembered forget the oldest', async () => {
    const { tell } = setUp()
    for (let i = 0; i < 4; i++) await tell('192.0.2.1', 'auth.invalid')
    for (let i = 0; i < 50_000; i++)
      await tell(`2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::1`, 'auth.invalid')
    expect(await tell('192.0.2.1', 'auth.invalid')).toBe('auth.invalid')
    expect(await tell('2001:db8:c3:4f::1', 'auth.invalid')).toBe('auth.invalid')
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8:0001:02::', '2001:db8:1:2::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['1::2:3:4:5:192.0.2.1', '1:0:2:3::/64'],
  ['', ''],
])('the network of %s', (address, expected) => {
  expect(network(address)).toBe(expected)
})
