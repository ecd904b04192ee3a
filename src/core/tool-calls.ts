/** A tool that a model calls, by the path at which codecs tell of the call. */
export interface ToolCall {
  path: string
  name: string
}

/** Fields that hold what a tool is called with, in the APIs of OpenAI and Anthropic; its name stands beside them. */
const ARGUMENTS = ['arguments', 'input']
/** Objects that are a call even where no arguments stand in them. */
const HOLDERS = ['function', 'custom', 'function_call']
/** What is offered, and not called. */
const OFFERED = ['tools', 'tool_choice']
/** Lists whose elements say their own place; in others it is their position. */
const NUMBERED = ['choices', 'tool_calls']

/** The tools that a unit's JSON calls, a call without arguments as well; of a stream, as its whole answer would have them. */
export function toolCalls(text: string): ToolCall[] {
  const calls: ToolCall[] = []
  const walk = (value: unknown, path: string, field: string): void => {
    if (!isObject(value)) return
    if (Array.isArray(value))
      return value.forEach((child: unknown, at) => {
        const own = isObject(child) && NUMBERED.includes(field) ? (child as Fields).index : undefined
        walk(child, `${path}[${isPlace(own) ? own : at}]`, '')
      })
    const { name, type } = value as Fields
    const kind = typeof type === 'string' ? type : ''
    const calling =
      ARGUMENTS.some((of) => Object.hasOwn(value, of)) ||
      HOLDERS.includes(field) ||
      /_(?:call|use)$/.test(kind)
    if (calling && typeof name === 'string') calls.push({ path, name })
    else if (kind.endsWith('_call')) calls.push({ path, name: kind })
    for (const [key, below] of Object.entries(value)) {
      if (ARGUMENTS.includes(key) || OFFERED.includes(key)) continue
      const step = key === 'delta' ? 'message' : key
      walk(below, path === '' ? step : `${path}.${step}`, key)
    }
  }
  for (const json of documents(text)) {
    const { index, output_index: item, content_block: block, item: said, response, ...rest } = json as Fields
    if (isPlace(index)) walk(block, `content[${index}]`, '')
    if (isPlace(item)) walk(said, `output[${item}]`, '')
    walk(response, '', '')
    walk(rest, isPlace(item) ? `output[${item}]` : '', '')
  }
  return calls
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isPlace = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0

/** The JSON of a body, or of an event of a stream. */
function documents(text: string): object[] {
  const whole = parsed(text)
  if (whole !== undefined) return [whole]
  return text.split(/(?:\r\n|\r|\n){2}/).flatMap((event) => {
    const data = event
      .split(/\r\n|\r|\n/)
      .flatMap((line) => (line.startsWith('data:') ? [line.slice('data:'.length)] : []))
    return parsed(data.join('\n')) ?? []
  })
}

function parsed(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}
