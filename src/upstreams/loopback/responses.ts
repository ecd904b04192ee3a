import { count, type Fields, fields, list, modelOf, string, textOf } from './fields.ts'
import { namedEvents, openaiRefusal, type Protocol } from './protocol.ts'
import { type Message, type Request, type Role, requestOf, type Tool, toolOf } from './request.ts'
import { numbered, response, steps } from './responses-answer.ts'

/** What these roles are called elsewhere. */
const ROLES = new Map<unknown, Role>([
  ['system', 'system'],
  ['developer', 'system'],
  ['assistant', 'assistant'],
])

/** OpenAI's Responses API, without its memory: what is not in the request is not known. */
export const responses: Protocol = {
  parse,
  whole: (frame) => response(frame),
  events: (frame) => namedEvents(numbered(steps(frame))),
  refusal: openaiRefusal,
}

function parse(body: Fields): Request {
  const { input, instructions } = body
  if (typeof input !== 'string' && !Array.isArray(input)) {
    throw new Error("'input' must be a string or a list of items.")
  }
  const asked: Message[] =
    typeof input === 'string' ? [{ role: 'user', text: input }] : list(input).map(messageOf)
  const told: Message[] = typeof instructions === 'string' ? [{ role: 'system', text: instructions }] : []
  return requestOf({
    model: modelOf(body),
    messages: [...told, ...asked],
    tools: list(body.tools).flatMap(toolsOf),
    choice: choiceOf(body.tool_choice) || 'auto',
    maxTokens: count(body.max_output_tokens, Number.POSITIVE_INFINITY),
    schema: schemaOf(fields(body.text).format),
    stream: body.stream === true,
  })
}

/** Messages need not say that they are messages; all that ends in `_output` is what a tool gave back. */
function messageOf(item: unknown): Message {
  const { type, role, content, output, arguments: given, input, summary } = fields(item)
  const kind = string(type)
  if (kind === '' || kind === 'message') return { role: ROLES.get(role) ?? 'user', text: textOf(content) }
  if (kind.endsWith('_output') || kind === 'mcp_call') return { role: 'tool', text: textOf(output) }
  return { role: 'assistant', text: string(given) || string(input) || textOf(summary) }
}

/** Tools that run at the provider's side are not there. */
function toolsOf(value: unknown): Tool[] {
  const { type, name, description, parameters } = fields(value)
  const tool = toolOf(string(name), string(description), parameters)
  if (type === 'custom') return [{ ...tool, freeform: true }]
  return type === 'function' ? [tool] : []
}

/** `none`, `{name}` and, of allowed tools, `{mode}`. */
function choiceOf(value: unknown): string {
  if (typeof value === 'string') return value
  return string(fields(value).name) || string(fields(value).mode)
}

function schemaOf(value: unknown): Fields | undefined {
  const { type, schema } = fields(value)
  if (type === 'json_schema') return fields(schema)
  return type === 'json_object' ? {} : undefined
}
