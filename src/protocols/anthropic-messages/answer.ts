import {
  any,
  array,
  at,
  base64,
  begins,
  boolean,
  byField,
  captured,
  citation,
  complete,
  end,
  failure,
  id,
  media,
  named,
  nested,
  number,
  object,
  oneOf,
  part,
  type Shape,
  scope,
  text,
  whole,
} from '../wire/shape.ts'
import {
  block,
  cited,
  citedPlace,
  compaction,
  containerUpload,
  fallback,
  redactedThinking,
  thinking,
  thought,
  toolUse,
} from './blocks.ts'
import { serverResults } from './results.ts'
import { toolChange } from './tools.ts'

// Source: Anthropic API reference, "Messages" (create) and "Streaming messages", and the types of `@anthropic-ai/sdk`.

/** Citations cut an answer's text in blocks; its reader reads it as one. */
const joined = { at: 'content', answer: true } as const
const spoken = part('model', text, joined)

const contentBlock = byField(
  'type',
  {
    // Empty and not null, which Anthropic's types allow and Vercel's AI SDK refuses.
    text: block({ text: spoken, citations: citation('[]', cited(array(citedPlace))) }),
    thinking,
    redacted_thinking: redactedThinking,
    tool_use: toolUse,
    server_tool_use: toolUse,
    mcp_tool_use: toolUse,
    container_upload: containerUpload,
    compaction,
    fallback,
    tool_addition: toolChange,
    tool_removal: toolChange,
    ...serverResults,
  },
  block({}),
)

const counts = {
  input_tokens: number,
  output_tokens: number,
  cache_creation_input_tokens: number,
  cache_read_input_tokens: number,
  cache_creation: object({ ephemeral_1h_input_tokens: number, ephemeral_5m_input_tokens: number }),
}
const usage = object({
  ...counts,
  input_tokens: captured('number', 'inputTokens'),
  output_tokens: captured('number', 'outputTokens'),
  cache_creation_input_tokens: captured('number', 'cacheWriteTokens'),
  cache_read_input_tokens: captured('number', 'cacheReadTokens'),
  output_tokens_details: object({ thinking_tokens: number }),
  server_tool_use: object({ web_search_requests: number, web_fetch_requests: number }),
  inference_geo: id,
  service_tier: id,
  speed: id,
  iterations: array(object({ ...counts, type: id, model: id })),
  fallback_credit: any,
})

const stopReason = oneOf(
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'compaction',
  'refusal',
  'model_context_window_exceeded',
)
/** Why and in what state an answer ended. */
const ending = {
  stop_reason: stopReason,
  stop_sequence: text,
  stop_details: object({
    type: id,
    category: id,
    explanation: text,
    recommended_model: id,
    fallback_credit_token: id,
    fallback_has_prefill_claim: boolean,
  }),
  container: object({
    id,
    expires_at: id,
    skills: array(object({ skill_id: id, type: id, version: id })),
  }),
}
const about = {
  id,
  type: oneOf('message'),
  role: oneOf('assistant'),
  model: id,
  diagnostics: object({ cache_miss_reason: object({ type: id, cache_missed_input_tokens: number }) }),
  usage,
  context_management: any,
  input_transformations: any,
  ...ending,
}

export const body: Shape = byField(
  'type',
  { error: object({ type: id, error: failure, request_id: id }) },
  object({ ...about, content: part('model', array(contentBlock), joined) }),
)

const delta = byField('type', {
  text_delta: object({ type: id, text: spoken }),
  input_json_delta: object({ type: id, partial_json: named('input', nested('model')) }),
  thinking_delta: object({ type: id, thinking: thought, estimated_tokens: number }),
  signature_delta: object({ type: id, signature: base64 }),
  // A null in place of a citation would be one more for whoever collects them; no text is none.
  citations_delta: citation(
    '{"type":"text_delta","text":""}',
    object({ type: id, citation: whole(named('citations', cited(citedPlace))) }),
  ),
  compaction_delta: object({ type: id, content: thought, encrypted_content: media('compaction') }),
})

/** Nothing of it comes again: no text in it waits for more. */
const atOnce = (fields: Record<string, Shape>): Record<string, Shape> =>
  Object.fromEntries(Object.entries(fields).map(([name, of]) => [name, whole(of)]))

export const event: Shape = byField(
  'type',
  {
    message_start: object({
      type: id,
      message: at('', object({ ...atOnce(about), content: part('model', array(contentBlock), joined) })),
    }),
    content_block_start: object({
      type: id,
      index: number,
      content_block: at('content[index]', begins(contentBlock)),
    }),
    content_block_delta: object({ type: id, index: number, delta: at('content[index]', scope(delta)) }),
    content_block_stop: object({ type: id, index: at('content[index]', scope(end(number))) }),
    message_delta: object({
      type: id,
      delta: at('', object({ ...atOnce(ending), stop_reason: at('content', scope(end(stopReason))) })),
      usage: whole(usage),
      context_management: whole(any),
      input_transformations: whole(any),
    }),
    message_stop: object({ type: complete(id) }),
    ping: object({ type: id }),
  },
  object({ type: id, error: failure, request_id: id }),
)

/** Of a count of tokens. */
export const count: Shape = object({
  input_tokens: number,
  context_management: object({ original_input_tokens: number }),
})
