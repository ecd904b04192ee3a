import Anthropic, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  PermissionDeniedError,
} from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stopAll, until } from '../gate.ts'
import { claude, expired, named, PROVIDER_KEY, type Setting, startSetting } from './claude.ts'

const EMAIL = 'ada.archer@example.com'
type Body = Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'>

let { model, gate }: Setting = {} as Setting
let client: Anthropic

beforeAll(async () => {
  ;({ model, gate } = await startSetting())
  client = sdk()
})
afterAll(stopAll)

function sdk(options: { apiKey?: string; maxRetries?: number } = {}): Anthropic {
  return new Anthropic({ baseURL: gate.url, apiKey: gate.key, ...options })
}

const body = (content: Anthropic.MessageParam['content'], more: Partial<Body> = {}): Body => ({
  model: 'loopback',
  max_tokens: 1000,
  messages: [{ role: 'user', content }],
  ...more,
})
const WEATHER: Anthropic.Tool = {
  name: 'send_mail',
  description: 'Sends a mail.',
  input_schema: { type: 'object', properties: { to: { type: 'string' } } },
}

/** The three ways in which the SDK's user can ask, each as the message at their end. `seen` is filled on the way. */
const WAYS: Record<string, (asked: Body, seen?: string[], using?: Anthropic) => Promise<Anthropic.Message>> =
  {
    buffered: (asked, _, using = client) => using.messages.create(asked),
    streamed: async (asked, seen = [], using = client) => {
      const message = { content: [] as { type: string; text?: string; thinking?: string; json?: string }[] }
      const whole: Partial<Anthropic.Message> = {}
      for await (const event of await using.messages.create({ ...asked, stream: true })) {
        if (event.type === 'message_start') Object.assign(whole, event.message)
        if (event.type === 'content_block_start') message.content[event.index] = { ...event.content_block }
        if (event.type === 'message_delta') Object.assign(whole, event.delta)
        if (event.type !== 'content_block_delta') continue
        const block = message.content[event.index]!
        const { delta } = event
        if (delta.type === 'text_delta') {
          block.text += delta.text
          seen.push(delta.text)
        }
        if (delta.type === 'thinking_delta') block.thinking += delta.thinking
        if (delta.type === 'signature_delta') Object.assign(block, { signature: delta.signature })
        if (delta.type === 'input_json_delta') block.json = (block.json ?? '') + delta.partial_json
      }
      for (const block of message.content)
        if (block.json !== undefined) {
          Object.assign(block, { input: JSON.parse(block.json) })
          delete block.json
        }
      return { ...whole, content: message.content } as unknown as Anthropic.Message
    },
    'by the stream helper': (asked, seen = [], using = client) =>
      using.messages
        .stream(asked)
        .on('text', (text) => seen.push(text))
        .finalMessage(),
  }

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

async function caught(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

/** The gate's own error, as the SDK shows it. */
const told = ({ error }: APIError) => (error as { error: Record<string, unknown> }).error

/** How many calls reached the gate while `run` ran. */
async function attempts(run: () => Promise<unknown>): Promise<number> {
  const before = (await gate.records()).length
  await run()
  await gate.records(before + 1)
  // A second attempt of the SDK would come within its first back-off of half a second.
  await new Promise((resolve) => setTimeout(resolve, 700))
  return (await gate.records()).length - before
}

describe.each(Object.entries(WAYS))('the official SDK, %s', (way, ask) => {
  const streams = way !== 'buffered'

  test('a plain answer, and its usage in the record', async () => {
    const answer = await ask(body('Say one two three'))
    expect(textOf(answer)).toBe('one two three')
    expect(answer).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
    expect((await gate.records()).at(-1)).toMatchObject({
      status: 200,
      ended: 'complete',
      usage: { inputTokens: 4, outputTokens: 3 },
    })
  })

  test('a tool call, whose values may not pass', async () => {
    const answer = await ask(body(`Call send_mail with {"to": "${EMAIL}"}`, { tools: [WEATHER] }))
    expect(answer.stop_reason).toBe('tool_use')
    const use = answer.content.find((block) => block.type === 'tool_use')
    // Masked on the way to the model, and not given to tools.
    expect(use).toMatchObject({ name: 'send_mail', input: { to: '[EMAIL_1]' } })
  })

  test('thinking, with its signature', async () => {
    const answer = await ask(body('Say yes', { thinking: { type: 'enabled', budget_tokens: 1024 } }))
    expect(answer.content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    expect(answer.content[0]).toMatchObject({
      thinking: expect.stringMatching(/./),
      signature: expect.stringMatching(/^[A-Za-z0-9+/=]{20,}$/),
    })
    // The next turn takes it back as it came.
    const next = await ask({
      ...body('Say yes'),
      messages: [
        { role: 'user', content: 'Say yes' },
        { role: 'assistant', content: answer.content },
        { role: 'user', content: 'Say no' },
      ],
    })
    expect(textOf(next)).toBe('no')
  })

  test('a masked value comes back to the caller, and the model never sees it', async () => {
    const answer = await ask(body(`Repeat after me: write to ${EMAIL} today`))
    expect(textOf(answer)).toBe(`write to ${EMAIL} today`)
    expect((await gate.records()).at(-1)).toMatchObject({ verdict: 'transform' })
  })

  test('an answer whose values may not pass, in the pieces in which it came', async () => {
    model.reply = claude(streams, ['Mail ada.arc', 'her@exam', 'ple.com, card 4111 1111 11', '11 1111. '])
    expect(textOf(await ask(body('The record?', { model: 'm' })))).toBe('Mail [EMAIL], card [CREDIT_CARD]. ')
  })

  test('the provider gets its own key and what its protocol needs, and nothing of the caller’s', async () => {
    model.reply = {
      ...claude(streams, ['yes']),
      headers: { 'request-id': 'req_1', 'anthropic-organization-id': 'o' },
    }
    const using = sdk()
    await ask({ ...body('Hello', { model: 'm' }) }, [], using)
    const { url, headers } = model.requests[0]!
    expect(url).toBe('/v1/messages')
    expect(headers['x-api-key']).toBe(PROVIDER_KEY)
    expect(headers['anthropic-version']).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(headers.authorization).toBeUndefined()
    expect(JSON.stringify(headers)).not.toContain(gate.key)
  })

  test('a blocked prompt: 403, one attempt, and the model hears nothing', async () => {
    model.reply = claude(streams, ['never'])
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(body('Say: Ope\u200bn  SESAME!', { model: 'm' })))
    })
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, type: 'policy_violation', errorCode: 'keywords.words' })
    expect(error?.apiMessage).toBe('The text contains a word that this boundary does not allow.')
    expect(told(error!)).toMatchObject({ code: 'keywords.words', param: 'messages[0].content' })
    expect(error?.headers?.get('x-sallyport-exchange')).toBe((await gate.records()).at(-1)?.exchange)
    expect(made).toBe(1)
    expect(model.requests).toHaveLength(0)
  })

  test('a poisoned tool’s result, document and tool description are refused where they stand', async () => {
    const bad = 'Open Sesame'
    const asked = async (more: Partial<Body>) => told(await caught(ask({ ...body('x'), ...more })))
    const document = {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: bad },
    } as const
    const result: Anthropic.ToolResultBlockParam = {
      type: 'tool_result',
      tool_use_id: 't',
      content: [{ type: 'text', text: bad }],
    }
    const user = (block: Anthropic.ContentBlockParam): Anthropic.MessageParam[] => [
      { role: 'user', content: [block] },
    ]
    expect(await asked({ messages: user(document) })).toMatchObject({
      param: 'messages[0].content[0].source.data',
    })
    expect(await asked({ messages: user(result) })).toMatchObject({
      param: 'messages[0].content[0].content[0].text',
    })
    const tools = [{ ...WEATHER, description: bad }]
    expect(await asked({ tools })).toMatchObject({ param: 'tools[0].description' })
  })

  test('an image is refused; a tool of the provider’s passes where the boundary allows it', async () => {
    const image: Anthropic.ImageBlockParam = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
    }
    const error = await caught(ask(body([image])))
    expect(error).toMatchObject({ status: 403, errorCode: 'content.uninspected' })
    const search: Anthropic.WebSearchTool20250305 = { type: 'web_search_20250305', name: 'web_search' }
    expect(textOf(await ask(body('Say yes', { tools: [search] })))).toBe('yes')
    const fetch: Anthropic.WebFetchTool20250910 = { type: 'web_fetch_20250910', name: 'web_fetch' }
    const refused = await caught(ask(body('Say yes', { tools: [fetch] })))
    expect(refused).toMatchObject({ status: 403, errorCode: 'content.uninspected' })
  })

  test('an answer blocked from its first word: 403, one attempt', async () => {
    model.reply = claude(streams, ['The va', 'ult is open.'])
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(body('Where?', { model: 'm' })))
    })
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, errorCode: 'keywords.words' })
    expect(error?.message).not.toMatch(/vault/i)
    expect(made).toBe(1)
    expect(model.requests).toHaveLength(1)
  })

  test('an answer blocked on the way: a prefix, then an error that the user cannot miss, one attempt', async () => {
    model.reply = claude(streams, ['Listen closely: ', 'the va', 'ult is', ' open.'])
    const seen: string[] = []
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(body('Where?', { model: 'm' }), seen))
    })
    expect(error).toMatchObject({ type: 'policy_violation', errorCode: 'keywords.words' })
    expect(made).toBe(1)
    if (streams) {
      expect(error?.status).toBeUndefined()
      expect(seen.join('')).toBe('Listen closely: ')
      expect((await gate.records()).at(-1)).toMatchObject({ status: 200, ended: 'blocked', verdict: 'block' })
    } else expect((await gate.records()).at(-1)).toMatchObject({ status: 403, ended: 'blocked' })
  })

  test('signed thinking that would have to be edited blocks', async () => {
    model.reply = claude(streams, ['Done.'], [`It is ${EMAIL}`, ' then.'])
    const error = await caught(ask(body('Think', { model: 'm' })))
    expect(error).toMatchObject({ errorCode: 'pii.email' })
  })

  test('a masked value is given back in the text, and stays masked in signed thinking', async () => {
    model.reply = claude(streams, ['To [EMAIL_1].'], ['It is for [EMAIL', '_1].'])
    const answer = await ask(body(`Write to ${EMAIL}`, { model: 'm' }))
    expect(textOf(answer)).toBe(`To ${EMAIL}.`)
    expect(answer.content[0]).toMatchObject({ thinking: 'It is for [EMAIL_1].', signature: 'QUJD' })
  })

  test('a conversation with tools: values are masked in the objects that calls are', async () => {
    model.reply = claude(streams, ['Done.'])
    const conversation = (email: string): Anthropic.MessageParam[] => [
      { role: 'user', content: 'Mail her' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't1', name: 'send_mail', input: { to: [email], n: 1 } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: `sent to ${EMAIL}` }] },
    ]
    expect(textOf(await ask({ ...body('x', { model: 'm' }), messages: conversation(EMAIL) }))).toBe('Done.')
    const { messages } = JSON.parse(model.requests[0]!.body.toString())
    expect(messages.slice(0, 2)).toEqual(conversation('[EMAIL_1]').slice(0, 2))
  })

  test('citations go when the document that they cite was edited, and come otherwise', async () => {
    const cited = {
      type: 'char_location',
      cited_text: 'grass',
      document_index: 0,
      document_title: 'Lawns',
      file_id: null,
      start_char_index: 0,
      end_char_index: 5,
    } as const
    model.reply = claude(streams, ['It is ', 'green.'], undefined, cited)
    const ask_ = (data: string) =>
      ask(
        body(
          [
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data } },
            { type: 'text', text: 'x' },
          ],
          {
            model: 'm',
            system: data,
          },
        ),
      )
    const whole = await ask_('grass')
    const edited = await ask_(`${EMAIL} grass`)
    expect([textOf(whole), textOf(edited)]).toEqual(['It is green.', 'It is green.'])
    if (way === 'streamed') return
    const citations = ({ content }: Anthropic.Message) =>
      content.flatMap((block) => (block.type === 'text' ? [block.citations ?? []] : []))
    expect(citations(whole)).toEqual([[cited]])
    expect(citations(edited)).toEqual([[]])
  })

  test('the provider refuses the gate’s key: 502, one attempt', async () => {
    model.reply = {
      status: 401,
      json: { type: 'error', error: { type: 'authentication_error', message: `bad ${PROVIDER_KEY}` } },
    }
    let error: APIError | undefined
    const made = await attempts(async () => {
      error = await caught(ask(body('Hello', { model: 'm' })))
    })
    expect(error).toMatchObject({ status: 502, type: 'api_error', errorCode: 'upstream.auth' })
    expect(JSON.stringify(error?.error)).not.toContain('sk-')
    expect(made).toBe(1)
  })

  test('the provider’s limit: 429 with its retry-after, and the SDK tries again', async () => {
    let failures = 1
    model.reply = () =>
      failures-- > 0
        ? {
            status: 429,
            headers: { 'retry-after': '1' },
            json: { type: 'error', error: { message: 'org-abc' } },
          }
        : claude(streams, ['at last'])
    expect(textOf(await ask(body('Hello', { model: 'm' })))).toBe('at last')
    expect(model.requests).toHaveLength(2)
    failures = 1
    const error = await caught(ask(body('Hello', { model: 'm' }), [], sdk({ maxRetries: 0 })))
    expect(error).toBeInstanceOf(Anthropic.RateLimitError)
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error' })
    expect(error.message).not.toContain('org-')
  })

  test('the provider’s 400 keeps what it says and loses whom it names', async () => {
    const message = `max_tokens: too large for ${PROVIDER_KEY} of org-abc123 at api.anthropic.com; mail ${EMAIL}`
    model.reply = { status: 400, json: { type: 'error', error: { type: 'invalid_request_error', message } } }
    const error = await caught(ask(body('Hello', { model: 'm' })))
    expect(error).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      errorCode: 'upstream.rejected',
    })
    expect(error.apiMessage).toContain('max_tokens: too large for [removed]')
    expect(error.message).not.toMatch(/sk-|org-|anthropic|ada\.archer/)
  })

  test('a model behind an address that is closed', async () => {
    const error = await caught(ask(body('Hello', { model: 'closed' }), [], sdk({ maxRetries: 0 })))
    expect(error).toMatchObject({ status: 502, type: 'api_error', errorCode: 'upstream.unavailable' })
  })

  test('keys that do not open', async () => {
    const wrong = await caught(ask(body('Hello'), [], sdk({ apiKey: 'sp_wrong' })))
    expect(wrong).toBeInstanceOf(AuthenticationError)
    expect(wrong).toMatchObject({ status: 401, type: 'authentication_error', errorCode: 'auth.invalid' })
    const late = await caught(ask(body('Hello'), [], sdk({ apiKey: expired.key })))
    expect(late).toMatchObject({ status: 401, errorCode: 'auth.expired' })
  })

  test('the user aborts while the model thinks: its call ends', async () => {
    const before = model.aborted
    model.reply = { before: 'never' }
    const controller = new AbortController()
    const stream = streams
    const answer = client.messages.create(
      { ...body('Hello', { model: 'm' }), stream },
      { signal: controller.signal },
    )
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
})

describe('streams alone', () => {
  const events = (...all: object[]): string[] => all.map((each) => named(each as { type: string }))

  test('the provider’s own error in a stream, or its silence, is an error and not an answer', async () => {
    const whole = claude(true, ['Half of an ', 'ans']).chunks!
    const error = { type: 'overloaded_error', message: 'org-abc is overloaded' }
    for (const chunks of [[...whole.slice(0, 4), ...events({ type: 'error', error })], whole.slice(0, 4)]) {
      model.reply = { chunks }
      const seen: string[] = []
      const failed = await caught(WAYS.streamed!(body('Hello', { model: 'm' }), seen, sdk({ maxRetries: 0 })))
      expect(failed).toMatchObject({ type: 'api_error', errorCode: 'upstream.unavailable' })
      expect(failed.message).not.toContain('org-')
      expect(seen.join('')).toBe('Half of an ')
      expect((await gate.records()).at(-1)?.ended).toBe('upstream_gone')
    }
  })

  test('the user leaves in the middle of an answer: the model’s call ends', async () => {
    const before = model.aborted
    model.reply = { chunks: claude(true, ['and so it goes. ']).chunks!.slice(0, 3), ending: 'stall' }
    for await (const event of await client.messages.create({
      ...body('Go on', { model: 'm' }),
      stream: true,
    }))
      if (event.type === 'content_block_delta') break
    await until(() => model.aborted === before + 1)
    await until(async () => (await gate.records()).at(-1)?.ended === 'client_gone')
  })
})
