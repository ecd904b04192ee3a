import {
  any,
  array,
  byField,
  cites,
  id,
  media,
  nested,
  nestedCopy,
  number,
  numbers,
  object,
  offset,
  oneOf,
  part,
  repeat,
  type Shape,
  text,
  textCopy,
} from '../wire/shape.ts'
import { repeatedTools, tools } from './tools.ts'

// Source: OpenAI API reference, "Responses" (the input and output item objects), and the `openai` package's types.

/** How the texts of items are said: once in a request; in an answer perhaps again, and piece by piece. */
export interface Saying {
  /** An item that is one piece for its reader, if its texts come but once. */
  item(origin: 'system' | 'user' | 'model' | 'tool', fields: Record<string, Shape>, call?: 'call'): Shape
  /** What of an item is somebody's text and comes in one piece. */
  from(origin: 'model' | 'tool' | 'user', of: Shape, call?: 'call'): Shape
  /** The text of an element of a message's content, or of a reasoning's. */
  words: Shape
  /** The same, of an element that an application takes for the answer. */
  spoken: Shape
  /** A call's arguments: JSON. */
  args: Shape
  /** A call's input: code, or whatever a custom tool takes. */
  input: Shape
  /** Where in a text its annotation stands. */
  start: Shape
  end: Shape
  /** An element of content in which `text` is cited. */
  cited(of: Shape): Shape
  logprobs: Shape
  tools: Shape
  /** The id of an item of a type that nobody knows. */
  reference: Shape
}

const token = { token: any, logprob: number, bytes: numbers }

export const asked: Saying = {
  item: (origin, fields, call) =>
    part(origin, object(fields), { group: true, kind: call ? 'tool_call' : 'text' }),
  from: (_, of) => of,
  words: text,
  spoken: text,
  args: nested('model'),
  input: text,
  start: number,
  end: number,
  cited: (of) => of,
  logprobs: part('model', array(object({ ...token, top_logprobs: array(object(token)) }))),
  tools,
  // Whatever the provider knows by this name.
  reference: media('item_reference'),
}

/** What a reader reads of a content he reads as one, whatever its elements. */
export const wordsOf = (of: Shape): Shape => part('model', of, { kept: 'text', elements: true })
export const spokenOf = (of: Shape): Shape =>
  part('model', of, { kept: 'text', elements: true, answer: true })
export const inputOf = (of: Shape): Shape => part('model', of, { kept: 'text', kind: 'tool_call' })

/** @param pending as it stands around what goes on growing */
export const answered = (pending: (of: Shape) => Shape): Saying => ({
  item: (_, fields) => object(fields),
  from: (origin, of, call) => part(origin, of, call && { kind: 'tool_call' }),
  words: pending(wordsOf(textCopy)),
  spoken: pending(spokenOf(textCopy)),
  args: pending(nestedCopy('model')),
  input: pending(inputOf(textCopy)),
  start: offset('start'),
  end: offset('end'),
  cited: (of) => cites('text', of),
  logprobs: repeat,
  tools: repeatedTools,
  reference: id,
})

const cacheBreakpoint = object({ mode: oneOf('explicit') })

/** A place in a document or on a page, whose title and address its author chose. */
export const annotation = ({ start, end }: Saying): Shape =>
  part(
    'retrieved',
    object({
      type: oneOf('file_citation', 'url_citation', 'container_file_citation', 'file_path'),
      start_index: start,
      end_index: end,
      // Of a file's citation: behind the text that it stands for.
      index: end,
      file_id: id,
      container_id: id,
      filename: any,
      title: any,
      url: any,
    }),
  )

/** One element of a content. By its fields and not by its type alone: some servers go by the field. */
export function contentPart(say: Saying): Shape {
  const about = {
    type: oneOf(
      'input_text',
      'input_image',
      'input_file',
      'input_audio',
      'output_text',
      'output_audio',
      'text',
      'refusal',
      'reasoning_text',
      'summary_text',
      'computer_screenshot',
    ),
    detail: oneOf('auto', 'low', 'high', 'original'),
    prompt_cache_breakpoint: cacheBreakpoint,
    image_url: media('image'),
    file_data: media('file'),
    file_url: media('file'),
    filename: any,
    input_audio: media('audio'),
    data: media('audio'),
    transcript: say.words,
    text: say.words,
    refusal: say.words,
    annotations: array(annotation(say)),
    logprobs: say.logprobs,
  }
  const image = object({ ...about, file_id: media('image') })
  const file = { ...about, file_id: media('file') }
  const spoken = object({ ...file, text: say.spoken })
  return say.cited(
    byField(
      'type',
      { input_image: image, computer_screenshot: image, output_text: spoken, text: spoken },
      object(file),
    ),
  )
}
