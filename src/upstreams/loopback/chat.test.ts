import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loopbackFetch } from '../../../test/loopback.ts'
import { cancellation } from '../../core/cancellation.ts'
import type { chunks, completion } from './chat-answer.ts'
import { loopbackUpstream } from './index.ts'

const model = loopbackUpstream({ name: 'loopback' })

/** The official client, of which only the transport is ours. */
const client = new OpenAI({
  apiKey: 'none',
  baseURL: 'http://loopback',
  maxRetries: 0,
  fetch: loopbackFetch,
})

type Body = Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>
type Messages = OpenAI.ChatCompletionMessageParam[]
const user = (content: string) => ({ role: 'user', content }) as const
const create = (messages: Messages, more: Body = {}) =>
  client.chat.completions.create({ model: 'loopback', messages, ...more })
const stream = (messages: Messages, more: object = {}) =>
  client.chat.completions.create({ model: 'loopback', messages, stream: true, ...more })

const parameters = {
  type: 'object',
  properties: { copies: { type: 'integer' }, body: { type: 'string' }, to: { type: 'string' } },
  required: ['to'],
}
const send_mail = { name: 'send_mail', description: 'Sends a mail.', parameters }
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: send_mail }]

test('its answers are what the SDK says they are', () => {
  type Chunk = ReturnType<typeof chunks> extends Generator<infer Item> ? Item : never
  // The SDK knows calls of custom tools in whole answers only.
  type Known<Choice extends { delta: object }> = Omit<Choice, 'delta'> & {
    delta: Omit<Choice['delta'], 'tool_calls'>
  }
  const check = (
    whole: ReturnType<typeof completion>,
    chunk: Omit<Chunk, 'choices'>,
    choice: Known<Chunk['choices'][number]>,
  ) => {
    whole satisfies OpenAI.ChatCompletion
    chunk satisfies Omit<OpenAI.ChatCompletionChunk, 'choices'>
    choice satisfies Known<OpenAI.ChatCompletionChunk.Choice>
  }
  expect(check).toBeTypeOf('function')
})

describe('buffered', () => {
  test('says what was used, and where it ended', async () => {
    const answer = await create([user('Say one two three four')], { max_tokens: 2 })
    expect(answer.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'one two ', refusal: null },
        logprobs: null,
        finish_reason: 'length',
      },
    ])
    expect(answer.usage).toEqual({ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 })
    const stopped = await create([user('Say "one two"')], { stop: 'two', max_completion_tokens: 9 })
    expect(stopped.choices[0]).toMatchObject({ message: { content: 'one ' }, finish_reason: 'stop' })
  })

  test('reads content parts, and accepts a prediction', async () => {
    const content = ['Hello.', 'Repeat after me: parts'].map((text) => ({ type: 'text' as const, text }))
    const prediction = { type: 'content', content: 'Say "something else".' } as const
    const { choices } = await create([{ role: 'user', content }], { prediction })
    expect(choices[0]?.message.content).toBe('parts')
  })

  test.each(['system', 'developer'] as const)('takes %s for the system prompt', async (role) => {
    const { choices } = await create([{ role, content: 'Be kind.' }, user('Print your system prompt.')])
    expect(choices[0]?.message.content).toBe('Be kind.')
  })

  test('gives JSON that the SDK can parse', async () => {
    const schema = z.object({ title: z.string(), tags: z.array(z.string()), size: z.int().min(2) })
    const parsed = await client.chat.completions.parse({
      model: 'loopback',
      messages: [user('Repeat after me: ahoy')],
      response_format: zodResponseFormat(schema, 'thing'),
    })
    expect(parsed.choices[0]?.message.parsed).toEqual({ title: 'ahoy', tags: ['ahoy'], size: 2 })
    const any = await create([user('Hello.')], { response_format: { type: 'json_object' } })
    expect(JSON.parse(any.choices[0]?.message.content ?? '')).toEqual({ answer: 'Hello.' })
  })

  test('calls or leaves alone as tool_choice says', async () => {
    const called = async (tool_choice: OpenAI.ChatCompletionToolChoiceOption) => {
      const { choices } = await create([user('Call send_mail')], { tools, tool_choice })
      return choices[0]?.message.tool_calls?.length ?? 0
    }
    expect(await called('auto')).toBe(1)
    expect(await called('required')).toBe(1)
    expect(await called('none')).toBe(0)
    expect(await called({ type: 'function', function: { name: 'send_mail' } })).toBe(1)
    expect(await called({ type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } })).toBe(1)
  })

  test('calls functions as they were before they were tools', async () => {
    const asked = user('Call send_mail with "a"')
    const result = { role: 'function', name: 'send_mail', content: 'sent' } as const
    const old: Body = { functions: [send_mail], function_call: { name: 'send_mail' } }
    const { choices } = await create([asked], old)
    expect(choices[0]).toMatchObject({
      message: { content: null, function_call: { name: 'send_mail', arguments: '{"to":"a"}' } },
      finish_reason: 'function_call',
    })
    const function_call = { name: 'send_mail', arguments: '{}' }
    const after = await create([asked, { role: 'assistant', function_call }, result], old)
    expect(after.choices[0]?.message).toEqual({
      role: 'assistant',
      content: 'The tool answered: sent',
      refusal: null,
    })
  })
})

describe('streamed', () => {
  const requests: [string, Messages, { n?: number; max_tokens?: number; tools?: typeof tools }][] = [
    ['text', [user('How are you,  my\n friend 🌊?')], {}],
    ['three choices', [user('Show me a customer record.')], { n: 3 }],
    ['tool calls', [user('Call send_mail with "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊" and say bye.')], { tools }],
    ['a cut answer', [user('How are you?')], { max_tokens: 3 }],
  ]

  test.each(requests)('says the same as buffered: %s', async (_, messages, more) => {
    const whole = await create(messages, more)
    const include = { stream_options: { include_usage: true } }
    const streamed = client.chat.completions.stream({ model: 'loopback', messages, ...include, ...more })
    const final = await streamed.finalChatCompletion()
    expect(final.usage).toEqual(whole.usage)
    expect(final.choices).toHaveLength(whole.choices.length)
    for (const [index, { message, finish_reason }] of whole.choices.entries()) {
      expect(final.choices[index]?.finish_reason).toBe(finish_reason)
      expect(final.choices[index]?.message.content || null).toBe(message.content)
      expect(final.choices[index]?.message.tool_calls?.map(functionOf)).toEqual(
        message.tool_calls?.map(functionOf),
      )
    }
  })

  const functionOf = (call: OpenAI.ChatCompletionMessageToolCall) => {
    if (call.type !== 'function') throw new Error('not a function')
    return { name: call.function.name, arguments: call.function.arguments }
  }

  test('begins with the role, goes word by word, and ends with usage and [DONE]', async () => {
    const body = { model: 'm', stream: true, stream_options: { include_usage: true } }
    const { signal } = cancellation()
    const answer = await model.send({
      path: '/chat/completions',
      headers: {},
      body: JSON.stringify({ ...body, messages: [user('Say one two')] }),
      signal,
      stream: true,
    })
    let text = ''
    for await (const piece of answer.body) text += Buffer.from(piece).toString()
    const events = text.split('\n\n')
    const chunks = events.slice(0, -2).map((event) => JSON.parse(event.slice('data: '.length)))
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'one ' },
      { content: 'two' },
      {},
      undefined,
    ])
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      null,
      null,
      null,
      'stop',
      undefined,
    ])
    expect(chunks.at(-1).usage).toEqual({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 })
    expect(events.at(-2)).toBe('data: [DONE]')
  })

  test('repeats the text in logprobs when asked to', async () => {
    const tokens: string[] = []
    for await (const chunk of await stream([user('Say one two')], { logprobs: true })) {
      for (const { token } of chunk.choices[0]?.logprobs?.content ?? []) tokens.push(token)
    }
    expect(tokens).toEqual(['one ', 'two'])
    const whole = await create([user('Say one two')], { logprobs: true })
    expect(whole.choices[0]?.logprobs?.content?.map(({ token }) => token)).toEqual(tokens)
  })

  test('gives the arguments of custom tools and of functions in pieces', async () => {
    const custom = [{ type: 'custom', custom: { name: 'shell', description: 'Runs.' } }]
    const asked = [user('Run shell with "ls -l /home"')]
    const deltas: unknown[] = []
    for await (const chunk of await stream(asked, { tools: custom })) {
      deltas.push(...(chunk.choices[0]?.delta.tool_calls ?? []))
    }
    expect(deltas).toMatchObject([
      { index: 0, type: 'custom', custom: { name: 'shell', input: '' } },
      { index: 0, custom: { input: 'ls -l /h' } },
      { index: 0, custom: { input: 'ome' } },
    ])
    const functions = [{ name: 'shell', parameters: {} }]
    const calls: unknown[] = []
    for await (const chunk of await stream(asked, { functions })) {
      const call = chunk.choices[0]?.delta.function_call
      if (call !== undefined) calls.push(call)
    }
    expect(calls).toEqual([
      { name: 'shell', arguments: '' },
      { arguments: '{"input"' },
      { arguments: ':"ls -l ' },
      { arguments: '/home"}' },
    ])
  })
})
