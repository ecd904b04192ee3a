import { chunks, completion } from './chat-answer.ts'
import { count, type Fields, fields, filledList, list, modelOf, string, strings, textOf } from './fields.ts'
import { openaiRefusal, type Protocol, unnamedEvents } from './protocol.ts'
import { type Message, type Request, type Role, requestOf, type Tool, toolOf } from './request.ts'

const MAX_CHOICES = 16
/** What these roles are called elsewhere. */
const ROLES = new Map<unknown, Role>([
  ['system', 'system'],
  ['developer', 'system'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/** OpenAI's chat completions. */
export const chat: Protocol = {
  parse,
  whole: completion,
  events: (frame) => unnamedEvents(chunks(frame)),
  refusal: openaiRefusal,
}

function parse(body: Fields): Request {
  const messages = filledList(body, 'messages').map(messageOf)
  return requestOf({
    model: modelOf(body),
    messages,
    // `functions` and `function_call` are what tools were called before they were called tools.
    tools: [...list(body.tools).map(eitherTool), ...list(body.functions).map(functionTool)],
    choice: choiceOf(body.tool_choice) || choiceOf(body.function_call) || 'auto',
    n: Math.min(count(body.n, 1), MAX_CHOICES),
    maxTokens: count(body.max_completion_tokens, count(body.max_tokens, Number.POSITIVE_INFINITY)),
    stop: strings(body.stop),
    schema: schemaOf(body.response_format),
    stream: body.stream === true,
  })
}

function messageOf(value: unknown): Message {
  const { role, content } = fields(value)
  return { role: ROLES.get(role) ?? 'user', text: textOf(content) }
}

function eitherTool(value: unknown): Tool {
  const { type, custom, function: described } = fields(value)
  if (type !== 'custom') return functionTool(described)
  return { ...toolOf(string(fields(custom).name), string(fields(custom).description), {}), freeform: true }
}

function functionTool(value: unknown): Tool {
  const { name, description, parameters } = fields(value)
  return toolOf(string(name), string(description), parameters)
}

/** `none`, `{function: {name}}`, `{allowed_tools: {mode}}` and, of a `function_call`, `{name}`. */
function choiceOf(value: unknown): string {
  if (typeof value === 'string') return value
  const { function: named, custom, allowed_tools: allowed, name } = fields(value)
  return string(name) || string(fields(named ?? custom).name) || string(fields(allowed).mode)
}

function schemaOf(value: unknown): Fields | undefined {
  const { type, json_schema: described } = fields(value)
  if (type === 'json_schema') return fields(fields(described).schema)
  return type === 'json_object' ? {} : undefined
}
