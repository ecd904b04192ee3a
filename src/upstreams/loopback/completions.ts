import { count, type Fields, fields, inputsOf, modelOf, string, strings } from './fields.ts'
import { CREATED, type Frame, inTurns, openaiRefusal, type Protocol, unnamedEvents } from './protocol.ts'
import { replies, type Turn } from './reply.ts'
import { type Request, requestOf } from './request.ts'
import { usage } from './usage.ts'
import { LOGPROB, streamed, words } from './words.ts'

const MAX_CHOICES = 16

/** OpenAI's completions, as they were before there were chats. */
export const completions: Protocol = {
  parse,
  whole: completion,
  events: (frame) => unnamedEvents(chunks(frame)),
  refusal: openaiRefusal,
}

/** Every prompt is a message, and answered by itself. */
function parse(body: Fields): Request {
  const suffix = string(body.suffix)
  const rest = suffix === '' ? '' : `\n${suffix}`
  return requestOf({
    model: modelOf(body),
    messages: promptsOf(body).map((prompt) => ({ role: 'user', text: prompt + rest })),
    n: Math.min(count(body.n, 1), MAX_CHOICES),
    // Nothing to be said: that is how a prompt's own probabilities are asked for.
    maxTokens: body.max_tokens === 0 ? 0 : count(body.max_tokens, Number.POSITIVE_INFINITY),
    stop: strings(body.stop),
    stream: body.stream === true,
  })
}

function promptsOf({ prompt }: Fields): string[] {
  return inputsOf(prompt ?? '', 'prompt').map((input) =>
    typeof input === 'string' ? input : `${input.length} token numbers`,
  )
}

/** The body of a buffered answer. */
export function completion(frame: Frame) {
  const choices = choicesOf(frame)
  return {
    ...head(frame),
    choices: choices.map(({ turn, tokens }, index) => ({
      index,
      text: tokens.join(''),
      logprobs: logprobs(tokens, 0, frame),
      finish_reason: finish(turn),
    })),
    usage: usageOf(choices, frame),
  }
}

/** The events of a streamed answer. The choices take turns. */
function* chunks(frame: Frame) {
  const choices = choicesOf(frame)
  const includeUsage = fields(frame.body.stream_options).include_usage === true
  const rest = includeUsage ? { usage: null } : {}
  for (const choice of inTurns(choices.map((choice, index) => deltas(choice, index, frame)))) {
    yield { ...head(frame), choices: [choice], ...rest }
  }
  if (includeUsage) yield { ...head(frame), choices: [], usage: usageOf(choices, frame) }
}

function* deltas({ turn, tokens }: Choice, index: number, frame: Frame) {
  let offset = 0
  for (const text of tokens) {
    yield { index, text, logprobs: logprobs([text], offset, frame), finish_reason: null }
    offset += text.length
  }
  yield { index, text: '', logprobs: null, finish_reason: finish(turn) }
}

interface Choice {
  turn: Turn
  /** All words of it: with `echo`, the prompt's come first. */
  tokens: readonly string[]
}

function choicesOf({ body, request }: Frame): Choice[] {
  const prompts = promptsOf(body)
  return request.messages.flatMap((message, at) => {
    const echo = body.echo === true ? words(prompts[at] ?? '') : []
    const turns = replies({ ...request, messages: [message] })
    return turns.map((turn) => ({ turn, tokens: [...echo, ...streamed(turn.text, request)] }))
  })
}

const usageOf = (choices: readonly Choice[], frame: Frame) =>
  usage(
    frame,
    choices.map(({ turn }) => turn),
  )

function head({ id, request }: Frame) {
  return {
    id: `cmpl-${id}`,
    object: 'text_completion' as const,
    created: CREATED,
    model: request.model,
  }
}

function logprobs(tokens: readonly string[], offset: number, { body }: Frame) {
  if (typeof body.logprobs !== 'number') return null
  let at = offset
  const starts = tokens.map((token) => {
    at += token.length
    return at - token.length
  })
  return {
    tokens: [...tokens],
    token_logprobs: tokens.map(() => LOGPROB),
    top_logprobs: tokens.map((token) => ({ [token]: LOGPROB })),
    text_offset: starts,
  }
}

const finish = (turn: Turn): 'length' | 'stop' => (turn.cut === 'length' ? 'length' : 'stop')
