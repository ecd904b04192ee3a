import {
  any,
  at,
  byField,
  cites,
  complete as completes,
  failure,
  forms,
  id,
  media,
  named,
  nestedKept,
  number,
  object,
  oneOf,
  part,
  repeat,
  type Shape,
  text,
  varying,
  whole,
} from '../wire/shape.ts'
import { begun, complete, response } from './answer.ts'
import { annotation, contentPart, inputOf, type Saying, spokenOf, wordsOf } from './content.ts'
import { items } from './items.ts'

// Source: OpenAI API reference, "Responses: streaming events", and the `openai` package's types.

const ITEM = 'output[output_index]'
const CONTENT = `${ITEM}.content[content_index]`
const SUMMARY = `${ITEM}.summary[summary_index]`

const events: Record<string, Shape> = {}

/** @param type what follows `response.` */
function add(type: string, fields: Record<string, Shape> = {}, name = oneOf(`response.${type}`)): void {
  events[`response.${type}`] = object({
    type: name,
    sequence_number: varying('number'),
    // Chosen at random, to hide how long the rest is.
    obfuscation: varying('id'),
    item_id: id,
    output_index: number,
    content_index: number,
    summary_index: number,
    ...fields,
  })
}

/** Pieces of a text, and then all of it. */
function addText(
  type: string,
  path: string,
  field: string,
  { piece, all }: { piece: Shape; all: Shape },
  more: Record<string, Shape> = {},
): void {
  add(`${type}.delta`, { delta: at(path, piece), ...more })
  add(`${type}.done`, { [field]: at(path, all), ...more })
}
// The text of a content ends with its item: a reader reads its elements as one.
const spoken = { piece: spokenOf(text), all: begun.spoken }
const words = { piece: wordsOf(text), all: begun.words }
const args = { piece: nestedKept('model'), all: whole(complete.args) }
const input = { piece: inputOf(text), all: whole(complete.input) }

for (const type of ['created', 'queued', 'in_progress']) add(type, { response: at('', response(begun)) })
for (const type of ['completed', 'incomplete', 'failed'])
  add(type, { response: at('', response(complete)) }, completes(oneOf(`response.${type}`)))

const item = (say: Saying) => ({ item: at(ITEM, whole(items(say))) })
add('output_item.added', item(begun))
add('output_item.done', item(complete))
for (const type of ['content_part.added', 'content_part.done'])
  add(type, { part: at(CONTENT, whole(contentPart(begun))) })
for (const type of ['reasoning_summary_part.added', 'reasoning_summary_part.done'])
  add(type, { part: at(SUMMARY, whole(contentPart(begun))), status: oneOf('incomplete') })

addText('output_text', `${CONTENT}.text`, 'text', spoken, { logprobs: repeat })
addText('refusal', `${CONTENT}.refusal`, 'refusal', words)
addText('reasoning_text', `${CONTENT}.text`, 'text', words)
addText('reasoning_summary_text', `${SUMMARY}.text`, 'text', words)
addText('custom_tool_call_input', `${ITEM}.input`, 'input', input)
addText('code_interpreter_call_code', `${ITEM}.code`, 'code', input)
addText('function_call_arguments', `${ITEM}.arguments`, 'arguments', args, { name: id })
addText('mcp_call_arguments', `${ITEM}.arguments`, 'arguments', args, { name: id })

// The SDK's types leave open what it is.
const noted = forms({ object: annotation(begun), string: part('retrieved', any) })
add('output_text.annotation.added', {
  annotation_index: number,
  annotation: at(CONTENT, cites('text', at(`${CONTENT}.annotations[annotation_index]`, whole(noted)))),
})

add('audio.delta', { delta: media('audio') })
add('audio.done')
add('audio.transcript.delta', { delta: at('audio.transcript', part('model', text)) })
add('audio.transcript.done')
add('image_generation_call.partial_image', {
  partial_image_b64: media('image'),
  partial_image_index: number,
  background: id,
  output_format: id,
  quality: id,
  size: id,
})

// Only that something goes on.
for (const [call, states] of Object.entries({
  code_interpreter_call: ['in_progress', 'interpreting', 'completed'],
  file_search_call: ['in_progress', 'searching', 'completed'],
  image_generation_call: ['in_progress', 'generating', 'completed'],
  mcp_call: ['in_progress', 'completed', 'failed'],
  mcp_list_tools: ['in_progress', 'completed', 'failed'],
  web_search_call: ['in_progress', 'searching', 'completed'],
}))
  for (const state of states) add(`${call}.${state}`)

/** What an event says beside a response has a path of its own. */
export const event: Shape = named(
  'event',
  byField(
    'type',
    { ...events, error: failure },
    object({ type: id, sequence_number: varying('number'), item_id: id, output_index: number }),
  ),
)
