import {
  any,
  array,
  boolean,
  captured,
  grows,
  id,
  number,
  object,
  oneOf,
  part,
  type Shape,
  whole,
  withheld,
} from '../wire/shape.ts'
import { answered, type Saying } from './content.ts'
import { items } from './items.ts'
import { settings } from './request.ts'

// Source: OpenAI API reference, "Responses" (the response object), and the `openai` package's types.

/** Of what is complete: nothing is added to it later. */
export const complete: Saying = answered((of) => of)
/** Of what has begun. */
export const begun: Saying = answered(grows)

const usage = object({
  input_tokens: captured('number', 'inputTokens'),
  output_tokens: captured('number', 'outputTokens'),
  total_tokens: number,
  input_tokens_details: object({
    cached_tokens: captured('number', 'cachedTokens'),
    cache_write_tokens: number,
  }),
  output_tokens_details: object({ reasoning_tokens: number }),
})

// Providers name organisations, projects and hosts in it.
const itsMessage = withheld('"The provider\'s message is withheld."')

const moderation = object({
  type: oneOf('moderation_result', 'error'),
  model: id,
  flagged: boolean,
  categories: any,
  category_scores: any,
  category_applied_input_types: any,
  code: id,
  message: itsMessage,
})

/**
 * A response, whole: a body, or what an event says of all of it. What it repeats of its request is read as whoever
 * wrote it wrote it, once.
 */
export const response = (say: Saying): Shape =>
  whole(
    object({
      ...settings,
      id,
      object: oneOf('response'),
      created_at: number,
      completed_at: number,
      status: oneOf('completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete'),
      error: object({ code: id, message: itsMessage }),
      incomplete_details: object({ reason: id }),
      model: id,
      instructions: part('system', any),
      tools: say.tools,
      output: array(items(say)),
      output_text: part('model', any),
      usage,
      previous_response_id: id,
      conversation: object({ id }),
      prompt: object({ id, version: id, variables: part('user', any) }),
      moderation: object({ input: moderation, output: moderation }),
    }),
  )

export const body: Shape = response(complete)
