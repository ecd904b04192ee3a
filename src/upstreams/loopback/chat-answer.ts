import { fields } from './fields.ts'
import { CREATED, type Frame, inTurns } from './protocol.ts'
import { type Call, replies, type Turn } from './reply.ts'
import { usage } from './usage.ts'
import { pieces, streamed, tokenOf, words } from './words.ts'

/** The body of a buffered answer. */
export function completion(frame: Frame) {
  const turns = turnsOf(frame)
  return {
    id: idOf(frame),
    object: 'chat.completion' as const,
    created: CREATED,
    model: frame.request.model,
    choices: turns.map((turn, index) => ({
      index,
      message: {
        role: 'assistant' as const,
        content: turn.text === '' && turn.calls.length > 0 ? null : turn.text,
        refusal: null,
        ...called(turn, index, frame),
      },
      logprobs: logprobs(words(turn.text), frame),
      finish_reason: finish(turn, frame),
    })),
    usage: usage(frame, turns),
  }
}

/** The events of a streamed answer. The choices take turns. */
export function* chunks(frame: Frame) {
  const turns = turnsOf(frame)
  const includeUsage = fields(frame.body.stream_options).include_usage === true
  const rest = includeUsage ? { usage: null } : {}
  const head = {
    id: idOf(frame),
    object: 'chat.completion.chunk' as const,
    created: CREATED,
    model: frame.request.model,
  }
  for (const choice of inTurns(turns.map((turn, index) => deltas(turn, index, frame)))) {
    yield { ...head, choices: [choice], ...rest }
  }
  if (includeUsage) yield { ...head, choices: [], usage: usage(frame, turns) }
}

interface Delta {
  role?: 'assistant'
  content?: string
  refusal?: null
  tool_calls?: readonly (Named & { index: number; id?: string; type?: 'function' | 'custom' })[]
  function_call?: { name?: string; arguments: string }
}
type Named = { function: { name?: string; arguments: string } } | { custom: { name?: string; input: string } }

function* deltas(turn: Turn, index: number, frame: Frame) {
  const choice = (delta: Delta, said: readonly string[] = []) => ({
    index,
    delta,
    logprobs: said.length > 0 ? logprobs(said, frame) : null,
    finish_reason: null,
  })
  yield choice({ role: 'assistant', content: '', refusal: null })
  for (const word of streamed(turn.text, frame.request)) yield choice({ content: word }, [word])
  for (const [at, call] of turn.calls.entries()) {
    if (isLegacy(frame)) {
      yield choice({ function_call: { name: call.name, arguments: '' } })
      for (const piece of pieces(call.arguments)) yield choice({ function_call: { arguments: piece } })
      continue
    }
    const type = call.freeform ? 'custom' : 'function'
    const opening = { index: at, id: callId(frame, index, at), type } as const
    yield choice({ tool_calls: [{ ...opening, ...part(call, '', call.name) }] })
    for (const piece of pieces(call.arguments)) {
      yield choice({ tool_calls: [{ index: at, ...part(call, piece) }] })
    }
  }
  yield { ...choice({}), finish_reason: finish(turn, frame) }
}

/** Some of a call's arguments; the first of it has the name, too. */
function part({ freeform }: Call, text: string, name?: string): Named {
  const named = name === undefined ? {} : { name }
  return freeform ? { custom: { ...named, input: text } } : { function: { ...named, arguments: text } }
}

/** What a message says about its calls. */
function called({ calls }: Turn, index: number, frame: Frame) {
  const [first] = calls
  if (first === undefined) return {}
  if (isLegacy(frame)) return { function_call: { name: first.name, arguments: first.arguments } }
  return {
    tool_calls: calls.map(({ name, arguments: given, freeform }, at) => {
      const id = callId(frame, index, at)
      return freeform
        ? { id, type: 'custom' as const, custom: { name, input: given } }
        : { id, type: 'function' as const, function: { name, arguments: given } }
    }),
  }
}

/** A `function_call` was one, not a list. */
function turnsOf(frame: Frame): Turn[] {
  const turns = replies(frame.request)
  return isLegacy(frame) ? turns.map((turn) => ({ ...turn, calls: turn.calls.slice(0, 1) })) : turns
}

const isLegacy = ({ body }: Frame): boolean => body.functions !== undefined && body.tools === undefined

const idOf = ({ id }: Frame): string => `chatcmpl-${id}`

const callId = ({ id }: Frame, choice: number, at: number): string => `call_${id.slice(-12)}_${choice}_${at}`

function finish(turn: Turn, frame: Frame): 'function_call' | 'tool_calls' | 'length' | 'stop' {
  if (turn.calls.length > 0) return isLegacy(frame) ? 'function_call' : 'tool_calls'
  return turn.cut === 'length' ? 'length' : 'stop'
}

function logprobs(said: readonly string[], { body }: Frame) {
  return body.logprobs === true ? { content: said.map(tokenOf), refusal: null } : null
}
