import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Upstream } from '../types.ts'
import { breaker } from './breaker.ts'
import { watched } from './index.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
/** The circuit settles in promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a breaker', () => {
  /** One that opened just now. */
  async function opened() {
    const one = breaker()
    for (let i = 0; i < 5; i++) one.begin().failed()
    await settled()
    expect(one.state).toBe('open')
    return one
  }

  test('opens after five failures in a row, and no success ends the row but one that is whole', async () => {
    const one = breaker()
    for (let i = 0; i < 20; i++) {
      const trying = one.begin()
      trying.answered()
      if (i % 5 === 4) trying.served()
      else trying.failed()
      await settled()
    }
    await settled()
    expect([one.state, one.wait()]).toEqual(['closed', 0])
    for (let i = 0; i < 5; i++) {
      const trying = one.begin()
      trying.answered()
      trying.failed()
    }
    await settled()
    expect([one.state, one.wait()]).toEqual(['open', 1_000])
  })

  test('a trial that fails doubles the time, to half a minute', async () => {
    const one = await opened()
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      waits.push(one.wait())
      later(one.wait() - 1)
      // Sent all the same: this says nothing.
      one.begin().failed()
      later(1)
      expect(one.wait()).toBe(0)
      one.begin().failed()
      await settled()
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  test('one trial at a time; its first headers close it', async () => {
    const one = await opened()
    later(1_000)
    const trial = one.begin()
    expect([one.state, one.wait()]).toEqual(['half-open', Number.POSITIVE_INFINITY])
    one.begin().answered()
    one.begin().failed()
    await settled()
    expect(one.state).toBe('half-open')
    trial.answered()
    await settled()
    expect([one.state, one.wait()]).toEqual(['closed', 0])
    // From here on it counts anew.
    trial.failed()
    for (let i = 0; i < 3; i++) one.begin().failed()
    await settled()
    expect(one.state).toBe('closed')
    one.begin().failed()
    await settled()
    expect([one.state, one.wait()]).toEqual(['open', 1_000])
  })

  test('callers that leave their trials do not lengthen the time', async () => {
    const one = await opened()
    for (let i = 0; i < 3; i++) {
      later(1_000)
      one.begin().abandoned()
      await settled()
      expect([one.state, one.wait()]).toEqual(['open', 1_000])
    }
  })

  test('what ends after it has opened changes nothing', async () => {
    const one = breaker()
    const slow = one.begin()
    for (let i = 0; i < 5; i++) one.begin().failed()
    await settled()
    slow.served()
    slow.failed()
    later(5_000)
    slow.failed()
    await settled()
    expect(one.state).toBe('open')
    expect(one.wait()).toBe(0)
  })
})

describe('a rate limit', () => {
  const health = () => watched({ name: 'one' } as Upstream).health

  test('is for one model, for as long as it says, a minute at most', () => {
    const one = health()
    one.cool('big', 5_000)
    one.cool('huge', 3_600_000)
    expect(['big', 'huge', 'small'].map(one.wait)).toEqual([5_000, 60_000, 0])
    expect(one.standing()).toEqual({ state: 'closed', cooling: 2 })
    later(5_000)
    expect(['big', 'huge'].map(one.wait)).toEqual([0, 55_000])
    expect(one.standing()).toEqual({ state: 'closed', cooling: 1 })
  })

  test('of many models is forgotten oldest first: callers choose their names', () => {
    const one = health()
    for (let i = 0; i < 1_000; i++) one.cool(`m${i}`, 5_000)
    expect(one.standing().cooling).toBe(256)
    expect([one.wait('m743'), one.wait('m744')]).toEqual([0, 5_000])
  })
})
