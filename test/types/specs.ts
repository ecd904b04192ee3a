import * as answers from '../../src/protocols/anthropic-messages/answer.ts'
import { anthropicCountTokens, anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts'
import { request as anthropicRequest } from '../../src/protocols/anthropic-messages/request.ts'
import { openaiChat } from '../../src/protocols/openai-chat/index.ts'
import * as chat from '../../src/protocols/openai-chat/shapes.ts'
import { openaiCompletions } from '../../src/protocols/openai-completions/index.ts'
import * as completions from '../../src/protocols/openai-completions/shapes.ts'
import { openaiEmbeddings } from '../../src/protocols/openai-embeddings/index.ts'
import * as embeddings from '../../src/protocols/openai-embeddings/shapes.ts'
import type { Protocol } from '../../src/protocols/types.ts'
import type { Shape } from '../../src/protocols/wire/shape.ts'
import { openaiResponsesSpec } from './openai-responses.ts'

/** The kinds of documents that a protocol has. */
export const DIRECTIONS = ['request', 'body', 'event'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** A protocol beside the types that the official SDK gives its documents. */
export interface Spec {
  protocol: Protocol
  /** Where one protocol has several: which. */
  label?: string
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
const ANTHROPIC_ARGUMENTS = { '(\\.input|\\.partial_json)$': asArguments }

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
        'tools[](type=custom).custom.description': 'text(tool)',
        'tools[](type=custom).custom.format(type=grammar).grammar.definition': 'text(tool)',
        temperature: 'number',
        'prediction.content': 'text(user)',
        'prediction.content[].text': 'text(user)',
        'metadata{key}': 'text(user)',
        'metadata{}': 'text(user)',
        stop: 'text(user)',
        'logit_bias{key}': 'text(user)',
        'logit_bias{}': 'number',
        'web_search_options.user_location.approximate.city': 'text(user)',
      },
      body: {
        'choices[].message.content': 'text(model)',
        'choices[].message.refusal': 'text(model)',
        'choices[].message.tool_calls[](type=function).function.arguments': 'nested(model)',
        'choices[].logprobs.content[].token': 'repeat',
        'choices[].message.audio.data': 'media(audio)',
        'choices[].message.audio.transcript': 'text(model)',
        'choices[].message.annotations[].url_citation.title': 'text(model)',
        'choices[].message.annotations[].url_citation.start_index': 'offset',
        'moderation.output(type=error).message': 'text(model)',
      },
      event: {
        'choices[].delta.content': 'text(model)',
        'choices[].delta.refusal': 'text(model)',
        'choices[].delta.tool_calls[].function.arguments': 'nested(model)',
        'choices[].logprobs.content[].token': 'repeat',
      },
    },
  },
  {
    protocol: openaiCompletions,
    module: 'openai/resources/completions',
    documents: {
      request: {
        types: ['CompletionCreateParamsNonStreaming', 'CompletionCreateParamsStreaming'],
        shape: completions.request,
      },
      body: { types: ['Completion'], shape: completions.answer },
      event: { types: ['Completion'], shape: completions.answer },
    },
    expected: {
      request: {
        model: 'id',
        prompt: 'text(user)',
        'prompt[]': 'media(tokens) | text(user)',
        'prompt[][]': 'media(tokens)',
        suffix: 'text(user)',
        'stop[]': 'text(user)',
        logprobs: 'number',
      },
      body: {
        'choices[].text': 'text(model)',
        'choices[].logprobs.tokens[]': 'repeat',
        'choices[].logprobs.top_logprobs[]{key}': 'repeat',
      },
      event: { 'choices[].text': 'text(model)', 'choices[].logprobs.tokens[]': 'repeat' },
    },
  },
  {
    protocol: openaiEmbeddings,
    module: 'openai/resources/embeddings',
    documents: {
      request: { types: ['EmbeddingCreateParams'], shape: embeddings.request },
      body: { types: ['CreateEmbeddingResponse'], shape: embeddings.answer },
    },
    expected: {
      request: {
        input: 'text(user)',
        'input[]': 'media(tokens) | text(user)',
        'input[][]': 'media(tokens)',
        model: 'id',
      },
      body: { 'data[].embedding[]': 'numbers', 'usage.prompt_tokens': 'number' },
    },
  },
  {
    protocol: anthropicMessages,
    module: '@anthropic-ai/sdk/resources/messages',
    documents: {
      request: {
        types: ['MessageCreateParamsNonStreaming', 'MessageCreateParamsStreaming'],
        shape: anthropicRequest,
      },
      body: { types: ['Message'], shape: answers.body },
      event: { types: ['RawMessageStreamEvent'], shape: answers.event },
    },
    special: ANTHROPIC_ARGUMENTS,
    expected: {
      request: {
        model: 'id',
        system: 'text(system)',
        'system[].text': 'text(system)',
        'messages[](role=user).content': 'text(user)',
        'messages[](role=user).content[](type=text).text': 'text(user)',
        'messages[](role=user).content[](type=image).source(type=base64).data': 'media(image)',
        'messages[](role=user).content[](type=document).source(type=text).data': 'document(retrieved)',
        'messages[](role=user).content[](type=document).source(type=content).content[](type=text).text':
          'document(retrieved)',
        'messages[](role=user).content[](type=document).source(type=base64).data': 'media(document)',
        'messages[](role=user).content[](type=document).source(type=url).url': 'media(document)',
        'messages[](role=user).content[](type=document).source(type=file).file_id': 'media(document)',
        'messages[](role=user).content[](type=search_result).content[].text': 'document(retrieved)',
        'messages[](role=user).content[](type=container_upload).file_id': 'media(file)',
        'messages[](role=user).content[](type=tool_result).content': 'text(tool)',
        'messages[](role=user).content[](type=tool_result).content[](type=text).text': 'text(tool)',
        'messages[](role=user).content[](type=tool_result).content[](type=image).source(type=url).url':
          'media(image)',
        'messages[](role=user).content[](type=tool_result).content[](type=document).source(type=text).data':
          'document(tool)',
        'messages[](role=assistant).content': 'text(model)',
        'messages[](role=assistant).content[](type=thinking).thinking': 'text(model)',
        'messages[](role=assistant).content[](type=thinking).signature': 'base64',
        'messages[](role=assistant).content[](type=redacted_thinking).data': 'media(redacted_thinking)',
        'messages[](role=assistant).content[](type=tool_use).input': 'nested(model)',
        'messages[](role=assistant).content[](type=web_search_tool_result).content[].title':
          'document(retrieved)',
        'messages[](role=assistant).content[](type=web_search_tool_result).content[].encrypted_content':
          'media(web_search)',
        'messages[](role=system).content': 'text(system)',
        'tools[](type=custom).description': 'text(tool)',
        'tools[](type=custom).input_schema{}': 'text(tool)',
        'tools[](type=web_search_20250305).user_location.city': 'text(tool)',
        'stop_sequences[]': 'text(user)',
        'metadata.user_id': 'id',
        max_tokens: 'number',
      },
      body: {
        'content[](type=text).text': 'text(model)',
        'content[](type=text).citations[](type=char_location).cited_text': 'text(retrieved)',
        'content[](type=thinking).thinking': 'text(model)',
        'content[](type=redacted_thinking).data': 'media(redacted_thinking)',
        'content[](type=tool_use).input': 'nested(model)',
        'content[](type=code_execution_tool_result).content(type=code_execution_result).stdout': 'text(tool)',
        stop_sequence: 'text(model)',
      },
      event: {
        '(type=content_block_delta).delta(type=text_delta).text': 'text(model)',
        '(type=content_block_delta).delta(type=thinking_delta).thinking': 'text(model)',
        '(type=content_block_delta).delta(type=input_json_delta).partial_json': 'nested(model)',
        '(type=content_block_delta).delta(type=citations_delta).citation(type=char_location).cited_text':
          'text(retrieved)',
        '(type=content_block_start).content_block(type=tool_use).input': 'nested(model)',
        '(type=content_block_start).content_block(type=web_search_tool_result).content[].encrypted_content':
          'media(web_search)',
      },
    },
  },
  {
    protocol: anthropicMessages,
    label: 'anthropic-messages-beta',
    module: '@anthropic-ai/sdk/resources/beta/messages',
    documents: {
      request: { types: ['MessageCreateParamsNonStreaming'], shape: anthropicRequest },
      body: { types: ['BetaMessage'], shape: answers.body },
      event: { types: ['BetaRawMessageStreamEvent'], shape: answers.event },
    },
    special: ANTHROPIC_ARGUMENTS,
    expected: {
      request: {
        'mcp_servers[].authorization_token': 'text(tool)',
        'messages[](role=assistant).content[](type=compaction).encrypted_content': 'media(compaction)',
        'messages[](role=assistant).content[](type=mcp_tool_use).input': 'nested(model)',
        'messages[](role=assistant).content[](type=mcp_tool_result).content': 'text(tool)',
        'fallbacks[].model': 'text(user)',
      },
      event: {
        '(type=content_block_delta).delta(type=compaction_delta).content': 'text(model)',
      },
    },
  },
  {
    protocol: anthropicCountTokens,
    module: '@anthropic-ai/sdk/resources/messages',
    documents: {
      request: { types: ['MessageCountTokensParams'], shape: anthropicRequest },
      body: { types: ['MessageTokensCount'], shape: answers.count },
    },
    special: ANTHROPIC_ARGUMENTS,
    expected: {
      request: { 'messages[](role=user).content': 'text(user)' },
      body: { input_tokens: 'number' },
    },
  },
]
