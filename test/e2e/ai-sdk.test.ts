import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  APICallError,
  embedMany,
  generateObject,
  generateText,
  type LanguageModel,
  NoOutputGeneratedError,
  Output,
  stepCountIs,
  streamObject,
  streamText,
  tool,
} from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { stopAll, type TestGate } from '../gate.ts'
import { ASK, attempts, BLOCKED, EMAIL, hosts, rejection, SAID, startSdkGate } from './sdk-gate.ts'

globalThis.AI_SDK_LOG_WARNINGS = false

let gate: TestGate
beforeAll(async () => {
  gate = await startSdkGate()
})
afterAll(stopAll)

const compatible = () =>
  createOpenAICompatible({
    name: 'sallyport',
    baseURL: `${gate.url}/v1`,
    apiKey: gate.key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
const openai = () => createOpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key })

type Settings = Pick<Parameters<typeof generateText>[0], 'model' | 'tools' | 'stopWhen'> & { prompt: string }

interface Got {
  text: string
  finish: string | undefined
  /** What `onError` was told; `streamText` throws nothing. */
  error: unknown
}

/** As the SDK's documentation says to ask and to stream. */
async function ask(stream: boolean, settings: Settings): Promise<Got> {
  if (!stream) {
    const { text, finishReason } = await generateText(settings)
    return { text, finish: finishReason, error: undefined }
  }
  const got: Got = { text: '', finish: undefined, error: undefined }
  const result = streamText({
    ...settings,
    onError: ({ error }) => {
      got.error = error
    },
  })
  for await (const piece of result.textStream) got.text += piece
  await result.finishReason.then(
    (reason) => {
      got.finish = reason
    },
    (error: unknown) => expect(error).toBeInstanceOf(NoOutputGeneratedError),
  )
  return got
}

/** What the user's code learns of a block, thrown or told. */
const learns = (stream: boolean, asked: Promise<Got>): Promise<unknown> =>
  stream ? asked.then(({ error }) => error) : rejection(asked)

function expectBlock(error: unknown, param: string): void {
  expect(error).toBeInstanceOf(APICallError)
  expect(error).toMatchObject({
    name: 'AI_APICallError',
    statusCode: 403,
    message: BLOCKED,
    isRetryable: false,
    data: { error: { type: 'policy_violation', message: BLOCKED } },
  })
  const { responseBody, responseHeaders } = error as APICallError
  expect(JSON.parse(responseBody!).error).toMatchObject({ code: 'keywords.words', param })
  expect(responseHeaders).toHaveProperty('x-sallyport-exchange')
}

interface Protocol {
  provider: string
  model(name: string): LanguageModel
  /** Where it says the blocked text stood: in the prompt, in a tool's result, in the answer. */
  prompt: string
  result: string
  answer: string
  /** What of the error event `onError` is told. */
  midway: object
  structured?: { providerOptions: { anthropic: { structuredOutputMode: string } } }
}

const type = 'policy_violation'
const chat = {
  prompt: 'messages[0].content',
  result: 'messages[2].content',
  answer: 'choices[0].message.content',
  midway: { message: BLOCKED, type, code: 'keywords.words', param: 'choices[0].message.content' },
}
const PROTOCOLS: Protocol[] = [
  { provider: 'openai-compatible', model: (name) => compatible()(name), ...chat },
  { provider: 'openai, chat', model: (name) => openai().chat(name), ...chat },
  {
    provider: 'openai, responses',
    model: (name) => openai().responses(name),
    prompt: 'input[0].content[0].text',
    result: 'input[2].output',
    answer: 'output[0].content[0].text',
    // The SDK makes up a status, and does not try again all the same.
    midway: {
      message: BLOCKED,
      type,
      code: 'keywords.words',
      statusCode: 500,
      isRetryable: true,
      data: expect.anything(),
    },
  },
  {
    provider: 'anthropic',
    model: (name) => createAnthropic({ baseURL: `${gate.url}/v1`, apiKey: gate.key })(name),
    prompt: 'messages[0].content[0].text',
    result: 'messages[2].content[0].content',
    answer: 'content[0].text',
    midway: { message: BLOCKED, type },
    // Otherwise it calls a tool, for which the built-in model has but one argument.
    structured: { providerOptions: { anthropic: { structuredOutputMode: 'outputFormat' } } },
  },
]

describe.each(PROTOCOLS)('the AI SDK with $provider', ({ model, structured, ...places }) => {
  describe.each([
    ['generateText', false],
    ['streamText', true],
  ])('%s', (_, stream) => {
    test('a plain answer', async () => {
      const got = await ask(stream, { model: model('loopback'), prompt: ASK.plain })
      expect(got).toEqual({ text: SAID.plain, finish: 'stop', error: undefined })
    })

    test('values of an answer are masked; those of the prompt come back', async () => {
      const masked = await ask(stream, { model: model('loopback'), prompt: ASK.masked })
      expect(masked.text).toBe(SAID.masked)
      const restored = await ask(stream, { model: model('loopback'), prompt: ASK.restored })
      expect(restored.text).toBe(SAID.restored)
    })

    test.each([
      ['the prompt', ASK.blocked, places.prompt],
      ['the answer, before any of it was said', ASK.atOnce, places.answer],
    ])('a block of %s: an APICallError, one attempt', async (_, prompt, param) => {
      let error: unknown
      const made = await attempts(gate, async () => {
        error = await learns(stream, ask(stream, { model: model('loopback'), prompt }))
      })
      expectBlock(error, param)
      expect(made).toBe(1)
    })

    test.each([
      ['loopback', '[EMAIL_1]'],
      ['agent', EMAIL],
    ])('a tool of the model %s is given %s', async (name, given) => {
      const sent: string[] = []
      const send_mail = tool({
        description: 'Sends a mail.',
        inputSchema: z.object({ to: z.string() }),
        execute: async ({ to }) => {
          sent.push(to)
          return `Sent to ${to}.`
        },
      })
      const settings = { model: model(name), tools: { send_mail }, stopWhen: stepCountIs(3) }
      const got = await ask(stream, { ...settings, prompt: ASK.mail })
      expect(sent).toEqual([given])
      expect(got).toEqual({ text: `The tool answered: Sent to ${given}.`, finish: 'stop', error: undefined })
    })

    test('a tool’s result that may not pass ends the run', async () => {
      const send_mail = tool({
        inputSchema: z.object({ to: z.string() }),
        execute: async () => 'Open sesame.',
      })
      const settings = { model: model('agent'), tools: { send_mail }, stopWhen: stepCountIs(3) }
      let error: unknown
      const made = await attempts(gate, async () => {
        error = await learns(stream, ask(stream, { ...settings, prompt: ASK.mail }))
      })
      expectBlock(error, places.result)
      expect(made).toBe(2)
    })
  })

  test('a block on the way: generateText throws', async () => {
    const error = await rejection(generateText({ model: model('loopback'), prompt: ASK.midway }))
    expectBlock(error, places.answer)
  })

  // The promises of the result are no help: they hold what was said, as if that were all.
  test('a block on the way: streamText ends with what was said, tells onError, and finishes with "error"', async () => {
    let got: Got | undefined
    const made = await attempts(gate, async () => {
      got = await ask(true, { model: model('loopback'), prompt: ASK.midway })
    })
    expect(got).toEqual({ text: SAID.midway, finish: 'error', error: places.midway })
    expect(made).toBe(1)
  })

  test('structured output: an object of the schema, masked inside of its strings', async () => {
    const schema = z.object({ answer: z.string(), sure: z.boolean() })
    const object = { answer: SAID.masked, sure: true }
    const settings = { model: model('loopback'), prompt: ASK.masked, ...structured }
    expect((await generateObject({ ...settings, schema })).object).toEqual(object)
    expect((await generateText({ ...settings, output: Output.object({ schema }) })).output).toEqual(object)
    const streamed = streamObject({ ...settings, schema })
    const partial: unknown[] = []
    for await (const each of streamed.partialObjectStream) partial.push(each)
    expect(partial.length).toBeGreaterThan(2)
    expect(partial.at(-1)).toEqual(object)
    expect(await streamed.object).toEqual(object)
  })

  test('structured output that is blocked: no object', async () => {
    const schema = z.object({ answer: z.string() })
    const settings = { model: model('loopback'), schema, prompt: ASK.midway, ...structured }
    expectBlock(await rejection(generateObject(settings)), places.answer)
    const errors: unknown[] = []
    const streamed = streamObject({ ...settings, onError: ({ error }) => void errors.push(error) })
    const object = rejection(streamed.object)
    for await (const _ of streamed.partialObjectStream);
    expect(errors).toEqual([places.midway])
    await object
  })
})

describe.each([
  ['openai-compatible', () => compatible().embeddingModel('loopback')],
  ['openai', () => openai().embeddingModel('loopback')],
])('embeddings of the AI SDK with %s', (_, model) => {
  test('are those of the masked text', async () => {
    const values = [`Mail ${EMAIL}.`, 'Mail [EMAIL].', 'Mail bo.']
    const { embeddings } = await embedMany({ model: model(), values })
    expect(embeddings.map((each) => each.length)).toEqual([1536, 1536, 1536])
    // Not `toEqual`, which would print thousands of numbers.
    const [masked, label, other] = embeddings.map((each) => JSON.stringify(each))
    expect([masked === label, masked === other]).toEqual([true, false])
  })

  test('are refused where a text may not pass: an APICallError, one attempt', async () => {
    let error: unknown
    const made = await attempts(gate, async () => {
      error = await rejection(embedMany({ model: model(), values: ['Good day.', 'Open sesame.'] }))
    })
    expectBlock(error, 'input[1]')
    expect(made).toBe(1)
  })
})

test('the AI SDK called nobody but the gate', () => {
  expect([...hosts]).toEqual(['127.0.0.1'])
})
