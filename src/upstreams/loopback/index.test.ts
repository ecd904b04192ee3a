import { describe, expect, test } from 'vitest'
import { cancellation } from '../../core/cancellation.ts'
import type { UpstreamAnswer } from '../types.ts'
import { loopbackUpstream } from './index.ts'

const model = loopbackUpstream({ name: 'loopback' })

function ask(
  path: string,
  body: unknown,
  signal = cancellation().signal,
  upstream = model,
): Promise<UpstreamAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return upstream.send({ path, headers: {}, body: text, signal, stream: false })
}

async function text(answer: UpstreamAnswer): Promise<string> {
  let read = ''
  for await (const piece of answer.body) read += Buffer.from(piece).toString()
  return read
}

const messages = [{ role: 'user', content: 'Hello.' }]
const asked: [string, object][] = [
  ['/chat/completions', { messages, n: 2 }],
  ['/completions', { prompt: ['Hello.', 'Goodbye.'] }],
  ['/messages', { messages, max_tokens: 100 }],
  ['/responses', { input: 'Hello.' }],
]

test.each(asked)('the same bytes get the same answer: %s', async (path, rest) => {
  for (const stream of [true, false]) {
    const body = { model: 'm', stream, ...rest }
    const answer = await ask(path, body)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(stream ? /^text\/event-stream/ : /^application\/json$/)
    expect(await text(answer)).toBe(await text(await ask(path, body)))
  }
})

test('it has one model', async () => {
  expect(await model.models()).toEqual(['loopback'])
})

describe.each(asked)('stopping: %s', (path, rest) => {
  const slow = loopbackUpstream({ name: 'slow', pace: 3_600_000 })
  const body = { model: 'm', stream: true, ...rest }
  const gone = new Error('gone')

  test('an abort ends a waiting read at once', async () => {
    const { signal, abort } = cancellation()
    const answer = await ask(path, body, signal, slow)
    const read = text(answer)
    abort(gone)
    await expect(read).rejects.toBe(gone)
    await expect(text(answer)).rejects.toBe(gone)
  })

  test('so does destroying the body', async () => {
    const answer = await ask(path, body, undefined, slow)
    const read = text(answer)
    answer.body.destroy()
    expect(await read).toBe('')
  })

  test('what is aborted before it begins does not begin', async () => {
    const { signal, abort } = cancellation()
    abort(gone)
    await expect(ask(path, body, signal, slow)).rejects.toBe(gone)
  })
})

describe('what it cannot read', () => {
  test.each<[string, unknown, string]>([
    ['/chat/completions', '{', 'not JSON'],
    ['/chat/completions', { model: 'm' }, "'messages'"],
    ['/chat/completions', { messages }, "'model'"],
    ['/completions', { prompt: 'x' }, "'model'"],
    ['/completions', { model: 'm', prompt: [{}] }, "'prompt'"],
    ['/embeddings', { model: 'm' }, "'input'"],
    ['/embeddings', { model: 'm', input: ['a', ''] }, 'empty'],
    ['/embeddings', { model: 'm', input: 'a', dimensions: 1e9 }, "'dimensions'"],
    ['/responses', { model: 'm' }, "'input'"],
    ['/responses', { input: 'x' }, "'model'"],
  ])("%s %j, in OpenAI's words", async (path, body, complaint) => {
    const answer = await ask(path, body)
    expect(answer.status).toBe(400)
    const { error } = JSON.parse(await text(answer))
    expect(error).toMatchObject({ type: 'invalid_request_error', param: null, code: null })
    expect(error.message).toContain(complaint)
  })

  test('more inputs than there may be', async () => {
    const answer = await ask('/embeddings', { model: 'm', input: Array(2_049).fill('a') })
    expect(answer.status).toBe(400)
    expect(JSON.parse(await text(answer)).error.message).toContain('2048')
  })

  test.each<[string, unknown, string]>([
    ['/messages', '[', 'not JSON'],
    ['/messages', { model: 'm', messages }, 'max_tokens'],
    ['/messages', { model: 'm', max_tokens: 1, messages: [] }, "'messages'"],
    ['/messages/count_tokens', { messages }, "'model'"],
  ])("%s %j, in Anthropic's words", async (path, body, complaint) => {
    const answer = await ask(path, body)
    expect(answer.status).toBe(400)
    const { type, error } = JSON.parse(await text(answer))
    expect(type).toBe('error')
    expect(error.type).toBe('invalid_request_error')
    expect(error.message).toContain(complaint)
  })

  test.each(['/audio/speech', '/v1/messages', '/constructor', ''])('another path: %s', async (path) => {
    expect((await ask(path, '{}')).status).toBe(404)
  })
})
