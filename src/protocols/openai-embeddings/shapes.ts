import { contentPart, messages } from '../openai-chat/shapes.ts'
import { model } from '../openai-chat/shared.ts'
import {
  array,
  base64,
  captured,
  failure,
  forms,
  id,
  media,
  number,
  numbers,
  object,
  oneOf,
  part,
  type Shape,
  text,
} from '../wire/shape.ts'

// Source: OpenAI API reference, "Embeddings" (create, object), and the `openai` package's types.

/** Numbers that stand for words: they cannot be read without the model's own vocabulary. */
const tokens = media('tokens')
const input = part('user', text)

export const request: Shape = object({
  model,
  input: forms({
    string: input,
    number: tokens,
    numbers: tokens,
    array: array(
      forms({ string: input, number: tokens, numbers: tokens, object: part('user', contentPart) }),
    ),
  }),
  // As vLLM takes what is more than text.
  messages,
  dimensions: number,
  encoding_format: oneOf('float', 'base64'),
  user: id,
})

/** Nothing in it is text: megabytes of numbers pass as they came. */
export const answer: Shape = object({
  object: oneOf('list'),
  id,
  created: number,
  data: array(
    object({
      object: oneOf('embedding'),
      index: number,
      embedding: forms({ string: base64, array: numbers }),
    }),
  ),
  model: id,
  usage: object({ prompt_tokens: captured('number', 'inputTokens'), total_tokens: number }),
  error: failure,
})
