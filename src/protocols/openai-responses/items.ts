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
  oneOf,
  part,
  type Shape,
} from '../wire/shape.ts'
import { contentPart, type Saying } from './content.ts'

// Source: OpenAI API reference, "Responses" (the input and output item objects), and the `openai` package's types.

const status = oneOf(
  'in_progress',
  'completed',
  'incomplete',
  'searching',
  'interpreting',
  'generating',
  'calling',
  'failed',
)
const about = {
  id,
  status,
  call_id: id,
  caller: object({ type: oneOf('direct', 'program'), caller_id: id }),
  created_by: id,
}
const execution = oneOf('server', 'client')

/** What an agent and its model pass to each other: the items of a request's `input` and of an answer's `output`. */
export function items(say: Saying): Shape {
  const element = contentPart(say)
  const content = forms({ string: say.words, array: array(element), object: element })
  // It never goes on growing.
  const result = contentPart({ ...say, words: any, spoken: any, cited: (of) => of, logprobs: any })
  const results = forms({ string: any, array: array(result), object: result })
  const item = (origin: 'model' | 'tool' | 'user', type: string, fields: Record<string, Shape>): Shape =>
    say.item(origin, { ...about, type: oneOf(type), ...fields })
  /** A tool that the model calls, and what it is called with. */
  const call = (type: string, fields: Record<string, Shape>): Shape =>
    say.item('model', { ...about, type: oneOf(type), name: id, namespace: id, ...fields }, 'call')
  const said = (of: Shape = any): Shape => say.from('model', of, 'call')
  const gave = (of: Shape = any): Shape => say.from('tool', of)
  /** Inside an item of the model's. */
  const gaveThere = (of: Shape = any): Shape => part('tool', of, { group: true })

  const message = (origin: 'system' | 'user' | 'model', role: Shape): Shape =>
    say.item(origin, {
      ...about,
      type: oneOf('message'),
      role,
      name: id,
      phase: oneOf('commentary', 'final_answer'),
      content,
    })
  const roles = {
    system: message('system', oneOf('system')),
    developer: message('system', oneOf('developer')),
    user: message('user', oneOf('user')),
    assistant: message('model', oneOf('assistant')),
  }
  const reference = say.item('user', {
    ...about,
    type: oneOf('item_reference'),
    id: say.reference,
    role: any,
    content,
  })

  return byField(
    'type',
    {
      message: byField('role', roles, message('user', any)),
      reasoning: item('model', 'reasoning', {
        summary: array(element),
        content,
        encrypted_content: media('reasoning'),
      }),
      compaction: item('model', 'compaction', { encrypted_content: media('compaction') }),
      compaction_trigger: item('user', 'compaction_trigger', {}),
      item_reference: reference,

      function_call: call('function_call', { arguments: say.args }),
      function_call_output: item('tool', 'function_call_output', { name: id, output: gave(results) }),
      custom_tool_call: call('custom_tool_call', { input: say.input }),
      custom_tool_call_output: item('tool', 'custom_tool_call_output', { output: gave(results) }),

      local_shell_call: call('local_shell_call', {
        action: said(
          object({
            type: oneOf('exec'),
            command: any,
            env: any,
            user: any,
            working_directory: any,
            timeout_ms: number,
          }),
        ),
      }),
      local_shell_call_output: item('tool', 'local_shell_call_output', { output: gave() }),
      shell_call: call('shell_call', {
        action: said(object({ commands: any, max_output_length: number, timeout_ms: number })),
        environment: said(
          object({ type: oneOf('local', 'container_reference'), container_id: id, skills: any }),
        ),
      }),
      shell_call_output: item('tool', 'shell_call_output', {
        max_output_length: number,
        output: gave(
          array(
            object({
              stdout: any,
              stderr: any,
              outcome: object({ type: oneOf('timeout', 'exit'), exit_code: number }),
              created_by: id,
            }),
          ),
        ),
      }),
      apply_patch_call: call('apply_patch_call', {
        operation: said(
          object({ type: oneOf('create_file', 'delete_file', 'update_file'), path: any, diff: any }),
        ),
      }),
      apply_patch_call_output: item('tool', 'apply_patch_call_output', { output: gave() }),
      computer_call: call('computer_call', {
        action: said(),
        actions: said(),
        pending_safety_checks: gave(),
      }),
      computer_call_output: item('tool', 'computer_call_output', {
        output: gave(results),
        acknowledged_safety_checks: gave(),
      }),

      web_search_call: call('web_search_call', {
        action: said(
          object({
            type: oneOf('search', 'open_page', 'find_in_page'),
            query: any,
            queries: any,
            url: any,
            pattern: any,
            sources: part('retrieved', array(object({ type: oneOf('url'), url: any }))),
          }),
        ),
      }),
      file_search_call: call('file_search_call', {
        queries: said(),
        results: array(
          part(
            'retrieved',
            object({ file_id: id, filename: any, score: number, text: any, attributes: any }),
            { kind: 'document', group: true },
          ),
        ),
      }),
      code_interpreter_call: call('code_interpreter_call', {
        code: say.input,
        container_id: id,
        outputs: array(gaveThere(object({ type: oneOf('logs', 'image'), logs: any, url: media('image') }))),
      }),
      image_generation_call: call('image_generation_call', {
        result: media('image'),
        revised_prompt: said(),
      }),
      tool_search_call: call('tool_search_call', { execution, arguments: said() }),
      tool_search_output: item('tool', 'tool_search_output', { execution, tools: say.tools }),
      additional_tools: item('tool', 'additional_tools', { role: id, tools: say.tools }),
      program: call('program', { code: say.input, fingerprint: id }),
      program_output: item('tool', 'program_output', { result: gave() }),

      mcp_list_tools: item('tool', 'mcp_list_tools', {
        server_label: id,
        tools: gave(array(object({ name: id, description: any, input_schema: any, annotations: any }))),
        error: gave(),
      }),
      mcp_approval_request: call('mcp_approval_request', { server_label: id, arguments: say.args }),
      mcp_approval_response: item('user', 'mcp_approval_response', {
        approval_request_id: id,
        approve: boolean,
        reason: say.from('user', any),
      }),
      mcp_call: call('mcp_call', {
        server_label: id,
        approval_request_id: id,
        arguments: say.args,
        output: gaveThere(),
        error: gaveThere(),
      }),
    },
    byField('role', roles, reference),
  )
}
