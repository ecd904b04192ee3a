import type { IncomingHttpHeaders } from 'node:http'
import { anthropicError } from './anthropic-messages/errors.ts'
import type { Protocol } from './types.ts'
import { openaiError } from './wire/errors.ts'

interface ListedModel {
  id: string
  owner: string
}

/** The protocols of one provider's API, and how that API words what the gate itself answers. */
export interface Family {
  /** The upstream protocol by which its paths are known. */
  upstream: string
  error: Protocol['error']
  /** Source: the providers' API references, "List models" and "Retrieve a model". */
  model(model: ListedModel): object
  models(data: readonly object[], ids: readonly string[]): object
}

const openai: Family = {
  upstream: 'openai',
  error: openaiError,
  model: ({ id, owner }) => ({ id, object: 'model', created: 0, owned_by: owner }),
  models: (data) => ({ object: 'list', data }),
}

const anthropic: Family = {
  upstream: 'anthropic',
  error: anthropicError,
  // The beginning of time stands for a date that is not known.
  model: ({ id }) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' }),
  models: (data, ids) => ({
    data,
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),
}

/** Whose API a call speaks that is for no protocol's path. */
export function familyOf(headers: IncomingHttpHeaders): Family {
  return headers['anthropic-version'] === undefined ? openai : anthropic
}
