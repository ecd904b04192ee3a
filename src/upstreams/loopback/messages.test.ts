import Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loopbackFetch } from '../../../test/loopback.ts'
import { cancellation } from '../../core/cancellation.ts'
import { loopbackUpstream } from './index.ts'
import type { anthropicRefusal, message, steps } from './messages-answer.ts'

const model = loopbackUpstream({ name: 'loopback' })

/** The official client, of which only the transport is ours. */
const client = new Anthropic({
  apiKey: 'none',
  baseURL: 'http://loopback',
  maxRetries: 0,
  fetch: loopbackFetch,
})

type Body = Partial<Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'>>
type Content = Anthropic.MessageParam['content']
const bodyOf = (content: Content, more: Body = {}) => ({
  model: 'loopback',
  max_tokens: 1000,
  messages: [{ role: 'user' as const, content }],
  ...more,
})
const create = (content: Content, more: Body = {}) => client.messages.create(bodyOf(content, more))
const said = async (content: Content, more: Body = {}) =>
  (await create(content, more)).content
    .map((block) => (block.type === 'text' ? block.text : block.type))
    .join()

async function events(content: Content, more: Body = {}): Promise<Anthropic.MessageStreamEvent[]> {
  const seen: Anthropic.MessageStreamEvent[] = []
  for await (const event of await client.messages.create({ ...bodyOf(content, more), stream: true }))
    seen.push(event)
  return seen
}

const tools: Anthropic.Tool[] = [
  {
    name: 'send_mail',
    description: 'Sends a mail.',
    input_schema: { type: 'object', properties: { to: { type: 'string' } } },
  },
]

test('its answers are what the SDK says they are', () => {
  type Step = ReturnType<typeof steps> extends Generator<infer T> ? T : never
  const check = (
    whole: ReturnType<typeof message>,
    step: Exclude<Step, { type: 'ping' }>,
    refusal: ReturnType<typeof anthropicRefusal>,
  ) => {
    whole satisfies Anthropic.Message
    step satisfies Anthropic.MessageStreamEvent
    refusal satisfies Anthropic.ErrorResponse
  }
  expect(check).toBeTypeOf('function')
})

describe('buffered', () => {
  test('is a whole message', async () => {
    const answer = await create('Say one two', { system: 'Be kind.' })
    expect(answer).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'loopback',
      content: [{ type: 'text', text: 'one two' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 2 },
    })
    expect(answer.id).toMatch(/^msg_[0-9a-f]{24}$/)
  })

  test('says why it ended', async () => {
    const cut = await create('Say one two three', { max_tokens: 2 })
    expect(cut).toMatchObject({ content: [{ text: 'one two ' }], stop_reason: 'max_tokens' })
    const stopped = await create('Say one two three', { stop_sequences: ['four', 'two'] })
    expect(stopped).toMatchObject({
      content: [{ text: 'one ' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'two',
    })
    const called = await create('Say one two. Call send_mail', { tools, stop_sequences: ['two'] })
    expect(called).toMatchObject({ stop_reason: 'tool_use', stop_sequence: null })
  })

  test('calls tools', async () => {
    const { content } = await create('Call send_mail with {"to": "ada"}', { tools })
    expect(content).toEqual([
      {
        type: 'tool_use',
        id: expect.stringMatching(/^toolu_/),
        name: 'send_mail',
        input: { to: 'ada' },
        caller: { type: 'direct' },
      },
    ])
  })

  test('calls or leaves alone as tool_choice says', async () => {
    const chosen = (tool_choice: Anthropic.ToolChoice) => said('Hello.', { tools, tool_choice })
    expect(await chosen({ type: 'any' })).toBe('tool_use')
    expect(await chosen({ type: 'tool', name: 'send_mail' })).toBe('tool_use')
    expect(await chosen({ type: 'auto' })).toContain('Hello.')
    expect(await said('Call send_mail', { tools, tool_choice: { type: 'none' } })).toContain('Call send_mail')
  })

  test('thinks first when it is to', async () => {
    const { content } = await create('Say ahoy', { thinking: { type: 'enabled', budget_tokens: 1024 } })
    expect(content).toMatchObject([
      {
        type: 'thinking',
        thinking: expect.stringContaining('"Say ahoy"'),
        signature: expect.stringMatching(/.{40}/),
      },
      { type: 'text', text: 'ahoy' },
    ])
  })

  test('gives JSON that the SDK can parse', async () => {
    const format = zodOutputFormat(z.object({ title: z.string(), done: z.boolean() }))
    const parsed = await client.messages.parse({ ...bodyOf('Say ahoy'), output_config: { format } })
    expect(parsed.parsed_output).toEqual({ title: 'ahoy', done: true })
  })

  const text = (said: string) => ({ type: 'text' as const, text: said })
  const result = (content: NonNullable<Anthropic.ToolResultBlockParam['content']>) => ({
    type: 'tool_result' as const,
    tool_use_id: 'a',
    content,
  })
  const found = {
    type: 'search_result' as const,
    source: 'https://example.com/',
    title: 'Cats',
    content: [text('Now say ahoy.')],
  }
  test.each<[string, Content]>([
    ['a block', [text('Say ahoy')]],
    [
      'a document of text',
      [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Now say ahoy.' } }],
    ],
    [
      'a document of blocks',
      [{ type: 'document', source: { type: 'content', content: [text('Now say ahoy.')] } }],
    ],
    [
      "a document's title",
      [{ type: 'document', title: 'Please say ahoy', source: { type: 'url', url: 'x' } }],
    ],
    ['a search result', [found]],
    ['a result', [result('Now say ahoy.')]],
    ['a result of blocks, and a text', [result([text('Say ahoy')]), text('Go on.')]],
    ['a search result in a result', [result([found])]],
  ])('obeys %s', async (_, content) => {
    expect(await said(content)).toMatch(/^ahoy/)
  })

  test('quotes what a person says, not what they enclose', async () => {
    const source = { type: 'text' as const, media_type: 'text/plain' as const, data: 'Cats purr.' }
    expect(await said([{ type: 'document', source }, text('What is this?')])).toContain(
      '"What is this? Cats purr."',
    )
  })

  test('repeats a system prompt of blocks and of messages', async () => {
    const messages: Anthropic.MessageParam[] = [
      { role: 'system', content: 'And short.' },
      { role: 'user', content: 'Print your instructions.' },
    ]
    expect(await said('', { system: [text('Be kind.'), text('Be good.')], messages })).toBe(
      'Be kind.\nBe good.\nAnd short.',
    )
  })

  test('does not read images, and what it thought before', async () => {
    const data = Buffer.from('Say ahoy').toString('base64')
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data },
    }
    const messages: Anthropic.MessageParam[] = [
      { role: 'user', content: [text('Say one'), image] },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Say two', signature: 'x' }, text('one')],
      },
      { role: 'user', content: 'Say three' },
    ]
    expect(await said('', { messages })).toBe('three')
  })
})

describe('streamed', () => {
  test('thinking, text and calls come one after the other', async () => {
    const seen = await events('Say one two. Call send_mail with "ada@example.com".', {
      tools,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    })
    const order = seen.map((event) => (event.type === 'content_block_delta' ? event.delta.type : event.type))
    expect(order.filter((type, at) => type !== order[at - 1])).toEqual([
      'message_start',
      'content_block_start',
      'thinking_delta',
      'signature_delta',
      'content_block_stop',
      'content_block_start',
      'text_delta',
      'content_block_stop',
      'content_block_start',
      'input_json_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    const deltas = seen.flatMap((event) => (event.type === 'content_block_delta' ? [event.delta] : []))
    expect(deltas.flatMap((delta) => (delta.type === 'text_delta' ? [delta.text] : []))).toEqual([
      'one ',
      'two',
    ])
    expect(
      deltas.flatMap((delta) => (delta.type === 'input_json_delta' ? [delta.partial_json] : [])),
    ).toEqual(['{"to":"a', 'da@examp', 'le.com"}'])
    expect(seen.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' }, usage: { input_tokens: 10 } })
  })

  test('every event is named, and there is a ping', async () => {
    const body = JSON.stringify({ ...bodyOf('Say one'), stream: true })
    const { signal } = cancellation()
    const answer = await model.send({ path: '/messages', headers: {}, body, signal, stream: true })
    let text = ''
    for await (const piece of answer.body) text += Buffer.from(piece).toString()
    const named = text
      .trimEnd()
      .split('\n\n')
      .map((event) => /^event: (\w+)\ndata: (.+)$/.exec(event))
    expect(named.map((event) => event?.[1])).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    for (const event of named) expect(JSON.parse(event?.[2] ?? '').type).toBe(event?.[1])
  })

  test.each<[string, Content, Body]>([
    ['text', 'How are you,  my\n friend 🌊?', {}],
    ['a cut answer', 'How are you?', { max_tokens: 3 }],
    ['a stop sequence', 'Say one two', { stop_sequences: ['two'] }],
    ['calls', 'Call send_mail with "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊" and say bye.', { tools }],
    ['large numbers', 'Call send_mail with {"to": 12345678901234567890}', { tools }],
    ['thinking', 'Hello.', { thinking: { type: 'adaptive' } }],
  ])('says the same as buffered: %s', async (_, content, more) => {
    const whole = await create(content, more)
    const final = await client.messages.stream(bodyOf(content, more)).finalMessage()
    // Other bytes were asked.
    const ids = /"(?:msg|toolu)_[0-9a-f]+/g
    expect(JSON.parse(JSON.stringify(final).replace(ids, '"-'))).toMatchObject(
      JSON.parse(JSON.stringify(whole).replace(ids, '"-')),
    )
  })
})

test('tokens are counted', async () => {
  const { system, messages, model: name } = { ...bodyOf('Say one two'), system: 'Be kind.' }
  expect(await client.messages.countTokens({ model: name, system, messages })).toEqual({ input_tokens: 5 })
  const more = await client.messages.countTokens({ model: name, messages, tools })
  expect(more).toEqual({ input_tokens: 6 })
})

test("a refusal is an error of the SDK's own", async () => {
  const refused = client.messages.create(bodyOf('Hello.', { max_tokens: 0 }))
  await expect(refused).rejects.toBeInstanceOf(Anthropic.BadRequestError)
  await expect(refused).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' })
})
