import { describe, expect, test } from 'vitest'
import { chat } from '../../test/drive.ts'
import { anthropicMessages } from '../protocols/anthropic-messages/index.ts'
import { openaiResponses } from '../protocols/openai-responses/index.ts'
import type { Protocol } from '../protocols/types.ts'
import { changed, contentOf } from './content.ts'

type Answering = Pick<Protocol, 'answer'>

function unitsOf(protocol: Answering, stream: boolean, json: readonly object[]) {
  const reader = protocol.answer({ withoutRepeats: true })
  if (!stream) return [reader.body(JSON.stringify(json[0]))]
  const text = json.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  return [...reader.push(Buffer.from(text)), ...reader.end()]
}

const called = (protocol: Answering, stream: boolean, ...json: object[]) =>
  contentOf(unitsOf(protocol, stream, json), !stream)
    .parts()
    .flatMap(({ kind, tool, text }) => (kind === 'tool_call' ? [[tool, text]] : []))

const use = (name: string, input: object) => ({ type: 'tool_use', id: `call_${name}`, name, input })
const message = (...content: object[]) => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: 'tool_use',
})
const call = (index: number, of: object) => ({ index, id: `call_${index}`, type: 'function', function: of })
const delta = (tool_calls: object[], index = 0) => ({ choices: [{ index, delta: { tool_calls } }] })

describe('a tool that the model calls is known by its own name', () => {
  test('when one before it has no arguments, or it has none itself', () => {
    const body = message(use('weather', {}), use('shell', { command: 'ls' }))
    expect(called(anthropicMessages, false, body)).toEqual([
      ['shell', '{"command":"ls"}'],
      ['weather', ''],
    ])
    const chatBody = { choices: [{ index: 0, message: { tool_calls: [call(0, { name: 'shell' })] } }] }
    expect(called(chat, false, chatBody)).toEqual([['shell', '']])
    const start = { type: 'content_block_start', index: 0, content_block: use('shell', {}) }
    expect(called(anthropicMessages, true, start)).toEqual([['shell', '']])
  })

  test('when a stream says names and arguments in other events, of several calls', () => {
    const events = [
      delta([call(0, { name: 'shell' }), call(1, { name: 'weather' })]),
      delta([{ index: 0, function: { arguments: '{"a":"b"}' } }]),
      delta([{ index: 1, function: { arguments: '{}' } }]),
      delta([call(0, { name: 'mail', arguments: '{"c":1}' })], 1),
    ]
    expect(called(chat, true, ...events)).toEqual([
      ['shell', '{"a":"b"}'],
      ['weather', '{}'],
      ['mail', '{"c":1}'],
    ])
  })

  test('when a search without a text stands before it', () => {
    const search = { type: 'web_search_call', id: 'w', status: 'completed' }
    const of = { type: 'function_call', id: 'f', call_id: 'c', name: 'shell', arguments: '{"a":1}' }
    expect(called(openaiResponses, false, { object: 'response', output: [search, of] })).toEqual([
      ['shell', '{"a":1}'],
      ['web_search_call', ''],
    ])
  })

  test('in pieces and as a whole, when several events say it', () => {
    const events = [delta([call(0, { name: 'sh', arguments: '' })]), delta([call(0, { name: 'ell' })])]
    expect(called(chat, true, ...events).map(([name]) => name)).toEqual(['sh', 'ell', 'shell'])
  })
})

test('a call without arguments stays as it is', () => {
  const units = unitsOf(anthropicMessages, false, [message(use('shell', {}))])
  const [part] = contentOf(units, true).parts()
  expect(changed(units, true, [{ path: part!.path, text: '' }])).toEqual({ texts: [units[0]!.text] })
  expect(changed(units, true, [{ path: part!.path, text: '{}' }])).toEqual({ impossible: part!.path })
})

test('a change that cuts a character in two leaves whole characters', () => {
  const body = { choices: [{ index: 0, message: { role: 'assistant', content: 'so \u{1f600}' } }] }
  const units = unitsOf(chat, false, [body])
  const path = 'choices[0].message.content'
  for (const change of [{ path, text: 'so \ud83d' }, { path, span: [4, 5], text: '' } as const])
    expect(changed(units, true, [change])).toEqual({
      texts: [units[0]!.text.replace('\u{1f600}', '\ufffd')],
    })
})
