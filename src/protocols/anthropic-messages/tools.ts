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
import { block, cacheControl } from './blocks.ts'

// Source: Anthropic API reference, "Messages" (`tools`), and the types of `@anthropic-ai/sdk`.

const common = {
  type: id,
  name: id,
  allowed_callers: array(id),
  cache_control: cacheControl,
  defer_loading: boolean,
  strict: boolean,
  input_examples: any,
}

const described = { ...common, description: text, input_schema: any, eager_input_streaming: boolean }

// What the application runs itself is no medium: the model's calls and what comes back pass here and are read, a
// screenshot as an image. No text of anybody's stands in these.
const client = object({
  ...common,
  max_characters: number,
  display_height_px: number,
  display_width_px: number,
  display_number: number,
  enable_zoom: boolean,
  configs: any,
})

const domains = { allowed_domains: array(text), blocked_domains: array(text), max_uses: number }

/** Runs at the provider's, and what it gives reaches the model before it can be read here. */
const server = (medium: string, fields: Record<string, Shape> = {}): Shape =>
  media(medium, object({ ...common, ...fields }))

const webSearch = server('web_search', {
  ...domains,
  response_inclusion: id,
  user_location: object({ type: id, city: text, country: text, region: text, timezone: text }),
})

const urlSource = object({ type: id, tools: array(object({ type: id, name: id })) })
const webFetch = server('web_fetch', {
  ...domains,
  citations: object({ enabled: boolean }),
  max_content_tokens: number,
  response_inclusion: id,
  url_sources: object({
    client_tool_results: urlSource,
    server_tool_results: urlSource,
    user_input: urlSource,
  }),
  use_cache: boolean,
})

const codeExecution = server('code_execution')
// Finds the tools of this very request by their descriptions, which are read.
const toolSearch = object(common)

const mcpToolset = server('mcp', {
  mcp_server_name: id,
  configs: any,
  default_config: any,
  tools: array(object(described)),
})
const advisor = server('advisor', { model: id, caching: cacheControl, max_tokens: number, max_uses: number })

const versions = (of: Shape, ...types: string[]): Record<string, Shape> =>
  Object.fromEntries(types.map((type) => [type, of]))

/** A tool's description and schema were written by whoever wrote the tool. */
export const tool = part(
  'tool',
  byField(
    'type',
    {
      custom: object(described),
      ...versions(client, 'bash_20241022', 'bash_20250124', 'memory_20250818'),
      ...versions(client, 'text_editor_20241022', 'text_editor_20250124'),
      ...versions(client, 'text_editor_20250429', 'text_editor_20250728'),
      ...versions(client, 'computer_20241022', 'computer_20250124', 'computer_20251124'),
      ...versions(client, 'computer_toolset_20260801', 'browser_toolset_20260801'),
      ...versions(webSearch, 'web_search_20250305', 'web_search_20260209', 'web_search_20260318'),
      ...versions(webFetch, 'web_fetch_20250910', 'web_fetch_20260209'),
      ...versions(webFetch, 'web_fetch_20260309', 'web_fetch_20260318'),
      ...versions(codeExecution, 'code_execution_20250522', 'code_execution_20250825'),
      ...versions(codeExecution, 'code_execution_20260120', 'code_execution_20260521'),
      ...versions(toolSearch, 'tool_search_tool_bm25', 'tool_search_tool_bm25_20251119'),
      ...versions(toolSearch, 'tool_search_tool_regex', 'tool_search_tool_regex_20251119'),
      mcp_toolset: mcpToolset,
      advisor_20260301: advisor,
    },
    // A type that is not known may be a tool that the provider runs.
    object({ ...described, type: forms({ string: media('tool', id) }) }),
  ),
)

export const mcpServer = part(
  'tool',
  media(
    'mcp',
    object({
      type: id,
      name: id,
      url: text,
      authorization_token: text,
      tool_configuration: object({ allowed_tools: array(id), enabled: boolean }),
    }),
  ),
)

/** A tool that comes or goes in the middle of a conversation. */
export const toolChange = part(
  'tool',
  block({ tool: object({ type: id, name: id, server_name: id, definition: tool }) }),
)
