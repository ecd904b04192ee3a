import { createHash } from 'node:crypto'
import type { Frame } from './protocol.ts'
import { type Call, reply, type Turn } from './reply.ts'
import { wordsRead, wordsSaid } from './usage.ts'
import { pieces, streamed, words } from './words.ts'

/** Anthropic's error body. */
export function anthropicRefusal(message: string) {
  return {
    type: 'error' as const,
    error: { type: 'invalid_request_error' as const, message },
    request_id: null,
  }
}

/** The body of a buffered answer. */
export function message(frame: Frame) {
  const turn = reply(frame.request, 0)
  return {
    ...head(frame),
    content: blocksOf(turn, frame),
    ...ending(turn),
    usage: usage(frame, wordsSaid([turn])),
  }
}

/** The events of a streamed answer, in order. */
export function* steps(frame: Frame) {
  const turn = reply(frame.request, 0)
  const begun = { stop_reason: null, stop_sequence: null, stop_details: null }
  yield {
    type: 'message_start' as const,
    message: { ...head(frame), content: [], ...begun, usage: usage(frame, 0) },
  }
  for (const [index, block] of blocksOf(turn, frame).entries()) {
    yield { type: 'content_block_start' as const, index, content_block: emptied(block) }
    if (index === 0) yield { type: 'ping' as const }
    for (const delta of deltas(block, frame)) yield { type: 'content_block_delta' as const, index, delta }
    yield { type: 'content_block_stop' as const, index }
  }
  const said = wordsSaid([turn])
  yield {
    type: 'message_delta' as const,
    delta: { container: null, ...ending(turn) },
    usage: counts(frame, said),
  }
  yield { type: 'message_stop' as const }
}

function head({ id, request }: Frame) {
  return {
    id: `msg_${id}`,
    type: 'message' as const,
    role: 'assistant' as const,
    model: request.model,
    container: null,
    diagnostics: null,
  }
}

type Block = ReturnType<typeof blocksOf>[number]

function blocksOf(turn: Turn, { id }: Frame) {
  const { thinking, text } = turn
  return [
    ...(thinking === '' ? [] : [{ type: 'thinking' as const, thinking, signature: signature(thinking) }]),
    // No null, which Anthropic's types allow and Vercel's AI SDK refuses.
    ...(text === '' ? [] : [{ type: 'text' as const, text, citations: [] }]),
    ...turn.calls.map((call, at) => toolUse(call, `toolu_${id}_${at}`)),
  ]
}

function toolUse({ name, arguments: given }: Call, id: string) {
  return {
    type: 'tool_use' as const,
    id,
    name,
    input: JSON.parse(given) as unknown,
    caller: { type: 'direct' as const },
  }
}

/** Proves nothing: whoever made up the thinking made this up as well. */
function signature(thinking: string): string {
  return createHash('sha256').update(thinking).digest('base64')
}

/** A block before anything of it was said. */
function emptied(block: Block) {
  switch (block.type) {
    case 'thinking':
      return { ...block, thinking: '', signature: '' }
    case 'text':
      return { ...block, text: '' }
    case 'tool_use':
      return { ...block, input: {} }
  }
}

function* deltas(block: Block, { request }: Frame) {
  switch (block.type) {
    case 'thinking':
      for (const thinking of words(block.thinking)) yield { type: 'thinking_delta' as const, thinking }
      yield { type: 'signature_delta' as const, signature: block.signature }
      break
    case 'text':
      for (const text of streamed(block.text, request)) yield { type: 'text_delta' as const, text }
      break
    case 'tool_use':
      // Made of what was read: a buffered answer cannot hold the arguments as they were written.
      for (const partial_json of pieces(JSON.stringify(block.input))) {
        yield { type: 'input_json_delta' as const, partial_json }
      }
  }
}

function ending(turn: Turn) {
  const stop_reason = stopReason(turn)
  return {
    stop_reason,
    stop_sequence: stop_reason === 'stop_sequence' ? (turn.stop ?? null) : null,
    stop_details: null,
  }
}

function stopReason({ calls, cut }: Turn): 'tool_use' | 'max_tokens' | 'stop_sequence' | 'end_turn' {
  if (calls.length > 0) return 'tool_use'
  if (cut === 'length') return 'max_tokens'
  return cut === 'stop' ? 'stop_sequence' : 'end_turn'
}

function usage(frame: Frame, said: number) {
  return {
    ...counts(frame, said),
    cache_creation: null,
    inference_geo: null,
    service_tier: 'standard' as const,
    speed: null,
  }
}

function counts({ request }: Frame, said: number) {
  return {
    input_tokens: wordsRead(request),
    output_tokens: said,
    output_tokens_details: null,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    server_tool_use: null,
  }
}
