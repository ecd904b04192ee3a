import type { Turn } from './reply.ts'
import type { Request } from './request.ts'

const CREATED = 1_700_000_000
const ARGUMENT_PIECE = 8

/** What a completion says apart from its choices. */
export interface Frame {
  id: string
  request: Request
  turns: readonly Turn[]
}

/** Words with the white space that follows them. */
function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

/** The body of a buffered answer. */
export function completion({ id, request, turns }: Frame): string {
  return JSON.stringify({
    id,
    object: 'chat.completion',
    created: CREATED,
    model: request.model,
    choices: turns.map((turn, index) => ({
      index,
      message: {
        role: 'assistant',
        content: turn.text === '' && turn.calls.length > 0 ? null : cut(turn.text, request).join(''),
        refusal: null,
        ...(turn.calls.length > 0 && {
          tool_calls: turn.calls.map((call, at) => ({
            id: callId(id, index, at),
            type: 'function',
            function: call,
          })),
        }),
      },
      logprobs: request.logprobs ? logprobs(cut(turn.text, request)) : null,
      finish_reason: finish(turn, request),
    })),
    usage: usage(request, turns),
  })
}

/** The events of a streamed answer, framing included. The choices take turns. */
export function* events(frame: Frame): Generator<string> {
  const { id, request, turns } = frame
  const head = { id, object: 'chat.completion.chunk', created: CREATED, model: request.model }
  const rest = request.includeUsage ? { usage: null } : {}
  const choices = turns.map((turn, index) => deltas(turn, index, frame))
  while (choices.length > 0) {
    for (const choice of [...choices]) {
      const { value, done } = choice.next()
      if (done === true) choices.splice(choices.indexOf(choice), 1)
      else yield `data: ${JSON.stringify({ ...head, choices: [value], ...rest })}\n\n`
    }
  }
  if (request.includeUsage) {
    yield `data: ${JSON.stringify({ ...head, choices: [], usage: usage(request, turns) })}\n\n`
  }
  yield 'data: [DONE]\n\n'
}

function* deltas(turn: Turn, index: number, { id, request }: Frame): Generator<unknown> {
  const choice = (delta: unknown, word?: string): unknown => ({
    index,
    delta,
    logprobs: request.logprobs && word !== undefined ? logprobs([word]) : null,
    finish_reason: null,
  })
  yield choice({ role: 'assistant', content: '', refusal: null })
  for (const word of cut(turn.text, request)) yield choice({ content: word }, word)
  for (const [at, call] of turn.calls.entries()) {
    const opening = { name: call.name, arguments: '' }
    yield choice({
      tool_calls: [{ index: at, id: callId(id, index, at), type: 'function', function: opening }],
    })
    const characters = Array.from(call.arguments)
    for (let from = 0; from < characters.length; from += ARGUMENT_PIECE) {
      const piece = characters.slice(from, from + ARGUMENT_PIECE).join('')
      yield choice({ tool_calls: [{ index: at, function: { arguments: piece } }] })
    }
  }
  yield { index, delta: {}, logprobs: null, finish_reason: finish(turn, request) }
}

const cut = (text: string, request: Request): string[] => words(text).slice(0, request.maxTokens)

const callId = (id: string, choice: number, at: number): string => `call_${id.slice(-12)}_${choice}_${at}`

function finish(turn: Turn, request: Request): 'tool_calls' | 'length' | 'stop' {
  if (turn.calls.length > 0) return 'tool_calls'
  return words(turn.text).length > request.maxTokens ? 'length' : 'stop'
}

function logprobs(tokens: readonly string[]): unknown {
  const content = tokens.map((token) => ({
    token,
    logprob: -0.01,
    bytes: [...new TextEncoder().encode(token)],
    top_logprobs: [],
  }))
  return { content, refusal: null }
}

function usage(request: Request, turns: readonly Turn[]): Record<string, number> {
  const read = [
    ...request.messages.map(({ text }) => text),
    ...request.tools.map(({ description }) => description),
  ]
  const said = turns.flatMap((turn) => [
    cut(turn.text, request).join(''),
    ...turn.calls.map((call) => call.arguments),
  ])
  const total = (texts: string[]): number => texts.reduce((sum, text) => sum + words(text).length, 0)
  const prompt = total(read)
  const completion = total(said)
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}
