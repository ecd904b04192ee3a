import {
  any,
  array,
  boolean,
  byField,
  captured,
  citesBeside,
  forms,
  id,
  media,
  named,
  nested,
  number,
  object,
  offset,
  oneOf,
  part,
  type Shape,
  schemaOfAnswer,
  text,
  whole,
} from '../wire/shape.ts'
import { answerWith, model, sampling } from './shared.ts'

// Source: OpenAI API reference, "Chat completions" (create, object, chunk), and the `openai` package's types.

// By its fields and not by its type: some servers go by the field alone, and take more media than OpenAI's.
export const contentPart = object({
  type: oneOf('text', 'refusal', 'image_url', 'input_audio', 'file', 'audio_url', 'video_url'),
  text,
  refusal: text,
  image_url: media('image'),
  image_embeds: media('image'),
  input_audio: media('audio'),
  audio_url: media('audio'),
  video_url: media('video'),
  file: media('file'),
  prompt_cache_breakpoint: object({ mode: oneOf('explicit') }),
})
const content = forms({ string: text, array: array(contentPart), object: contentPart })

const toolCall = object({
  id,
  index: number,
  type: oneOf('function', 'custom'),
  function: object({ name: id, arguments: nested('model') }),
  custom: object({ name: id, input: part('model', text, { kind: 'tool_call' }) }),
})

const message = (role: string | undefined, extra: Record<string, Shape> = {}): Shape =>
  object({ role: role === undefined ? any : oneOf(role), content, name: id, ...extra })

export const messages: Shape = array(
  byField(
    'role',
    {
      system: part('system', message('system'), { group: true }),
      developer: part('system', message('developer'), { group: true }),
      user: part('user', message('user'), { group: true }),
      assistant: part(
        'model',
        message('assistant', {
          refusal: text,
          reasoning: text,
          reasoning_content: text,
          audio: media('audio'),
          tool_calls: array(toolCall),
          function_call: object({ name: id, arguments: nested('model') }),
        }),
        { group: true },
      ),
      tool: part('tool', message('tool', { tool_call_id: id }), { group: true }),
      function: part('tool', message('function'), { group: true }),
    },
    part('user', message(undefined), { group: true }),
  ),
)

const toolName = object({ name: id })
const toolChoice = forms({
  string: oneOf('none', 'auto', 'required'),
  object: object({
    type: oneOf('function', 'custom', 'allowed_tools'),
    function: toolName,
    custom: toolName,
    allowed_tools: object({ mode: oneOf('auto', 'required'), tools: array(any) }),
  }),
})

const moderating = object({ mode: oneOf('score', 'block') })

export const request: Shape = object({
  ...sampling,
  model,
  messages,
  // A tool's description and schema were written by whoever wrote the tool.
  tools: array(
    part(
      'tool',
      object({
        type: oneOf('function', 'custom'),
        function: object({ name: id, description: text, parameters: any, strict: boolean }),
        custom: object({
          name: id,
          description: text,
          format: object({
            type: oneOf('text', 'grammar'),
            grammar: object({ definition: text, syntax: oneOf('lark', 'regex') }),
          }),
        }),
      }),
    ),
  ),
  functions: array(part('tool', object({ name: id, description: text, parameters: any }))),
  tool_choice: toolChoice,
  function_call: forms({ string: oneOf('none', 'auto'), object: object({ name: id }) }),
  parallel_tool_calls: boolean,
  response_format: byField('type', {
    text: object({ type: oneOf('text') }),
    json_object: object({ type: oneOf('json_object') }),
    json_schema: object({
      type: oneOf('json_schema'),
      json_schema: part(
        'user',
        object({ name: id, description: text, schema: schemaOfAnswer, strict: boolean }),
      ),
    }),
  }),
  max_completion_tokens: captured('number', 'maxOutputTokens'),
  logprobs: boolean,
  top_logprobs: number,
  safety_identifier: id,
  prompt_cache_key: id,
  prompt_cache_options: object({ mode: oneOf('implicit', 'explicit'), ttl: id }),
  prompt_cache_retention: oneOf('in-memory', 'in_memory', '24h'),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority'),
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  verbosity: oneOf('low', 'medium', 'high'),
  modalities: array(oneOf('text', 'audio')),
  audio: object({
    voice: forms({ string: id, object: object({ id }) }),
    format: oneOf('wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16'),
  }),
  // What the application expects to be said.
  prediction: object({ type: oneOf('content'), content: part('user', content) }),
  store: boolean,
  metadata: any,
  moderation: object({
    model: id,
    policy: object({ input: moderating, output: moderating }),
  }),
  // The provider searches, and what it finds is read by the model before anybody else has seen it.
  web_search_options: media(
    'web_search',
    object({
      search_context_size: oneOf('low', 'medium', 'high'),
      user_location: object({
        type: oneOf('approximate'),
        approximate: object({ city: text, country: text, region: text, timezone: text }),
      }),
    }),
  ),
})

const said = {
  role: oneOf('assistant', 'system', 'user', 'tool', 'developer'),
  content: part('model', content, { kept: 'edits', answer: true }),
  annotations: citesBeside(
    'content',
    whole(
      array(
        object({
          type: oneOf('url_citation'),
          url_citation: object({
            start_index: offset('start'),
            end_index: offset('end'),
            url: part('model', text),
            title: part('model', text),
          }),
        }),
      ),
    ),
  ),
  refusal: text,
  reasoning: text,
  reasoning_content: text,
  audio: part('model', object({ id, data: media('audio'), expires_at: number, transcript: text })),
  tool_calls: array(toolCall, 'index'),
  function_call: object({ name: id, arguments: nested('model') }),
}

const ENDS = ['stop', 'length', 'tool_calls', 'content_filter', 'function_call']

export const body: Shape = answerWith({ message: object(said) }, 'chat.completion', ENDS)
export const event: Shape = answerWith(
  { delta: named('message', object(said)) },
  'chat.completion.chunk',
  ENDS,
)
