import type OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { ANSWER, BOTH, type Client, type Expected, MAIL_SAYS, MAIL_SCHEMA, say } from './types.ts'

/** Responses of the official SDK of OpenAI. */
export function responses(client: OpenAI, expected: Expected): Client {
  return {
    sdk: 'openai',
    call: 'responses.create',
    path: '/v1/responses',
    kinds: { plain: true, tools: true, structured: true, multi: 'a response has one answer', usage: true },
    modes: BOTH,
    expected: (kind) => (kind === 'structured' ? { ...expected, abortMidway: expected.abort } : expected),
    async ask({ model, kind, stream, prompt, signal }, seen) {
      const body = { model, input: prompt, ...(kind === 'tools' && { tools: [TOOL] }) }
      if (kind === 'structured') {
        const asked = { ...body, text: { format: zodTextFormat(ANSWER, 'answer') } }
        const response = stream
          ? await client.responses
              .stream(asked, { signal })
              .on('response.output_text.delta', ({ delta }) => say(seen, delta))
              .finalResponse()
          : await client.responses.parse(asked, { signal })
        seen.object = response.output_parsed
        return
      }
      if (!stream) {
        const { output_text, output, usage } = await client.responses.create(body, { signal })
        say(seen, output_text)
        for (const item of output) if (item.type === 'function_call') seen.args = JSON.parse(item.arguments)
        seen.usage = { input: usage?.input_tokens, output: usage?.output_tokens }
        return
      }
      let args = ''
      for await (const event of await client.responses.create({ ...body, stream }, { signal })) {
        if (event.type === 'response.output_text.delta') say(seen, event.delta)
        if (event.type === 'response.function_call_arguments.delta') args += event.delta
        if (event.type === 'response.completed') {
          const { usage } = event.response
          seen.usage = { input: usage?.input_tokens, output: usage?.output_tokens }
        }
      }
      if (args !== '') seen.args = JSON.parse(args)
    },
  }
}

const TOOL: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'send_mail',
  description: MAIL_SAYS,
  parameters: MAIL_SCHEMA,
  strict: false,
}
