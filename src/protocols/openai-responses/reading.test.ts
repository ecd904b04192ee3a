import { describe, expect, it } from 'vitest'
import { bytes } from '../../../test/drive.ts'
import { type Json, seen, unseen } from '../../../test/markers.ts'
import { GateError } from '../../core/errors.ts'
import type { Origin, Unit } from '../../core/types.ts'
import { openaiResponses } from './index.ts'

type Fields = { [key: string]: Json }

const request = (value: Fields | string): Unit =>
  openaiResponses.request(typeof value === 'string' ? value : JSON.stringify(value)).unit
const body = (text: string): Unit => openaiResponses.answer({}).body(text)
const event = (text: string): Unit => {
  const reader = openaiResponses.answer({})
  return [...reader.push(bytes(`data: ${text}\n\n`)), ...reader.end()][0]!
}
const media = (value: Fields): string[] => seen(request(value)).media
const texts = (unit: Unit): string[] => unit.writes.map(({ value }) => value)
/** By text: whose it is. */
const origins = (unit: Unit): Record<string, Origin> =>
  Object.fromEntries(
    unit.writes.map(({ value, part }) => [value, unit.opens.find(({ id }) => id === part)!.origin]),
  )

const TOOLS: Fields[] = [
  { type: 'function', name: 'f', description: 'd', parameters: { a: { description: 'e' } }, strict: true },
  {
    type: 'custom',
    name: 'g',
    description: 'd',
    format: { type: 'grammar', syntax: 'lark', definition: 'x' },
  },
  {
    type: 'namespace',
    name: 'n',
    description: 'd',
    tools: [{ type: 'function', name: 'f', description: 'd' }],
  },
  { type: 'web_search', filters: { allowed_domains: ['a b'] }, user_location: { city: 'B' } },
  { type: 'file_search', vector_store_ids: ['vs_1'], filters: { key: 'k', type: 'eq', value: 'v' } },
  { type: 'mcp', server_label: 's', server_url: 'https://x.example', server_description: 'd' },
  { type: 'code_interpreter', container: { type: 'auto', file_ids: ['file_1'] } },
  { type: 'image_generation', input_image_mask: { file_id: 'file_1' } },
  { type: 'computer_use_preview', display_width: 1, display_height: 1, environment: 'mac' },
]
const CALL = { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{"q":"x"}' }
const SAID = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [
    {
      type: 'output_text',
      text: 'a',
      annotations: [{ type: 'url_citation', start_index: 0, end_index: 1, title: 't', url: 'u' }],
    },
    { type: 'refusal', refusal: 'r' },
  ],
}
const REASONED = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 's' }],
  content: [{ type: 'reasoning_text', text: 'c' }],
  encrypted_content: 'gAAAA',
}

const REQUEST: Fields = {
  model: 'gpt-5',
  instructions: 'i',
  input: [
    { role: 'developer', content: 'd' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'u' },
        { type: 'input_image', image_url: 'https://x.example/a.png', detail: 'low' },
        { type: 'input_file', file_id: 'file-1', filename: 'a.pdf' },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      ],
    },
    SAID,
    REASONED,
    CALL,
    { type: 'function_call_output', call_id: 'c', output: 'o' },
    { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'o' }] },
    { type: 'custom_tool_call', call_id: 'c', name: 'f', input: 'i' },
    { type: 'shell_call', call_id: 'c', action: { commands: ['ls'] }, environment: { type: 'local' } },
    {
      type: 'shell_call_output',
      call_id: 'c',
      output: [{ stdout: 'o', stderr: 'e', outcome: { type: 'timeout' } }],
    },
    {
      type: 'file_search_call',
      id: 'fs_1',
      queries: ['q'],
      results: [{ text: 'r', filename: 'n', score: 1 }],
    },
    { type: 'mcp_call', id: 'm', name: 'f', server_label: 's', arguments: '{"q":"x"}', output: 'o' },
    { type: 'item_reference', id: 'msg_0' },
  ],
  tools: TOOLS,
  tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
  text: {
    format: { type: 'json_schema', name: 'n', description: 'd', schema: { a: ['b'] } },
    verbosity: 'low',
  },
  metadata: { a: 'b' },
  prompt: {
    id: 'pmpt_1',
    version: '1',
    variables: { who: 'Ada', file: { type: 'input_file', file_id: 'f' } },
  },
  previous_response_id: 'resp_0',
  conversation: 'conv_1',
  reasoning: { effort: 'low' },
  include: ['reasoning.encrypted_content'],
  stream: true,
  user: 'u1',
  temperature: 1,
}

const ANSWER: Fields = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-5',
  instructions: 'i',
  tools: TOOLS,
  metadata: { a: 'b' },
  error: null,
  output: [SAID, REASONED, CALL],
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
}
const at = { item_id: 'msg_1', output_index: 0, content_index: 0, sequence_number: 3 }
const EVENTS: Fields[] = [
  { type: 'response.created', response: { ...ANSWER, output: [] }, sequence_number: 0 },
  { type: 'response.completed', response: ANSWER, sequence_number: 9 },
  { type: 'response.output_item.added', output_index: 0, item: SAID, sequence_number: 1 },
  { type: 'response.output_item.done', output_index: 0, item: CALL, sequence_number: 1 },
  { type: 'response.content_part.added', ...at, part: SAID.content[0]! },
  { type: 'response.content_part.done', ...at, part: SAID.content[0]! },
  { type: 'response.output_text.delta', ...at, delta: 'a', obfuscation: 'aB3' },
  { type: 'response.output_text.done', ...at, text: 'a' },
  { type: 'response.output_text.annotation.added', ...at, annotation_index: 0, annotation: { title: 't' } },
  { type: 'response.function_call_arguments.delta', ...at, delta: '{"a":"b"}' },
  { type: 'response.function_call_arguments.done', ...at, arguments: '{"a":"b"}', name: 'f' },
  { type: 'response.custom_tool_call_input.done', ...at, input: 'i' },
  { type: 'response.web_search_call.searching', ...at },
  { type: 'response.never_heard_of', ...at, delta: 'a' },
]

// What stands in an image or a file is not read, nor what is encrypted or kept by the provider.
const UNREAD =
  /image_url|input_audio|file_id|file_data|encrypted_content|_response_id|conversation|input\[\d+\]\.id|input_image_mask/

describe('what is read of Responses', () => {
  it('a marker at every place of a request is read, whatever stands there instead of what should', () => {
    expect(unseen(REQUEST, request, UNREAD)).toEqual([])
  })

  it('a marker at every place of an answer is read', () => {
    expect(unseen(ANSWER, body, /encrypted_content/)).toEqual([])
  })

  it('a marker at every place of an event is read', () => {
    for (const each of EVENTS) expect(unseen(each, event, /encrypted_content/)).toEqual([])
  })

  it('says who wrote what', () => {
    const unit = request({
      model: 'm',
      instructions: 'instructed',
      hint: 'unknown',
      tools: [
        { type: 'function', name: 'f', description: 'described', parameters: { q: { description: 'deep' } } },
      ],
      input: [
        { role: 'system', content: 'ruled' },
        { role: 'user', content: [{ type: 'input_text', text: 'asked' }] },
        { role: 'someone', content: 'else' },
        { ...SAID, content: [{ type: 'output_text', text: 'said', annotations: [{ title: 'a page' }] }] },
        { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'thought' }] },
        { type: 'function_call_output', call_id: 'c', output: 'returned' },
        { type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', note: 'seen' } },
        { type: 'file_search_call', id: 'f', queries: ['searched'], results: [{ text: 'found' }] },
        { type: 'mcp_call', id: 'm', name: 'f', server_label: 's', arguments: '{}', output: 'served' },
        { type: 'a_new_output', output: 'new' },
      ],
    })
    expect(origins(unit)).toMatchObject({
      instructed: 'system',
      unknown: 'user',
      described: 'tool',
      deep: 'tool',
      ruled: 'system',
      asked: 'user',
      else: 'user',
      said: 'model',
      'a page': 'retrieved',
      thought: 'model',
      returned: 'tool',
      seen: 'tool',
      searched: 'model',
      found: 'retrieved',
      served: 'tool',
      new: 'user',
    })
    expect(origins(request({ model: 'm', input: 'hello' }))).toEqual({ hello: 'user' })
  })

  it('what the provider keeps, runs or cannot be read is named, and nothing else is', () => {
    expect(media(REQUEST)).toEqual([
      'user image',
      'user file',
      'user audio',
      'model reasoning',
      'user item_reference',
      'tool web_search',
      'tool file_search',
      'tool mcp',
      'tool code_interpreter',
      'tool image_generation',
      'tool image',
      'tool computer',
      'user prompt',
      'user file',
      'user previous_response_id',
      'user conversation',
    ])
    const conversation = {
      model: 'm',
      input: [{ role: 'user', content: 'x' }, { ...REASONED, encrypted_content: null }, SAID, CALL],
      tools: TOOLS.slice(0, 3),
      previous_response_id: null,
      conversation: null,
      store: true,
    }
    expect(media(conversation)).toEqual([])
  })

  it('a tool or an item that nobody knows is not taken for harmless', () => {
    expect(media({ tools: [{ type: 'new_hosted_tool', about: 'x' }] })).toEqual(['tool tool'])
    expect(media({ input: [{ id: 'msg_1' }] })).toEqual(['user item_reference'])
    expect(media({ input: [{ type: null, id: 'msg_1' }] })).toEqual(['user item_reference'])
    expect(media({ input: [{ type: 'new_item', id: 'x_1' }] })).toEqual(['user item_reference'])
    const image = { type: 'input_image', image_url: 'https://x.example/a.png' }
    for (const role of ['user', 'system', 'assistant', 'someone', 7, null])
      for (const type of ['message', null, 'new_item'])
        for (const content of [
          [image],
          image,
          [{ ...image, type: 'input_text' }],
          [{ ...image, type: 'new' }],
        ])
          expect([
            role,
            type,
            media({ input: [{ role, type, content }] }).filter((each) => /image/.test(each)),
          ]).toEqual([role, type, [expect.stringMatching(/image/)]])
  })

  it('an answer that repeats the request’s tools uses none of them', () => {
    const { media } = seen(body(JSON.stringify({ ...ANSWER, output: [] })))
    expect(media).toEqual([])
    // Nor is an item of a new kind a reference to what the provider keeps.
    const item = { type: 'new_item', id: 'x_1', said: 'hello' }
    const read = body(JSON.stringify({ ...ANSWER, output: [item] }))
    expect([seen(read).media, texts(read).includes('hello')]).toEqual([[], true])
    expect(seen(body(JSON.stringify({ output: [REASONED] }))).media).toEqual(['model reasoning'])
  })

  it('refuses a key that differs from a known one only in case', () => {
    for (const json of [
      '{"Input":"x"}',
      '{"inſtructions":"x"}',
      '{"input":[{"role":"user","Content":"x"}]}',
      '{"input":[{"type":"function_call_output","Output":"x"}]}',
      '{"tools":[{"type":"function","Description":"x"}]}',
      '{"previous_Response_id":"x"}',
    ])
      expect(() => request(json)).toThrow('differs from a known one only in case')
  })

  it('no key can pass for a path of the protocol and take the part that belongs there', () => {
    const unit = request({
      'input[0]': 'x',
      input: [{ type: 'function_call_output', call_id: 'c', output: 'returned' }],
    })
    expect(origins(unit).returned).toBe('tool')
  })
})

describe('how an answer ends', () => {
  const push = (...events: object[]) => {
    const reader = openaiResponses.answer({})
    for (const each of events) reader.push(bytes(`data: ${JSON.stringify(each)}\n\n`))
    reader.end()
    return reader
  }

  it('with any of three events, and not by itself', () => {
    for (const type of ['completed', 'incomplete', 'failed'])
      expect(push({ type: `response.${type}`, response: ANSWER }).complete()).toBe(true)
    expect(push(...EVENTS.filter(({ type }) => type !== 'response.completed')).complete()).toBe(false)
  })

  it('with the usage, also where it stands inside of the last event', () => {
    expect(push(EVENTS[1]!).usage()).toEqual({ inputTokens: 1, outputTokens: 2 })
    const reader = openaiResponses.answer({})
    reader.body(JSON.stringify(ANSWER))
    expect(reader.usage()).toEqual({ inputTokens: 1, outputTokens: 2 })
  })

  it('with an error of the provider’s, of which nothing is told', () => {
    const flat = { type: 'error', code: 'server_error', message: 'sk-1', param: null, sequence_number: 1 }
    const nested = { type: 'error', sequence_number: 1, error: { type: 'x', message: 'sk-1' } }
    for (const error of [flat, nested]) expect(() => push(error)).toThrow('The model is not available.')
  })

  it('with the gate’s own error, nested and numbered as OpenAI’s is', () => {
    const error = new GateError('keywords.words', { param: 'output[0].content[0].text' })
    const said = openaiResponses.error(error, 'stream')
    expect(said).toMatch(/^event: error\ndata: \{.*\}\n\n$/)
    const { error: body } = JSON.parse(openaiResponses.error(error, 'body'))
    expect(JSON.parse(said.split('\ndata: ')[1]!)).toEqual({
      type: 'error',
      sequence_number: 0,
      error: body,
    })
    expect(body).toEqual({
      message: 'The text contains a word that this boundary does not allow.',
      type: 'policy_violation',
      code: 'keywords.words',
      param: 'output[0].content[0].text',
    })
  })
})
