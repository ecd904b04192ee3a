import Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { ANSWER, BOTH, type Client, type Expected, type Gate, MAIL_SAYS, MAIL_SCHEMA, say } from './types.ts'

const EXPECTED: Expected = {
  blocked: 'PermissionDeniedError',
  tooLong: 'ContentTooLargeError',
  rejected: 'BadRequestError',
  limited: 'RateLimitError',
  unavailable: 'InternalServerError',
  midway: 'APIError',
  abort: 'APIUserAbortError',
  abortMidway: 'the loop ends',
}
const COUNTS = 'a number comes back, and no text'

/** The official SDK of Anthropic. */
export function anthropicClients(gate: Gate): Client[] {
  const client = new Anthropic({ baseURL: gate.url, apiKey: gate.key })
  return [messages(client), countTokens(client)]
}

function messages(client: Anthropic): Client {
  return {
    sdk: '@anthropic-ai/sdk',
    call: 'messages.create',
    path: '/v1/messages',
    kinds: { plain: true, tools: true, structured: true, multi: 'a message has one answer', usage: true },
    modes: BOTH,
    expected: (kind) => (kind === 'structured' ? { ...EXPECTED, abortMidway: EXPECTED.abort } : EXPECTED),
    async ask({ model, kind, stream, prompt, signal }, seen) {
      const body = {
        model,
        max_tokens: 1000,
        messages: [{ role: 'user' as const, content: prompt }],
        ...(kind === 'tools' && { tools: [TOOL] }),
      }
      if (kind === 'structured') {
        const asked = { ...body, output_config: { format: zodOutputFormat(ANSWER) } }
        const message = stream
          ? await client.messages
              .stream(asked, { signal })
              .on('text', (text) => say(seen, text))
              .finalMessage()
          : await client.messages.parse(asked, { signal })
        seen.object = message.parsed_output
        return
      }
      if (!stream) {
        const { content, usage } = await client.messages.create(body, { signal })
        for (const block of content) {
          if (block.type === 'text') say(seen, block.text)
          if (block.type === 'tool_use') seen.args = block.input
        }
        seen.usage = { input: usage.input_tokens, output: usage.output_tokens }
        return
      }
      let args = ''
      for await (const event of await client.messages.create({ ...body, stream }, { signal })) {
        if (event.type === 'content_block_delta') {
          if (event.delta.type === 'text_delta') say(seen, event.delta.text)
          if (event.delta.type === 'input_json_delta') args += event.delta.partial_json
        }
        if (event.type === 'message_start') seen.usage = { input: event.message.usage.input_tokens }
        if (event.type === 'message_delta')
          seen.usage = { input: seen.usage?.input, output: event.usage.output_tokens }
      }
      if (args !== '') seen.args = JSON.parse(args)
    },
  }
}

const TOOL: Anthropic.Tool = { name: 'send_mail', description: MAIL_SAYS, input_schema: MAIL_SCHEMA }

function countTokens(client: Anthropic): Client {
  return {
    sdk: '@anthropic-ai/sdk',
    call: 'messages.countTokens',
    path: '/v1/messages/count_tokens',
    kinds: { plain: true, tools: COUNTS, structured: COUNTS, multi: COUNTS, usage: COUNTS },
    modes: { buffered: true, streamed: 'the protocol has no streams' },
    outcomes: { 'blocked midway': COUNTS },
    expected: () => EXPECTED,
    async ask({ model, prompt, signal }, seen) {
      const messages = [{ role: 'user' as const, content: prompt }]
      const counted = await client.messages.countTokens({ model, messages }, { signal })
      seen.tokens = counted.input_tokens
    },
  }
}
