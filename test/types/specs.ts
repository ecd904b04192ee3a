import { openaiChat } from '../../src/protocols/openai-chat/index.ts'
import * as chat from '../../src/protocols/openai-chat/shapes.ts'
import type { Protocol } from '../../src/protocols/types.ts'
import type { Shape } from '../../src/protocols/wire/shape.ts'
import { openaiResponsesSpec } from './openai-responses.ts'

/** The kinds of documents that a protocol has. */
export const DIRECTIONS = ['request', 'body', 'event'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** A protocol beside the types that the official SDK gives its documents. */
export interface Spec {
  protocol: Protocol
  /** The module of the SDK that exports the types. */
  module: string
  /** Their names, and the shape by which the protocol reads them. */
  documents: Partial<Record<Direction, { types: readonly string[]; shape: Shape }>>
  /** For fields that match: the string in which the marker stands, such as JSON. */
  special?: Readonly<Record<string, (marker: string) => string>>
  /** Patterns of fields that the SDK adds and no server sends; each with its reason. */
  notOnWire?: Readonly<Record<string, string>>
  /**
   * Patterns of fields that nobody has decided on yet: they are read as text of nobody in particular. A field that is
   * undecided and not here fails the test, and so does a pattern that fits none any more.
   */
  undecided?: Partial<Record<Direction, readonly string[]>>
  /** What some fields must be taken for: those where a mistake would matter most. */
  expected: Partial<Record<Direction, Readonly<Record<string, string>>>>
}

const asArguments = (marker: string): string => JSON.stringify({ query: [marker] })

/**
 * One for each protocol of an official SDK. To add one: name the types of its documents and the shapes, run
 * `SHOW_FIELDS=1 npx vitest run test/types/specs.test.ts`, and decide in the shapes on whatever is `unknown`.
 */
export const SPECS: readonly Spec[] = [
  openaiResponsesSpec,
  {
    protocol: openaiChat,
    module: 'openai/resources/chat/completions',
    documents: {
      request: {
        types: ['ChatCompletionCreateParamsNonStreaming', 'ChatCompletionCreateParamsStreaming'],
        shape: chat.request,
      },
      body: { types: ['ChatCompletion'], shape: chat.body },
      event: { types: ['ChatCompletionChunk'], shape: chat.event },
    },
    special: { '\\.(function|function_call)\\.arguments$': asArguments },
    undecided: {
      request: [
        '^audio\\.',
        '^logit_bias',
        '^metadata',
        '^moderation\\.',
        '^prediction\\.',
        '^prompt_cache_options\\.',
        '\\.prompt_cache_breakpoint\\.',
        '^reasoning_effort="max"$',
        '^stop',
        '^tool_choice\\(type=(allowed_tools|custom)\\)',
        '^web_search_options\\.',
      ],
      body: ['\\.message\\.annotations', '^moderation\\.'],
      event: ['^moderation\\.'],
    },
    expected: {
      request: {
        model: 'id',
        'messages[](role=system).content': 'text(system)',
        'messages[](role=developer).content[].text': 'text(system)',
        'messages[](role=user).content': 'text(user)',
        'messages[](role=user).content[](type=text).text': 'text(user)',
        'messages[](role=user).content[](type=image_url).image_url.url': 'media(image)',
        'messages[](role=user).content[](type=input_audio).input_audio.data': 'media(audio)',
        'messages[](role=user).content[](type=file).file.file_data': 'media(file)',
        'messages[](role=assistant).content': 'text(model)',
        'messages[](role=assistant).tool_calls[](type=function).function.arguments': 'nested(model)',
        'messages[](role=assistant).tool_calls[](type=custom).custom.input': 'tool_call(model)',
        'messages[](role=tool).content': 'text(tool)',
        'messages[](role=tool).role': 'enum',
        'tools[](type=function).function.description': 'text(tool)',
        'tools[](type=function).function.parameters{key}': 'text(tool)',
        temperature: 'number',
      },
      body: {
        'choices[].message.content': 'text(model)',
        'choices[].message.refusal': 'text(model)',
        'choices[].message.tool_calls[](type=function).function.arguments': 'nested(model)',
        'choices[].logprobs.content[].token': 'repeat',
      },
      event: {
        'choices[].delta.content': 'text(model)',
        'choices[].delta.refusal': 'text(model)',
        'choices[].delta.tool_calls[].function.arguments': 'nested(model)',
        'choices[].logprobs.content[].token': 'repeat',
      },
    },
  },
]
