import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checks, exchange, finds, request, rule } from '../../test/drive.ts'
import { sha256 as digest, runningSha256 } from '../adapters/digest.ts'
import { memory } from './memory.ts'
import type { Checks, Hit, Part } from './types.ts'

const part = (rest: Partial<Part> = {}): Part => ({ id: 0, origin: 'user', kind: 'text', ...rest })
const hits = (count: number): Hit[] =>
  Array.from({ length: count }, (_, i) => ({ code: 'a.b', reason: 'r', score: 1, span: [i, i + 1] as const }))

describe('memory', () => {
  it('knows what was found by the same build in the same text, and nothing else', () => {
    const kept = memory(digest, runningSha256, 1e6)
    const found = hits(2)
    kept.recall('t', part(), 'text').set('build', found)
    expect(kept.recall('t', part({ id: 9, group: 'g' }), 'text').get('build')).toEqual(found)
    expect(kept.recall('t', part(), 'text').get('other build')).toBeUndefined()
    expect(kept.recall('other tenant', part(), 'text').get('build')).toBeUndefined()
    expect(kept.recall('t', part({ origin: 'tool' }), 'text').get('build')).toBeUndefined()
    expect(kept.recall('t', part({ kind: 'tool_call' }), 'text').get('build')).toBeUndefined()
    expect(kept.recall('t', part({ medium: 'image' }), 'text').get('build')).toBeUndefined()
    expect(kept.recall('t', part(), 'text ').get('build')).toBeUndefined()
  })

  it('keeps the latest used and stays within its bytes, also where nothing is set', () => {
    const kept = memory((text) => text, runningSha256, 20_000)
    for (let i = 0; i < 1000; i++) {
      kept.recall('t', part(), `unset ${i}`)
      kept.recall('t', part(), `text ${i}`).set('b', hits(1))
      expect(kept.recall('t', part(), 'text 0').get('b')).toEqual(hits(1))
    }
    const left = Array.from({ length: 1000 }, (_, i) =>
      kept.recall('t', part(), `text ${i}`).get('b'),
    ).filter(Boolean)
    expect(left.length).toBeGreaterThan(5)
    expect(left.length).toBeLessThan(50)
  })

  it('does not keep what alone is larger than it may be', () => {
    const kept = memory(digest, runningSha256, 4000)
    kept.recall('t', part(), 'a').set('b', hits(10_000))
    expect(kept.recall('t', part(), 'a').get('b')).toBeUndefined()
    kept.recall('t', part(), 'c').set('b', hits(1))
    expect(kept.recall('t', part(), 'c').get('b')).toEqual(hits(1))
  })
})

describe('an exchange with a memory', () => {
  const long = `${'words '.repeat(400)}a secret, `
  const message = (content: unknown, role = 'user') => ({ messages: [{ role, content }] })
  const with_ = (on: Checks, kept: ReturnType<typeof memory>, tenant = 't') =>
    exchange(on, { memory: kept, tenant })
  const masks = checks([
    rule('input', 'transform', finds('secret', { replace: '[X]' })),
    rule('context', 'flag', finds('secret')),
  ])

  it('does the same with what it remembers as with what it finds, seams and tokens included', async () => {
    const piece = fc.constantFrom('sec', 'ret', 'secret', ' ', 'x', '\n', 'words '.repeat(400))
    const contents = fc.array(
      fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 4 },
    )
    const tokens = checks([rule('input', 'transform', finds('secret', { token: 'NAME' }))])
    await fc.assert(
      fc.asyncProperty(contents, fc.boolean(), async (pieces, masked) => {
        const on = masked ? tokens : masks
        const kept = memory(digest, runningSha256, 1e6)
        const body = message(pieces.map((text) => ({ type: 'text', text })))
        const runs = []
        for (const ex of [exchange(on), with_(on, kept), with_(on, kept)])
          runs.push(await request(on, body, ex))
        const [fresh, first, again] = runs.map(({ sent, block, ex }) => ({
          sent,
          block,
          findings: ex.findings,
        }))
        expect(first).toEqual(fresh)
        expect(again).toEqual(fresh)
        const { looks } = runs[2]!.ex
        if (pieces.join('').length >= 2048) expect(looks.remembered).toBe(looks.all)
      }),
      { numRuns: 200 },
    )
  })

  it('asks no guard about what it remembers, and asks again for another tenant, origin or build', async () => {
    const kept = memory(digest, runningSha256, 1e6)
    const looks = async (on: Checks, body: unknown, tenant = 't') =>
      (await request(on, body, with_(on, kept, tenant))).ex.looks
    expect(await looks(masks, message(long))).toEqual({ remembered: 0, all: 1 })
    expect(await looks(masks, message(long))).toEqual({ remembered: 1, all: 1 })
    expect(await looks(masks, message(long), 'other')).toEqual({ remembered: 0, all: 1 })
    expect(await looks(masks, message(long, 'system'))).toEqual({ remembered: 0, all: 1 })
    expect(await looks(masks, message(long, 'tool'))).toEqual({ remembered: 0, all: 1 })
    const rebuilt = checks([
      rule('input', 'transform', finds('words', { replace: 'X' }), { build: 'another' }),
    ])
    expect(await looks(rebuilt, message(long))).toEqual({ remembered: 0, all: 1 })
    expect((await request(rebuilt, message(long), with_(rebuilt, kept))).sent).not.toContain('words')
  })

  it('remembers no failure, and nothing that a guard counts', async () => {
    const kept = memory(digest, runningSha256, 1e6)
    let failing = true
    const flaky = checks([
      rule('input', 'block', {
        ...finds('secret'),
        scope: 'part',
        inspect(view) {
          if (failing) throw new Error('x')
          return { hits: [], settled: view.offset + view.text.length }
        },
      }),
    ])
    expect((await request(flaky, message(long), with_(flaky, kept))).block?.code).toBe('guard.failed')
    failing = false
    expect((await request(flaky, message(long), with_(flaky, kept))).block).toBeUndefined()
    const counts = checks([
      rule('input', 'block', {
        scope: 'exchange',
        hold: 0,
        lookbehind: 0,
        begin: () => ({ inspect: (view) => ({ hits: [], settled: view.offset + view.text.length }) }),
      }),
    ])
    for (let i = 0; i < 2; i++)
      expect((await request(counts, message(long), with_(counts, kept))).ex.looks).toEqual({
        remembered: 0,
        all: 1,
      })
  })
})
