import { count, type Fields, fields, filledList, list, modelOf, string, strings } from './fields.ts'
import { anthropicRefusal, message, steps } from './messages-answer.ts'
import { namedEvents, type Protocol } from './protocol.ts'
import { type Message, type Request, type Role, requestOf, toolOf } from './request.ts'
import { wordsRead } from './usage.ts'

const ROLES = new Map<unknown, Role>([
  ['system', 'system'],
  ['assistant', 'assistant'],
])

/** Anthropic's Messages. */
export const messages: Protocol = {
  parse(body) {
    if (count(body.max_tokens, 0) === 0) throw new Error('max_tokens: must be a whole number above 0')
    return parse(body)
  },
  whole: (frame) => message(frame),
  events: (frame) => namedEvents(steps(frame)),
  refusal: anthropicRefusal,
}

/** How long a request to the above is. */
export const tokenCount: Protocol = {
  parse,
  whole: ({ request }) => ({ input_tokens: wordsRead(request) }),
  refusal: anthropicRefusal,
}

function parse(body: Fields): Request {
  const system = contentOf(body.system)
  const thinking = string(fields(body.thinking).type)
  return requestOf({
    model: modelOf(body),
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, text: system }]),
      ...filledList(body, 'messages').flatMap(messagesOf),
    ],
    // What has no schema runs at the provider's side, or is the provider's own.
    tools: list(body.tools)
      .map(fields)
      .filter((tool) => tool.input_schema !== undefined)
      .map((tool) => toolOf(string(tool.name), string(tool.description), tool.input_schema)),
    choice: choiceOf(fields(body.tool_choice)),
    maxTokens: count(body.max_tokens, Number.POSITIVE_INFINITY),
    stop: strings(body.stop_sequences),
    schema: schemaOf(fields(body.output_config).format),
    thinking: thinking === 'enabled' || thinking === 'adaptive',
    stream: body.stream === true,
  })
}

/** One message is several here when tools' results stand in it, which are nothing that its author said. */
function messagesOf(value: unknown): Message[] {
  const { role: spoken, content } = fields(value)
  const role = ROLES.get(spoken) ?? 'user'
  if (!Array.isArray(content)) return [{ role, text: string(content) }]
  const isResult = (block: unknown): boolean => string(fields(block).type).endsWith('tool_result')
  const results = content.filter(isResult).map((block): Message => ({ role: 'tool', text: contentOf(block) }))
  const own = content.filter((block) => !isResult(block))
  if (own.length === 0) return results
  // What a person says comes before what they enclose: it is what an answer quotes.
  const isText = (block: unknown): boolean => fields(block).type === 'text'
  const text = contentOf([...own.filter(isText), ...own.filter((block) => !isText(block))])
  return [...results, { role, text }]
}

/** All that can be read in blocks, however deep: documents have sources, results have contents. */
function contentOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return strings(value.map(contentOf)).join('\n')
  const { type, title, context, text, data, source, content } = fields(value)
  const plain = type === 'text' ? data : undefined
  const readable = [title, context, text, plain, source, content].filter((part) => part !== undefined)
  return readable.length === 0 ? '' : contentOf(readable)
}

/** `any` is called `required` elsewhere. */
function choiceOf({ type, name }: Fields): string {
  return string(name) || (type === 'any' ? 'required' : string(type)) || 'auto'
}

function schemaOf(value: unknown): Fields | undefined {
  const { type, schema } = fields(value)
  return type === 'json_schema' ? fields(schema) : undefined
}
