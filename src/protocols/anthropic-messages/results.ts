import {
  any,
  array,
  boolean,
  byField,
  forms,
  id,
  media,
  number,
  object,
  part,
  type Shape,
  text,
} from '../wire/shape.ts'
import { block, cacheControl, caller, content, document, image, searchResult, written } from './blocks.ts'

const reference = { type: id, tool_name: id, cache_control: cacheControl }

/** What a browser shows beside its screenshot. */
const browserState = block({
  tabs: array(object({ tab_id: id, title: text, url: text, active: boolean })),
  state_changes: array(
    object({ type: id, tab_id: id, download_id: id, url: text, path: text, size_bytes: number, error: text }),
  ),
})

/** What the application's own tool gave. All in it was said by the tool, the documents that it found too. */
export const toolResult = part(
  'tool',
  block({
    tool_use_id: id,
    is_error: boolean,
    toolset_name: id,
    content: content(
      byField(
        'type',
        {
          text: written,
          image,
          document: document('tool'),
          search_result: searchResult('tool'),
          tool_reference: block(reference),
          browser_state: browserState,
        },
        block({}),
      ),
    ),
  }),
  { group: true },
)

const failed = { type: id, error_code: id, error_message: text }

/** What a page says reaches the model encrypted. */
const webSearch = part(
  'retrieved',
  block({
    tool_use_id: id,
    caller,
    content: forms({
      array: array(
        object({ type: id, title: text, url: text, page_age: text, encrypted_content: media('web_search') }),
      ),
      object: object(failed),
    }),
  }),
  { kind: 'document', group: true },
)

const webFetch = part(
  'retrieved',
  block({
    tool_use_id: id,
    caller,
    content: object({ ...failed, url: text, retrieved_at: id, content: document('retrieved') }),
  }),
  { kind: 'document', group: true },
)

/** What code wrote, and the files that it made, which stay at the provider's. */
const execution = part(
  'tool',
  block({
    tool_use_id: id,
    content: object({
      ...failed,
      stdout: text,
      stderr: text,
      encrypted_stdout: media('code_execution'),
      return_code: number,
      content: forms({ string: text, array: array(object({ type: id, file_id: media('file') })) }),
      file_type: id,
      is_file_update: boolean,
      lines: array(text),
      num_lines: number,
      start_line: number,
      total_lines: number,
      new_lines: number,
      new_start: number,
      old_lines: number,
      old_start: number,
    }),
  }),
  { group: true },
)

const toolSearch = part(
  'tool',
  block({ tool_use_id: id, content: object({ ...failed, tool_references: array(object(reference)) }) }),
)

const mcp = part('tool', block({ tool_use_id: id, is_error: boolean, content: content(written) }), {
  group: true,
})

/** What another model said of the conversation. */
const advisor = part(
  'tool',
  block({
    tool_use_id: id,
    content: object({ ...failed, text, stop_reason: id, encrypted_content: media('advisor') }),
  }),
  { group: true },
)

const mcpListing = part(
  'tool',
  block({
    mcp_server_name: id,
    tools: array(object({ name: id, description: text, input_schema: any })),
  }),
)

/** What the provider's own tools gave, by the block's type. */
export const serverResults: Record<string, Shape> = {
  web_search_tool_result: webSearch,
  web_fetch_tool_result: webFetch,
  code_execution_tool_result: execution,
  bash_code_execution_tool_result: execution,
  text_editor_code_execution_tool_result: execution,
  tool_search_tool_result: toolSearch,
  mcp_tool_result: mcp,
  mcp_tool_listing: mcpListing,
  advisor_tool_result: advisor,
}
