import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  type EmbeddingModel,
  embed,
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  streamText,
  type ToolSet,
  tool,
} from 'ai'
import {
  ANSWER,
  BOTH,
  type Client,
  type Expected,
  type Gate,
  MAIL_SAYS,
  MAIL_SCHEMA,
  type Seen,
  say,
} from './types.ts'

globalThis.AI_SDK_LOG_WARNINGS = false

const EXPECTED: Expected = {
  blocked: 'APICallError',
  tooLong: 'APICallError',
  rejected: 'APICallError',
  limited: 'RetryError of APICallError',
  unavailable: 'RetryError of APICallError',
  midway: 'no Error',
  abort: 'AbortError',
  abortMidway: 'a part of type abort',
}
const ONE = 'the SDK asks for one answer'
const NO_TEXT = 'no text comes back'

/** Vercel's AI SDK with each of the providers that speak to the gate. */
export function aiClients(gate: Gate): Client[] {
  const at = { baseURL: `${gate.url}/v1`, apiKey: gate.key }
  const openai = createOpenAI(at)
  const compatible = createOpenAICompatible({
    ...at,
    name: 'sallyport',
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
  const anthropic = createAnthropic(at)
  const chat = '/v1/chat/completions'
  return [
    language('ai, @ai-sdk/openai', 'openai.chat', chat, (name) => openai.chat(name)),
    language('ai, @ai-sdk/openai', 'openai.responses', '/v1/responses', (name) => openai.responses(name)),
    language('ai, @ai-sdk/openai-compatible', 'provider.chatModel', chat, (name) =>
      compatible.chatModel(name),
    ),
    language(
      'ai, @ai-sdk/openai-compatible',
      'provider.completionModel',
      '/v1/completions',
      (name) => compatible.completionModel(name),
      { kinds: { tools: 'the protocol has none', structured: 'the protocol has none' }, adds: 2 },
    ),
    embedding('ai, @ai-sdk/openai-compatible', 'provider.embeddingModel', (name) =>
      compatible.embeddingModel(name),
    ),
    language('ai, @ai-sdk/anthropic', 'anthropic', '/v1/messages', (name) => anthropic(name)),
  ]
}

function language(
  sdk: string,
  call: string,
  path: string,
  model: (name: string) => LanguageModel,
  { kinds = {}, adds = 0 }: { kinds?: Partial<Client['kinds']>; adds?: number } = {},
): Client {
  const isAnthropic = path === '/v1/messages'
  return {
    sdk,
    call,
    path,
    kinds: { plain: true, tools: true, structured: true, multi: ONE, usage: true, ...kinds },
    adds,
    modes: BOTH,
    expected: () => (isAnthropic ? { ...EXPECTED, typeOnly: true } : EXPECTED),
    async ask(asked, seen) {
      const { kind, stream, prompt, signal } = asked
      const settings = {
        model: model(asked.model),
        prompt,
        abortSignal: signal,
        // Otherwise it calls a tool, for which the built-in model has but one argument.
        providerOptions: { anthropic: { structuredOutputMode: 'outputFormat' } },
        ...(kind === 'tools' && { tools: TOOLS }),
      }
      const structured = { ...settings, output: Output.object({ schema: ANSWER }) }
      if (!stream) {
        if (kind === 'structured') {
          seen.object = (await generateText(structured)).output
          return
        }
        const { text, toolCalls, usage } = await generateText(settings)
        say(seen, text)
        seen.args = toolCalls[0]?.input
        seen.usage = { input: usage.inputTokens, output: usage.outputTokens }
        return
      }
      if (kind !== 'structured') return follow(streamText({ ...settings, onError() {} }), seen)
      const result = streamText({ ...structured, onError() {} })
      await follow(result, seen)
      if (seen.ended === undefined) seen.object = await result.output
    },
  }
}

const TOOLS: ToolSet = { send_mail: tool({ description: MAIL_SAYS, inputSchema: jsonSchema(MAIL_SCHEMA) }) }

/** Reads all that a stream says. What it reports and does not throw is thrown here. */
async function follow(
  { fullStream }: Pick<ReturnType<typeof streamText>, 'fullStream'>,
  seen: Seen,
): Promise<void> {
  for await (const part of fullStream)
    switch (part.type) {
      case 'text-delta':
        say(seen, part.text)
        break
      case 'tool-call':
        seen.args = part.input
        break
      case 'finish':
        seen.usage = { input: part.totalUsage.inputTokens, output: part.totalUsage.outputTokens }
        break
      case 'abort':
        seen.ended = 'a part of type abort'
        break
      case 'error':
        throw part.error
    }
}

function embedding(sdk: string, call: string, model: (name: string) => EmbeddingModel): Client {
  return {
    sdk,
    call,
    path: '/v1/embeddings',
    kinds: { plain: true, tools: NO_TEXT, structured: NO_TEXT, multi: true, usage: true },
    modes: { buffered: true, streamed: 'the protocol has no streams' },
    outcomes: { 'blocked midway': NO_TEXT },
    expected: () => EXPECTED,
    async ask(asked, seen) {
      const { kind, prompt, signal } = asked
      const settings = { model: model(asked.model), abortSignal: signal }
      if (kind === 'multi') {
        seen.vectors = (await embedMany({ ...settings, values: [prompt, prompt] })).embeddings
        return
      }
      const { embedding, usage } = await embed({ ...settings, value: prompt })
      seen.vectors = [embedding]
      seen.usage = { input: usage.tokens }
    },
  }
}
