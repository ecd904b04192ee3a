import { AIMessage, type AIMessageChunk, type BaseMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { concat } from '@langchain/core/utils/stream'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { APIError, PermissionDeniedError } from 'openai'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { stopAll, type TestGate } from '../gate.ts'
import { ASK, attempts, BLOCKED, EMAIL, hosts, rejection, SAID, startSdkGate } from './sdk-gate.ts'

// Whoever runs the tests may have LangChain's own tracing on.
for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING', 'LANGCHAIN_TRACING_V2'])
  vi.stubEnv(name, 'false')

let gate: TestGate
beforeAll(async () => {
  gate = await startSdkGate()
})
afterAll(stopAll)

const chat = (model: string) =>
  new ChatOpenAI({ model, apiKey: gate.key, configuration: { baseURL: `${gate.url}/v1` } })

const send_mail = tool(({ to }: { to: string }) => `Sent to ${to}.`, {
  name: 'send_mail',
  description: 'Sends a mail.',
  schema: z.object({ to: z.string() }),
})

/** Invoked, or streamed and put together; `texts` is filled as it comes. */
async function ask(
  stream: boolean,
  model: Pick<ChatOpenAI, 'invoke' | 'stream'>,
  input: string | BaseMessage[],
  texts: string[] = [],
): Promise<AIMessage> {
  if (!stream) return model.invoke(input)
  let whole: AIMessageChunk | undefined
  for await (const piece of await model.stream(input)) {
    texts.push(piece.text)
    whole = whole === undefined ? piece : concat(whole, piece)
  }
  return whole!
}

function expectBlock(error: unknown, param: string): void {
  expect(error).toBeInstanceOf(PermissionDeniedError)
  expect(error).toMatchObject({
    status: 403,
    code: 'keywords.words',
    type: 'policy_violation',
    param,
    message: `403 ${BLOCKED}`,
  })
}

describe.each([
  ['invoke', false],
  ['stream', true],
])('LangChain’s ChatOpenAI, %s', (_, stream) => {
  test('a plain answer and its usage', async () => {
    const said = await ask(stream, chat('loopback'), ASK.plain)
    expect(said.text).toBe(SAID.plain)
    expect(said.usage_metadata).toMatchObject({ input_tokens: expect.any(Number) })
  })

  test('values of an answer are masked; those of the prompt come back', async () => {
    expect((await ask(stream, chat('loopback'), ASK.masked)).text).toBe(SAID.masked)
    expect((await ask(stream, chat('loopback'), ASK.restored)).text).toBe(SAID.restored)
  })

  test.each([
    ['the prompt', ASK.blocked, 'messages[0].content'],
    ['the answer, before any of it was said', ASK.atOnce, 'choices[0].message.content'],
  ])('a block of %s: a PermissionDeniedError, one attempt', async (_, prompt, param) => {
    let error: unknown
    const made = await attempts(gate, async () => {
      error = await rejection(ask(stream, chat('loopback'), prompt))
    })
    expectBlock(error, param)
    expect(made).toBe(1)
  })

  test.each([
    ['loopback', '[EMAIL_1]'],
    ['agent', EMAIL],
  ])('a tool of the model %s is given %s', async (name, given) => {
    const model = chat(name).bindTools([send_mail])
    const asked = new HumanMessage(ASK.mail)
    const said = await ask(stream, model, [asked])
    expect(said.tool_calls).toMatchObject([{ name: 'send_mail', args: { to: given } }])
    const result = await send_mail.invoke(said.tool_calls![0]!)
    const after = await ask(stream, model, [asked, said, result])
    expect(after.text).toBe(`The tool answered: Sent to ${given}.`)
  })

  test('a tool’s result that may not pass', async () => {
    const model = chat('agent').bindTools([send_mail])
    const call = { id: 'call_1', name: 'send_mail', args: { to: 'Open sesame' } }
    const result = await send_mail.invoke({ ...call, type: 'tool_call' })
    const said = new AIMessage({ content: '', tool_calls: [{ ...call, args: { to: 'bo' } }] })
    const error = await rejection(ask(stream, model, [new HumanMessage('Mail.'), said, result]))
    expectBlock(error, 'messages[2].content')
  })
})

test('an answer blocked on the way: invoke throws', async () => {
  expectBlock(await rejection(chat('loopback').invoke(ASK.midway)), 'choices[0].message.content')
})

test('an answer blocked on the way: stream gives what was said, then throws, and does not try again', async () => {
  const texts: string[] = []
  let error: unknown
  const made = await attempts(gate, async () => {
    error = await rejection(ask(true, chat('loopback'), ASK.midway, texts))
  })
  expect(texts.join('')).toBe(SAID.midway)
  expect(error).toBeInstanceOf(APIError)
  expect(error).toMatchObject({ code: 'keywords.words', type: 'policy_violation', message: BLOCKED })
  expect(made).toBe(1)
})

test('structured output: an object of the schema, masked inside of its strings', async () => {
  const schema = z.object({ answer: z.string(), sure: z.boolean() })
  const model = chat('loopback').withStructuredOutput(schema)
  expect(await model.invoke(ASK.masked)).toEqual({ answer: SAID.masked, sure: true })
})

describe('LangChain’s OpenAIEmbeddings', () => {
  const embeddings = () =>
    new OpenAIEmbeddings({
      model: 'loopback',
      apiKey: gate.key,
      configuration: { baseURL: `${gate.url}/v1` },
    })

  test('are those of the masked text', async () => {
    const vectors = await embeddings().embedDocuments([`Mail ${EMAIL}.`, 'Mail [EMAIL].', 'Mail bo.'])
    expect(vectors.map((vector) => vector.length)).toEqual([1536, 1536, 1536])
    // Not `toEqual`, which would print thousands of numbers.
    const [masked, label, other] = vectors.map((vector) => JSON.stringify(vector))
    expect([masked === label, masked === other]).toEqual([true, false])
  })

  test('are refused where a text may not pass: a PermissionDeniedError, one attempt', async () => {
    let error: unknown
    const made = await attempts(gate, async () => {
      error = await rejection(embeddings().embedQuery('Open sesame.'))
    })
    expectBlock(error, 'input')
    expect(made).toBe(1)
  })
})

test('LangChain called nobody but the gate', () => {
  expect([...hosts]).toEqual(['127.0.0.1'])
})
