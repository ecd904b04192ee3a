import {
  Agent,
  getGlobalTraceProvider,
  OpenAIProvider,
  Runner,
  setTracingDisabled,
  tool,
} from '@openai/agents'
import OpenAI, { APIError, PermissionDeniedError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { stopAll, type TestGate } from '../gate.ts'
import { ASK, attempts, BLOCKED, EMAIL, hosts, rejection, SAID, startSdkGate } from './sdk-gate.ts'

// Traces hold what was said, and go to OpenAI whatever the base URL is.
setTracingDisabled(true)

let gate: TestGate
beforeAll(async () => {
  gate = await startSdkGate()
})
afterAll(stopAll)

interface Ran {
  text: string
  /** What the tool was given. */
  sent: string[]
}

/** Runs an agent that can send mail; streamed, `ran.text` is filled as it comes. */
async function run(
  { stream, responses }: { stream: boolean; responses: boolean },
  prompt: string,
  { model = 'loopback', answer = undefined as string | undefined, ran = nothing() } = {},
): Promise<Ran> {
  const openAIClient = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key })
  const modelProvider = new OpenAIProvider({ openAIClient, useResponses: responses })
  const runner = new Runner({ modelProvider, tracingDisabled: true })
  const sendMail = tool({
    name: 'send_mail',
    description: 'Sends a mail.',
    parameters: z.object({ to: z.string() }),
    execute: ({ to }) => {
      ran.sent.push(to)
      return answer ?? `Sent to ${to}.`
    },
  })
  const agent = new Agent({ name: 'Clerk', instructions: 'Be brief.', tools: [sendMail], model })
  if (!stream) {
    ran.text = (await runner.run(agent, prompt)).finalOutput ?? ''
    return ran
  }
  const result = await runner.run(agent, prompt, { stream: true })
  for await (const piece of result.toTextStream()) ran.text += piece
  await result.completed
  expect(ran.text).toBe(result.finalOutput)
  return ran
}

const nothing = (): Ran => ({ text: '', sent: [] })

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

const APIS = [
  {
    api: 'chat completions',
    responses: false,
    prompt: 'messages[1].content',
    result: 'messages[3].content',
    answer: 'choices[0].message.content',
  },
  {
    api: 'Responses',
    responses: true,
    prompt: 'input[0].content',
    result: 'input[2].output',
    answer: 'output[0].content[0].text',
  },
]

describe.each(APIS)('the Agents SDK on $api', ({ responses, ...places }) => {
  describe.each([
    ['whole', false],
    ['streamed', true],
  ])('%s', (_, stream) => {
    const how = { stream, responses }

    test('a plain answer', async () => {
      expect(await run(how, ASK.plain)).toEqual({ text: SAID.plain, sent: [] })
    })

    test('values of an answer are masked; those of the prompt come back', async () => {
      expect((await run(how, ASK.masked)).text).toBe(SAID.masked)
      expect((await run(how, ASK.restored)).text).toBe(SAID.restored)
    })

    test.each([
      ['loopback', '[EMAIL_1]'],
      ['agent', EMAIL],
    ])('an agent on the model %s runs its tool with %s, to the end', async (model, given) => {
      let ran: Ran | undefined
      const made = await attempts(gate, async () => {
        ran = await run(how, ASK.mail, { model })
      })
      expect(ran).toEqual({ text: `The tool answered: Sent to ${given}.`, sent: [given] })
      expect(made).toBe(2)
    })

    test('a tool’s result that may not pass ends the run', async () => {
      const ran = nothing()
      const error = await rejection(run(how, ASK.mail, { answer: 'Open sesame.', ran }))
      expectBlock(error, places.result)
      expect(ran).toEqual({ text: '', sent: ['[EMAIL_1]'] })
    })

    test.each([
      ['the prompt', ASK.blocked, places.prompt],
      ['the answer, before any of it was said', ASK.atOnce, places.answer],
    ])('a block of %s: a PermissionDeniedError, one attempt', async (_, prompt, place) => {
      let error: unknown
      const made = await attempts(gate, async () => {
        error = await rejection(run(how, prompt))
      })
      expectBlock(error, place)
      expect(made).toBe(1)
    })
  })

  test('an answer blocked on the way: the run throws', async () => {
    expectBlock(await rejection(run({ stream: false, responses }, ASK.midway)), places.answer)
  })

  test('an answer blocked on the way: a stream gives what was said, then throws, and does not try again', async () => {
    const ran = nothing()
    let error: unknown
    const made = await attempts(gate, async () => {
      error = await rejection(run({ stream: true, responses }, ASK.midway, { ran }))
    })
    expect(ran.text).toBe(SAID.midway)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'keywords.words', type: 'policy_violation', message: BLOCKED })
    expect(made).toBe(1)
  })
})

test('the Agents SDK called nobody but the gate', async () => {
  await getGlobalTraceProvider().forceFlush()
  expect([...hosts]).toEqual(['127.0.0.1'])
})
