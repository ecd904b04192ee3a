import { answerWith, model, sampling } from '../openai-chat/shared.ts'
import {
  array,
  boolean,
  captured,
  forms,
  media,
  number,
  object,
  part,
  type Shape,
  text,
} from '../wire/shape.ts'

// Source: OpenAI API reference, "Completions" (create, object), and the `openai` package's types.

/** Numbers that stand for words: they cannot be read without the model's own vocabulary. */
const tokens = media('tokens')
const prompt = part('user', text)

export const request: Shape = object({
  ...sampling,
  model,
  prompt: forms({
    string: prompt,
    number: tokens,
    numbers: tokens,
    array: array(forms({ string: prompt, number: tokens, numbers: tokens })),
  }),
  // As vLLM takes prompts that were made into vectors elsewhere.
  prompt_embeds: media('embeddings'),
  suffix: part('user', text),
  best_of: captured('number', 'bestOf'),
  echo: boolean,
  logprobs: number,
})

export const answer: Shape = answerWith({ text: part('model', text, { answer: true }) }, 'text_completion', [
  'stop',
  'length',
  'content_filter',
])
