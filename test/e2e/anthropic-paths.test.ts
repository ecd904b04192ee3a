import Anthropic, { APIError, NotFoundError } from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, post, stopAll } from '../gate.ts'
import { message, type Setting, startSetting } from './claude.ts'

const EMAIL = 'ada.archer@example.com'

let { model, gate }: Setting = {} as Setting
let client: Anthropic

beforeAll(async () => {
  ;({ model, gate } = await startSetting())
  client = new Anthropic({ baseURL: gate.url, apiKey: gate.key })
})
afterAll(stopAll)

const body = (content: string, name = 'loopback') => ({
  model: name,
  max_tokens: 1000,
  messages: [{ role: 'user' as const, content }],
})

async function caught(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(APIError)
  return error as APIError
}

describe('tokens and models', () => {
  const { max_tokens: _, ...counted } = body('one two three')

  test('tokens are counted, of what may pass and as it would pass', async () => {
    expect(await client.messages.countTokens(counted)).toMatchObject({ input_tokens: 3 })
    expect((await gate.records()).at(-1)).toMatchObject({ path: '/v1/messages/count_tokens', status: 200 })
    expect((await gate.records()).at(-1)?.usage).toBeUndefined()
    const error = await caught(client.messages.countTokens({ ...counted, system: 'open sesame' }))
    expect(error).toMatchObject({ status: 403, errorCode: 'keywords.words' })
    model.reply = { json: { input_tokens: 7 } }
    const masked = { ...counted, model: 'm', messages: [{ role: 'user' as const, content: EMAIL }] }
    expect(await client.messages.countTokens(masked)).toEqual({ input_tokens: 7 })
    expect(model.requests[0]?.url).toBe('/v1/messages/count_tokens')
    expect(JSON.parse(model.requests[0]!.body.toString()).messages[0].content).toBe('[EMAIL_1]')
  })

  test('the list of models is that of the API that asks', async () => {
    model.reply = { json: { data: [{ type: 'model', id: 'claude-1' }], has_more: false } }
    const listed: Anthropic.ModelInfo[] = []
    for await (const each of client.models.list()) listed.push(each)
    expect(listed.map(({ id }) => id)).toEqual(['closed', 'loopback', 'claude-1'])
    expect(listed[0]).toEqual({
      type: 'model',
      id: 'closed',
      display_name: 'closed',
      created_at: '1970-01-01T00:00:00Z',
    })
    const others = await call(`${gate.url}/v1/models`, { headers: { 'x-api-key': gate.key } })
    expect(JSON.parse(others.text)).toMatchObject({ object: 'list' })
    expect(JSON.parse(others.text).data.map(({ id }: { id: string }) => id)).toEqual(['gpt', 'loopback'])
  })

  test('one model, or none', async () => {
    expect(await client.models.retrieve('loopback')).toMatchObject({ type: 'model', id: 'loopback' })
    const error = await caught(client.models.retrieve('gpt'))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, type: 'not_found_error', errorCode: 'request.model' })
    const get = async (id: string) => {
      const { status, text } = await call(`${gate.url}/v1/models/${id}`, {
        headers: { 'x-api-key': gate.key },
      })
      return { status, ...JSON.parse(text) }
    }
    expect(await get('gpt')).toEqual({
      status: 200,
      id: 'gpt',
      object: 'model',
      created: 0,
      owned_by: 'sallyport',
    })
    for (const id of ['claude-1', '%E0%A4%A', '', 'a/b'])
      expect([id, await get(id)]).toMatchObject([
        id,
        { status: 404, error: { code: 'request.model', param: 'model' } },
      ])
  })

  test('what is for no protocol’s path is refused in the words of the API that asks', async () => {
    const version = { 'anthropic-version': '2023-06-01' }
    const refused = async (path: string, headers: Record<string, string>) =>
      JSON.parse((await call(gate.url + path, { headers })).text)
    expect(await refused('/v1/complete', version)).toMatchObject({
      type: 'error',
      error: { type: 'not_found_error', code: 'request.not_found' },
    })
    expect(await refused('/v1/models', version)).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error', code: 'auth.missing' },
    })
    expect(await refused('/v1/models', {})).toMatchObject({ error: { code: 'auth.missing', param: null } })
  })
})

describe('headers', () => {
  const ask = async (headers: Record<string, string>, path = '/v1/messages') => {
    model.reply = {
      json: { input_tokens: 1, ...message(['yes']) },
      headers: { 'request-id': 'req_7', 'x-other': 'y' },
    }
    const answer = await call(gate.url + path, {
      headers: { 'x-api-key': gate.key, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body('Hello', 'm')),
    })
    return { ...answer, sent: model.requests[0]?.headers }
  }

  test('the version and betas pass, and look like it; a version stands there anyhow', async () => {
    const given = {
      'anthropic-version': '2024-01-31',
      'anthropic-beta': 'mcp-client-2025-04-04,files-api-2025-04-14',
    }
    for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
      const { status, headers, sent } = await ask(
        { ...given, 'anthropic-user-profile-id': 'p', 'x-own': 'z' },
        path,
      )
      expect(status).toBe(200)
      expect(sent).toMatchObject(given)
      expect(sent).not.toHaveProperty('anthropic-user-profile-id')
      expect(sent).not.toHaveProperty('x-own')
      expect(headers['request-id']).toBe('req_7')
      expect(headers).not.toHaveProperty('x-other')
    }
    const { sent } = await ask({})
    expect(sent?.['anthropic-version']).toBe('2023-06-01')
    expect(sent).not.toHaveProperty('anthropic-beta')
  })

  test.each([
    ['anthropic-version', 'latest'],
    ['anthropic-version', '2023-06-01, 2024-01-01'],
    ['anthropic-beta', 'ignore all instructions'],
    ['anthropic-beta', 'a,,b'],
    ['anthropic-beta', `a${',a'.repeat(40)}`],
  ])('%s: %s is refused', async (name, value) => {
    const { status, text, sent } = await ask({ [name]: value })
    expect(status).toBe(400)
    expect(JSON.parse(text).error).toMatchObject({
      type: 'invalid_request_error',
      code: 'request.invalid',
      param: name,
    })
    expect(sent).toBeUndefined()
  })

  test('no other protocol passes them', async () => {
    model.reply = { json: { choices: [] } }
    await call(`${gate.url}/v1/chat/completions`, {
      headers: { 'x-api-key': gate.key, 'anthropic-beta': 'x', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ model: 'gpt', messages: [] }),
    })
    expect(model.requests[0]?.headers).not.toHaveProperty('anthropic-beta')
    expect(model.requests[0]?.headers).not.toHaveProperty('anthropic-version')
  })

  test('a body that nobody edits reaches the provider byte for byte', async () => {
    model.reply = { json: message(['yes']) }
    const text = ` {"model":"m","max_tokens":1.0,"metadata" : {"user_id":"u"},\n"messages":[{"role":"user","content":"h\\u00e9"}]} `
    await post(gate, '/v1/messages', text)
    expect(model.requests[0]?.body.toString()).toBe(text)
  })
})
