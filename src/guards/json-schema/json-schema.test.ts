import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  answer,
  checks,
  DONE,
  delta,
  event,
  exchange,
  finish,
  protocolOf,
  request,
  rule,
  said,
  stream,
} from '../../../test/drive.ts'
import { ports } from '../../../test/guard-law.ts'
import type { Exchange } from '../../core/exchange.ts'
import type { Action, Checks, Guard } from '../../core/types.ts'
import { jsonSchema } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-schema-'))
afterAll(() => rmSync(folder, { recursive: true }))

const open = async (config: unknown): Promise<Guard> =>
  jsonSchema.open(jsonSchema.config.parse(config), ports)

describe('a boundary’s schema is compiled when policy loads', () => {
  const WRONG: [name: string, config: unknown, says: RegExp][] = [
    ['no type', { schema: { type: 'text' } }, /schema: .*type.*: write it as JSON Schema 2020-12 has it/],
    ['a keyword that there is not', { schema: { maxWords: 3 } }, /maxWords/],
    ['a remote $ref', { schema: { $ref: 'https://example.com/s' } }, /under \$defs.*nothing is fetched/],
    [
      'another dialect',
      { schema: { $schema: 'http://json-schema.org/draft-04/schema#' } },
      /write \$schema: https:\/\/json-schema.org\/draft\/2020-12\/schema/,
    ],
    [
      'a format that is not checked',
      { schema: { format: 'regex' } },
      /write one of date, time, .*, or a pattern/,
    ],
    ['a pattern that is not linear', { schema: { pattern: '(?=a)' } }, /schema: /],
    ['__proto__', { schema: { properties: JSON.parse('{"__proto__":false}') } }, /leave it out/],
    ['$async', { schema: { $async: true } }, /leave it out/],
    ['a file that is not there', { file: join(folder, 'none.json') }, /file: .*none\.json: ENOENT/],
  ]
  for (const [name, config, says] of WRONG)
    it(`${name} is an error`, async () => {
      await expect(open(config)).rejects.toThrow(says)
    })

  it('an empty array contains nothing, whatever its first items would have to be', async () => {
    const schema = { contains: { type: 'string' }, prefixItems: [{ type: 'null' }] }
    const on = judgedBy(await open({ schema }))
    expect((await answer(exchange(on), body('[]'))).block?.code).toBe('schema.invalid')
    expect((await answer(exchange(on), body('[null,"a"]'))).block).toBeUndefined()
  })

  it('an empty array contains nothing, whatever the one before it did', async () => {
    const on = judgedBy(await open({ schema: { items: { contains: { type: 'number' } } } }))
    expect((await answer(exchange(on), body('[[1],[2]]'))).block).toBeUndefined()
    expect((await answer(exchange(on), body('[[1],[]]'))).block?.code).toBe('schema.invalid')
  })

  it('a file may hold it', async () => {
    const file = join(folder, 'schema.json')
    writeFileSync(file, '{"type":"number"}')
    const on = judgedBy(await open({ file }))
    expect((await answer(exchange(on), body('1'))).block).toBeUndefined()
    expect((await answer(exchange(on), body('"1"'))).block?.code).toBe('schema.invalid')
    writeFileSync(file, '{"type":"number"')
    await expect(open({ file })).rejects.toThrow(/it is not JSON; write a JSON Schema there/)
    writeFileSync(file, '7')
    await expect(open({ file })).rejects.toThrow(/it is no schema; write an object or true/)
  })

  it('two places for a schema are one too many', () => {
    expect(() => jsonSchema.config.parse({ schema: true, from: 'request' })).toThrow(/one of schema, file/)
  })
})

const body = (content: string | null, more: object = {}) => ({
  choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }],
})

const judgedBy = (guard: Guard, more: [string, Action][] = []) =>
  checks([
    rule('output', 'block', guard, {
      actions: new Map<string, Action>([
        ['schema.not_json', 'block'],
        ['schema.invalid', 'block'],
        ['schema.unsupported', 'flag'],
        ['schema.fenced', 'transform'],
        ...more,
      ]),
    }),
  ])

/** An exchange whose request had this schema. */
function asking(on: Checks, schema: string): Exchange {
  const ex = exchange(on)
  ex.asked = { schema, canary: undefined, texts: () => [] }
  return ex
}

const wants = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }

describe('a request’s own schema', () => {
  const REQUESTS: Record<string, object> = {
    'openai-chat': {
      messages: [{ role: 'user', content: 'x' }],
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: wants, strict: true } },
    },
    'openai-responses': { input: 'x', text: { format: { type: 'json_schema', name: 'n', schema: wants } } },
    'anthropic-messages': { messages: [], output_config: { format: { type: 'json_schema', schema: wants } } },
  }
  const ANSWERS: Record<string, (said: string) => object> = {
    'openai-chat': (said) => body(said, { reasoning_content: 'Let me think.', refusal: null }),
    'openai-responses': (text) => ({
      object: 'response',
      output: [
        { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'Let me think.' }] },
        {
          type: 'message',
          id: 'm',
          role: 'assistant',
          content: [{ type: 'output_text', text, annotations: [] }],
        },
      ],
    }),
    'anthropic-messages': (text) => ({
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Let me think.', signature: 'QUJD' },
        { type: 'text', text },
      ],
      stop_reason: 'end_turn',
    }),
  }
  for (const [name, sent] of Object.entries(REQUESTS))
    it(`is what an answer of ${name} is judged by, and not what stands beside the answer`, async () => {
      const protocol = protocolOf(name)
      const { schema } = protocol.request(JSON.stringify({ model: 'm', ...sent })).unit
      expect(JSON.parse(schema!)).toEqual(wants)
      const on = judgedBy(await open({}))
      const judge = async (said: string) =>
        (await answer(asking(on, schema!), ANSWERS[name]!(said), protocol)).block?.code
      expect(await judge('{"name":"Ann"}')).toBeUndefined()
      expect(await judge('{"name":7}')).toBe('schema.invalid')
      expect(await judge('Ann')).toBe('schema.not_json')
    })

  it('is told to the guard when the request is judged', async () => {
    const on = judgedBy(await open({}))
    const { ex, block } = await request(on, { model: 'm', ...REQUESTS['openai-chat'] })
    expect(block).toBeUndefined()
    expect((await answer(ex, body('{"name":7}'))).block?.code).toBe('schema.invalid')
  })

  it('is not needed: then nothing is judged', async () => {
    const on = judgedBy(await open({ from: 'request' }))
    const { unit } = protocolOf('openai-chat').request('{"model":"m","messages":[]}')
    expect(unit.schema).toBeUndefined()
    expect((await answer(exchange(on), body('Hello'))).block).toBeUndefined()
  })

  it('that cannot be judged by is flagged', async () => {
    const on = judgedBy(await open({}))
    for (const schema of ['{"$ref":"https://x.io/"}', '7', `{"title":"${'x'.repeat(70_000)}"}`]) {
      const ex = asking(on, schema)
      expect((await answer(ex, body('{}'))).block).toBeUndefined()
      expect(ex.findings.map(({ code }) => code)).toEqual(['schema.unsupported'])
      expect(JSON.stringify(ex.findings)).not.toContain('x.io')
    }
  })

  it('each choice is judged for itself, and a call without text is no answer', async () => {
    const on = judgedBy(await open({}))
    const call = {
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"q":1}' } }],
    }
    for (const content of [null, ''])
      expect((await answer(asking(on, JSON.stringify(wants)), body(content, call))).block).toBeUndefined()
    const two = [delta('{"name":', 0), delta('{"na', 1), delta('"Ann"}', 0), delta('me":7}', 1)]
    const { out, block } = await stream(
      asking(on, JSON.stringify(wants)),
      [...two, finish(0), finish(1), DONE].map((each) => new TextEncoder().encode(each)),
    )
    expect([said(out, 'content', 0), said(out, 'content', 1), block?.code]).toEqual([
      '{"name":"Ann"}',
      '',
      'schema.invalid',
    ])
  })

  it('a refusal and reasoning in a stream are no answer', async () => {
    const on = judgedBy(await open({}))
    const sent = [
      event({ delta: { reasoning_content: 'Hm' } }),
      event({ delta: { refusal: 'No.' } }),
      finish(),
      DONE,
    ]
    const ex = asking(on, JSON.stringify(wants))
    expect(
      (
        await stream(
          ex,
          sent.map((each) => new TextEncoder().encode(each)),
        )
      ).block,
    ).toBeUndefined()
    expect(ex.findings).toEqual([])
  })
})

it('a fence is taken off, and what another guard masks between its marks stays masked', async () => {
  const fenced = await open({ schema: wants, repair: 'fence' })
  const masks: Guard = {
    scope: 'part',
    hold: 8,
    lookbehind: 0,
    inspect: ({ text, offset }) => {
      const at = text.indexOf('Ann')
      const edit = { replace: '[NAME]' }
      const hits =
        at < 0 ? [] : [{ code: 'test.word', reason: 'a name', score: 1, span: [at, at + 3] as const, edit }]
      return { hits, settled: offset + text.length }
    },
  }
  const on = judgedBy(fenced)
  on.rules.output satisfies readonly unknown[]
  const both = checks([...on.rules.output, rule('output', 'transform', masks)])
  const { out } = await answer(exchange(both), body('```json\n{"name":"Ann"}\n```'))
  expect(JSON.parse(out).choices[0].message.content).toBe('{"name":"[NAME]"}\n')
})

it('a reason tells nothing of what was said', async () => {
  const on = judgedBy(await open({ schema: { additionalProperties: false } }))
  const ex = exchange(on)
  await answer(ex, body('{"a-secret":"another"}'))
  expect(ex.findings[0]?.reason).toBe('it does not fit the schema: #/additionalProperties')
})
