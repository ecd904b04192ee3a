import {
  any,
  array,
  boolean,
  byField,
  captured,
  forms,
  id,
  media,
  number,
  object,
  oneOf,
  part,
  type Shape,
  schemaOfAnswer,
  text,
} from '../wire/shape.ts'
import {
  block,
  cacheControl,
  compaction,
  containerUpload,
  content,
  document,
  fallback,
  image,
  redactedThinking,
  searchResult,
  thinking,
  toolUse,
  written,
} from './blocks.ts'
import { serverResults, toolResult } from './results.ts'
import { mcpServer, tool, toolChange } from './tools.ts'

// Source: Anthropic API reference, "Messages" (create, count tokens), and the types of `@anthropic-ai/sdk`.

const said = content(
  byField(
    'type',
    {
      text: written,
      image,
      document: document('retrieved'),
      search_result: searchResult('retrieved'),
      thinking,
      redacted_thinking: redactedThinking,
      tool_use: toolUse,
      server_tool_use: toolUse,
      mcp_tool_use: toolUse,
      tool_result: toolResult,
      container_upload: containerUpload,
      compaction,
      fallback,
      tool_addition: toolChange,
      tool_removal: toolChange,
      ...serverResults,
    },
    block({}),
  ),
)

const effort = oneOf('low', 'medium', 'high', 'xhigh', 'max')
const message = (role: Shape): Shape =>
  object({ role, content: said, clear_at: id, output_config: object({ effort }) })
const roles = Object.fromEntries(
  (['system', 'user', 'assistant'] as const).map((role) => [
    role,
    part(role === 'assistant' ? 'model' : role, message(id), { group: true }),
  ]),
)

const schema = object({ type: oneOf('json_schema'), schema: part('user', schemaOfAnswer) })

export const request: Shape = object({
  model: captured('id', 'model'),
  system: part('system', said, { group: true }),
  messages: array(byField('role', roles, part('user', message(any), { group: true }))),
  tools: array(tool),
  tool_choice: object({
    type: oneOf('auto', 'any', 'tool', 'none'),
    name: id,
    disable_parallel_tool_use: boolean,
  }),
  mcp_servers: array(mcpServer),
  stream: captured('boolean', 'stream'),
  max_tokens: captured('number', 'maxTokens'),
  temperature: number,
  top_p: number,
  top_k: number,
  stop_sequences: part('user', array(text)),
  metadata: object({ user_id: id }),
  thinking: object({
    type: oneOf('enabled', 'disabled', 'adaptive', 'between_tools'),
    budget_tokens: number,
    display: oneOf('summarized', 'omitted', 'updates'),
    block_binding: object({ prefix_mismatch_behavior: id }),
  }),
  output_config: object({
    effort,
    format: schema,
    task_budget: object({ type: id, total: number, remaining: number }),
  }),
  output_format: schema,
  service_tier: oneOf('auto', 'standard_only'),
  speed: oneOf('standard', 'fast'),
  inference_geo: id,
  cache_control: cacheControl,
  diagnostics: object({ previous_message_id: id }),
  // What lies in it from earlier calls, and what skills say, is read at the provider's.
  container: media(
    'container',
    forms({
      string: id,
      object: object({ id, skills: array(object({ skill_id: id, type: id, version: id })) }),
    }),
  ),
  // Earlier messages that do not stand here.
  thread: media('thread', object({ type: id, previous_message_id: id })),
  // Models that no boundary has chosen.
  fallbacks: media('fallback', any),
  fallback_credit_token: forms({ string: id, object: object({ token: id, mode: id }) }),
  billing_policy: object({ type: id, bill_to: any }),
  context_management: object({ edits: any }),
  compaction: object({ type: id, instructions: part('system', text) }),
})
