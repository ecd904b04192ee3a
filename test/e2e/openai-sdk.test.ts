import OpenAI, { APIError, APIUserAbortError, AuthenticationError, PermissionDeniedError } from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consumer, document, startGate, startModel, stopAll, type TestGate, until } from '../gate.ts'
import { sse } from '../mock-upstream.ts'
import { delta, says } from './chat.ts'

const PROVIDER_KEY = 'sk-provider-0123456789abcdef'
const EMAIL = 'ada.archer@example.com'
const CARD = '4111 1111 1111 1111'

const expired = consumer('late', {}, '2020-01-01T00:00:00Z')
let model: Awaited<ReturnType<typeof startModel>>
let gate: TestGate
let client: OpenAI

const upstream = (name: string, baseUrl: string, models: string) =>
  document('Upstream', name, {
    protocol: 'openai',
    baseUrl,
    key: { env: 'PROVIDER_KEY' },
    models: [{ name: models }],
  })

beforeAll(async () => {
  model = await startModel()
  gate = await startGate({
    documents: [
      upstream('model', model.url, '*'),
      upstream('closed', 'http://127.0.0.1:1/v1', 'closed'),
      upstream('nowhere', 'http://no-such-host.invalid/v1', 'nowhere'),
      document('Boundary', 'chat', {
        upstreams: [{ name: 'model' }, { name: 'closed' }, { name: 'nowhere' }],
        // Here it is the SDK that tries again.
        retries: { attempts: 0 },
        input: [
          { use: 'length', with: { maxCharacters: 2000 } },
          { use: 'keywords', with: { words: ['open sesame'] } },
          { use: 'pii', with: { mask: 'token' } },
        ],
        context: [{ use: 'keywords', with: { words: ['open sesame'] } }],
        output: [{ use: 'keywords', with: { words: ['the vault is'] } }, { use: 'pii' }],
        tool: [{ use: 'pii' }],
      }),
      expired.document,
    ].join(''),
    env: { PROVIDER_KEY },
  })
  client = sdk()
})
afterAll(stopAll)

function sdk(options: { apiKey?: string; maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key, ...options })
}

interface Got {
  /** By choice. */
  text: string[]
  arguments: string[]
  finish: (string | null)[]
  usage: unknown
}

/** What the SDK's user makes of an answer. `got` is filled as it comes, so that a test sees what came before an error. */
async function ask(
  stream: boolean,
  content: string | ChatCompletionMessageParam[],
  { using = client, got = nothing(), name = 'm' }: { using?: OpenAI; got?: Got; name?: string } = {},
): Promise<Got> {
  const messages: ChatCompletionMessageParam[] =
    typeof content === 'string' ? [{ role: 'user', content }] : content
  if (!stream) {
    const answer = await using.chat.completions.create({ model: name, messages })
    for (const { index, message, finish_reason } of answer.choices) {
      got.text[index] = message.content ?? ''
      got.finish[index] = finish_reason
      for (const call of message.tool_calls ?? [])
        if (call.type === 'function') got.arguments[index] = call.function.arguments
    }
    got.usage = answer.usage
    return got
  }
  const events = await using.chat.completions.create({
    model: name,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const { choices, usage } of events) {
    for (const { index, delta: said, finish_reason } of choices) {
      got.text[index] = (got.text[index] ?? '') + (said.content ?? '')
      for (const call of said.tool_calls ?? [])
        got.arguments[index] = (got.arguments[index] ?? '') + (call.function?.arguments ?? '')
      if (finish_reason !== null) got.finish[index] = finish_reason
    }
    if (usage) got.usage = usage
  }
  return got
}

const nothing = (): Got => ({ text: [], arguments: [], finish: [], usage: undefined })

/** The error that the SDK's user catches. */
async function caught(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

/** How many calls reached the gate while `run` ran. */
async function attempts(run: () => Promise<unknown>): Promise<number> {
  const before = (await gate.records()).length
  await run()
  await gate.records(before + 1)
  // A second attempt of the SDK would come within its first back-off of half a second.
  await new Promise((resolve) => setTimeout(resolve, 700))
  return (await gate.records()).length - before
}

const received = () => model.requests.map(({ body }) => body.toString('utf8'))

describe.each([
  ['buffered', false],
  ['streamed', true],
])('the official SDK, %s', (_, stream) => {
  test('a plain answer, the provider’s key, and nothing of the caller’s', async () => {
    model.reply = says(stream, { text: ['A sally', 'port is a ', 'gate.'] })
    const got = await ask(stream, 'What is a sallyport?')
    expect(got.text).toEqual(['A sallyport is a gate.'])
    expect(got.finish).toEqual(['stop'])
    expect(model.requests).toHaveLength(1)
    const { url, headers } = model.requests[0]!
    expect(url).toBe('/v1/chat/completions')
    expect(headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`)
    expect(JSON.stringify(headers)).not.toContain(gate.key)
  })

  test('usage', async () => {
    model.reply = says(stream, { text: ['yes'] })
    const { usage } = await ask(stream, 'Is it?')
    expect(usage).toEqual({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 })
    const records = await gate.records()
    expect(records.at(-1)?.usage).toEqual({ inputTokens: 7, outputTokens: 5 })
  })

  test('an error that the provider reports in its answer is not passed on', async () => {
    const failed = { error: { message: `db-7.internal.example of ${EMAIL}`, code: 'server_error' } }
    model.reply = stream ? { chunks: sse(delta(0, { content: 'Half. ' }), failed) } : { json: failed }
    const got = nothing()
    const error = await caught(ask(stream, 'Hello', { using: sdk({ maxRetries: 0 }), got }))
    expect(error).toMatchObject({ code: 'upstream.unavailable', type: 'upstream_error' })
    expect(JSON.stringify(error.error) + error.message).not.toContain('db-7')
    if (stream) expect(got.text).toEqual(['Half. '])
  })

  test('citations still point at what they cite', async () => {
    const said = `Write to ${EMAIL}: see the mill \u{1f511}, and the tower.`
    const cite = (words: string) => {
      const start = [...said.slice(0, said.indexOf(words))].length
      const url_citation = {
        start_index: start,
        end_index: start + words.length,
        title: words,
        url: 'https://x.example',
      }
      return { type: 'url_citation', url_citation }
    }
    const annotations = [cite('the mill'), cite('the tower')]
    const half = said.indexOf('@')
    model.reply = stream
      ? {
          chunks: sse(
            delta(0, { content: said.slice(0, half) }),
            delta(0, { content: said.slice(half) }),
            ...annotations.map((each) => delta(0, { annotations: [each] })),
            delta(0, {}, 'stop'),
          ),
        }
      : { json: { choices: [{ index: 0, message: { content: said, annotations }, finish_reason: 'stop' }] } }
    const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Where?' }] }
    const found: OpenAI.ChatCompletionMessage.Annotation[] = []
    let text = ''
    if (stream)
      for await (const { choices } of await client.chat.completions.create({ ...request, stream })) {
        text += choices[0]?.delta.content ?? ''
        found.push(...((choices[0]?.delta as { annotations?: typeof found } | undefined)?.annotations ?? []))
      }
    else {
      const { choices } = await client.chat.completions.create(request)
      text = choices[0]?.message.content ?? ''
      found.push(...(choices[0]?.message.annotations ?? []))
    }
    expect(text).toBe(said.replace(EMAIL, '[EMAIL]'))
    expect(
      found.map(({ url_citation: { start_index, end_index } }) =>
        [...text].slice(start_index, end_index).join(''),
      ),
    ).toEqual(['the mill', 'the tower'])
  })

  test('a search that the provider would make is what nobody can inspect', async () => {
    model.reply = says(stream, { text: ['never'] })
    const searching = client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'What is new?' }],
      web_search_options: { search_context_size: 'low' },
      stream,
    })
    expect(await caught(searching)).toMatchObject({ status: 403, code: 'content.uninspected' })
    expect(model.requests).toHaveLength(0)
  })

  test('several choices', async () => {
    model.reply = says(stream, { text: ['one ', EMAIL.slice(0, 5), EMAIL.slice(5)] }, { text: ['two'] })
    expect((await ask(stream, 'Twice.')).text).toEqual(['one [EMAIL]', 'two'])
  })

  test('a tool call', async () => {
    const tool = { name: 'weather', arguments: ['{"city": "Li', 'ma", ', '"days":3}'] }
    model.reply = says(stream, { tool })
    const got = await ask(stream, 'The weather in Lima?')
    expect(got.arguments).toEqual(['{"city": "Lima", "days":3}'])
    expect(got.finish).toEqual(['tool_calls'])
  })

  test('a tool call with an address: the key before it is not part of it', async () => {
    const tool = { name: 'mail', arguments: ['{"to": ["ada@exam', 'ple.com"], "cc": "bo@example.org"}'] }
    model.reply = says(stream, { tool })
    expect((await ask(stream, 'Mail them.')).arguments).toEqual(['{"to": ["[EMAIL]"], "cc": "[EMAIL]"}'])
  })

  test('a tool call with a value that may not pass', async () => {
    const tool = { name: 'pay', arguments: ['{"card": "4111 1111', ' 1111 1111", "to": "A\\u0041"}'] }
    model.reply = says(stream, { tool })
    expect((await ask(stream, 'Pay.')).arguments).toEqual(['{"card": "[CREDIT_CARD]", "to": "A\\u0041"}'])
  })

  test('a conversation with a tool’s result', async () => {
    model.reply = says(stream, { text: ['It is dry.'] })
    const messages: ChatCompletionMessageParam[] = [
      { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: 'The weather?' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'dry' },
    ]
    expect((await ask(stream, messages)).text).toEqual(['It is dry.'])
    expect(JSON.parse(received()[0]!).messages).toEqual(messages)
    const poisoned = messages.with(3, { role: 'tool', tool_call_id: 'call_1', content: 'Open Sesame' })
    const error = await caught(ask(stream, poisoned))
    expect(error).toMatchObject({ status: 403, code: 'keywords.words', param: 'messages[3].content' })
  })

  test('an answer whose values may not pass', async () => {
    model.reply = says(stream, {
      text: ['Mail ada.arc', 'her@exam', 'ple.com, card 4111 1111 11', '11 1111. '],
    })
    expect((await ask(stream, 'The record?')).text).toEqual(['Mail [EMAIL], card [CREDIT_CARD]. '])
  })

  test('a masked value comes back to the caller, and the model never sees it', async () => {
    model.reply = says(stream, { text: ['I wrote to [EMAIL_1', '] and to [EMA', 'IL_2], not to [EMAIL_3].'] })
    const { text } = await ask(stream, `Write to ${EMAIL} and bo@example.org, and to ${EMAIL} again.`)
    expect(text).toEqual([`I wrote to ${EMAIL} and to bo@example.org, not to [EMAIL_3].`])
    expect(JSON.parse(received()[0]!).messages[0].content).toBe(
      'Write to [EMAIL_1] and [EMAIL_2], and to [EMAIL_1] again.',
    )
  })

  test('a masked value stays out of links', async () => {
    const said =
      'Now [EMAIL_1]. ![x](https://evil.example/?q=[EMAIL_1]) and http://evil.example/[EMAIL_1] end'
    model.reply = says(stream, { text: [...said] })
    const { text } = await ask(stream, `I am ${EMAIL}.`)
    expect(text).toEqual([said.replace('[EMAIL_1]', EMAIL)])
  })

  test('a masked value is not given to tools unless the boundary says so', async () => {
    model.reply = says(stream, { tool: { name: 'mail', arguments: ['{"to": "[EMAIL_1]"}'] } })
    expect((await ask(stream, `Mail ${EMAIL}.`)).arguments).toEqual(['{"to": "[EMAIL_1]"}'])
  })

  test('a blocked prompt: 403, one attempt, and the model hears nothing', async () => {
    model.reply = says(stream, { text: ['never'] })
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(stream, 'Say: Ope\u200bn  SESAME!'))
    })
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({
      status: 403,
      code: 'keywords.words',
      type: 'policy_violation',
      param: 'messages[0].content',
    })
    expect(error?.message).toBe('403 The text contains a word that this boundary does not allow.')
    expect(error?.headers?.get('x-sallyport-exchange')).toBe((await gate.records()).at(-1)?.exchange)
    expect(made).toBe(1)
    expect(model.requests).toHaveLength(0)
  })

  test('a prompt that is too long: 413, one attempt', async () => {
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(stream, 'long '.repeat(401)))
    })
    expect(error).toMatchObject({ status: 413, code: 'length.exceeded' })
    expect(made).toBe(1)
  })

  test('an answer blocked from its first word: 403, one attempt', async () => {
    model.reply = says(stream, { text: ['The va', 'ult is open.'] })
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(stream, 'Where?'))
    })
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'keywords.words' })
    expect(error?.message).not.toMatch(/vault/i)
    expect(made).toBe(1)
    expect(model.requests).toHaveLength(1)
  })

  test('an answer blocked on the way: a prefix, then an error that the user cannot miss', async () => {
    model.reply = says(stream, { text: ['Listen closely: ', 'the va', 'ult is', ' open.'] })
    const got = nothing()
    const error = await caught(ask(stream, 'Where?', { got }))
    expect(error).toMatchObject({ code: 'keywords.words', type: 'policy_violation' })
    expect(error.message).toContain('The text contains a word that this boundary does not allow.')
    if (stream) {
      expect(error.status).toBeUndefined()
      expect(got.text).toEqual(['Listen closely: '])
      expect(got.finish).toEqual([])
      expect((await gate.records()).at(-1)).toMatchObject({ status: 200, ended: 'blocked', verdict: 'block' })
    } else {
      expect(error).toBeInstanceOf(PermissionDeniedError)
      expect((await gate.records()).at(-1)).toMatchObject({ status: 403, ended: 'blocked', verdict: 'block' })
    }
  })

  test.each([401, 403])('the provider refuses the gate’s key with %i: 502, one attempt', async (status) => {
    model.reply = {
      status,
      json: { error: { message: `Incorrect API key provided: ${PROVIDER_KEY}`, code: 'invalid_api_key' } },
    }
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(stream, 'Hello'))
    })
    expect(error).toMatchObject({ status: 502, code: 'upstream.auth' })
    expect(JSON.stringify(error?.error) + error?.message).not.toContain('sk-')
    expect(made).toBe(1)
  })

  test('the provider’s limit: 429 with its retry-after, and the SDK tries again', async () => {
    let failures = 1
    model.reply = () =>
      failures-- > 0
        ? {
            status: 429,
            headers: { 'retry-after': '1', 'x-ratelimit-limit-requests': '3' },
            json: { error: { message: 'Rate limit reached for organization org-abc123' } },
          }
        : says(stream, { text: ['at last'] })
    const error = await caught(ask(stream, 'Hello', { using: sdk({ maxRetries: 0 }) }))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error).toMatchObject({ status: 429, code: 'upstream.rate_limited' })
    expect(error.headers?.get('retry-after')).toBe('1')
    expect(error.headers?.get('x-ratelimit-limit-requests')).toBeNull()
    expect(error.message).not.toContain('org-')
    expect(model.requests).toHaveLength(1)
    failures = 1
    expect((await ask(stream, 'Hello')).text).toEqual(['at last'])
    expect(model.requests).toHaveLength(3)
  })

  test.each([400, 404, 422])(
    'the provider’s %i keeps what it says and loses whom it names',
    async (status) => {
      const message = `Unknown field 'foo' for ${PROVIDER_KEY} of org-abc123 in proj_xyz789 at ${model.url}/chat and api.openai.com; mail ${EMAIL}`
      model.reply = { status, json: { error: { message, type: 'invalid_request_error' } } }
      const error = await caught(ask(stream, 'Hello'))
      expect(error).toMatchObject({ status, code: 'upstream.rejected' })
      expect(error.message).toContain("Unknown field 'foo' for [removed]")
      expect(error.message).not.toMatch(/sk-|org-|proj_|127\.0\.0\.1|openai|ada\.archer/)
    },
  )

  test('the provider fails: 502, and nothing of what it says', async () => {
    model.reply = { status: 500, json: { error: { message: 'db-7.internal.example crashed' } } }
    const error = await caught(ask(stream, 'Hello', { using: sdk({ maxRetries: 0 }) }))
    expect(error).toMatchObject({ status: 502, code: 'upstream.unavailable' })
    expect(error.message).toBe('502 The model is not available.')
  })

  test('the provider dies in the middle: an error, not an answer', async () => {
    model.reply = stream
      ? {
          chunks: sse(delta(0, { content: 'Half of an ' }), delta(0, { content: 'ans' })).slice(0, 2),
          ending: 'destroy',
        }
      : {
          chunks: ['{"choices": [{"index": 0, "message": {"content": "Half'],
          headers: { 'content-type': 'application/json' },
          ending: 'destroy',
        }
    const got = nothing()
    const error = await caught(ask(stream, 'Hello', { using: sdk({ maxRetries: 0 }), got }))
    expect(error.code).toMatch(/^upstream\.(?:unavailable|invalid)$/)
    // The last word was waited with: an address could have begun there.
    if (stream) expect(got.text).toEqual(['Half of an '])
    expect((await gate.records()).at(-1)?.ended).toBe('upstream_gone')
  })

  test.each(['closed', 'nowhere'])('a model behind an address that is %s', async (name) => {
    const error = await caught(ask(stream, 'Hello', { using: sdk({ maxRetries: 0 }), name }))
    expect(error).toMatchObject({ status: 502, code: 'upstream.unavailable' })
    const told = error.message + JSON.stringify(error.error) + JSON.stringify([...(error.headers ?? [])])
    expect(told).not.toMatch(/no-such-host|127\.0\.0\.1|ECONN|ENOTFOUND|EAI_AGAIN/)
  })

  test('the user aborts while the model thinks: its call ends', async () => {
    const before = model.aborted
    model.reply = { before: 'never' }
    const controller = new AbortController()
    const body = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }], stream }
    const answer = client.chat.completions.create(body, { signal: controller.signal })
    const error = answer.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    await until(() => model.requests.length === 1)
    controller.abort()
    expect(await error).toBeInstanceOf(APIUserAbortError)
    await until(() => model.aborted === before + 1)
    await until(async () => (await gate.records()).at(-1)?.ended === 'client_gone')
  })

  test('keys that do not open', async () => {
    const wrong = await caught(ask(stream, 'Hello', { using: sdk({ apiKey: 'sp_wrong' }) }))
    expect(wrong).toBeInstanceOf(AuthenticationError)
    expect(wrong).toMatchObject({ status: 401, code: 'auth.invalid', type: 'authentication_error' })
    const late = await caught(ask(stream, 'Hello', { using: sdk({ apiKey: expired.key }) }))
    expect(late).toBeInstanceOf(AuthenticationError)
    expect(late).toMatchObject({ status: 401, code: 'auth.expired' })
    const keyless = new OpenAI({
      baseURL: `${gate.url}/v1`,
      apiKey: 'unused',
      defaultHeaders: { authorization: null },
    })
    const none = await caught(ask(stream, 'Hello', { using: keyless }))
    expect(none).toMatchObject({ status: 401, code: 'auth.missing' })
  })
})

describe('streams alone', () => {
  test('the user aborts in the middle of an answer: the model’s call ends', async () => {
    const before = model.aborted
    model.reply = { chunks: [sse(delta(0, { content: 'and so it goes. ' }))[0]!], ending: 'stall' }
    const events = await client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'Go on' }],
      stream: true,
    })
    for await (const { choices } of events) {
      expect(choices[0]?.delta.content).toBe('and so it goes. ')
      break
    }
    await until(() => model.aborted === before + 1)
    await until(async () => (await gate.records()).at(-1)?.ended === 'client_gone')
  })

  test('choices that share an event, each with its own edits', async () => {
    const both = (a: string, b: string) => ({
      ...(delta(0, {}) as { choices: object[] }),
      choices: [a, b].map((content, index) => ({ index, delta: { content }, finish_reason: null })),
    })
    model.reply = {
      chunks: sse(
        both('I am ada.archer@', `card ${CARD.slice(0, 9)}`),
        both('example.com ok', CARD.slice(9)),
      ),
    }
    expect((await ask(true, 'Both')).text).toEqual(['I am [EMAIL] ok', 'card [CREDIT_CARD]'])
  })

  test('a field that nobody knows is one text, however its events cut it', async () => {
    model.reply = {
      chunks: sse(
        delta(0, { thinking: 'Ada is ada.archer' }),
        delta(0, { thinking: '@example.com' }),
        delta(0, { thinking: ' or so' }),
        delta(0, { content: 'Done.' }, 'stop'),
      ),
    }
    const events = await client.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'Think' }],
      stream: true,
    })
    let thought = ''
    for await (const { choices } of events)
      thought += (choices[0]?.delta as { thinking?: string } | undefined)?.thinking ?? ''
    expect(thought).toBe('Ada is [EMAIL] or so')
  })

  test('an answer that only stops is no answer', async () => {
    model.reply = { chunks: sse(delta(0, { content: 'Half of it. ' })).slice(0, 1) }
    const got = nothing()
    const error = await caught(ask(true, 'Hello', { got }))
    expect(error.code).toBe('upstream.unavailable')
    expect(got.text).toEqual(['Half of it. '])
  })
})

test('the SDK’s list of models', async () => {
  model.reply = { json: { object: 'list', data: [{ id: 'm', object: 'model' }] } }
  const ids: string[] = []
  for await (const { id } of client.models.list()) ids.push(id)
  expect(ids).toEqual(['closed', 'nowhere', 'm'])
})
