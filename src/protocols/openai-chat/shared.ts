import {
  array,
  boolean,
  captured,
  complete,
  end,
  failure,
  forms,
  id,
  map,
  number,
  object,
  oneOf,
  part,
  repeat,
  type Shape,
  scope,
  text,
  whole,
} from '../wire/shape.ts'

// What chats and completions have in common.
// Source: OpenAI API reference, "Chat completions" and "Completions", and the `openai` package's types.

export const model = captured('id', 'model')

/** What says how a text is to be made. */
export const sampling = {
  n: captured('number', 'choices'),
  max_tokens: captured('number', 'maxTokens'),
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  seed: number,
  stop: forms({ string: text, array: array(text) }),
  // The keys are numbers of tokens. Longer ones are read: no vocabulary has a million tokens.
  logit_bias: map(/^[0-9]{1,6}$/, number),
  stream: captured('boolean', 'stream'),
  stream_options: object({ include_usage: boolean, include_obfuscation: boolean }),
  user: id,
} satisfies Record<string, Shape>

const usage = object({
  prompt_tokens: captured('number', 'inputTokens'),
  completion_tokens: captured('number', 'outputTokens'),
  total_tokens: number,
  prompt_tokens_details: object({
    cached_tokens: captured('number', 'cachedTokens'),
    audio_tokens: number,
    cache_write_tokens: number,
  }),
  completion_tokens_details: object({
    reasoning_tokens: number,
    audio_tokens: number,
    accepted_prediction_tokens: number,
    rejected_prediction_tokens: number,
  }),
})

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

const CATEGORY =
  /^(?:harassment|hate|illicit|self-harm|sexual|violence)(?:\/(?:threatening|violent|intent|instructions|minors|graphic))?$/
const moderated = object({
  type: oneOf('moderation_results', 'error'),
  model: id,
  results: array(
    object({
      type: oneOf('moderation_result'),
      model: id,
      flagged: boolean,
      categories: map(CATEGORY, boolean),
      category_scores: map(CATEGORY, number),
      category_applied_input_types: map(CATEGORY, array(oneOf('text', 'image'))),
    }),
  ),
  code: id,
  message: part('model', text),
})

/** An answer, or an event of one, whose choices have these fields. */
export function answerWith(choice: Record<string, Shape>, kind: string, ends: readonly string[]): Shape {
  const finish = complete(end(oneOf(...ends)))
  return object({
    id,
    object: oneOf(kind),
    created: number,
    model: id,
    provider: id,
    system_fingerprint: id,
    service_tier: id,
    obfuscation: id,
    prompt_filter_results: array(object({ prompt_index: number, content_filter_results: ratings })),
    moderation: whole(object({ input: moderated, output: moderated })),
    x_groq: object({ id, usage }),
    usage,
    error: failure,
    // The prompt once more, as vLLM tells it.
    prompt_logprobs: repeat,
    prompt_token_ids: repeat,
    choices: array(
      scope(
        object({
          index: number,
          finish_reason: finish,
          logprobs: repeat,
          content_filter_results: ratings,
          native_finish_reason: id,
          stop_reason: id,
          token_ids: repeat,
          prompt_logprobs: repeat,
          prompt_token_ids: repeat,
          error: failure,
          ...choice,
        }),
      ),
      'index',
    ),
  })
}
