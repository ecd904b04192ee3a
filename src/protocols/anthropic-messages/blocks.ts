import type { Origin } from '../../core/types.ts'
import {
  any,
  array,
  base64,
  boolean,
  byField,
  fixedText,
  forms,
  id,
  media,
  nested,
  number,
  object,
  oneOf,
  part,
  type Shape,
  text,
} from '../wire/shape.ts'

// Source: Anthropic API reference, "Messages" (content blocks, citations), and the types of `@anthropic-ai/sdk`,
// those of its beta included. Blocks that requests and answers share; `tools.ts` has the results of tools.

export const cacheControl = object({ type: oneOf('ephemeral'), ttl: oneOf('5m', '1h') })

/** A content block. What has a source is media whatever its type says that it is. */
export const block = (fields: Record<string, Shape>): Shape =>
  object({
    type: id,
    cache_control: cacheControl,
    source: forms({ string: text, object: media('file') }),
    ...fields,
  })

/** Text, one block, or several. */
export const content = (of: Shape): Shape => forms({ string: text, array: array(of), object: of })

/** What a text quotes, and from where. Read apart from the text, as somebody else's words. */
export const cited = (of: Shape): Shape => part('retrieved', of)
export const citedPlace = object({
  type: id,
  cited_text: text,
  document_index: number,
  document_title: text,
  search_result_index: number,
  title: text,
  source: text,
  url: text,
  start_char_index: number,
  end_char_index: number,
  start_page_number: number,
  end_page_number: number,
  start_block_index: number,
  end_block_index: number,
  file_id: id,
  encrypted_index: base64,
})
const mayCite = object({ enabled: boolean })

export const written = block({ text, citations: forms({ array: cited(array(citedPlace)), object: mayCite }) })

export const image = block({
  source: media('image'),
  transformations: object({ oversized_image: oneOf('downsize', 'error') }),
})

/** A PDF, an address and a stored file cannot be read; a text can. */
export const document = (origin: Origin): Shape =>
  part(
    origin,
    block({
      title: text,
      context: text,
      citations: mayCite,
      source: byField(
        'type',
        {
          text: object({ type: id, media_type: oneOf('text/plain'), data: text }),
          content: object({
            type: id,
            content: content(byField('type', { text: written, image }, block({}))),
          }),
        },
        media('document'),
      ),
    }),
    { kind: 'document', group: true },
  )

export const searchResult = (origin: Origin): Shape =>
  part(origin, block({ source: text, title: text, content: content(written), citations: mayCite }), {
    kind: 'document',
    group: true,
  })

// Signed: Anthropic refuses a conversation in which it is another text.
export const thought = part('model', fixedText)
export const thinking = block({ thinking: thought, signature: base64 })
export const redactedThinking = block({ data: media('redacted_thinking') })

/** A summary that stands for the conversation before it. */
export const compaction = block({
  content: forms({ string: thought }),
  encrypted_content: media('compaction'),
  signature: base64,
  tool_changes: part('tool', any),
})

export const fallback = block({ from: object({ model: id }), to: object({ model: id }), trigger: any })

export const containerUpload = block({ file_id: media('file') })

export const caller = object({ type: id, tool_id: id })

/** The model calls a tool, whoever runs it. */
export const toolUse = block({
  id,
  name: id,
  input: nested('model'),
  caller,
  toolset_name: id,
  server_name: id,
})
