import { list } from './fields.ts'
import { CREATED, type Frame } from './protocol.ts'
import { reply, type Turn } from './reply.ts'
import { wordsRead, wordsSaid } from './usage.ts'
import { pieces, streamed, tokenOf, words } from './words.ts'

/** The body of a buffered answer. */
export function response(frame: Frame, turn = reply(frame.request, 0)) {
  const short = turn.cut === 'length'
  return {
    ...head(frame),
    status: short ? ('incomplete' as const) : ('completed' as const),
    completed_at: short ? null : CREATED,
    incomplete_details: short ? { reason: 'max_output_tokens' as const } : null,
    output: itemsOf(turn, frame),
    usage: usage(frame, turn),
  }
}

/** The events of a streamed answer, in order. */
export function* steps(frame: Frame) {
  const turn = reply(frame.request, 0)
  const begun = {
    ...head(frame),
    status: 'in_progress' as const,
    completed_at: null,
    incomplete_details: null,
    output: [],
  }
  yield { type: 'response.created' as const, response: begun }
  yield { type: 'response.in_progress' as const, response: begun }
  for (const [at, item] of itemsOf(turn, frame).entries()) yield* itemSteps(item, at, frame)
  const type = turn.cut === 'length' ? ('response.incomplete' as const) : ('response.completed' as const)
  yield { type, response: response(frame, turn) }
}

export function* numbered<Step extends object>(events: Iterable<Step>) {
  let sequence_number = 0
  for (const event of events) yield { ...event, sequence_number: sequence_number++ }
}

/** What a response says before it says anything. Much of it repeats the request, as OpenAI does. */
function head({ id, body, request }: Frame) {
  return {
    id: `resp_${id}`,
    object: 'response' as const,
    created_at: CREATED,
    background: false,
    error: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: request.model,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    service_tier: 'default' as const,
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
  }
}

type Item = ReturnType<typeof itemsOf>[number]

function itemsOf(turn: Turn, frame: Frame) {
  return [...(turn.text === '' ? [] : [messageItem(turn, frame)]), ...callItems(turn, frame)]
}

function messageItem(turn: Turn, frame: Frame) {
  return {
    id: `msg_${frame.id}`,
    type: 'message' as const,
    status: turn.cut === 'length' ? ('incomplete' as const) : ('completed' as const),
    role: 'assistant' as const,
    content: [textPart(turn.text, frame)],
  }
}

function textPart(text: string, { body }: Frame) {
  const wanted = list(body.include).includes('message.output_text.logprobs')
  return {
    type: 'output_text' as const,
    text,
    annotations: [],
    logprobs: wanted ? words(text).map(tokenOf) : [],
  }
}

function callItems({ calls }: Turn, { id }: Frame) {
  return calls.map(({ name, arguments: given, freeform }, at) => {
    const call_id = `call_${id.slice(-12)}_${at}`
    return freeform
      ? { id: `ctc_${id}_${at}`, type: 'custom_tool_call' as const, call_id, name, input: given }
      : {
          id: `fc_${id}_${at}`,
          type: 'function_call' as const,
          status: 'completed' as const,
          call_id,
          name,
          arguments: given,
        }
  })
}

function* itemSteps(item: Item, output_index: number, frame: Frame) {
  const at = { item_id: item.id, output_index }
  const added = { type: 'response.output_item.added' as const, output_index }
  switch (item.type) {
    case 'message': {
      yield { ...added, item: { ...item, status: 'in_progress' as const, content: [] } }
      for (const [content_index, part] of item.content.entries()) {
        yield* textSteps(part, { ...at, content_index }, frame)
      }
      break
    }
    case 'function_call': {
      yield { ...added, item: { ...item, status: 'in_progress' as const, arguments: '' } }
      for (const delta of pieces(item.arguments)) {
        yield { type: 'response.function_call_arguments.delta' as const, ...at, delta }
      }
      const { name, arguments: given } = item
      yield { type: 'response.function_call_arguments.done' as const, ...at, name, arguments: given }
      break
    }
    case 'custom_tool_call': {
      yield { ...added, item: { ...item, input: '' } }
      for (const delta of pieces(item.input)) {
        yield { type: 'response.custom_tool_call_input.delta' as const, ...at, delta }
      }
      yield { type: 'response.custom_tool_call_input.done' as const, ...at, input: item.input }
    }
  }
  yield { type: 'response.output_item.done' as const, output_index, item }
}

function* textSteps(
  part: ReturnType<typeof textPart>,
  at: { item_id: string; output_index: number; content_index: number },
  { request }: Frame,
) {
  const { text, logprobs } = part
  yield { type: 'response.content_part.added' as const, ...at, part: { ...part, text: '', logprobs: [] } }
  for (const [index, delta] of streamed(text, request).entries()) {
    yield {
      type: 'response.output_text.delta' as const,
      ...at,
      delta,
      logprobs: logprobs.slice(index, index + 1),
    }
  }
  yield { type: 'response.output_text.done' as const, ...at, text, logprobs }
  yield { type: 'response.content_part.done' as const, ...at, part }
}

function usage({ request }: Frame, turn: Turn) {
  const read = wordsRead(request)
  const said = wordsSaid([turn])
  return {
    input_tokens: read,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: said,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: read + said,
  }
}
