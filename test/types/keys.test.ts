import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages'
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses'
import { expect, it } from 'vitest'
import { typeTree } from './walk.ts'

// The compiler's count of a request's fields, against which the walk's is held. A version of an SDK that has one more or
// one less does not compile here: look at what it is for, and at what the codec takes it for, before it is written down.

const CHAT = {
  stream: true,
  messages: true,
  model: true,
  audio: true,
  frequency_penalty: true,
  function_call: true,
  functions: true,
  logit_bias: true,
  logprobs: true,
  max_completion_tokens: true,
  max_tokens: true,
  metadata: true,
  modalities: true,
  moderation: true,
  n: true,
  parallel_tool_calls: true,
  prediction: true,
  presence_penalty: true,
  prompt_cache_key: true,
  prompt_cache_options: true,
  prompt_cache_retention: true,
  reasoning_effort: true,
  response_format: true,
  safety_identifier: true,
  seed: true,
  service_tier: true,
  stop: true,
  store: true,
  stream_options: true,
  temperature: true,
  tool_choice: true,
  tools: true,
  top_logprobs: true,
  top_p: true,
  user: true,
  verbosity: true,
  web_search_options: true,
} satisfies Record<keyof ChatCompletionCreateParamsNonStreaming, true>

const RESPONSES = {
  background: true,
  context_management: true,
  conversation: true,
  include: true,
  input: true,
  instructions: true,
  max_output_tokens: true,
  metadata: true,
  model: true,
  moderation: true,
  parallel_tool_calls: true,
  previous_response_id: true,
  prompt: true,
  prompt_cache_key: true,
  prompt_cache_options: true,
  prompt_cache_retention: true,
  reasoning: true,
  safety_identifier: true,
  service_tier: true,
  store: true,
  stream: true,
  stream_options: true,
  temperature: true,
  text: true,
  tool_choice: true,
  tools: true,
  top_logprobs: true,
  top_p: true,
  truncation: true,
  user: true,
} satisfies Record<keyof ResponseCreateParamsNonStreaming, true>

/** What is sent as a header. */
type Headers = 'user_profile_id' | 'workspace_id'
const MESSAGES = {
  stream: true,
  max_tokens: true,
  messages: true,
  model: true,
  cache_control: true,
  container: true,
  diagnostics: true,
  inference_geo: true,
  metadata: true,
  output_config: true,
  service_tier: true,
  speed: true,
  stop_sequences: true,
  system: true,
  thinking: true,
  tool_choice: true,
  tools: true,
} satisfies Record<Exclude<keyof MessageCreateParamsNonStreaming, Headers>, true>

it.each([
  ['openai/resources/chat/completions', 'ChatCompletionCreateParamsNonStreaming', CHAT],
  ['openai/resources/responses/responses', 'ResponseCreateParamsNonStreaming', RESPONSES],
  ['@anthropic-ai/sdk/resources/messages', 'MessageCreateParamsNonStreaming', MESSAGES],
])('the walk sees every field that the compiler sees: %s %s', (module, name, known) => {
  const tree = typeTree(module, name)
  const fields = tree.is === 'object' ? tree.fields.map((field) => field.name) : []
  expect(fields.sort()).toEqual(Object.keys(known).sort())
})
