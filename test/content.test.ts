import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { changed, contentOf, type TextChange } from '../src/core/content.ts'
import type { Unit } from '../src/core/types.ts'
import { bytes, protocolOf } from './drive.ts'

// What checkpoints see of each protocol, and what becomes of texts that they change.

const FOLDER = 'test/sequences'
const streams = ['openai-chat', 'openai-completions', 'openai-responses', 'anthropic-messages'].flatMap(
  (protocol) => readdirSync(`${FOLDER}/${protocol}`).map((file) => ({ protocol, file })),
)

function source(protocol: string, file: string): string {
  const text = readFileSync(`${FOLDER}/${protocol}/${file}`, 'utf8')
  if (!file.endsWith('.jsonl')) return text
  return text
    .trim()
    .split('\n')
    .map((line) => `event: ${(JSON.parse(line) as { type: string }).type}\ndata: ${line}\n\n`)
    .join('')
}

function units(protocol: string, text: string): Unit[] {
  const reader = protocolOf(protocol).answer({})
  return [...reader.push(bytes(text)), ...reader.end()]
}

describe.each(streams)('$protocol $file', ({ protocol, file }) => {
  const text = source(protocol, file)
  const whole = contentOf(units(protocol, text), false)

  test('has parts that say where they stand and which tool is called', () => {
    expect(whole.body()).toBeUndefined()
    for (const part of whole.parts()) {
      if (part.kind !== 'tool_call') expect(part.tool).toBeUndefined()
      else if (file !== 'code-interpreter.jsonl')
        expect(part.tool, JSON.stringify(part)).toMatch(/^[a-z]\w+$/)
    }
    if (/tool/.test(file)) expect(whole.parts().some(({ kind }) => kind === 'tool_call')).toBe(true)
    if (file.startsWith('plain')) expect(whole.parts()[0]!.text).toContain('secret')
  })

  test('says another text wherever it said the one that was changed', () => {
    for (const { path, text: before, kind, origin } of whole.parts()) {
      if (origin !== 'model' || kind !== 'text' || before === '') continue
      const result = changed(units(protocol, text), false, [{ path, text: 'Nothing.' }])
      // What is signed stays.
      if ('impossible' in result) {
        expect(file).toMatch(/^(?:thinking|reasoning)/)
        continue
      }
      const again = contentOf(units(protocol, result.texts.join('')), false).parts()
      expect(again.find((part) => part.path === path)?.text).toBe('Nothing.')
      if (before.length > 12) expect(result.texts.join('')).not.toContain(before.slice(0, 12))
      expect(again.filter((part) => part.text !== '').length).toBe(whole.parts().length)
    }
  })
})

describe('a request', () => {
  const body = (protocol: string, value: object) => {
    const { request, offers } = protocolOf(protocol)
    return contentOf([request(JSON.stringify(value)).unit], true, offers)
  }

  test('in outline has lengths where texts were, and every other byte', () => {
    const { outline, tools } = body('openai-chat', {
      model: 'm',
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'user', content: [{ type: 'text', text: 'a "quoted" one' }] },
      ],
      max_tokens: 12345678901,
      odd: { 'a key': 'x' },
      tools: [{ type: 'function', function: { name: 'search', parameters: {} } }],
    })
    expect(outline()).toBe(
      JSON.stringify({
        model: 'm',
        messages: [
          { role: 'user', content: 5 },
          { role: 'user', content: [{ type: 'text', text: 14 }] },
        ],
        max_tokens: 'N',
        '0:3': { '1:5': 1 },
        tools: [{ type: 'function', function: { name: 'search', parameters: {} } }],
      }).replace('"N"', '12345678901'),
    )
    expect(tools()).toEqual(['search'])
  })

  test.each([
    [
      'openai-responses',
      { input: 'x', tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }] },
      ['f', 'web_search'],
    ],
    ['anthropic-messages', { max_tokens: 9, messages: [], tools: [{ name: 'f', input_schema: {} }] }, ['f']],
    ['openai-chat', { messages: [], functions: [{ name: 'old' }] }, ['old']],
  ])('to %s names the tools that it offers', (protocol, value, names) => {
    expect(body(protocol, { model: 'm', ...value }).tools()).toEqual(names)
  })
})

describe('changes', () => {
  const [unit] = [
    protocolOf('openai-chat').request('{"model":"m","messages":[{"role":"user","content":"a\\tbc"}]}').unit,
  ]
  const path = 'messages[0].content'
  const change = (...changes: TextChange[]) => changed([unit], true, changes)

  test('of spans are made together', () => {
    expect(change({ path, span: [0, 1], text: '"' }, { path, span: [3, 4], text: '\n' })).toEqual({
      texts: ['{"model":"m","messages":[{"role":"user","content":"\\"\\tb\\n"}]}'],
    })
  })

  test.each([
    [{ path: 'messages[1].content', text: '' }],
    [{ path, span: [0, 9] as const, text: '' }],
    [{ path, span: [2, 1] as const, text: '' }],
    [
      { path, span: [0, 2] as const, text: '' },
      { path, span: [1, 3] as const, text: '' },
    ],
  ])('that cannot be made are refused: %j', (...changes) => {
    expect(change(...changes)).toEqual({ impossible: changes[0]!.path })
  })

  test('of what has left already are refused', () => {
    expect(changed([unit], true, [{ path, text: 'x' }], 1)).toEqual({ impossible: path })
  })
})
