import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { document, policyFolder, post, startGate, startModel, stopAll, type TestGate } from '../gate.ts'
import { sse } from '../mock-upstream.ts'
import { says } from './chat.ts'

const RULES = `package acme

deny contains {"msg": "Context payload exceeds safe token limit.", "code": "context.too_long", "path": "messages[1].content"} if {
	input.stage == "policy"
	input.context_payload.token_count > 100
}

deny contains "Not today." if input.parts.user[_].text == "no"

flag contains {"msg": "short"} if input.parts.user[_].length < 3

transform contains {"path": part.path, "span": [0, 3], "replacement": "***"} if {
	some part in input.parts.user
	startswith(part.text, "abc")
}
`
const ANSWERS = `package answers

deny contains {"msg": "It said the word.", "code": 451} if contains(input.answer_parts[_].text, "forbidden")

transform contains {"path": part.path, "replacement": "[gone]"} if {
	some part in input.answer_parts
	part.kind == "text"
	contains(part.text, "secret")
}
`
const TOOLS = `package tools

import future.keywords.not

deny contains sprintf("Tool %v is not yours.", [call.name]) if {
	some call in input.tools.called
	not call.name in data.allowed
}
`
const PLACED = `package placed

flag contains {"msg": sprintf("%v offered", [input.tools.offered[_]]), "path": "a#2", "span": [1, 2]}

flag contains {"path": "nowhere"} if input.stage == "admit"
`
const MARKED = `package marked

transform contains {"path": part.path, "replacement": replace(part.text, "_", "")} if some part in input.parts.user
`
const ODD = `package odd

allow := input.request.max_tokens < 100 if input.request.max_tokens >= 0 # sallyport: means mixed-comparison

endless if count([1 | some a in numbers.range(1, 9000); some b in numbers.range(1, 9000); a * b == 0]) > 0
`

let gate: TestGate
let model: Awaited<ReturnType<typeof startModel>>
beforeAll(async () => {
  model = await startModel()
  const boundary = (name: string, spec: object) =>
    document('Boundary', name, {
      match: { models: [name] },
      upstreams: [{ name: 'model' }],
      ...spec,
    })
  const use = (of: object, more: object = {}) => [{ use: 'rego', with: of, ...more }]
  gate = await startGate({
    documents:
      document('Upstream', 'model', { protocol: 'openai', baseUrl: model.url, models: [{ name: '*' }] }) +
      boundary('texts', {
        input: [{ use: 'keywords', with: { words: ['forbidden', '***def'] } }],
        policy: use({ package: 'acme', expose: 'text' }),
      }) +
      boundary('output', { output: use({ package: 'answers', expose: 'text' }) }) +
      boundary('tools', { tool: use({ package: 'tools' }) }) +
      boundary('placed', { admit: use({ package: 'placed' }), policy: use({ package: 'placed' }) }) +
      boundary('marked', {
        origins: [{ between: ['<doc>', '</doc>'], origin: 'retrieved' }],
        context: [{ use: 'keywords', with: { words: ['forbidden'] } }],
        policy: use({ package: 'marked', expose: 'text' }),
      }) +
      boundary('allow', { policy: use({ query: 'data.odd.allow' }) }) +
      boundary('endless', { policy: use({ query: 'data.odd.endless' }) }) +
      boundary('tried', { policy: use({ query: 'data.odd.endless' }, { enforce: 'shadow' }) }),
    files: {
      'acme.rego': RULES,
      'answers.rego': ANSWERS,
      'tools.rego': TOOLS,
      'placed.rego': PLACED,
      'marked.rego': MARKED,
      'odd.rego': ODD,
      'data.yaml': 'allowed: [weather]\n',
    },
  })
})
afterAll(stopAll)

const ask = (name: string, content: string, more: object = {}) =>
  post(gate, '/v1/chat/completions', {
    model: name,
    messages: [{ role: 'user', content }, ...((more as { next?: object[] }).next ?? [])],
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'next')),
  })
const error = (text: string) => (JSON.parse(text) as { error: object }).error
const streamed = (text: string) =>
  text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)) as { choices?: { delta: { content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta.content ?? '')
    .join('')

describe('a request', () => {
  test('is denied with the words of the policy, and its code', async () => {
    model.reply = says(false, { text: ['fine'] })
    const long = await ask('texts', 'hello', {
      next: [{ role: 'tool', tool_call_id: 'c', content: 'word '.repeat(100) }],
    })
    expect(long.status).toBe(403)
    expect(error(long.text)).toMatchObject({
      code: 'context.too_long',
      message: 'Context payload exceeds safe token limit.',
      param: 'messages[1].content',
      type: 'policy_violation',
    })
    expect((await ask('texts', 'no')).text).toContain('Not today.')
    expect(model.requests).toEqual([])
  })

  test('is looked at again where it was changed, documents between marks as such', async () => {
    model.reply = says(false, { text: ['fine'] })
    for (const document of ['<doc>for_bidden</doc>', '<do_c>forbidden</doc>'])
      expect((await ask('marked', `Read this: ${document}`)).status).toBe(403)
    expect((await ask('marked', 'This is for_bidden: <doc>nothing</doc>')).status).toBe(200)
  })

  test('leaves none of its texts in the record', async () => {
    model.reply = says(false, { text: ['fine'] })
    const tool = (name: string) => ({ type: 'function', function: { name, parameters: {} } })
    await ask('placed', 'hi', { tools: [tool('weather'), tool('card 4539 5787 6362 1486')] })
    const text = await gate.records(1).then(() => gate.recordText())
    expect(text).toContain('weather offered')
    expect(text).not.toContain('4539 5787')
  })

  test('passes when nothing denies, and what is flagged is recorded', async () => {
    model.reply = says(false, { text: ['fine'] })
    expect((await ask('texts', 'hello there')).status).toBe(200)
    expect((await ask('texts', 'ab')).status).toBe(200)
    const records = await gate.records()
    expect(records.at(-1)).toMatchObject({
      verdict: 'flag',
      findings: [{ code: 'policy.flagged', guard: 'rego', stage: 'policy', action: 'flag' }],
    })
  })

  test('is changed, and the guards look at what was put in', async () => {
    model.reply = says(false, { text: ['fine'] })
    expect((await ask('texts', 'abc and more')).status).toBe(200)
    expect(JSON.parse(model.requests[0]!.body.toString())).toMatchObject({
      messages: [{ role: 'user', content: '*** and more' }],
    })
    const caught = await ask('texts', 'abcdef')
    expect(caught.status).toBe(403)
    expect(error(caught.text)).toMatchObject({ code: 'keywords.words' })
  })

  test('that the policy does not decide is denied', async () => {
    model.reply = says(false, { text: ['fine'] })
    expect((await ask('allow', 'hi', { max_tokens: 5 })).status).toBe(200)
    expect(error((await ask('allow', 'hi', { max_tokens: 500 })).text)).toMatchObject({
      code: 'policy.denied',
    })
    const none = await ask('allow', 'hi')
    expect(none.status).toBe(403)
    expect(error(none.text)).toMatchObject({ code: 'policy.undefined' })
    const late = await ask('endless', 'hi')
    expect(late.status).toBe(403)
    expect(error(late.text)).toMatchObject({ code: 'policy.undefined' })
    expect((await ask('tried', 'hi')).status).toBe(200)
    expect((await gate.records()).at(-1)).toMatchObject({ verdict: 'allow', shadowVerdict: 'block' })
  })

  test('a text beyond what a policy may be shown is denied', async () => {
    const { status, text } = await ask('texts', 'x'.repeat(70_000))
    expect(status).toBe(403)
    expect(error(text)).toMatchObject({ code: 'policy.undefined' })
  })
})

describe.each([false, true])('an answer, streamed: %s', (stream) => {
  const said = (text: string) =>
    stream
      ? streamed(text)
      : (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]!.message.content

  test('is denied before a byte of it leaves', async () => {
    model.reply = says(stream, { text: ['this is ', 'forb', 'idden'] })
    const { status, text } = await ask('output', 'hi', { stream })
    expect(status).toBe(451)
    expect(error(text)).toMatchObject({ message: 'It said the word.' })
  })

  test('is changed', async () => {
    model.reply = says(stream, { text: ['a sec', 'ret here'] })
    const { status, text } = await ask('output', 'hi', { stream })
    expect(status).toBe(200)
    expect(said(text)).toBe('[gone]')
    expect(text).not.toContain('ret here')
  })

  test('passes byte for byte when nothing objects', async () => {
    model.reply = says(stream, { text: ['all ', 'is ', 'well'] })
    const { text } = await ask('output', 'hi', { stream })
    expect(said(text)).toBe('all is well')
    model.reply = says(stream, { text: ['all ', 'is ', 'well'] })
    expect((await ask('tools', 'hi', { stream })).text).toBe(text)
  })

  test('may call the tools that are allowed', async () => {
    model.reply = says(stream, {
      text: ['Let me look.'],
      tool: { name: 'weather', arguments: ['{"a"', ':1}'] },
    })
    const good = await ask('tools', 'hi', { stream })
    expect(good.status).toBe(200)
    expect(good.text).toContain('weather')
    model.reply = says(stream, {
      text: ['Let me look.'],
      tool: { name: 'shell', arguments: ['{"a"', ':1}'] },
    })
    const bad = await ask('tools', 'hi', { stream })
    expect(bad.text).toContain('Tool shell is not yours.')
    expect(bad.text).not.toContain('arguments')
    // What came before the call has left.
    expect(bad.status).toBe(stream ? 200 : 403)
    if (stream) expect(streamed(bad.text)).toContain('Let me look.')
  })

  test('may not call another tool by leaving out its arguments', async () => {
    const tool_calls = [{ index: 0, id: 'call_1', type: 'function', function: { name: 'shell' } }]
    const choice = { index: 0, finish_reason: 'tool_calls' }
    model.reply = stream
      ? { chunks: sse({ choices: [{ ...choice, delta: { tool_calls } }] }) }
      : { json: { choices: [{ ...choice, message: { role: 'assistant', content: null, tool_calls } }] } }
    const { status, text } = await ask('tools', 'hi', { stream })
    expect([status, text]).toEqual([403, expect.stringContaining('Tool shell is not yours.')])
  })
})

test('/v1/inspect asks the rules of the stage', async () => {
  const inspect = async (parts: object[]) => {
    const { text } = await post(gate, '/v1/inspect', { boundary: 'texts', stage: 'policy', parts })
    return JSON.parse(text) as object
  }
  expect(await inspect([{ path: 'a', origin: 'user', text: 'no' }])).toMatchObject({
    verdict: 'block',
    findings: [{ guard: 'rego', code: 'policy.denied' }, { code: 'policy.flagged' }],
  })
  expect(await inspect([{ path: 'a', origin: 'user', text: 'abcxyz' }])).toMatchObject({
    verdict: 'transform',
    parts: [{ path: 'a', text: '***xyz' }],
  })
})

test('/v1/inspect places what rules of admit say, or says it of the call', async () => {
  const part = { path: 'a', origin: 'user', text: 'hello' }
  const body = { boundary: 'placed', stage: 'policy', parts: [part, { ...part, text: 'world' }] }
  const { status, text } = await post(gate, '/v1/inspect', body)
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ verdict: 'flag', findings: [{ path: '', span: [0, 0] }] })
})

test('the built program says by its status that rules are wrong', async () => {
  const { dir } = await policyFolder({
    documents: document('Boundary', 'all', {
      upstreams: [],
      policy: [{ use: 'rego', with: { package: 'a' } }],
    }),
    files: { 'a.rego': 'package a\n\nallow if nope(input.stage)\n' },
  })
  const check = promisify(execFile)(process.execPath, ['dist/main.js', 'check', dir])
  await expect(check).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('a.rego:3:10') })
}, 60_000)
