import { anthropicCountTokens, anthropicMessages } from './anthropic-messages/index.ts'
import { generate } from './generate/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiCompletions } from './openai-completions/index.ts'
import { openaiEmbeddings } from './openai-embeddings/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import type { Protocol } from './types.ts'

/** Every protocol that the gate speaks. */
export const PROTOCOLS: readonly Protocol[] = [
  openaiChat,
  openaiResponses,
  openaiCompletions,
  openaiEmbeddings,
  generate,
  anthropicMessages,
  anthropicCountTokens,
]
