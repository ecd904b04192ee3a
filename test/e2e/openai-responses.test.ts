import OpenAI, { APIError, PermissionDeniedError } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import type { Response as Answer, ResponseStreamEvent, Tool } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { document, post, startGate, startModel, stopAll, type TestGate } from '../gate.ts'

const EMAIL = 'ada.archer@example.com'
const CARD = '4111 1111 1111 1111'
type Body = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model' | 'stream'>

let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate
let client: OpenAI

beforeAll(async () => {
  model = await startModel()
  const match = { paths: ['/v1/responses'], tenants: ['*'] }
  gate = await startGate({
    documents: [
      document('Upstream', 'loopback', { protocol: 'loopback', models: [{ name: 'loopback' }] }),
      document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url, models: [{ name: 'm' }] }),
      document('Upstream', 'search', { protocol: 'loopback', models: [{ name: 'search', as: 'loopback' }] }),
      document('Boundary', 'responses', {
        match: { ...match, models: ['*'] },
        upstreams: [{ name: 'loopback' }, { name: 'model' }],
        input: [
          { use: 'keywords', with: { words: ['open sesame'] } },
          { use: 'pii', with: { mask: 'token' } },
        ],
        context: [
          { use: 'keywords', with: { words: ['open sesame'] } },
          { use: 'pii', with: { mask: 'token' } },
        ],
        output: [{ use: 'keywords', with: { words: ['the vault is'] } }, { use: 'pii' }],
        tool: [{ use: 'pii' }],
      }),
      document('Boundary', 'search', {
        match: { ...match, models: ['search'] },
        upstreams: [{ name: 'search' }],
        context: [{ use: 'content', with: { allow: ['web_search'] } }],
      }),
    ].join(''),
  })
  client = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key, maxRetries: 0 })
})
afterAll(stopAll)

const MAIL: Tool = {
  type: 'function',
  name: 'send_mail',
  description: 'Sends a mail.',
  parameters: { type: 'object', properties: { to: { type: 'string' } } },
  strict: false,
}
const SHELL: Tool = { type: 'custom', name: 'shell', description: 'Runs.' }

/** Events that a user saw, so that a test knows what came before an error. */
type Seen = ResponseStreamEvent[]

/** The ways in which the SDK's user can ask, each as the response at its end. */
const WAYS: Record<string, (body: Body, seen?: Seen, name?: string) => Promise<Answer>> = {
  buffered: (body, _, name = 'loopback') => client.responses.create({ model: name, ...body }),
  streamed: async (body, seen = [], name = 'loopback') => {
    for await (const event of await client.responses.create({ model: name, ...body, stream: true }))
      seen.push(event)
    const last = seen.at(-1)
    if (last === undefined || !('response' in last)) throw new Error('the stream only stopped')
    return last.response
  },
  'through the helper': async (body, seen = [], name = 'loopback') => {
    const stream = client.responses.stream({ model: name, ...body })
    stream.on('event', (event) => seen.push(event as ResponseStreamEvent))
    return stream.finalResponse()
  },
}

const textOf = ({ output }: Pick<Answer, 'output'>): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
    .join('')
const saidIn = (seen: Seen): string =>
  seen.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join('')

async function caught(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

describe.each(Object.entries(WAYS))('%s', (way, ask) => {
  const streamed = way !== 'buffered'

  test('a text, and what it cost', async () => {
    const seen: Seen = []
    const answer = await ask({ input: 'Say one two', instructions: 'Be kind.', metadata: { a: 'b' } }, seen)
    expect(textOf(answer)).toBe('one two')
    expect(answer).toMatchObject({ status: 'completed', instructions: 'Be kind.', metadata: { a: 'b' } })
    if (streamed) expect(saidIn(seen)).toBe('one two')
    const [record] = (await gate.records()).slice(-1)
    const { input_tokens: inputTokens, output_tokens: outputTokens } = answer.usage!
    expect(record).toMatchObject({ status: 200, usage: { inputTokens, outputTokens }, verdict: 'allow' })
  })

  test('tools, functions and others', async () => {
    const input = 'Call send_mail with {"to": "ada"} and run shell with "ls -l".'
    const { output } = await ask({ input, tools: [MAIL, SHELL] })
    expect(output).toMatchObject([
      { type: 'function_call', name: 'send_mail', arguments: '{"to": "ada"}' },
      { type: 'custom_tool_call', name: 'shell', input: 'ls -l' },
    ])
  })

  test('a conversation with a tool’s result', async () => {
    const call = { type: 'function_call' as const, call_id: 'c', name: 'send_mail', arguments: '{"to":"a"}' }
    const result = (output: string) => ({ type: 'function_call_output' as const, call_id: 'c', output })
    const asked = { role: 'user' as const, content: 'Send it.' }
    expect(textOf(await ask({ input: [asked, call, result('Now say ahoy')], tools: [MAIL] }))).toBe('ahoy')
    const error = await caught(ask({ input: [asked, call, result('Open Sesame')], tools: [MAIL] }))
    expect(error).toMatchObject({ status: 403, code: 'keywords.words', param: 'input[2].output' })
  })

  test('structured output', async () => {
    const format = zodTextFormat(z.object({ title: z.string() }), 'thing')
    const answer = await ask({ input: 'Repeat after me: ahoy', text: { format } })
    expect(JSON.parse(textOf(answer))).toEqual({ title: 'ahoy' })
    expect(answer.text?.format).toMatchObject({ type: 'json_schema', name: 'thing' })
    if (way === 'through the helper')
      expect((answer as unknown as { output_parsed: unknown }).output_parsed).toEqual({ title: 'ahoy' })
  })

  test('values that may not pass, in the text and in every copy of it', async () => {
    model.reply = mocked(streamed, [`Mail ${EMAIL.slice(0, 6)}`, EMAIL.slice(6), `, card ${CARD}.`])
    const got: Seen = []
    const masked = await ask({ input: 'The record?' }, got, 'm')
    expect(textOf(masked)).toBe('Mail [EMAIL], card [CREDIT_CARD].')
    if (streamed) expect(saidIn(got)).toBe('Mail [EMAIL], card [CREDIT_CARD].')
    expect(JSON.stringify([masked, got])).not.toMatch(/archer|4111 1111/)
  })

  test('a masked value comes back to the caller, and the model never sees it', async () => {
    const seen: Seen = []
    const instructions = `Serve ${EMAIL}.`
    const answer = await ask(
      { input: `Say I wrote to ${EMAIL} and to bo@example.org, twice`, instructions },
      seen,
    )
    expect(textOf(answer)).toBe(`I wrote to ${EMAIL} and to bo@example.org, twice`)
    expect(answer.instructions).toBe(instructions)
    if (streamed) expect(saidIn(seen)).toBe(textOf(answer))
    model.reply = mocked(streamed, ['I wrote to [EMAIL_1', '].'])
    expect(textOf(await ask({ input: `I am ${EMAIL}`, instructions }, [], 'm'))).toBe(`I wrote to ${EMAIL}.`)
    const { body } = model.requests.at(-1)!
    expect(JSON.parse(String(body))).toMatchObject({
      input: 'I am [EMAIL_1]',
      instructions: 'Serve [EMAIL_1].',
    })
  })

  test('a masked value is not given to tools unless the boundary says so', async () => {
    const input = `Call send_mail with {"to": "${EMAIL}"}.`
    const [call] = (await ask({ input, tools: [MAIL] })).output
    expect(call).toMatchObject({ type: 'function_call', arguments: '{"to": "[EMAIL_1]"}' })
  })

  test('blocked before: 403, and the model hears nothing', async () => {
    const requests = model.requests.length
    const error = await caught(ask({ input: 'Say: Ope\u200bn  SESAME!' }, [], 'm'))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({
      status: 403,
      code: 'keywords.words',
      type: 'policy_violation',
      param: 'input',
    })
    expect(error.message).toBe('403 The text contains a word that this boundary does not allow.')
    expect(model.requests.length).toBe(requests)
  })

  test('blocked from its first word: 403, whatever the answer repeats of the request', async () => {
    const seen: Seen = []
    const asked = {
      input: 'Say the vault is open.',
      instructions: 'Obey.',
      tools: [MAIL],
      metadata: { a: 'b' },
    }
    const error = await caught(ask(asked, seen))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'keywords.words' })
    expect(seen).toEqual([])
  })

  test('blocked on the way: a prefix, then an error that the user cannot miss', async () => {
    const seen: Seen = []
    const error = await caught(ask({ input: 'Say Listen closely: the vault is open.' }, seen))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'keywords.words', type: 'policy_violation' })
    expect(error.message).toContain('The text contains a word that this boundary does not allow.')
    expect(JSON.stringify(seen)).not.toMatch(/vault/i)
    const [record] = (await gate.records()).slice(-1)
    if (!streamed) {
      expect(error.status).toBe(403)
      expect(record).toMatchObject({ status: 403, ended: 'blocked' })
      return
    }
    expect(error.status).toBeUndefined()
    expect(saidIn(seen)).toBe('Listen closely: ')
    expect(seen.map(({ type }) => type)).not.toContain('response.completed')
    expect(record).toMatchObject({ status: 200, ended: 'blocked', verdict: 'block' })
  })

  test('what the provider runs or keeps has to be allowed, one by one', async () => {
    const tools: Tool[] = [{ type: 'web_search' }]
    const error = await caught(ask({ input: 'Say ahoy', tools }))
    expect(error).toMatchObject({ status: 403, code: 'content.uninspected' })
    expect(textOf(await ask({ input: 'Say ahoy', tools }, [], 'search'))).toBe('ahoy')
    const more: Tool[] = [{ type: 'web_search' }, { type: 'file_search', vector_store_ids: ['vs_1'] }]
    expect(await caught(ask({ input: 'Say ahoy', tools: more }, [], 'search'))).toMatchObject({ status: 403 })
    expect(await caught(ask({ input: 'Go on', previous_response_id: 'resp_1' }))).toMatchObject({
      status: 403,
      code: 'content.uninspected',
    })
  })

  test('an answer goes back in as it came out', async () => {
    const first = await ask({ input: 'Say one. Call send_mail with {"to": "ada"}.', tools: [MAIL] })
    const input = [
      { role: 'user' as const, content: 'Say one.' },
      ...(first.output as OpenAI.Responses.ResponseInputItem[]),
      { type: 'function_call_output' as const, call_id: 'c', output: 'done' },
      { role: 'user' as const, content: 'Say two' },
    ]
    expect(textOf(await ask({ input, tools: [MAIL] }))).toBe('two')
  })

  test('cut short', async () => {
    const answer = await ask({ input: 'Say one two three', max_output_tokens: 2 })
    expect(answer).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    })
    expect(textOf(answer)).toBe('one two ')
  })
})

describe('streams alone', () => {
  const ask = (seen: Seen) => WAYS.streamed!({ input: 'Hello' }, seen, 'm')

  test.each([
    ['flat', { type: 'error', code: 'server_error', message: 'sk-1 of org-abc', param: null }],
    ['nested', { type: 'error', error: { code: 'server_error', message: 'sk-1 of org-abc' } }],
  ])('the provider’s own error, %s, is the gate’s', async (_, error) => {
    model.reply = { chunks: [...events(['Half. ']).slice(0, 5), sse({ ...error, sequence_number: 5 })] }
    const seen: Seen = []
    const told = await caught(ask(seen))
    expect(told).toMatchObject({ code: 'upstream.unavailable' })
    expect(JSON.stringify([told.message, told.error, seen])).not.toMatch(/sk-1|org-abc/)
    expect(saidIn(seen)).toBe('Half. ')
  })

  test('an answer that failed says so, and nothing of the provider’s', async () => {
    const error = { code: 'rate_limit_exceeded', message: 'Limit of organization org-abc' }
    const failed = { ...response(''), status: 'failed', output: [], error, usage: null }
    model.reply = {
      chunks: [...events(['Half. ']).slice(0, 5), sse({ type: 'response.failed', response: failed })],
    }
    const answer = await ask([])
    expect(answer.status).toBe('failed')
    expect(answer.error).toEqual({
      code: 'rate_limit_exceeded',
      message: "The provider's message is withheld.",
    })
  })

  test('an answer that only stops is no answer', async () => {
    model.reply = { chunks: events(['Half of it. ']).slice(0, 5) }
    const seen: Seen = []
    expect((await caught(ask(seen))).code).toBe('upstream.unavailable')
    expect(saidIn(seen)).toBe('Half of it. ')
  })

  test('leave byte for byte where nothing is edited', async () => {
    const sent = events(['One ', 'two.']).join('')
    model.reply = { chunks: [sent] }
    const { text } = await post(gate, '/v1/responses', { model: 'm', input: 'Hello', stream: true })
    expect(text).toBe(sent)
  })
})

const sse = <Event extends { type: string }>(event: Event): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

function mocked(stream: boolean, pieces: readonly string[]) {
  return stream ? { chunks: events(pieces) } : { json: response(pieces.join('')) }
}

const message = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
})

function response(text: string) {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm',
    error: null,
    output: [message(text)],
    tools: [],
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  }
}

function events(pieces: readonly string[]): string[] {
  const text = pieces.join('')
  const part = message(text).content[0]!
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const begun = { ...response(text), status: 'in_progress', output: [], usage: null }
  const said = pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] }))
  return [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...said,
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item: message(text) },
    { type: 'response.completed', response: response(text) },
  ].map((event, sequence_number) => sse({ ...event, sequence_number }))
}
