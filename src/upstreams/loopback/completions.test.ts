import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { loopbackFetch } from '../../../test/loopback.ts'
import { cancellation } from '../../core/cancellation.ts'
import type { completion } from './completions.ts'
import { loopbackUpstream } from './index.ts'

const model = loopbackUpstream({ name: 'loopback' })

/** The official client, of which only the transport is ours. */
const client = new OpenAI({
  apiKey: 'none',
  baseURL: 'http://loopback',
  maxRetries: 0,
  fetch: loopbackFetch,
})

type Body = Omit<OpenAI.CompletionCreateParamsNonStreaming, 'model' | 'stream'>
const create = (body: Body) => client.completions.create({ model: 'loopback', ...body })
const texts = async (body: Body) => (await create(body)).choices.map(({ text }) => text)

test('its answers are what the SDK says they are', () => {
  const check = (whole: ReturnType<typeof completion>) => whole satisfies OpenAI.Completion
  expect(check).toBeTypeOf('function')
})

describe('buffered', () => {
  test('is a whole completion', async () => {
    const answer = await create({ prompt: 'Say one two' })
    expect(answer).toEqual({
      id: expect.stringMatching(/^cmpl-/),
      object: 'text_completion',
      created: expect.any(Number),
      model: 'loopback',
      choices: [{ index: 0, text: 'one two', logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    })
  })

  test('every prompt gets its own answers', async () => {
    expect(await texts({ prompt: ['Say one', 'Say two'], n: 2, echo: true })).toEqual([
      'Say oneone',
      'Say oneone',
      'Say twotwo',
      'Say twotwo',
    ])
    const several = await texts({ prompt: 'Hello.', n: 3 })
    expect(new Set(several).size).toBe(3)
  })

  test('token numbers are answered plainly', async () => {
    expect(await texts({ prompt: [1, 2, 3] })).toEqual([expect.stringContaining('"3 token numbers"')])
    expect(await texts({ prompt: [[1], [1, 2]] })).toEqual([
      expect.stringContaining('"1 token numbers"'),
      expect.stringContaining('"2 token numbers"'),
    ])
    expect(await texts({ prompt: null })).toEqual([expect.stringContaining('""')])
  })

  test('obeys what is to follow, too', async () => {
    expect(await texts({ prompt: 'Dear Ada,', suffix: 'Now say ahoy.' })).toEqual(['ahoy'])
  })

  test('says where it ended', async () => {
    const cut = await create({ prompt: 'Say one two three', max_tokens: 2 })
    expect(cut.choices[0]).toMatchObject({ text: 'one two ', finish_reason: 'length' })
    const stopped = await create({ prompt: 'Say one two three', stop: ['two'] })
    expect(stopped.choices[0]).toMatchObject({ text: 'one ', finish_reason: 'stop' })
  })

  test('repeats the text in logprobs when asked to, even the prompt alone', async () => {
    const answer = await create({ prompt: 'Say one two', logprobs: 0, echo: true, max_tokens: 0 })
    expect(answer.choices[0]).toMatchObject({
      text: 'Say one two',
      logprobs: {
        tokens: ['Say ', 'one ', 'two'],
        token_logprobs: [-0.01, -0.01, -0.01],
        text_offset: [0, 4, 8],
      },
    })
  })
})

describe('streamed', () => {
  test.each<[string, Body]>([
    ['text', { prompt: 'How are you,  my\n friend 🌊?' }],
    ['choices that take turns', { prompt: ['Hello.', 'Goodbye.'], n: 2 }],
    ['a cut answer', { prompt: 'Say one two three', max_tokens: 2 }],
    ['with the prompt', { prompt: 'Say one', echo: true, logprobs: 1 }],
  ])('says the same as buffered: %s', async (_, body) => {
    const whole = await create(body)
    const joined = whole.choices.map(({ index }) => ({
      index,
      text: '',
      tokens: [] as string[],
      offsets: [] as number[],
      finish_reason: '',
    }))
    let usage: unknown
    const options = { stream: true, stream_options: { include_usage: true } } as const
    for await (const chunk of await client.completions.create({ model: 'loopback', ...body, ...options })) {
      usage = chunk.usage
      for (const { index, text, logprobs, finish_reason } of chunk.choices) {
        const choice = joined[index]
        if (choice === undefined) throw new Error('a choice too many')
        choice.text += text
        choice.tokens.push(...(logprobs?.tokens ?? []))
        choice.offsets.push(...(logprobs?.text_offset ?? []))
        choice.finish_reason = finish_reason
      }
    }
    expect(usage).toEqual(whole.usage)
    expect(joined).toEqual(
      whole.choices.map(({ index, text, logprobs, finish_reason }) => ({
        index,
        text,
        tokens: logprobs?.tokens ?? [],
        offsets: logprobs?.text_offset ?? [],
        finish_reason,
      })),
    )
  })

  test('goes word by word, and ends with [DONE]', async () => {
    const { signal } = cancellation()
    const body = JSON.stringify({ model: 'm', prompt: 'Say one two', stream: true })
    const answer = await model.send({ path: '/completions', headers: {}, body, signal, stream: true })
    let text = ''
    for await (const piece of answer.body) text += Buffer.from(piece).toString()
    const events = text.split('\n\n').filter((event) => event !== '')
    expect(events.pop()).toBe('data: [DONE]')
    const choices = events.map((event) => JSON.parse(event.slice('data: '.length)).choices[0])
    expect(choices.map((choice) => [choice.text, choice.finish_reason])).toEqual([
      ['one ', null],
      ['two', null],
      ['', 'stop'],
    ])
  })
})
