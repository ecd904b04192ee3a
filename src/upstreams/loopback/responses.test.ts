import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import type {
  Response as Answer,
  ResponseInputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loopbackFetch } from '../../../test/loopback.ts'
import type { numbered, response, steps } from './responses-answer.ts'

/** The official client, of which only the transport is ours. */
const client = new OpenAI({
  apiKey: 'none',
  baseURL: 'http://loopback',
  maxRetries: 0,
  fetch: loopbackFetch,
})

type Body = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model' | 'stream'>
const create = (body: Body) => client.responses.create({ model: 'loopback', ...body })

async function events(body: Body): Promise<ResponseStreamEvent[]> {
  const seen: ResponseStreamEvent[] = []
  for await (const event of await client.responses.create({ model: 'loopback', ...body, stream: true })) {
    seen.push(event)
  }
  return seen
}

const send_mail: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'send_mail',
  description: 'Sends a mail.',
  parameters: { type: 'object', properties: { to: { type: 'string' } } },
  strict: false,
}
const shell: OpenAI.Responses.CustomTool = { type: 'custom', name: 'shell', description: 'Runs.' }

test('its answers are what the SDK says they are', () => {
  /** Repeated from the request as they were sent, so of no known type; or computed by the SDK. */
  type Repeated =
    | 'instructions'
    | 'max_output_tokens'
    | 'metadata'
    | 'parallel_tool_calls'
    | 'previous_response_id'
    | 'reasoning'
    | 'store'
    | 'temperature'
    | 'text'
    | 'tool_choice'
    | 'tools'
    | 'top_p'
    | 'truncation'
  type Known<T> = Omit<T, Repeated | 'output_text'>
  type Events = ReturnType<typeof numbered<ReturnType<typeof steps> extends Generator<infer T> ? T : never>>
  type Step = Events extends Generator<infer T> ? T : never
  type Lifecycle = { response: object }
  const check = (
    whole: Known<ReturnType<typeof response>>,
    step: Exclude<Step, Lifecycle>,
    begun: Known<Extract<Step, Lifecycle>['response']>,
  ) => {
    whole satisfies Known<Answer>
    begun satisfies Known<Answer>
    step satisfies ResponseStreamEvent
  }
  expect(check).toBeTypeOf('function')
})

describe('buffered', () => {
  test('is a whole response that repeats the request', async () => {
    const body = {
      instructions: 'Be kind.',
      input: 'Say one two',
      metadata: { a: 'b' },
      temperature: 0,
      tools: [send_mail],
    }
    const answer = await create(body)
    expect(answer).toMatchObject({
      object: 'response',
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'loopback',
      tool_choice: 'auto',
      text: { format: { type: 'text' } },
      output_text: 'one two',
      usage: { input_tokens: 8, output_tokens: 2, total_tokens: 10 },
    })
    const { input: _, ...repeated } = body
    expect(answer).toMatchObject(repeated)
    expect(answer.id).toMatch(/^resp_[0-9a-f]{24}$/)
    const content = [{ type: 'output_text', text: 'one two', annotations: [], logprobs: [] }]
    expect(answer.output).toEqual([
      { id: expect.any(String), type: 'message', status: 'completed', role: 'assistant', content },
    ])
  })

  test('says when it was cut short', async () => {
    const answer = await create({ input: 'Say one two three', max_output_tokens: 2 })
    expect(answer.output_text).toBe('one two ')
    expect(answer.status).toBe('incomplete')
    expect(answer.incomplete_details).toEqual({ reason: 'max_output_tokens' })
  })

  test('calls functions and custom tools', async () => {
    const input = 'Call send_mail with {"to": "ada"} and run shell with "ls".'
    const { output } = await create({ input, tools: [send_mail, shell, { type: 'web_search' }] })
    expect(output).toMatchObject([
      { type: 'function_call', name: 'send_mail', arguments: '{"to": "ada"}', status: 'completed' },
      { type: 'custom_tool_call', name: 'shell', input: 'ls' },
    ])
    const ids = output.flatMap((item) => ('call_id' in item ? [item.call_id] : []))
    expect(new Set(ids).size).toBe(2)
  })

  test('calls or leaves alone as tool_choice says', async () => {
    const called = async (tool_choice: NonNullable<Body['tool_choice']>) =>
      (await create({ input: 'Call send_mail', tools: [shell, send_mail], tool_choice })).output.map(
        (item) => ('name' in item ? item.name : item.type),
      )
    expect(await called('none')).toEqual(['message'])
    expect(await called({ type: 'function', name: 'send_mail' })).toEqual(['send_mail'])
    const plain = { input: 'Hello.', tools: [shell, send_mail] }
    const allowed = { type: 'allowed_tools' as const, mode: 'required' as const, tools: [] }
    expect((await create({ ...plain, tool_choice: allowed })).output).toMatchObject([{ name: 'shell' }])
    const custom = { type: 'custom' as const, name: 'shell' }
    expect((await create({ ...plain, tool_choice: custom })).output).toMatchObject([{ input: 'Hello' }])
  })

  test('gives JSON that the SDK can parse', async () => {
    const format = zodTextFormat(z.object({ title: z.string(), done: z.boolean() }), 'thing')
    const parsed = await client.responses.parse({
      model: 'loopback',
      input: 'Repeat after me: ahoy',
      text: { format },
    })
    expect(parsed.output_parsed).toEqual({ title: 'ahoy', done: true })
    const any = await create({ input: 'Hello.', text: { format: { type: 'json_object' } } })
    expect(any.output_text).toBe('{"answer":"Hello."}')
  })

  test.each<[string, ResponseInputItem[], string]>([
    ['parts', [{ role: 'user', content: [{ type: 'input_text', text: 'Say ahoy' }] }], 'ahoy'],
    [
      'developers',
      [
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'Print your rules.' },
      ],
      'Be kind.',
    ],
    [
      'what it said itself',
      [
        { role: 'user', content: 'Say one' },
        {
          type: 'message',
          id: 'm',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Say two', annotations: [] }],
        },
        { role: 'user', content: 'Say three' },
      ],
      'three',
    ],
    [
      'what a custom tool gave back',
      [
        { type: 'custom_tool_call', call_id: 'a', name: 'shell', input: 'say nothing' },
        {
          type: 'custom_tool_call_output',
          call_id: 'a',
          output: [{ type: 'input_text', text: 'Now say ahoy' }],
        },
      ],
      'ahoy',
    ],
    [
      'reasoning',
      [
        { role: 'user', content: 'Say ahoy' },
        { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'Say nothing' }] },
      ],
      'ahoy',
    ],
  ])('reads %s', async (_, input, text) => {
    expect((await create({ input })).output_text).toBe(text)
  })
})

describe('streamed', () => {
  test('a text goes word by word, between its beginning and its end', async () => {
    const seen = await events({ input: 'Say one two' })
    expect(seen.map(({ type }) => type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ])
    expect(seen.map(({ sequence_number }) => sequence_number)).toEqual(seen.map((_, at) => at))
    expect(
      seen.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])),
    ).toEqual(['one ', 'two'])
    expect(seen[0]).toMatchObject({ response: { status: 'in_progress', output: [] } })
  })

  test('calls come after it, in pieces', async () => {
    const input = 'Say bye. Call send_mail with "ada@example.com". Run shell with "ls -l /home".'
    const seen = await events({ input, tools: [send_mail, shell] })
    const pieces = seen.flatMap((event) =>
      event.type === 'response.function_call_arguments.delta' ||
      event.type === 'response.custom_tool_call_input.delta'
        ? [[event.output_index, event.delta]]
        : [],
    )
    expect(pieces).toEqual([
      [1, '{"to":"a'],
      [1, 'da@examp'],
      [1, 'le.com"}'],
      [2, 'ls -l /h'],
      [2, 'ome'],
    ])
    expect(seen.find(({ type }) => type === 'response.function_call_arguments.done')).toMatchObject({
      name: 'send_mail',
      arguments: '{"to":"ada@example.com"}',
    })
    expect(seen.find(({ type }) => type === 'response.custom_tool_call_input.done')).toMatchObject({
      input: 'ls -l /home',
    })
  })

  test.each<[string, Body]>([
    ['text', { input: 'How are you,  my\n friend 🌊?' }],
    ['a cut answer', { input: 'How are you?', max_output_tokens: 3 }],
    ['calls', { input: 'Call send_mail with "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊" and say bye.', tools: [send_mail] }],
    ['JSON', { input: 'Hello.', text: { format: { type: 'json_object' } } }],
    ['logprobs', { input: 'Say one two', include: ['message.output_text.logprobs'] }],
  ])('says the same as buffered: %s', async (_, body) => {
    const whole = await create(body)
    const final = await client.responses.stream({ model: 'loopback', ...body }).finalResponse()
    expect(final.status).toBe(whole.status)
    expect(final.output_text).toBe(whole.output_text)
    expect(final.usage).toEqual(whole.usage)
    // Other bytes were asked, so the ids differ; and the SDK adds what it parsed.
    const bare = (text: string) => text.replace(/[0-9a-f]{12,24}/g, '')
    expect(JSON.parse(bare(JSON.stringify(final.output)))).toMatchObject(
      JSON.parse(bare(JSON.stringify(whole.output))),
    )
  })

  test('repeats the text in logprobs when asked to', async () => {
    const seen = await events({ input: 'Say one two', include: ['message.output_text.logprobs'] })
    const tokens = seen.flatMap((event) =>
      event.type === 'response.output_text.delta' ? event.logprobs.map(({ token }) => token) : [],
    )
    expect(tokens).toEqual(['one ', 'two'])
  })

  test('ends with response.incomplete when it is cut short', async () => {
    const seen = await events({ input: 'Say one two three', max_output_tokens: 2 })
    expect(seen.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', output: [{ status: 'incomplete' }] },
    })
  })
})
