import { describe, expect, it } from 'vitest'
import { type Json, seen, unseen } from '../../../test/markers.ts'
import type { Origin, Unit } from '../../core/types.ts'
import { anthropicCountTokens, anthropicMessages } from './index.ts'

type Fields = { [key: string]: Json }

const request = (value: Fields | string): Unit =>
  anthropicMessages.request(typeof value === 'string' ? value : JSON.stringify(value)).unit
const body = (text: string): Unit => anthropicMessages.answer({}).body(text)
const event = (text: string): Unit => {
  const reader = anthropicMessages.answer({})
  return [...reader.push(new TextEncoder().encode(`data: ${text}\n\n`)), ...reader.end()][0]!
}

/** By text: whose it is. */
const origins = (unit: Unit): Record<string, Origin> =>
  Object.fromEntries(
    unit.writes.map(({ value, part }) => [value, unit.opens.find(({ id }) => id === part)!.origin]),
  )
const asks = (content: Json, role = 'user'): Fields => ({ model: 'm', messages: [{ role, content }] })
const media = (value: Fields): string[] => seen(request(value)).media

const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' }
const PDF = { type: 'base64', media_type: 'application/pdf', data: 'AAAA' }
const CITED = {
  type: 'char_location',
  cited_text: 'c',
  document_index: 0,
  document_title: 'd',
  start_char_index: 0,
  end_char_index: 1,
}
const SIGNED = { type: 'thinking', thinking: 't', signature: 'QUJD+/=' }
const CALL = { type: 'tool_use', id: 't1', name: 'f', input: { q: ['x', { r: 'y' }] } }

const REQUEST: Fields = {
  model: 'claude-1',
  max_tokens: 9,
  system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral', ttl: '5m' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'u' },
        { type: 'image', source: PNG },
        {
          type: 'document',
          title: 'T',
          context: 'C',
          source: { type: 'text', data: 'd', media_type: 'text/plain' },
        },
        { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'd' }] } },
        { type: 'document', source: PDF },
        { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'r' }] },
        { type: 'container_upload', file_id: 'file_1' },
      ],
    },
    {
      role: 'assistant',
      content: [
        SIGNED,
        { type: 'redacted_thinking', data: 'AAAA' },
        { type: 'text', text: 'a', citations: [CITED] },
        CALL,
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'q' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 's1',
          content: [
            { type: 'web_search_result', title: 't', url: 'u', encrypted_content: 'AA', page_age: 'old' },
          ],
        },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 't1',
          is_error: false,
          content: [
            { type: 'text', text: 'r' },
            { type: 'image', source: PNG },
            { type: 'tool_reference', tool_name: 'f' },
          ],
        },
        { type: 'tool_result', tool_use_id: 't2', content: 'r' },
      ],
    },
    { role: 'system', content: 'more' },
  ],
  tools: [
    {
      name: 'f',
      description: 'd',
      input_schema: { type: 'object', properties: { q: { description: 'e' } } },
    },
    { type: 'custom', name: 'g', input_schema: { type: 'object' } },
    {
      type: 'web_search_20250305',
      name: 'web_search',
      allowed_domains: ['x.example'],
      user_location: { city: 'B' },
    },
    { type: 'bash_20250124', name: 'bash' },
  ],
  tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
  mcp_servers: [{ type: 'url', name: 'm', url: 'https://m.example', authorization_token: 'k' }],
  metadata: { user_id: 'u1' },
  stop_sequences: ['END'],
  thinking: { type: 'enabled', budget_tokens: 1024 },
  output_config: { effort: 'low', format: { type: 'json_schema', schema: { a: 'b' } } },
  service_tier: 'auto',
  temperature: 1,
  stream: true,
}

const USAGE = { input_tokens: 1, output_tokens: 2, cache_read_input_tokens: 0, service_tier: 'standard' }
const ANSWER: Fields = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-1',
  content: [SIGNED, { type: 'text', text: 'a', citations: [CITED] }, CALL],
  stop_reason: 'stop_sequence',
  stop_sequence: 'END',
  stop_details: { type: 'refusal', category: 'bio', explanation: 'e' },
  container: { id: 'c1', expires_at: '2030-01-01T00:00:00Z' },
  usage: USAGE,
}
const EVENTS: Fields[] = [
  { type: 'message_start', message: { ...ANSWER, content: [] } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '', citations: [CITED] } },
  { type: 'content_block_start', index: 0, content_block: { ...CALL, input: {} } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'a' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'AA' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":"b"}' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: CITED } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: 'END' }, usage: USAGE },
  { type: 'message_stop' },
  { type: 'ping' },
]

// What stands in the source of an image or a PDF is not read, nor what is encrypted.
const UNREAD = /source(?:$|[.[])|file_id|redacted|content\[1\]\.data|encrypted_content/

describe('what is read of Messages', () => {
  it('a marker at and beside every place of a request is read, whatever stands there instead of what should', () => {
    expect(unseen(REQUEST, request, UNREAD)).toEqual([])
    expect(unseen(REQUEST, (text) => anthropicCountTokens.request(text).unit, UNREAD)).toEqual([])
  })

  it('a marker at and beside every place of an answer is read', () => {
    expect(unseen(ANSWER, body, UNREAD)).toEqual([])
  })

  it('a marker at and beside every place of an event is read', () => {
    for (const each of EVENTS) expect(unseen(each, event, UNREAD)).toEqual([])
  })

  it('says who wrote what', () => {
    const unit = request({
      ...asks([
        { type: 'text', text: 'asked' },
        { type: 'document', title: 'title', source: { type: 'text', data: 'document' } },
        { type: 'search_result', source: 'address', title: 'x', content: [{ type: 'text', text: 'found' }] },
        { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'result' }] },
        {
          type: 'tool_result',
          tool_use_id: 't',
          content: [{ type: 'document', source: { type: 'text', data: 'tool document' } }],
        },
      ]),
      system: 'rules',
      tools: [
        { name: 'f', description: 'described', input_schema: { properties: { q: { description: 'deep' } } } },
      ],
      hint: 'unknown',
    })
    expect(origins(unit)).toMatchObject({
      asked: 'user',
      title: 'retrieved',
      document: 'retrieved',
      address: 'retrieved',
      found: 'retrieved',
      result: 'tool',
      'tool document': 'tool',
      rules: 'system',
      described: 'tool',
      deep: 'tool',
      unknown: 'user',
    })
    const history = request(
      asks([SIGNED, { type: 'text', text: 'answered', citations: [CITED] }, CALL], 'assistant'),
    )
    expect(origins(history)).toMatchObject({ t: 'model', answered: 'model', c: 'retrieved' })
    expect(origins(history)['{"q":["x",{"r":"y"}]}']).toBe('model')
  })

  it('a document, a message and a tool’s result are each one piece, which can be dropped whole', () => {
    const unit = request(
      asks([
        { type: 'text', text: 'a' },
        { type: 'document', title: 'b', source: { type: 'text', data: 'c' } },
        { type: 'text', text: 'd' },
        {
          type: 'tool_result',
          tool_use_id: 't',
          content: [
            { type: 'text', text: 'e' },
            { type: 'text', text: 'f' },
          ],
        },
      ]),
    )
    const said = unit.opens.map(({ id, kind, group }) => [
      kind,
      group,
      unit.writes.filter(({ part }) => part === id).map(({ value }) => value),
    ])
    expect(said).toEqual([
      ['text', 'messages[0]', ['a', 'd']],
      ['document', 'messages[0].content[1]', ['b', 'c']],
      ['text', 'messages[0].content[3]', ['e', 'f']],
    ])
  })

  it('signed texts cannot be rewritten', () => {
    const forms = (unit: Unit) => Object.fromEntries(unit.writes.map(({ value, form }) => [value, form]))
    const blocks = [SIGNED, { type: 'text', text: 'a' }, { type: 'compaction', content: 'z' }]
    expect(forms(request(asks(blocks, 'assistant')))).toMatchObject({ t: 'fixed', a: 'json', z: 'fixed' })
    expect(forms(body(JSON.stringify({ ...ANSWER, content: blocks })))).toMatchObject({
      t: 'fixed',
      z: 'fixed',
    })
    expect(forms(event(JSON.stringify(EVENTS[4])))).toEqual({ a: 'fixed' })
  })
})

describe('what cannot be read', () => {
  it('is named, wherever it stands', () => {
    expect(media(asks([{ type: 'image', source: PNG }]))).toEqual(['user image'])
    expect(media(asks([{ type: 'document', source: PDF }]))).toEqual(['retrieved document'])
    for (const source of [
      { type: 'url', url: 'https://x.example/a.pdf' },
      { type: 'file', file_id: 'f' },
      { type: 'new' },
    ])
      expect(media(asks([{ type: 'document', source }]))).toEqual(['retrieved document'])
    expect(media(asks([{ type: 'container_upload', file_id: 'f' }]))).toEqual(['user file'])
    expect(media(asks([{ type: 'redacted_thinking', data: 'AA' }], 'assistant'))).toEqual([
      'model redacted_thinking',
    ])
    const results = [
      { type: 'image', source: PNG },
      { type: 'document', source: PDF },
    ]
    expect(media(asks([{ type: 'tool_result', tool_use_id: 't', content: results }]))).toEqual([
      'tool image',
      'tool document',
    ])
    expect(media({ ...asks('x'), container: 'container_1' })).toEqual(['user container'])
    expect(media({ ...asks('x'), fallbacks: [{ model: 'other' }] })).toEqual(['user fallback'])
    expect(media({ ...asks('x'), mcp_servers: [{ url: 'https://x.example' }] })).toEqual(['tool mcp'])
  })

  it('is named whatever type its block says that it has, or where an array is left out', () => {
    for (const block of [
      { source: PNG },
      { type: 'text', text: 'x', source: PNG },
      { type: 'IMAGE', source: PNG },
      { type: 'video', source: { type: 'url', url: 'u' } },
    ])
      for (const role of ['user', 'assistant', 'system', 'someone', 7])
        for (const content of [[block], block])
          expect(media({ messages: [{ role, content }] })).toHaveLength(1)
    expect(media({ system: [{ type: 'text', source: PNG }] })).toEqual(['system file'])
  })

  it('a tool that runs at the provider’s; what is written in it is read all the same', () => {
    const tool = (type: string | null, more: object = {}) =>
      request({ ...asks('x'), tools: [{ type, name: 'n', ...more }] })
    const named = (type: string | null) => seen(tool(type)).media
    expect(named('web_search_20250305')).toEqual(['tool web_search'])
    expect(named('web_fetch_20260309')).toEqual(['tool web_fetch'])
    expect(named('code_execution_20250825')).toEqual(['tool code_execution'])
    expect(named('mcp_toolset')).toEqual(['tool mcp'])
    expect(named('advisor_20260301')).toEqual(['tool advisor'])
    // Of later versions it is not known what they do.
    expect(named('web_search_20990101')).toEqual(['tool tool'])
    for (const own of [
      'custom',
      null,
      'bash_20250124',
      'text_editor_20250728',
      'computer_20251124',
      'memory_20250818',
    ])
      expect(named(own)).toEqual([])
    const located = tool('web_search_20250305', { user_location: { city: 'Bern' }, allowed_domains: ['x.y'] })
    expect(seen(located).texts).toEqual(['x', 'Bern', 'x.y'])
  })

  it('what the provider’s tools gave, in a conversation and in an answer', () => {
    const found = {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: [{ type: 'web_search_result', title: 'title', url: 'u', encrypted_content: 'AAAA' }],
    }
    const ran = {
      type: 'code_execution_tool_result',
      tool_use_id: 's',
      content: { type: 'code_execution_result', stdout: 'out', stderr: '', content: [{ file_id: 'f' }] },
    }
    const unit = request(asks([found, ran], 'assistant'))
    expect(seen(unit).media).toEqual(['retrieved web_search', 'tool file'])
    expect(origins(unit)).toMatchObject({ title: 'retrieved', out: 'tool' })
    expect(seen(body(JSON.stringify({ ...ANSWER, content: [found, ran] }))).media).toHaveLength(2)
  })
})

describe('an answer', () => {
  it('counts tokens, those of a cache too, and those of a stream as they come', () => {
    const reader = anthropicMessages.answer({})
    reader.body(JSON.stringify({ ...ANSWER, usage: { ...USAGE, cache_creation_input_tokens: 10 } }))
    expect(reader.usage()).toEqual({ inputTokens: 11, outputTokens: 2 })
    const streamed = anthropicMessages.answer({})
    const push = (value: object) =>
      streamed.push(new TextEncoder().encode(`data: ${JSON.stringify(value)}\n\n`))
    push({
      type: 'message_start',
      message: { ...ANSWER, content: [], usage: { ...USAGE, cache_read_input_tokens: 5 } },
    })
    push({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 40 } })
    expect(streamed.usage()).toEqual({ inputTokens: 6, cachedTokens: 5, outputTokens: 40 })
    expect(streamed.complete()).toBe(false)
    push({ type: 'message_stop' })
    expect(streamed.complete()).toBe(true)
  })

  it('that is an error is told by the gate alone', () => {
    const error = { type: 'overloaded_error', message: 'org-abc is overloaded' }
    for (const made of [{ type: 'error', error }, { error }])
      expect(() => event(JSON.stringify(made))).toThrow('The model is not available.')
    expect(() => body(JSON.stringify({ type: 'error', error }))).toThrow('The model is not available.')
  })

  it('without citations, once what they cite was edited', () => {
    const reader = () => anthropicMessages.answer({ withoutCitations: true })
    const { splices, text } = reader().body(JSON.stringify(ANSWER))
    expect(splices).toHaveLength(1)
    const [{ span, text: instead } = { span: [0, 0], text: '' }] = splices
    expect(JSON.parse(text.slice(0, span[0]) + instead + text.slice(span[1])).content[1].citations).toEqual(
      [],
    )
  })
})

it('the count of tokens is no usage of the model', () => {
  const reader = anthropicCountTokens.answer({})
  expect(seen(reader.body('{"input_tokens":12,"x":"y"}')).texts).toEqual(['x', 'y'])
  expect(reader.usage()).toBeUndefined()
})

it('refuses a key that differs from a known one only in case', () => {
  for (const json of [
    '{"System":"x"}',
    '{"messages":[{"role":"user","Content":"x"}]}',
    '{"tools":[{"Type":"x"}]}',
  ])
    expect(() => request(json)).toThrow('differs from a known one only in case')
})
