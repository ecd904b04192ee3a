import {
  any,
  array,
  boolean,
  byField,
  captured,
  forms,
  id,
  map,
  media,
  number,
  object,
  oneOf,
  part,
  type Shape,
  schemaOfAnswer,
  text,
} from '../wire/shape.ts'
import { asked, contentPart } from './content.ts'
import { items } from './items.ts'
import { NAME, toolChoice, tools } from './tools.ts'

// Source: OpenAI API reference, "Responses" (create), and the `openai` package's types.

const textFormat = byField('type', {
  text: object({ type: oneOf('text') }),
  json_object: object({ type: oneOf('json_object') }),
  json_schema: part(
    'user',
    object({
      type: oneOf('json_schema'),
      name: id,
      description: any,
      schema: schemaOfAnswer,
      strict: boolean,
    }),
  ),
})

/** What an answer repeats of its request as it was sent. */
export const settings = {
  background: boolean,
  max_output_tokens: captured('number', 'maxOutputTokens'),
  max_tool_calls: number,
  metadata: part('user', any),
  parallel_tool_calls: boolean,
  prompt_cache_key: id,
  prompt_cache_options: object({ mode: oneOf('implicit', 'explicit'), ttl: id }),
  prompt_cache_retention: oneOf('in_memory', 'in-memory', '24h'),
  reasoning: object({
    effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    summary: oneOf('auto', 'concise', 'detailed'),
    generate_summary: oneOf('auto', 'concise', 'detailed'),
    context: id,
    mode: id,
  }),
  safety_identifier: id,
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority'),
  store: boolean,
  temperature: number,
  text: object({ format: textFormat, verbosity: oneOf('low', 'medium', 'high') }),
  tool_choice: toolChoice,
  top_logprobs: number,
  top_p: number,
  truncation: oneOf('auto', 'disabled'),
  user: id,
}

const variable = contentPart(asked)
const moderationPolicy = object({ mode: oneOf('score', 'block') })

export const request: Shape = object({
  ...settings,
  model: captured('id', 'model'),
  instructions: part('system', text, { group: true }),
  input: forms({
    string: part('user', text, { group: true }),
    array: array(items(asked)),
  }),
  tools,
  stream: captured('boolean', 'stream'),
  stream_options: object({ include_obfuscation: boolean }),
  include: array(id),
  context_management: array(object({ type: id, compact_threshold: number })),
  moderation: object({
    model: id,
    policy: object({ input: moderationPolicy, output: moderationPolicy }),
  }),
  // The model reads what the provider keeps, and the gate does not.
  previous_response_id: media('previous_response_id'),
  conversation: media('conversation'),
  prompt: media(
    'prompt',
    object({
      id,
      version: id,
      variables: part('user', map(NAME, forms({ string: text, object: variable, array: array(variable) }))),
    }),
  ),
})
