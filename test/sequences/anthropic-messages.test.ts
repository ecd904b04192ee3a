import { readdirSync, readFileSync } from 'node:fs'
import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { describe, expect, it, vi } from 'vitest'
import { GateError } from '../../src/core/errors.ts'
import { openSession, type Release } from '../../src/core/session.ts'
import type { Checks } from '../../src/core/types.ts'
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts'
import type { AnswerOptions } from '../../src/protocols/types.ts'
import { eventReader } from '../../src/protocols/wire/sse.ts'
import { bytes, checks, exchange, finds, rule } from '../drive.ts'
import { seeded } from '../guard-law.ts'

vi.setConfig({ testTimeout: 120_000 })

const DIR = new URL('anthropic-messages/', import.meta.url)
const SEQUENCES = readdirSync(DIR).map((name): [string, string] => [
  name.replace('.txt', ''),
  readFileSync(new URL(name, DIR), 'utf8'),
])

const edit = { replace: '[X]' }
const masking = [
  rule('output', 'transform', finds('secret', edit)),
  rule('tool', 'transform', finds('number', { replace: '[N]' })),
]
const WATCHES = checks([rule('output', 'flag', finds('secret')), rule('output', 'flag', finds('poison'))])
const MASKS = checks(masking)
const BLOCKS = checks([
  ...masking,
  rule('output', 'block', finds('poison'), { actions: new Map([['test.word', 'block']]) }),
])

interface Streamed {
  out: string
  blocked: string | undefined
  /** What had left after each event. */
  left: string[]
}

/** Drives a stream that comes in these pieces as the gateway does, up to a block. */
function stream(on: Checks, chunks: readonly Uint8Array[], options: AnswerOptions = {}): Streamed {
  const session = openSession(exchange(on), { direction: 'answer', stream: true })
  const reader = anthropicMessages.answer({ withoutRepeats: true, ...options })
  const got: Streamed = { out: '', blocked: undefined, left: [] }
  const take = (release: Release) => {
    got.out += release.units.map(({ text }) => text).join('')
    got.left.push(got.out)
    got.blocked ??= release.block?.code
  }
  const push = (units: ReturnType<typeof reader.push>) => {
    for (const unit of units) if (got.blocked === undefined) take(session.push(unit) as Release)
  }
  for (const chunk of chunks) push(reader.push(chunk))
  push(reader.end())
  if (got.blocked === undefined) {
    take(session.end() as Release)
    expect(reader.complete()).toBe(true)
  }
  return got
}

/** What leaves of the same answer when it comes whole. */
function whole(
  on: Checks,
  body: string,
  options: AnswerOptions = {},
): { out: string; blocked: string | undefined } {
  const session = openSession(exchange(on), { direction: 'answer', stream: false })
  session.push(anthropicMessages.answer({ withoutRepeats: true, ...options }).body(body))
  const { units, block } = session.end() as Release
  return { out: units.map(({ text }) => text).join(''), blocked: block?.code }
}

/** What the official SDK makes of a stream, and the text that its user saw on the way. */
async function understood(
  sse: string,
): Promise<{ message?: Anthropic.Message; error?: unknown; seen: string }> {
  const client = new Anthropic({
    apiKey: 'none',
    baseURL: 'http://none',
    maxRetries: 0,
    fetch: async () => new Response(sse, { headers: { 'content-type': 'text/event-stream' } }),
  })
  let seen = ''
  const asked = { model: 'm', max_tokens: 1, messages: [] }
  const reading = client.messages.stream(asked).on('text', (text) => {
    seen += text
  })
  try {
    return { message: await reading.finalMessage(), seen }
  } catch (error) {
    return { error, seen }
  }
}

/** As it would have come whole. */
async function bodyOf(sse: string): Promise<string> {
  const { message, error } = await understood(sse)
  if (message === undefined) throw error
  return JSON.stringify(message)
}

const textOf = ({ content }: Pick<Anthropic.Message, 'content'>): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

function deltasOf(sse: string): string {
  const reader = eventReader()
  return [...reader.push(bytes(sse)), ...reader.end()]
    .map(({ text, data }) => JSON.parse(text.slice(...data[0]!)))
    .map((event) => (event.delta?.type === 'text_delta' ? event.delta.text : ''))
    .join('')
}

/** Every cutting in two, 200 drawn ones, and every byte for itself. */
function* cuttings(all: Uint8Array, seed: number): Generator<Uint8Array[]> {
  for (let cut = 1; cut < all.length; cut++) yield [all.subarray(0, cut), all.subarray(cut)]
  const draw = seeded(seed)
  for (let i = 0; i < 200; i++) {
    const cuts = Array.from({ length: 1 + draw(i % 2 === 0 ? 5 : 60) }, () => draw(all.length)).sort(
      (a, b) => a - b,
    )
    yield [0, ...cuts].map((from, k) => all.subarray(from, cuts[k] ?? all.length))
  }
  yield Array.from(all, (_, i) => all.subarray(i, i + 1))
}

it('the sequences are there', () => {
  expect(SEQUENCES.map(([name]) => name)).toEqual(['blocks', 'citations', 'plain', 'thinking', 'tool-use'])
})

describe.each(SEQUENCES)('law 7 over Anthropic’s events: %s', (name, sse) => {
  const all = bytes(sse)

  it('what nobody edits leaves byte for byte', () => {
    expect(stream(WATCHES, [all]).out).toBe(sse)
    expect(stream(WATCHES, [bytes(sse.replaceAll('\n', '\r\n'))]).out).toBe(sse.replaceAll('\n', '\r\n'))
  })

  it('a stream says what the whole answer says, however it is cut', async () => {
    const body = await bodyOf(sse)
    for (const options of [{}, { withoutCitations: true }]) {
      const once = stream(MASKS, [all], options)
      const { message, seen } = await understood(once.out)
      const expected = JSON.parse(whole(MASKS, body, options).out)
      expect(sameCitations(message!)).toEqual(sameCitations(expected))
      expect(JSON.stringify(message)).not.toMatch(/secret/)
      expect(seen).toBe(textOf(expected))
      expect(seen).toContain('[X]')
      for (const chunks of cuttings(all, name.length))
        if (stream(MASKS, chunks, options).out !== once.out)
          expect(chunks.map(({ length }) => length)).toBe('a cutting that gives the same')
    }
  })

  it('nothing leaves that what comes after could still change', () => {
    const { left } = stream(MASKS, [all])
    const reader = eventReader()
    let said = ''
    for (const [i, { text }] of reader.push(all).entries()) {
      said += deltasOf(text)
      const mayLeave = said.replaceAll('secret', '[X]')
      expect([i, mayLeave.startsWith(deltasOf(left[i]!))]).toEqual([i, true])
    }
  })

  it('a block that is whole leaves with its end, unless a text before it waits', () => {
    if (name === 'blocks' || name === 'citations') return
    const { left } = stream(MASKS, [all])
    let so = 0
    for (const [i, { text }] of eventReader().push(all).entries()) {
      so++
      if (text.includes('content_block_stop'))
        expect([i, eventReader().push(bytes(left[i]!)).length]).toEqual([i, so])
    }
  })

  it('with a block: a prefix, then the error, however it is cut', async () => {
    const once = stream(BLOCKS, [all])
    expect(once.blocked).toBe('test.word')
    expect(whole(BLOCKS, await bodyOf(sse)).blocked).toBe('test.word')
    const { error, seen } = await understood(
      once.out + anthropicMessages.error(new GateError('keywords.words'), 'stream'),
    )
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ type: 'policy_violation', errorCode: 'keywords.words' })
    expect(once.out).not.toMatch(/poi|message_stop/)
    const full = deltasOf(sse).replaceAll('secret', '[X]')
    expect(full.split('poison')[0]!.startsWith(seen)).toBe(true)
    for (const chunks of cuttings(all, name.length)) {
      const { out, blocked } = stream(BLOCKS, chunks)
      if (out !== once.out || blocked !== once.blocked)
        expect(chunks.map(({ length }) => length)).toBe('a cutting that gives the same')
    }
  })
})

/** No citation is said in two ways: none, or an empty list, as the SDK makes it of a stream. */
function sameCitations(message: Anthropic.Message): Anthropic.Message {
  const content = message.content.map((block) =>
    block.type === 'text' ? { ...block, citations: block.citations?.length ? block.citations : null } : block,
  )
  return { ...message, content }
}
