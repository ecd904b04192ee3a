import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { responses } from './responses.ts'
import { ANSWER, BOTH, type Client, type Expected, type Gate, MAIL_SAYS, MAIL_SCHEMA, say } from './types.ts'

const EXPECTED: Expected = {
  blocked: 'PermissionDeniedError',
  tooLong: 'APIError',
  rejected: 'BadRequestError',
  limited: 'RateLimitError',
  unavailable: 'InternalServerError',
  midway: 'APIError',
  abort: 'APIUserAbortError',
  abortMidway: 'the loop ends',
}
const NO_TEXT = 'no text comes back'

/** The official SDK of OpenAI. */
export function openaiClients(gate: Gate): Client[] {
  const client = new OpenAI({ baseURL: `${gate.url}/v1`, apiKey: gate.key })
  return [chat(client), responses(client, EXPECTED), completions(client), embeddings(client)]
}

function chat(client: OpenAI): Client {
  return {
    sdk: 'openai',
    call: 'chat.completions.create',
    path: '/v1/chat/completions',
    kinds: { plain: true, tools: true, structured: true, multi: true, usage: true },
    modes: BOTH,
    // Structured output is read by a helper of the SDK's, which throws what a loop does not.
    expected: (kind) => (kind === 'structured' ? { ...EXPECTED, abortMidway: EXPECTED.abort } : EXPECTED),
    async ask({ model, kind, stream, prompt, signal }, seen) {
      const body = {
        model,
        messages: [{ role: 'user' as const, content: prompt }],
        ...(kind === 'tools' && { tools: [TOOL] }),
        ...(kind === 'multi' && { n: 2 }),
      }
      if (kind === 'structured') {
        const asked = { ...body, response_format: zodResponseFormat(ANSWER, 'answer') }
        const { choices } = stream
          ? await client.chat.completions
              .stream(asked, { signal })
              .on('content.delta', ({ delta }) => say(seen, delta))
              .finalChatCompletion()
          : await client.chat.completions.parse(asked, { signal })
        seen.object = choices[0]?.message.parsed
        return
      }
      if (!stream) {
        const { choices, usage } = await client.chat.completions.create(body, { signal })
        for (const { index, message } of choices) {
          say(seen, message.content, index)
          for (const call of message.tool_calls ?? [])
            if (call.type === 'function') seen.args = JSON.parse(call.function.arguments)
        }
        seen.usage = { input: usage?.prompt_tokens, output: usage?.completion_tokens }
        return
      }
      let args = ''
      const asked = { ...body, stream, ...(kind === 'usage' && { stream_options: { include_usage: true } }) }
      for await (const { choices, usage } of await client.chat.completions.create(asked, { signal })) {
        for (const { index, delta } of choices) {
          say(seen, delta.content, index)
          for (const call of delta.tool_calls ?? []) args += call.function?.arguments ?? ''
        }
        if (usage) seen.usage = { input: usage.prompt_tokens, output: usage.completion_tokens }
      }
      if (args !== '') seen.args = JSON.parse(args)
    },
  }
}

const TOOL: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: { name: 'send_mail', description: MAIL_SAYS, parameters: MAIL_SCHEMA },
}

function completions(client: OpenAI): Client {
  return {
    sdk: 'openai',
    call: 'completions.create',
    path: '/v1/completions',
    kinds: {
      plain: true,
      tools: 'the protocol has none',
      structured: 'the protocol has none',
      multi: true,
      usage: true,
    },
    modes: BOTH,
    expected: () => EXPECTED,
    async ask({ model, kind, stream, prompt, signal }, seen) {
      const body = { model, prompt, ...(kind === 'multi' && { n: 2 }) }
      if (!stream) {
        const { choices, usage } = await client.completions.create(body, { signal })
        for (const { index, text } of choices) say(seen, text, index)
        seen.usage = { input: usage?.prompt_tokens, output: usage?.completion_tokens }
        return
      }
      const asked = { ...body, stream, ...(kind === 'usage' && { stream_options: { include_usage: true } }) }
      for await (const { choices, usage } of await client.completions.create(asked, { signal })) {
        for (const { index, text } of choices) say(seen, text, index)
        if (usage) seen.usage = { input: usage.prompt_tokens, output: usage.completion_tokens }
      }
    },
  }
}

function embeddings(client: OpenAI): Client {
  return {
    sdk: 'openai',
    call: 'embeddings.create',
    path: '/v1/embeddings',
    kinds: {
      plain: true,
      tools: NO_TEXT,
      structured: NO_TEXT,
      multi: true,
      usage: true,
    },
    modes: { buffered: true, streamed: 'the protocol has no streams' },
    outcomes: { 'blocked midway': NO_TEXT },
    expected: () => EXPECTED,
    async ask({ model, kind, prompt, signal }, seen) {
      const input = kind === 'multi' ? [prompt, prompt] : prompt
      const { data, usage } = await client.embeddings.create({ model, input }, { signal })
      seen.vectors = data.map(({ embedding }) => embedding)
      seen.usage = { input: usage.prompt_tokens }
    },
  }
}
