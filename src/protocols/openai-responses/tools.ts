import {
  any,
  array,
  boolean,
  byField,
  forms,
  id,
  map,
  media,
  number,
  object,
  oneOf,
  part,
  type Shape,
} from '../wire/shape.ts'

// Source: OpenAI API reference, "Responses" (create: tools, tool_choice), and the `openai` package's types.

/** The keys of a map. */
export const NAME = /^[A-Za-z0-9_.:-]{1,128}$/

/** A tool that the provider runs: what it brings the model to read, or does for it, does not come by the gate. */
type Hosted = (medium: string, type: readonly string[]) => Shape

/** In a request it is used; in an answer it is told of once more. */
const used: Hosted = (medium) => media(medium)
const repeated: Hosted = (_, type) => oneOf(...type)

const allowed_callers = array(oneOf('direct', 'programmatic'))

const functionTool = object({
  type: oneOf('function'),
  name: id,
  description: any,
  parameters: any,
  output_schema: any,
  strict: boolean,
  defer_loading: boolean,
  allowed_callers,
})
const customTool = object({
  type: oneOf('custom'),
  name: id,
  description: any,
  format: object({ type: oneOf('text', 'grammar'), syntax: oneOf('lark', 'regex'), definition: any }),
  defer_loading: boolean,
  allowed_callers,
})

const searchSize = oneOf('low', 'medium', 'high')
const WEB_SEARCH = ['web_search', 'web_search_2025_08_26']
const WEB_SEARCH_PREVIEW = ['web_search_preview', 'web_search_preview_2025_03_11']

function hostedTools(by: Hosted): Record<string, Shape> {
  /** @param medium what a boundary allows */
  const hosted = (medium: string, fields: Record<string, Shape>, types: readonly string[] = [medium]) =>
    Object.fromEntries(types.map((type) => [type, object({ type: by(medium, types), ...fields })]))
  const container = object({
    type: oneOf('auto', 'container_auto', 'container_reference', 'local'),
    container_id: id,
    file_ids: array(id),
    memory_limit: id,
    network_policy: any,
    skills: any,
  })
  return {
    ...hosted(
      'web_search',
      { filters: any, search_context_size: searchSize, user_location: any },
      WEB_SEARCH,
    ),
    ...hosted(
      'web_search',
      {
        search_content_types: array(oneOf('text', 'image')),
        search_context_size: searchSize,
        user_location: any,
      },
      WEB_SEARCH_PREVIEW,
    ),
    ...hosted('file_search', {
      vector_store_ids: array(id),
      filters: any,
      max_num_results: number,
      ranking_options: object({
        ranker: id,
        score_threshold: number,
        hybrid_search: object({ embedding_weight: number, text_weight: number }),
      }),
    }),
    ...hosted('computer', { display_height: number, display_width: number, environment: id }, [
      'computer',
      'computer_use_preview',
    ]),
    ...hosted('mcp', {
      server_label: id,
      server_url: any,
      server_description: any,
      connector_id: id,
      tunnel_id: id,
      authorization: any,
      headers: any,
      allowed_tools: any,
      require_approval: any,
      defer_loading: boolean,
      allowed_callers,
    }),
    ...hosted('code_interpreter', {
      container: forms({ string: id, object: container }),
      allowed_callers,
    }),
    ...hosted('programmatic_tool_calling', {}),
    ...hosted('image_generation', {
      action: id,
      background: id,
      input_fidelity: id,
      input_image_mask: by === used ? media('image') : any,
      model: id,
      moderation: id,
      output_compression: number,
      output_format: id,
      partial_images: number,
      quality: id,
      size: id,
    }),
    ...hosted('local_shell', {}),
    ...hosted('shell', { environment: container, allowed_callers }),
    ...hosted('apply_patch', { allowed_callers }),
    ...hosted('tool_search', { description: any, parameters: any, execution: oneOf('server', 'client') }),
  }
}

/** Whoever wrote a tool wrote its description and schema. */
function toolsBy(by: Hosted): Shape {
  const own = { function: functionTool, custom: customTool }
  const namespace = object({
    type: oneOf('namespace'),
    name: id,
    description: any,
    tools: array(byField('type', own)),
  })
  // A type that nobody knows here may well be run by the provider.
  const unknown = object({ type: by === used ? media('tool', any) : id })
  return array(part('tool', byField('type', { ...own, namespace, ...hostedTools(by) }, unknown)))
}

export const tools: Shape = toolsBy(used)
export const repeatedTools: Shape = toolsBy(repeated)

export const toolChoice: Shape = forms({
  string: oneOf('none', 'auto', 'required'),
  object: object({
    type: id,
    name: id,
    server_label: id,
    mode: oneOf('auto', 'required'),
    tools: array(map(NAME, id)),
  }),
})
