import { describe, expect, it } from 'vitest'
import { type Json, seen, unseen } from '../../../test/markers.ts'
import type { Origin, Part, Unit, Write } from '../../core/types.ts'
import { openaiChat } from './index.ts'

const tool = (description: Json, parameters: Json): Json => ({
  type: 'function',
  function: { name: 'look_up', description, parameters, strict: true },
})
const call = (args: Json): Json => ({
  id: 'call_1',
  type: 'function',
  function: { name: 'look_up', arguments: args },
})

/** A request in which every field that the protocol documents is used as documented. */
const DOCUMENTED: { [key: string]: Json } = {
  model: 'gpt-5',
  messages: [
    { role: 'system', content: 'be brief', name: 'ops' },
    { role: 'developer', content: [{ type: 'text', text: 'be kind' }] },
    {
      role: 'user',
      name: 'bob',
      content: [
        { type: 'text', text: 'hello' },
        { type: 'refusal', refusal: 'no' },
        { type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        { type: 'file', file: { file_id: 'file-1', filename: 'a.pdf' } },
      ],
    },
    {
      role: 'assistant',
      content: 'spoken',
      refusal: 'no',
      reasoning: 'because',
      reasoning_content: 'because',
      audio: { id: 'audio_1' },
      tool_calls: [call('{"q":"x"}'), { id: 'c2', type: 'custom', custom: { name: 'f', input: 'x' } }],
      function_call: { name: 'f', arguments: '{}' },
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'result' },
    { role: 'function', name: 'f', content: 'result' },
  ],
  tools: [
    tool('looks up', { type: 'object', properties: { q: { description: 'what' } } }),
    {
      type: 'custom',
      custom: {
        name: 'f',
        description: 'd',
        format: { type: 'grammar', grammar: { definition: 'g', syntax: 'lark' } },
      },
    },
  ],
  functions: [{ name: 'f', description: 'd', parameters: { a: 'b' } }],
  tool_choice: { type: 'function', function: { name: 'look_up' } },
  function_call: { name: 'f' },
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'n', description: 'd', schema: { a: ['b'] }, strict: true },
  },
  stream: true,
  stream_options: { include_usage: true },
  parallel_tool_calls: true,
  n: 2,
  max_tokens: 5,
  max_completion_tokens: 5,
  temperature: 0.5,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  seed: 7,
  logprobs: true,
  top_logprobs: 2,
  user: 'u1',
  safety_identifier: 's1',
  prompt_cache_key: 'k1',
  prompt_cache_retention: '24h',
  service_tier: 'auto',
  reasoning_effort: 'low',
  verbosity: 'low',
  modalities: ['text'],
  store: false,
  prompt_cache_options: { mode: 'explicit', ttl: '30m' },
  moderation: { model: 'm1', policy: { input: { mode: 'score' } } },
  stop: ['END', 'x'],
  metadata: { a: 'b' },
  prediction: { type: 'content', content: [{ type: 'text', text: 'x' }] },
  web_search_options: {
    search_context_size: 'low',
    user_location: { type: 'approximate', approximate: { city: 'Bern' } },
  },
  audio: { voice: 'alloy', format: 'wav' },
  logit_bias: { '50256': -100 },
}

const MEDIA =
  /(?:image_url|input_audio|file)(?:$|[.[])|messages\[\d\]\.audio(?:$|[.[])|message\.audio(?:$|[.[])|delta\.audio(?:$|[.[])/

const request = (text: string): Unit => openaiChat.request(text).unit
const body = (text: string): Unit => openaiChat.answer({ withoutRepeats: false }).body(text)
const event = (text: string): Unit => {
  const reader = openaiChat.answer({ withoutRepeats: false })
  return [...reader.push(new TextEncoder().encode(`data: ${text}\n\n`)), ...reader.end()][0]!
}

const SAID: { [key: string]: Json } = {
  role: 'assistant',
  content: 'hi',
  refusal: 'no',
  reasoning: 'r',
  reasoning_content: 'r',
  audio: { id: 'a', data: 'AA', transcript: 't' },
  tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
  function_call: { name: 'f', arguments: '{}' },
  annotations: [
    {
      type: 'url_citation',
      url_citation: { start_index: 0, end_index: 2, url: 'https://x.example', title: 't' },
    },
  ],
}
const MODERATED: Json = {
  type: 'moderation_results',
  model: 'm1',
  results: [
    {
      type: 'moderation_result',
      model: 'm1',
      flagged: false,
      categories: { 'self-harm/intent': false },
      category_scores: { hate: 0.1234567890123 },
      category_applied_input_types: { hate: ['text'] },
    },
  ],
}
const USAGE: Json = {
  prompt_tokens: 1,
  completion_tokens: 2,
  total_tokens: 3,
  prompt_tokens_details: { cached_tokens: 0 },
}
const answered = (choice: Json, object: string): { [key: string]: Json } => ({
  id: 'chatcmpl-1',
  object,
  created: 1700000000,
  model: 'gpt-5',
  system_fingerprint: 'fp_1',
  service_tier: 'default',
  choices: [choice],
  usage: USAGE,
  moderation: { input: MODERATED, output: { type: 'error', code: 'c', message: 'm' } },
})
const BODY = answered({ index: 0, message: SAID, finish_reason: 'stop' }, 'chat.completion')
const EVENT = answered({ index: 0, delta: SAID, finish_reason: null }, 'chat.completion.chunk')

const texts = (unit: Unit): string[] => seen(unit).texts
const origins = (unit: Unit): Record<string, Origin> =>
  Object.fromEntries(unit.writes.map((write: Write) => [write.value, partOf(unit, write).origin]))
const partOf = (unit: Unit, write: Write): Part => unit.opens.find((part) => part.id === write.part)!

describe('what is read of a chat completion', () => {
  it('a marker at and beside every place of a request is read, whatever stands there instead of what should', () => {
    expect(unseen(DOCUMENTED, request, MEDIA)).toEqual([])
  })

  it('a marker at and beside every place of an answer is read', () => {
    expect(unseen(BODY, body, MEDIA)).toEqual([])
  })

  it('a marker at and beside every place of an event is read', () => {
    expect(unseen(EVENT, event, MEDIA)).toEqual([])
  })

  it('long numbers are read where a number is not expected, and in what is unknown', () => {
    const number = '4532015112830366'
    for (const json of [
      `{"messages":[{"role":"user","content":${number}}]}`,
      `{"messages":[{"role":"user","content":[{"type":"text","text":${number}}]}]}`,
      `{"messages":[{"role":"user","content":"x","name":${number}}]}`,
      `{"messages":[{"role":${number},"content":"x"}]}`,
      `{"messages":${number}}`,
      `{"messages":[],"stop":[${number}]}`,
      `{"messages":[],"x":{"y":-${number}.5e1}}`,
      `{"model":${number},"messages":[]}`,
      `{"messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":{"const":${number}}}}]}`,
    ])
      expect([json, texts(request(json)).some((text) => text.includes(number))]).toEqual([json, true])
    expect(texts(request('{"messages":[],"x":[123456,1.5,-3]}'))).toEqual(['x'])
  })

  it('an identifier is exempt only while it looks like one', () => {
    const named = (name: string) =>
      texts(request(JSON.stringify({ messages: [{ role: 'user', content: 'x', name }] })))
    expect(named('Bob_1.2:x-y')).toEqual(['x'])
    for (const name of ['Bob Smith', 'bob@example.com', 'Bób', 'a/b', '', 'x'.repeat(129), 'a\nb'])
      expect(named(name)).toContain(name)
  })

  it('says who wrote what', () => {
    const unit = request(JSON.stringify({ ...DOCUMENTED, hint: 'unknown' }))
    expect(origins(unit)).toMatchObject({
      'be brief': 'system',
      'be kind': 'system',
      hello: 'user',
      because: 'model',
      spoken: 'model',
      result: 'tool',
      'looks up': 'tool',
      what: 'tool',
      unknown: 'user',
      Bern: 'user',
    })
    expect(unit.opens.filter((part) => part.kind === 'media')).toMatchObject([
      { origin: 'user', medium: 'image' },
      { origin: 'user', medium: 'audio' },
      { origin: 'user', medium: 'file' },
      { origin: 'model', medium: 'audio' },
      { origin: 'user', medium: 'web_search' },
    ])
    expect(unit.opens.filter((part) => part.nested === true).map((part) => part.origin)).toEqual([
      'model',
      'model',
    ])
  })

  it('media are media whatever type their content part says it has, or none, or where an array is left out', () => {
    const image = { url: 'data:image/png;base64,AAAA' }
    for (const part of [
      { image_url: image },
      { type: 'text', text: 'x', image_url: image },
      { type: 'IMAGE_URL', image_url: image },
      { type: 'image_url', image_url: 'https://x.example/a.png' },
      { type: 'video_url', video_url: image },
      { type: 'audio_url', audio_url: image },
    ])
      for (const role of ['user', 'tool', 'assistant', 'system', 'someone', 7])
        for (const content of [[part], part])
          expect([
            role,
            content,
            seen(request(JSON.stringify({ messages: [{ role, content }] }))).media.length,
          ]).toEqual([role, content, 1])
  })

  it('no key can pass for a path of the protocol and take the part that belongs there', () => {
    const image = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }
    const first = { 'messages[0].content[0].image_url': 'x', messages: [image] }
    expect(seen(request(JSON.stringify(first))).media).toEqual(['user image'])
    const tools = { 'messages[0]': 'x', messages: [{ role: 'tool', tool_call_id: 'c', content: 'evil' }] }
    expect(origins(request(JSON.stringify(tools))).evil).toBe('tool')
    const args = {
      'messages[0].tool_calls[0].function.arguments': '',
      messages: [{ role: 'assistant', tool_calls: [call('{"q":"x"}')] }],
    }
    expect(request(JSON.stringify(args)).opens.filter((part) => part.nested === true)).toHaveLength(1)
  })

  it('refuses a key that differs from a known one only in case', () => {
    for (const json of [
      '{"Messages":[]}',
      '{"messages":[{"Role":"user"}]}',
      '{"messages":[{"role":"user","CONTENT":"x"}]}',
      '{"me\\u017f\\u017fages":[]}',
      '{"messages":[{"role":"user","content":[{"type":"text","Text":"x"}]}]}',
      '{"tool\\u017f":[]}',
      '{"messages":[{"role":"assistant","tool_calls":[{"function":{"Arguments":"x"}}]}]}',
    ])
      expect(() => request(json)).toThrow('differs from a known one only in case')
  })

  it('refuses what opens more parts, or holds more texts, than any conversation has', () => {
    expect(() => request(`{"messages":[],"x":[${'"a",'.repeat(300_000)}"a"]}`)).toThrow('larger')
    expect(() => request(`{"messages":[${'{},'.repeat(100_000)}{}]}`)).toThrow('larger')
  })

  it('knows a choice by its index, however the number is written', () => {
    const reader = openaiChat.answer({ withoutRepeats: true })
    const push = (index: string) =>
      reader.push(
        new TextEncoder().encode(`data: {"choices":[{"index":${index},"delta":{"content":"x"}}]}\n\n`),
      )[0]!
    const first = push('1').writes[0]!.part
    expect(['1.0', '1e0', '10e-1'].map((index) => push(index).writes[0]!.part)).toEqual([first, first, first])
    expect(push('2').writes[0]!.part).not.toBe(first)
  })

  it('does not end a choice where a provider sends an empty finish_reason with every delta', () => {
    const reader = openaiChat.answer({ withoutRepeats: true })
    const push = (finish: string) =>
      reader.push(
        new TextEncoder().encode(
          `data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":${finish}}]}\n\n`,
        ),
      )[0]!.ends.length
    expect([push('""'), push('null'), push('"stop"')].map((ends) => ends > 0)).toEqual([false, false, true])
  })
})
