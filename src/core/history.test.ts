import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checks, exchange, finds, request, rule } from '../../test/drive.ts'
import { runningSha256, sha256 } from '../adapters/digest.ts'
import { length } from '../guards/length/index.ts'
import { type Memory, memory } from './memory.ts'
import type { Checks, Guard } from './types.ts'

const filler = 'words and words '.repeat(300)
const limit = (maxCharacters: number) => length.open({ maxCharacters }, { secret: () => '' }) as Guard
const rules = (most: number) =>
  checks([
    rule('input', 'flag', finds('secret')),
    rule('context', 'transform', finds('secret', { replace: '[X]' })),
    rule('input', 'block', limit(most), { build: `length ${most}` }),
  ])
const remembering = (on: Checks, kept: Memory, tenant = 't') => exchange(on, { memory: kept, tenant })
const fresh = () => memory(sha256, runningSha256, 1e6)
const looksOf = async (on: Checks, body: unknown, kept: Memory, tenant = 't') =>
  (await request(on, body, remembering(on, kept, tenant))).ex.looks
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: string, args?: string) => ({
  role: 'assistant',
  content,
  ...(args && { tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: args } }] }),
})
const tool = (content: string) => ({ role: 'tool', tool_call_id: 'a', content })
const tools = [{ type: 'function', function: { name: 'f', description: 'finds things', parameters: {} } }]

describe('a request’s history', () => {
  it('gives, call after call, what judging all of it anew gives', async () => {
    const word = fc.constantFrom('plain ', 'secret ', filler, 'sec', 'ret', '')
    const content = fc.array(word, { maxLength: 4 }).map((words) => words.join(''))
    const message = fc.oneof(
      content.map(user),
      fc
        .array(
          content.map((text) => ({ type: 'text', text })),
          { maxLength: 3 },
        )
        .map(user),
      content.map((text) => assistant(text)),
      content.map((text) => assistant(text, JSON.stringify({ say: text }))),
      content.map(tool),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('before', 'after', 'none'),
        fc.integer({ min: 5_000, max: 60_000 }),
        async (messages, step, placed, most) => {
          const on = rules(most)
          const kept = fresh()
          for (let upTo = 1; upTo <= messages.length; upTo += step) {
            const said = messages.slice(0, upTo)
            const body =
              placed === 'before'
                ? { model: 'm', tools, messages: said }
                : { model: 'm', messages: said, ...(placed === 'after' && { tools }) }
            const [without, with_] = [exchange(on), remembering(on, kept)]
            const expected = await request(on, body, without)
            const given = await request(on, body, with_)
            expect([given.sent, given.block, with_.findings, with_.verdict]).toEqual([
              expected.sent,
              expected.block,
              without.findings,
              without.verdict,
            ])
            expect(with_.looks.all).toBe(without.looks.all)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  // Each message on its own is too short to be remembered.
  const short = filler.slice(0, 1500)
  const conversation = (turns: number) =>
    Array.from({ length: turns }, (_, i) => [user(`${short} ${i}`), assistant(`answer ${i}`)]).flat()
  const on = rules(10_000_000)

  it('is not looked at again', async () => {
    const kept = fresh()
    const first = [...conversation(3), user('what now?')]
    const next = [...first, assistant('this'), user('and then?')]
    expect(await looksOf(on, { messages: first }, kept)).toEqual({ remembered: 0, all: 14 })
    expect(await looksOf(on, { messages: next }, kept)).toEqual({ remembered: 14, all: 18 })
    expect(await looksOf(on, { messages: next }, kept)).toEqual({ remembered: 18, all: 18 })
    const again = [...next.slice(0, -1), user('or rather this?')]
    expect(await looksOf(on, { messages: again }, kept)).toEqual({ remembered: 16, all: 18 })
  })

  it('is looked at again for another tenant, under other rules, and where anything in it differs', async () => {
    const kept = fresh()
    const messages = [...conversation(4), user('what now?')]
    await looksOf(on, { messages }, kept)
    expect((await looksOf(on, { messages }, kept, 'other')).remembered).toBe(0)
    expect((await looksOf(rules(9_999_999), { messages }, kept)).remembered).toBe(0)
    for (const changed of [
      { model: 'other', messages },
      { messages: [{ ...messages[0], role: 'system' }, ...messages.slice(1)] },
      { messages: [user(`${short} 1`), ...messages.slice(1)] },
      { messages: [user([{ type: 'text', text: `${short} 0` }]), ...messages.slice(1)] },
    ])
      expect((await looksOf(on, changed, kept)).remembered, JSON.stringify(changed).slice(0, 60)).toBe(0)
    expect((await looksOf(on, { messages }, kept)).remembered).toBe(18)
  })

  it('does not hide an attack that was found in it, or that comes after it', async () => {
    const kept = fresh()
    const blocks = checks([rule('input', 'block', finds('secret'))])
    const attacked = [user(filler), user('a secret'), ...conversation(3)]
    for (let i = 0; i < 2; i++) {
      const { block } = await request(blocks, { messages: attacked }, remembering(blocks, kept))
      expect(block?.places[0]?.path).toBe('messages[1].content')
    }
    const clean = conversation(3)
    await request(blocks, { messages: clean }, remembering(blocks, kept))
    const after = await request(blocks, { messages: [...clean, user('a secret')] }, remembering(blocks, kept))
    expect(after.block?.places[0]?.path).toBe('messages[6].content')
  })

  it('counts for what is limited over the whole request', async () => {
    const kept = fresh()
    const most = filler.length * 3
    const limited = rules(most)
    const messages = [user(filler), assistant('yes'), user(filler)]
    expect((await request(limited, { messages }, remembering(limited, kept))).block).toBeUndefined()
    const more = [...messages, assistant('yes'), user(filler)]
    const ex = remembering(limited, kept)
    expect((await request(limited, { messages: more }, ex)).block?.code).toBe('length.exceeded')
    expect(ex.looks.remembered).toBeGreaterThan(0)
  })

  it('is not remembered where a rule counts and cannot go on, or where marks cut texts', async () => {
    const settled = { hits: [], settled: 0 }
    const counts = checks([
      rule('input', 'block', {
        scope: 'exchange',
        hold: 0,
        lookbehind: 0,
        begin: () => ({ inspect: (view) => ({ ...settled, settled: view.offset + view.text.length }) }),
      }),
    ])
    const marked = checks([rule('input', 'flag', finds('secret'))], {
      marks: [{ between: ['<d>', '</d>'], origin: 'retrieved' }],
    })
    for (const each of [counts, marked]) {
      const kept = fresh()
      const messages = Array.from({ length: 10 }, (_, i) => user(`${short} ${i}`))
      await looksOf(each, { messages }, kept)
      expect((await looksOf(each, { messages }, kept)).remembered).toBe(0)
    }
  })
})
