export interface Message {
  role: string
  text: string
}

export interface Tool {
  name: string
  description: string
  /** Names of its string parameters, the required ones first. */
  strings: readonly string[]
}

/** A chat completion request as this model understands it. */
export interface Request {
  model: string
  messages: readonly Message[]
  tools: readonly Tool[]
  /** What `tool_choice` says: a tool's name, `none`, `required` or `auto`. */
  choice: string
  n: number
  /** Words. */
  maxTokens: number
  stream: boolean
  includeUsage: boolean
  logprobs: boolean
}

const MAX_CHOICES = 16

type Fields = Record<string, unknown>
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const string = (value: unknown): string => (typeof value === 'string' ? value : '')
const count = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise

/** @throws Error that says what is wrong with the body. */
export function parseRequest(body: Uint8Array | string): Request {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('The body is not JSON.')
  }
  const request = fields(json)
  if (!Array.isArray(request.messages) || request.messages.length === 0) {
    throw new Error("'messages' must be a list that is not empty.")
  }
  if (typeof request.model !== 'string') throw new Error("'model' must be a string.")
  const forced = string(fields(fields(request.tool_choice).function).name)
  return {
    model: request.model,
    messages: request.messages.map(message),
    tools: list(request.tools).map(tool),
    choice: forced !== '' ? forced : string(request.tool_choice) || 'auto',
    n: Math.min(count(request.n, 1), MAX_CHOICES),
    maxTokens: count(request.max_completion_tokens, count(request.max_tokens, Number.POSITIVE_INFINITY)),
    stream: request.stream === true,
    includeUsage: fields(request.stream_options).include_usage === true,
    logprobs: request.logprobs === true,
  }
}

function message(value: unknown): Message {
  const { role, content } = fields(value)
  const text = Array.isArray(content)
    ? content.map((part) => string(fields(part).text)).join('\n')
    : string(content)
  return { role: string(role), text }
}

function tool(value: unknown): Tool {
  const { name, description, parameters } = fields(fields(value).function)
  const properties = fields(fields(parameters).properties)
  const required = new Set(list(fields(parameters).required))
  const strings = Object.keys(properties).filter((key) => fields(properties[key]).type === 'string')
  return {
    name: string(name),
    description: string(description),
    strings: [...strings.filter((key) => required.has(key)), ...strings.filter((key) => !required.has(key))],
  }
}
