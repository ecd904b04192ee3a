import { GateError } from '../../core/errors.ts'
import { openaiChat } from '../openai-chat/index.ts'
import type { Protocol } from '../types.ts'
import { readRequest } from '../wire/codec.ts'
import { openaiError } from '../wire/errors.ts'
import { openaiMeters } from '../wire/meters.ts'
import { captured, object, part, text } from '../wire/shape.ts'
import { eventReader } from '../wire/sse.ts'

const FIELDS = ['prompt', 'model', 'max_tokens', 'stream']

const request = object({
  prompt: part('user', text),
  model: captured('id', 'model'),
  max_tokens: captured('number', 'maxTokens'),
  stream: captured('boolean', 'stream'),
})

/** `POST /v1/generate`: `{prompt, model?, max_tokens?, stream?}` → `{text, model, usage}`, served by a chat upstream. */
export const generate: Protocol = {
  name: 'generate',
  path: '/v1/generate',
  upstreamPath: openaiChat.upstreamPath,
  upstreams: openaiChat.upstreams,
  modelOptional: true,
  request(body) {
    const read = readRequest(body, request)
    const fields = JSON.parse(body) as Record<string, unknown>
    for (const name of Object.keys(fields))
      if (!FIELDS.includes(name))
        throw new GateError('request.invalid', {
          detail: `This path takes ${FIELDS.join(', ')} and nothing else.`,
          param: name,
        })
    if (typeof fields.prompt !== 'string')
      throw new GateError('request.invalid', { detail: 'prompt must be a string.', param: 'prompt' })
    return read
  },
  toUpstream(edited, model) {
    const { prompt, ...rest } = JSON.parse(edited) as { prompt: string }
    return JSON.stringify({ ...rest, model, messages: [{ role: 'user', content: prompt }] })
  },
  answer: openaiChat.answer,
  toCaller: (unit, stream) => (stream ? events(unit) : body(unit)),
  meters: openaiMeters,
  error: openaiError,
}

interface Chat {
  model?: string
  usage?: object
  choices?: { message?: Said; delta?: Said }[]
  error?: unknown
}
interface Said {
  content?: string | null
  refusal?: string | null
}

const saidText = (said: Said | undefined): string => said?.content ?? said?.refusal ?? ''

function body(unit: string): string {
  const chat = JSON.parse(unit) as Chat
  return JSON.stringify({ text: saidText(chat.choices?.[0]?.message), model: chat.model, usage: chat.usage })
}

/** The text of each event; events without text fall away. */
function events(unit: string): string {
  const reader = eventReader()
  let out = ''
  for (const { text, data } of [...reader.push(new TextEncoder().encode(unit)), ...reader.end()]) {
    const json = data.map(([start, end]) => text.slice(start, end)).join('\n')
    if (json === '') continue
    if (json === '[DONE]') {
      out += 'data: [DONE]\n\n'
      continue
    }
    const chat = JSON.parse(json) as Chat
    if (chat.error !== undefined) out += `data: ${JSON.stringify({ error: chat.error })}\n\n`
    const delta = saidText(chat.choices?.[0]?.delta)
    if (delta !== '') out += `data: ${JSON.stringify({ text: delta })}\n\n`
  }
  return out
}
