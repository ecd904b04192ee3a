import {
  any,
  array,
  boolean,
  byField,
  captured,
  complete,
  end,
  forms,
  id,
  media,
  named,
  nested,
  number,
  object,
  oneOf,
  part,
  repeat,
  type Shape,
  scope,
  text,
} from '../wire/shape.ts'

// Source: OpenAI API reference, "Chat completions" (create, object, chunk), and the `openai` package's types.

// By its fields and not by its type: some servers go by the field alone, and take more media than OpenAI's.
const contentPart = object({
  type: oneOf('text', 'refusal', 'image_url', 'input_audio', 'file', 'audio_url', 'video_url'),
  text,
  refusal: text,
  image_url: media('image'),
  image_embeds: media('image'),
  input_audio: media('audio'),
  audio_url: media('audio'),
  video_url: media('video'),
  file: media('file'),
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

const messages = array(
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

const toolChoice = forms({
  string: oneOf('none', 'auto', 'required'),
  object: object({ type: oneOf('function'), function: object({ name: id }) }),
})

export const request: Shape = object({
  model: captured('id', 'model'),
  messages,
  stream: captured('boolean', 'stream'),
  stream_options: object({ include_usage: boolean, include_obfuscation: boolean }),
  // A tool's description and schema were written by whoever wrote the tool.
  tools: array(
    part(
      'tool',
      object({
        type: oneOf('function', 'custom'),
        function: object({ name: id, description: text, parameters: any, strict: boolean }),
        custom: any,
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
      json_schema: part('user', object({ name: id, description: text, schema: any, strict: boolean })),
    }),
  }),
  n: number,
  max_tokens: number,
  max_completion_tokens: number,
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  seed: number,
  logprobs: boolean,
  top_logprobs: number,
  user: id,
  safety_identifier: id,
  prompt_cache_key: id,
  prompt_cache_retention: oneOf('in-memory', 'in_memory', '24h'),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority'),
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
  verbosity: oneOf('low', 'medium', 'high'),
  modalities: array(oneOf('text', 'audio')),
  store: boolean,
})

const usage = object({
  prompt_tokens: captured('number', 'inputTokens'),
  completion_tokens: captured('number', 'outputTokens'),
  total_tokens: number,
  prompt_tokens_details: object({ cached_tokens: number, audio_tokens: number, cache_write_tokens: number }),
  completion_tokens_details: object({
    reasoning_tokens: number,
    audio_tokens: number,
    accepted_prediction_tokens: number,
    rejected_prediction_tokens: number,
  }),
})

const said = {
  role: oneOf('assistant', 'system', 'user', 'tool', 'developer'),
  content: part('model', content),
  refusal: text,
  reasoning: text,
  reasoning_content: text,
  audio: media('audio'),
  tool_calls: array(toolCall, 'index'),
  function_call: object({ name: id, arguments: nested('model') }),
}

// What Azure, Groq, OpenRouter and vLLM add. Read as unknown text it would be held back, and the answer behind it.
const rated = object({
  filtered: boolean,
  detected: boolean,
  severity: oneOf('safe', 'low', 'medium', 'high'),
})
const ratings = object({
  hate: rated,
  self_harm: rated,
  sexual: rated,
  violence: rated,
  profanity: rated,
  jailbreak: rated,
  indirect_attack: rated,
  protected_material_text: rated,
  protected_material_code: rated,
})
const promptRatings = array(object({ prompt_index: number, content_filter_results: ratings }))

const finish = complete(end(oneOf('stop', 'length', 'tool_calls', 'content_filter', 'function_call')))

const answerWith = (choice: Record<string, Shape>, kind: string): Shape =>
  object({
    id,
    object: oneOf(kind),
    created: number,
    model: id,
    provider: id,
    system_fingerprint: id,
    service_tier: id,
    obfuscation: id,
    prompt_filter_results: promptRatings,
    x_groq: object({ id, usage }),
    usage,
    choices: array(
      scope(object({ index: number, finish_reason: finish, logprobs: repeat, ...added, ...choice })),
      'index',
    ),
  })

const added = { content_filter_results: ratings, native_finish_reason: id, stop_reason: id }

export const body: Shape = answerWith({ message: object(said) }, 'chat.completion')
export const event: Shape = answerWith({ delta: named('message', object(said)) }, 'chat.completion.chunk')
