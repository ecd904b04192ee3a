import { describe, expect, it } from 'vitest'
import { answerNow, bytes, checks, DONE, exchange, finds, rule, streamNow } from '../../../test/drive.ts'
import { type Json, seen, unseen } from '../../../test/markers.ts'
import type { Unit } from '../../core/types.ts'
import { openaiCompletions } from './index.ts'

const DOCUMENTED: { [key: string]: Json } = {
  model: 'gpt-3.5-turbo-instruct',
  prompt: ['one', 'two'],
  suffix: 'the end',
  best_of: 2,
  echo: true,
  frequency_penalty: 0,
  logit_bias: { '50256': -100 },
  logprobs: 2,
  max_tokens: 16,
  n: 2,
  presence_penalty: 0,
  seed: 7,
  stop: ['END'],
  stream: true,
  stream_options: { include_usage: true },
  temperature: 1,
  top_p: 1,
  user: 'u1',
}
const answered = (text: Json, more: { [key: string]: Json } = {}): { [key: string]: Json } => ({
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1700000000,
  model: 'gpt-3.5-turbo-instruct',
  choices: [{ text, index: 0, finish_reason: 'stop', ...more }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
})
const request = (text: string): Unit => openaiCompletions.request(text).unit
const body = (text: string): Unit => openaiCompletions.answer({}).body(text)
const event = (text: string): Unit => openaiCompletions.answer({}).push(bytes(`data: ${text}\n\n`))[0]!
const parts = (value: object) => {
  const { opens, writes } = request(JSON.stringify(value))
  return opens.map(({ id, origin, medium }) =>
    medium === undefined
      ? [
          origin,
          writes
            .filter(({ part }) => part === id)
            .map((write) => `${write.path}=${write.value}`)
            .join('|'),
        ]
      : [origin, medium],
  )
}

describe('what is read of a completion', () => {
  it('a marker at every place is read, whatever stands there instead of what should', () => {
    expect(unseen(DOCUMENTED, request)).toEqual([])
    expect(unseen(answered('hi'), body)).toEqual([])
    expect(unseen(answered('hi'), event)).toEqual([])
  })

  it('every prompt is a text of its own', () => {
    expect(parts({ model: 'm', prompt: 'one', suffix: 'two' })).toEqual([
      ['user', 'prompt=one'],
      ['user', 'suffix=two'],
    ])
    expect(parts({ model: 'm', prompt: ['one', 'two'] })).toEqual([
      ['user', 'prompt[0]=one'],
      ['user', 'prompt[1]=two'],
    ])
  })

  it('token numbers cannot be read, and that is said once for each list', () => {
    const tokens = ['user', 'tokens']
    expect(parts({ model: 'm', prompt: [1, 2, 3] })).toEqual([tokens])
    expect(
      parts({
        model: 'm',
        prompt: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([tokens, tokens])
    expect(parts({ model: 'm', prompt: [[1, 2], 'one'] })).toEqual([tokens, ['user', 'prompt[1]=one']])
    expect(parts({ model: 'm', prompt: null, prompt_embeds: 'QUJD' })).toEqual([['user', 'embeddings']])
  })

  it('refuses a key that differs from a known one only in case', () => {
    expect(() => request('{"Prompt":"x"}')).toThrow('differs from a known one only in case')
  })
})

describe('what leaves of a completion', () => {
  const masks = checks([rule('output', 'transform', finds('secret', { replace: '[X]' }))])
  const repeats = {
    logprobs: {
      tokens: ['sec', 'ret'],
      token_logprobs: [-1, -1],
      top_logprobs: [{ sec: -1 }, { ret: -1 }],
      text_offset: [0, 3],
    },
    token_ids: [1, 2],
  }

  it('what repeats the text is taken out', () => {
    const { out } = answerNow(exchange(masks), answered('a secret', repeats), openaiCompletions)
    expect(JSON.parse(out)).toEqual(answered('a [X]', { logprobs: null, token_ids: [] }))
  })

  it('a choice does not wait for another', () => {
    const delta = (text: string, index: number) =>
      `data: ${JSON.stringify({ choices: [{ text, index, finish_reason: null }] })}\n\n`
    const sent = [delta('a sec', 0), delta('plain', 1), delta('ret', 0), DONE]
    const { steps } = streamNow(exchange(masks), sent.map(bytes), openaiCompletions)
    expect(steps).toEqual(['', sent[1], delta('a [X]', 0) + delta('', 0), DONE, ''])
  })

  it('says how many tokens were used, and that it is complete', () => {
    const reader = openaiCompletions.answer({})
    reader.push(bytes('data: {"choices":[{"text":"a","index":0,"finish_reason":null}]}\n\n'))
    expect(reader.complete()).toBe(false)
    reader.push(bytes('data: {"choices":[{"text":"","index":0,"finish_reason":"length"}]}\n\n'))
    expect(reader.complete()).toBe(true)
    reader.push(bytes('data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'))
    expect(reader.usage()).toEqual({ inputTokens: 3, outputTokens: 4 })
  })

  it('the provider’s own error is none of the caller’s', () => {
    expect(() => body('{"error":{"message":"sk-1"}}')).toThrow('not available')
    expect(() => event('{"error":{"message":"sk-1"},"choices":[]}')).toThrow('not available')
    expect(seen(event('{"error":null,"choices":[]}')).texts).toEqual([])
  })
})
